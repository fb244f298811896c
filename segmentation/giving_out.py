"""What scores, expectations and reminders keep of one customer: given to him, and let go when he is erased."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer
from contacts.registry import Section
from segmentation.models import (
    Expectation,
    GroupHistory,
    QuarterSummary,
    Relationship,
    Reminder,
    ReminderLetter,
    Score,
    Scoring,
)
from segmentation.scores import hold

SCORE = ("group", "r", "f", "m", "purchase_days", "first_on", "last_on", "money", "frequency", "monetary")
EXPECTATION = ("due_on", "window_from", "window_to", "usual_days", "purchases", "p14", "p28", "cases")
REMINDER = (
    "series", "cycle", "group", "held_out", "code", "enrolled_at", "begins_on", "steps_done", "next_on",
    "stopped_at", "stopped_why", "bought_on",
)  # fmt: skip


def sections(customer: Customer) -> Iterator[Section]:
    def of(model: type, *related: str, at: str = "customer") -> object:
        return model.objects.filter(**{at: customer}).select_related(*related).order_by("pk")

    yield Section("score", _("Score"), of(Score), SCORE, is_derived=True)
    quarters = ("quarter", "days", "money", "last_on")
    yield Section("quarters", _("Purchases by quarter"), of(QuarterSummary), quarters, is_derived=True)
    groups = ("quarter", "group")
    yield Section("groups", _("Groups by quarter"), of(GroupHistory), groups, is_derived=True)
    yield Section("expectation", _("Next purchase"), of(Expectation), EXPECTATION, is_derived=True)
    yield Section("relationship", _("Relationship"), of(Relationship, "set_by"), ("kind", "set_by", "set_at"))
    yield Section("reminders", _("Reminders"), of(Reminder, "series"), REMINDER)
    letters = of(ReminderLetter, "variant", at="reminder__customer")
    yield Section(
        "reminder_letters", _("Letters of reminders"), letters, ("reminder_id", "variant", "queued_on")
    )


def erase(customer: Customer, *, now: datetime) -> None:
    """Whoever works out scores, or queues reminders, waits until the customer is gone, or is done.

    Sums over all customers are made anew.
    """
    list(customer.reminders.select_for_update())
    if Scoring.objects.filter(team=customer.team_id).exists():
        hold(customer.team)
        Scoring.objects.filter(team=customer.team_id).update(version=F("version") + 1)
