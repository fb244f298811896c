"""How often a group wants to hear from us, and when one of its customers last did."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from contacts.models import Customer, Entry
from crm.team.models import Team
from followups.rhythms import Rhythm
from segmentation.kept import A_MINUTE, forget, kept_or_made
from segmentation.models import Advice, Score
from segmentation.words import group_name


def rhythm_of(customer: Customer) -> Rhythm | None:
    """None if the customer's group has no rhythm. One query, none for a team that has no rhythm at all."""
    every = _every(customer.team_id)
    if not every:
        return None
    spoken = Entry.objects.latest_first().filter(customer=OuterRef("pk")).exclude(
        outcome__in=["", Entry.Outcome.MISSED]
    )  # fmt: skip
    found = Score.objects.filter(pk=customer.pk).values_list(
        "group", Subquery(spoken.values("happened_at")[:1])
    )
    group, last_contact = found.first() or ("", None)
    if group not in every:
        return None
    name = _("%(group)s rhythm") % {"group": group_name(group)}
    return Rhythm(every[group], name, last_contact)


def rhythm_changed(team: Team) -> None:
    forget(_key(team.pk))


def _every(team_id: int) -> dict[str, int]:
    """Days between contacts by group, of those that have a rhythm."""

    def read() -> dict[str, int]:
        rows = Advice.objects.filter(team=team_id, contact_every__isnull=False)
        return dict(rows.values_list("group", "contact_every"))

    # No longer than a minute: without Redis each server process keeps its own.
    return kept_or_made(_key(team_id), read, seconds=A_MINUTE)


def _key(team_id: int) -> str:
    return f"segments:rhythm:{team_id}"
