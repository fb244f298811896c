"""What scores and expectations add to every dossier: next purchase, group, relationship, advice."""

from collections import Counter
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from contacts.models import Customer, Purchase
from contacts.registry import Panel
from crm.team.models import User
from segmentation.advice import kept_advice, said
from segmentation.expectation import reason
from segmentation.groups import HISTORY
from segmentation.models import Advice, Expectation, GroupHistory, Score
from segmentation.quarters import quarter_of, quarters_back
from segmentation.relationship import Kind, Proposal, propose
from segmentation.strip import Bought, Strip
from segmentation.terms import Terms, kept_terms

SHOWN, READ = 9, 60  # days with a purchase on the strip, and purchases read to find them
GRID = (Kind.SEEKER, Kind.EXPLOITER, Kind.LOYAL, Kind.ARMS_LENGTH)


class Own(NamedTuple):
    """What the panels say of the customer besides score and expectation."""

    set_kind: str | None  # the relationship as somebody set it, None if nobody has
    set_at: datetime | None
    set_by: str | None
    last_elsewhere: date | None  # the last quarter that ended in another group


def _own(customer: Customer) -> Own:
    """Of a customer read with his score."""
    score = getattr(customer, "score", None)
    history = GroupHistory.objects.filter(customer=OuterRef("pk")).exclude(group=score.group if score else "")
    elsewhere = history.order_by().values("customer").values(found=Max("quarter"))
    row = Customer.objects.order_by().filter(pk=customer.pk)
    set_to = (f"relationship__{name}" for name in ("kind", "set_at", "set_by__name"))
    return Own(*row.values_list(*set_to, Subquery(elsewhere)).get())


class Standing:
    """Where one customer stands, as the panels of a page show it to `user`."""

    def __init__(self, user: User, customer: Customer) -> None:
        self.user = user
        self.customer = customer
        self.now = timezone.now()
        self.today = user.today(self.now)

    @cached_property
    def own(self) -> Own:
        return _own(self.customer)

    @cached_property
    def terms(self) -> Terms:
        return kept_terms(self.customer.team_id)

    @property
    def score(self) -> Score | None:
        return getattr(self.customer, "score", None)

    @property
    def expectation(self) -> Expectation | None:
        found = getattr(self.customer, "expectation", None)
        return found if self.terms.has_forecast else None

    @property
    def reason(self) -> str:
        """Where the expectation's figures come from."""
        terms, expected = self.terms, self.expectation
        return reason(
            kind=terms.forecast_kind, chance=expected.p14, cases=expected.cases, purchases=expected.purchases,
            missing=terms.missing,
        )  # fmt: skip

    @property
    def due_in(self) -> int:
        """Days until the next purchase is due; negative when that has passed."""
        return (self.expectation.due_on - self.today).days

    @property
    def is_over(self) -> bool:
        """The window has passed without a purchase."""
        return self.expectation.window_to < self.today

    @cached_property
    def strip(self) -> Strip:
        totals: Counter[date] = Counter()
        for day, amount in self._bought[:READ]:
            totals[day] += float(amount)
        bought = [Bought(day, total) for day, total in sorted(totals.items())[-SHOWN:]]
        return Strip(bought, today=self.today, expectation=self.expectation)

    @property
    def _bought(self) -> QuerySet:
        mine = Purchase.objects.filter(customer=self.customer, amount__gte=0, bought_on__lte=self.today)
        return mine.order_by("-bought_on").values_list("bought_on", "amount")

    @property
    def days_ago(self) -> int:
        return self.score.recency_days(self.today)

    @property
    def since(self) -> date | None:
        """First day of the quarter in which the customer came into the group, as far back as groups are kept."""
        if self.own.last_elsewhere:
            return quarters_back(self.own.last_elsewhere, -1)
        return max(quarter_of(self.score.first_on), self._first_kept)

    @property
    def _first_kept(self) -> date:
        return quarters_back(quarter_of(self.today), HISTORY)

    @property
    def is_since_longer(self) -> bool:
        """The customer has been in the group as long as groups are kept, and before that."""
        return not self.own.last_elsewhere and self.score.first_on < self._first_kept

    @cached_property
    def proposal(self) -> Proposal:
        return propose(self.score, self.terms.limits, on=self.today)

    @property
    def kind(self) -> str:
        """What somebody has set, else what behaviour proposes."""
        return self.own.set_kind or self.proposal.kind

    @property
    def set_kind_name(self) -> str:
        return str(Kind(self.own.set_kind).label)

    @property
    def kinds(self) -> list[tuple[str, str, bool]]:
        """(kind, its name, whether it holds) of the four."""
        return [(kind.value, kind.label, kind == self.kind) for kind in GRID]

    @cached_property
    def _advice(self) -> Advice | None:
        """The team's own for the group."""
        return kept_advice(self.customer.team_id).get(self.score.group)

    @cached_property
    def _said(self) -> tuple[list[str], list[str]]:
        own = self._advice
        return said(self.score.group, own.should, own.should_not) if own else said(self.score.group, "", "")

    @property
    def should(self) -> list[str]:
        return self._said[0]

    @property
    def should_not(self) -> list[str]:
        return self._said[1]

    @property
    def contact_every(self) -> int | None:
        return self._advice.contact_every if self._advice else None


def standing(request: HttpRequest, customer: Customer) -> dict:
    """One Standing for all panels of a page."""
    known = request.__dict__.setdefault("standings", {})
    if customer.pk not in known:
        known[customer.pk] = Standing(request.user, customer)
    return {"standing": known[customer.pk]}


def _panel(slot: str, name: str) -> Panel:
    return Panel(slot, f"segmentation/panels/{name}.html", standing)


PANELS = tuple(_panel("right", name) for name in ("next", "group", "relationship", "advice"))
