"""The law of the binder: every customer has exactly one open follow-up, with his owner, who is there."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef

from contacts.models import Customer
from crm.team.models import Team
from followups.models import FollowUp, FollowUpQuerySet

logger = logging.getLogger(__name__)

NAMED = 20  # ids of astray dossiers that are listed


@dataclass(frozen=True)
class Report:
    """Dossiers behind a tab, dossiers in the cabinet, and ids of customers of whom neither can be said."""

    in_binder: int
    resting: int
    astray: list[int]

    def __str__(self) -> str:
        lost = len(self.astray)
        return f"{self.in_binder} in the binder, {self.resting} resting in the cabinet, {lost} astray."

    @property
    def named(self) -> str:
        """The ids of the first astray dossiers."""
        more = " …" if len(self.astray) > NAMED else ""
        return ", ".join(map(str, self.astray[:NAMED])) + more


def check_binder(team: Team | None = None) -> Report:
    """Look at every customer, of one team or of all, in a constant number of queries."""
    customers, places = Customer.objects.order_by(), FollowUp.objects.open().order_by()
    if team:
        customers, places = customers.filter(team=team), places.filter(customer__team=team)
    nowhere = ~Exists(FollowUp.objects.open().filter(customer=OuterRef("pk")))
    several = places.values("customer").annotate(n=Count("pk")).filter(n__gt=1).values("customer")
    sound = {"owner": F("customer__owner"), "owner__team": F("customer__team"), "owner__is_active": True}
    elsewhere = places.exclude(**sound).values("customer")
    astray = {
        *customers.filter(nowhere).values_list("pk", flat=True),
        *several.values_list("customer", flat=True),
        *elsewhere.values_list("customer", flat=True),
    }
    return _report(places.exclude(customer__in=several).exclude(customer__in=elsewhere), sorted(astray))


def _report(sound: FollowUpQuerySet, astray: list[int]) -> Report:
    found = sound.aggregate(in_binder=Count("due_on"), all=Count("pk"))
    return Report(found["in_binder"], found["all"] - found["in_binder"], astray)


def check_binder_nightly(now: datetime) -> str:
    """The check as a periodic job: a breach is logged, by ids alone."""
    report = check_binder()
    if report.astray:
        logger.error("check_binder: %s Customers %s", report, report.named)
    return str(report)
