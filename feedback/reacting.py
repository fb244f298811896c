"""What follows from a rating: for a bad one somebody is to see to it today, and the leads know; praise is told."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts import registry
from contacts.models import Entry
from crm.team.models import User
from feedback.models import Rating, Value
from feedback.notices import tell_leads
from followups.models import Slip
from followups.slips import SlipDraft, SlipSource, lay

BAD_RATING = "bad_rating"


def became_bad(rating: Rating, *, now: datetime, quietly: bool) -> None:
    """The dossier speaks up today, the leads are told at once, and what the customer gets besides stops.

    If somebody is at the dossier just now, the next hour lays the slip.
    """
    lay(SOURCE, _draft(rating), now=now)
    registry.complained(rating.customer, now=now)
    if not quietly:
        tell_leads(rating, now=now)


def is_bad_no_longer(rating: Rating, *, now: datetime, by: User | None = None) -> None:
    """Nothing is to be put right, or it has been: the dossier is silent about it."""
    slips = Slip.objects.filter(
        customer=rating.customer_id, source=BAD_RATING, key__startswith=f"{rating.pk}:", done_at=None
    )
    slips.update(done_at=now, done_by=by)


def tell_timeline(rating: Rating) -> None:
    """Praise stands in the dossier for all to read; of anything else the timeline is silent."""
    here = {"customer_id": rating.customer_id, "source": Entry.Kind.RATING, "source_id": rating.pk}
    if not rating.counts or rating.value != Value.GOOD:
        Entry.objects.filter(**here).delete()
        return
    words = _("Rated good %(how)s, after ticket %(number)s") % {
        "how": rating.invitation.get_channel_display(),
        "number": rating.ticket.number,
    }
    told = {"text": f"{words}\n\n{rating.comment}".strip(), "happened_at": rating.rated_at}
    Entry.objects.update_or_create(**here, defaults=told | {"kind": Entry.Kind.RATING})


def find(now: datetime) -> Iterator[SlipDraft]:
    """One for each bad rating that is still to be put right."""
    waiting = Rating.objects.to_put_right().filter(bad_since__isnull=False)
    for rating in waiting.select_related("ticket", "customer__owner__team"):
        yield _draft(rating)


def _draft(rating: Rating) -> SlipDraft:
    """Who is not to know what was said learns from it only that there is something to do."""
    words = _("Something of ticket %(number)s is to be put right")
    key = f"{rating.pk}:{int(rating.bad_since.timestamp())}"
    today = rating.customer.owner.today(rating.bad_since)
    return SlipDraft(rating.customer, key, words % {"number": rating.ticket.number}, today)


def _page(slip: Slip) -> str:
    return Rating(pk=int(slip.key.partition(":")[0])).get_absolute_url()


SOURCE = SlipSource(
    BAD_RATING, gettext_lazy("To put right"), icon="bad", find=find, pull_forward=True, page=_page
)
