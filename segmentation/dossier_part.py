"""What scores and expectations add to every dossier: next purchase, group, relationship, advice."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils import timezone

from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from contacts.registry import Panel
from crm.team.models import User
from segmentation.advice import kept_advice, said
from segmentation.groups import HISTORY
from segmentation.models import Advice, Expectation, GroupHistory, Reminder, Score
from segmentation.quarters import quarter_of, quarters_back
from segmentation.reasons import reason
from segmentation.relationship import Kind, Proposal, propose
from segmentation.strip import Bought, Strip
from segmentation.terms import Terms, kept_terms

SHOWN = 9  # days with a purchase on the strip
GRID = (Kind.SEEKER, Kind.EXPLOITER, Kind.LOYAL, Kind.ARMS_LENGTH)


def whole(dossiers: CustomerQuerySet) -> CustomerQuerySet:
    """Each knows the relationship as somebody `set_kind`, `set_at` and `set_by`, None if nobody has, and the last
    quarter that it ended `last_elsewhere`, in another group; and what of a series may be `reminded` still."""
    history = GroupHistory.objects.filter(customer=OuterRef("pk")).exclude(group=OuterRef("score__group"))
    return dossiers.annotate(
        set_kind=F("relationship__kind"),
        set_at=F("relationship__set_at"),
        set_by=F("relationship__set_by__name"),
        reminded=Subquery(_reminded()),
        last_elsewhere=Subquery(history.order_by().values("customer").values(found=Max("quarter"))),
    )


def _reminded() -> QuerySet[Reminder]:
    """The letters that one may stop, or put back; of those held out nobody is told, lest he makes up for it."""
    stops = Q(stopped_at__isnull=True) | Q(stopped_why=Reminder.Stopped.TAKEN_OUT)
    rows = Reminder.objects.filter(stops, customer=OuterRef("pk"), held_out=False, bought_on__isnull=True)
    told = JSONObject(
        pk="pk", series="series__name", steps_done="steps_done", next_on="next_on", stopped="stopped_why"
    )
    return rows.filter(series__running_since__isnull=False).order_by("-cycle").values(told=told)[:1]


@dataclass(frozen=True)
class Reminded:
    """Letters of a series to this customer; `next_on` is None when all are written."""

    pk: int
    series: str
    steps_done: int
    next_on: date | None
    stopped: str

    @property
    def position(self) -> int:
        """Of the next letter."""
        return self.steps_done + 1


class Standing:
    """Where one customer, read `whole`, stands, as the panels of a page show it to `user`."""

    def __init__(self, user: User, customer: Customer) -> None:
        self.user = user
        self.customer = customer
        self.now = timezone.now()
        self.today = user.today(self.now)

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

    @cached_property
    def reminded(self) -> Reminded | None:
        told = self.customer.reminded
        day = told and told["next_on"]
        return Reminded(**told | {"next_on": day and date.fromisoformat(day)}) if told else None

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
        for purchase in self.customer.latest_purchases:
            if purchase.amount >= 0 and purchase.bought_on <= self.today:
                totals[purchase.bought_on] += float(purchase.amount)
        bought = [Bought(day, total) for day, total in sorted(totals.items())[-SHOWN:]]
        return Strip(bought, today=self.today, expectation=self.expectation)

    @property
    def days_ago(self) -> int:
        return self.score.recency_days(self.today)

    @property
    def since(self) -> date | None:
        """First day of the quarter in which the customer came into the group, as far back as groups are kept."""
        if self.customer.last_elsewhere:
            return quarters_back(self.customer.last_elsewhere, -1)
        return max(quarter_of(self.score.first_on), self._first_kept)

    @property
    def _first_kept(self) -> date:
        return quarters_back(quarter_of(self.today), HISTORY)

    @property
    def is_since_longer(self) -> bool:
        """The customer has been in the group as long as groups are kept, and before that."""
        return not self.customer.last_elsewhere and self.score.first_on < self._first_kept

    @cached_property
    def proposal(self) -> Proposal:
        return propose(self.score, self.terms.limits, on=self.today)

    @property
    def kind(self) -> str:
        """What somebody has set, else what behaviour proposes."""
        return self.customer.set_kind or self.proposal.kind

    @property
    def set_kind_name(self) -> str:
        return str(Kind(self.customer.set_kind).label)

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


PANELS = tuple(_panel("right", name) for name in ("next", "reminder", "group", "relationship", "advice"))
