"""Who is expected to buy soon."""

from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import F, OuterRef, Subquery

from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from crm.team.models import User
from followups.models import FollowUp
from segmentation.models import Forecast
from segmentation.models.expectation import TWO_WEEKS
from segmentation.reasons import Missing, reason
from segmentation.words import COUNTED

COUNTED_AT_ONCE = 2_000
MINUTE = 60  # seconds

BY_DUE = ("expectation__due_on", "pk")
BY_CHANCE = ("-expectation__p14", "expectation__due_on", "pk")


def customers_of(user: User, *, today: date) -> CustomerQuerySet:
    """Whom the user sees on that day."""
    seen = Customer.objects.visible_to(user, on=today)
    if user.sees_team:
        return seen
    # Named one by one, so that PostgreSQL knows how few they are and begins with them.
    lent = user.lent_by(on=today).values_list("user_id", flat=True)
    return seen.filter(owner__in=[user.pk, *lent])


def due_customers(user: User, *, today: date) -> CustomerQuerySet:
    """Whom the user sees and who is due within two weeks of that day, before or after it."""
    return customers_of(user, today=today).filter(
        expectation__team=user.team_id,
        expectation__due_on__gte=today - TWO_WEEKS,
        expectation__due_on__lte=today + TWO_WEEKS,
    )


def only_too_late(customers: CustomerQuerySet, *, today: date) -> CustomerQuerySet:
    """Of those of whom something is expected: whose dossier lies under a tab to come, after their window."""
    # Asked of one after the other, so that a page of many need not look at all of them.
    lies = FollowUp.objects.open().filter(customer=OuterRef("pk")).values("due_on")
    return customers.annotate(lies_on=Subquery(lies)).filter(
        lies_on__gt=F("expectation__window_to"), lies_on__gte=today + timedelta(1)
    )


def count_too_late(user: User, *, today: date, due_soon: int) -> int:
    """How many of those due soon, of whom there are so many, lie under a tab that comes too late.

    Counted no further than one more than COUNTED; where very many are due, the number may be a minute old.
    """
    late = only_too_late(due_customers(user, today=today), today=today).order_by()[: COUNTED + 1]
    if due_soon <= COUNTED_AT_ONCE:
        return late.count()
    whose = "team" if user.sees_team else user.pk
    return cache.get_or_set(f"segments:late:{user.team_id}:{whose}:{today}", late.count, MINUTE)


def what_is_missing(forecast: Forecast | None) -> str:
    """A sentence on what is missing until chances can be told; "" if nothing is."""
    if not forecast:
        return ""
    missing = Missing(forecast.missing_weeks, forecast.missing_buyers)
    return reason(kind="", chance=None, cases=0, purchases=2, missing=missing) if missing else ""
