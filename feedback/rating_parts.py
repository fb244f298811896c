"""What ratings add to the rooms below: kinds of mail, a slip, the dossier's timeline, and what goes with a customer."""

from django.urls import reverse

from contacts import registry
from contacts.models import Entry
from crm.mail import kinds
from feedback import asking
from feedback.actions import on_closed, on_reopened
from feedback.kinds_rating import NOTICE, RATING, RECOMMEND
from feedback.notices import forget
from feedback.reacting import SOURCE
from feedback.verdicts import last_verdicts
from followups import slips


def page(rating_id: int) -> str:
    return reverse("feedback:rating", args=[rating_id])


def register() -> None:
    for kind in (RATING, RECOMMEND, NOTICE):
        kinds.register(kind)
    slips.register(SOURCE)
    on_closed(asking.ask)
    on_reopened(asking.take_back)
    registry.register(
        registry.Part("ratings", pages={Entry.Kind.RATING: page}, erase=forget, verdicts=last_verdicts)
    )
