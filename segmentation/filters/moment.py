"""What conditions are asked of: one team's dossiers, as they are known on one day."""

from collections.abc import Callable
from copy import copy
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    Expression,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Round

from contacts.models import Entry, Purchase, Tag
from crm.team.models import User
from segmentation import groups
from segmentation.models import Group, Score, Scoring
from segmentation.quarters import period_from
from segmentation.scores import Points, points_on, rules_of

A_WHILE = 600  # seconds for which product groups are kept in mind
MOST_PRODUCT_GROUPS = 200

Choices = list[tuple[str, str]]
BOUGHT = Q(amount__gte=0)  # a return is money, and no purchase


def cents(column: str) -> Cast:
    """An amount as a whole number, which both databases add up and compare exactly."""
    return Cast(Round(F(column) * 100), BigIntegerField())


class Moment:
    """`on` is a day, mostly `today`. Of days before, what happened is told as of then; all else is as it stands now.

    What not everybody may know is asked of as `viewer` may. `alone` says that a condition
    stands by itself, and not among alternatives or under a "not".
    """

    def __init__(self, viewer: User, *, on: date, today: date) -> None:
        self.viewer, self.team, self.today = viewer, viewer.team, today
        self.on = min(on, today)
        self.alone = True

    def beside_others(self) -> Self:
        other = copy(self)
        other.alone = False
        return other

    @property
    def is_now(self) -> bool:
        return self.on == self.today

    def ago(self, days: int) -> date:
        return self.on - timedelta(days)

    def midnight(self, day: date) -> datetime:
        """When that day begins for the team."""
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.team.time_zone))

    @property
    def end(self) -> datetime:
        """When the day `on` is over for the team."""
        return self.midnight(self.on + timedelta(1))

    # --- rows that conditions look at

    def among(self, rows: QuerySet) -> Q:
        """Customers of whom there is a row; `rows` have a `customer` and are summed up by it."""
        # By itself, PostgreSQL joins what IN gives. Elsewhere it would look it through once for each customer,
        # unless it finds room for a table; asking for each customer by the index is sure.
        if self.alone:
            return Q(pk__in=rows.values("customer"))
        return Q(Exists(rows.filter(customer=OuterRef("pk"))))

    def bought(self, facts: Q) -> Q:
        """Customers whose purchases come to this: purchase_days, first_on, last_on, cents, group, r, f, m."""
        if self.is_now:
            return Q(Exists(self._scores.filter(facts, customer=OuterRef("pk"))))
        return self.among(self._past_facts.filter(facts))

    def not_bought(self, facts: Q | None = None) -> Q:
        """All other customers, those without any purchase among them."""
        return ~self.beside_others().bought(facts or Q())

    def scored(self, scores: Q) -> Q:
        """Customers whose r, f or m are this."""
        if self.is_now:
            return self.bought(scores)
        return self.among(self._past_facts.annotate(**self._past_scores()).filter(scores))

    def purchases(self) -> QuerySet[Purchase]:
        return Purchase.objects.filter(team=self.team, bought_on__lte=self.on)

    def talks(self) -> QuerySet[Entry]:
        """Whenever somebody was reached: notes, what is told of tickets, and calls that nobody answered, are none."""
        told = (Entry.Kind.NOTE, Entry.Kind.TICKET, Entry.Kind.RATING)
        reached = Entry.objects.exclude(kind__in=told).exclude(outcome=Entry.Outcome.MISSED)
        return reached.filter(customer=OuterRef("pk"), happened_at__lt=self.end)

    @cached_property
    def _scores(self) -> QuerySet[Score]:
        return Score.objects.of_team(self.team).annotate(cents=cents("money"))

    @cached_property
    def _past_facts(self) -> QuerySet[Purchase]:
        summed = self.purchases().order_by().values("customer")
        facts = summed.annotate(
            purchase_days=Count("bought_on", distinct=True, filter=BOUGHT),
            first_on=Min("bought_on", filter=BOUGHT),
            last_on=Max("bought_on", filter=BOUGHT),
            cents=Sum(cents("amount")),
        )
        return facts.annotate(group=self._past_group()).filter(purchase_days__gt=0)

    def _past_group(self) -> Case:
        """By the limits in force now: two days then differ by what customers did, not by what the lead set."""
        one_time, lost = self._limits.days_needed(self.on)
        return Case(
            When(purchase_days=1, last_on__lt=one_time, then=Value(Group.ONE_TIME.value)),
            When(purchase_days=1, then=Value(Group.BEGINNER.value)),
            When(last_on__lt=lost, then=Value(Group.LOST.value)),
            When(purchase_days__gte=self._limits.vip_from, then=Value(Group.VIP.value)),
            default=Value(Group.GROWING.value),
        )

    @cached_property
    def _limits(self) -> groups.Limits:
        scoring = Scoring.objects.filter(team=self.team, as_of__isnull=False).first()
        return groups.in_force(scoring) if scoring else groups.DEFAULT

    def _past_scores(self) -> dict[str, Expression]:
        start = period_from(self.on, rules_of(self.team).quarters)
        inside = Q(bought_on__gte=start) if start else Q()
        points = self._past_points
        frequency = Count("bought_on", distinct=True, filter=BOUGHT & inside)
        money = Sum(cents("amount"), filter=inside or None)
        return {
            "frequency": frequency,
            "monetary": money,
            "r": _band("last_on", points.recency),
            "f": _band("frequency", points.frequency),
            "m": _band("monetary", [int(point * 100) for point in points.money]),
        }

    @property
    def _past_points(self) -> Points:
        """What parted the scores on that day. The past rarely changes, and finding it takes a while."""
        version = Scoring.objects.filter(team=self.team).values_list("version", flat=True).first()
        key = f"points:{self.team.pk}:{version}:{self.on}"
        return cache.get_or_set(key, lambda: points_on(self.team, as_of=self.on), A_WHILE)

    # --- what there is to choose from, and how it is called

    @cached_property
    def people(self) -> Choices:
        names = User.objects.filter(team=self.team).order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in names]

    @cached_property
    def tags(self) -> Choices:
        return [(name, name) for name in Tag.objects.filter(team=self.team).values_list("name", flat=True)]

    @cached_property
    def product_groups(self) -> Choices:
        """Those bought most, by name."""
        names = cache.get_or_set(f"product-groups:{self.team.pk}", self._read_product_groups, A_WHILE)
        return [(name, name) for name in names]

    def _read_product_groups(self) -> list[str]:
        rows = Purchase.objects.filter(team=self.team).exclude(product_group="").order_by()
        counted = rows.values_list("product_group").annotate(n=Count("pk")).order_by("-n", "product_group")
        return sorted((name for name, _n in counted[:MOST_PRODUCT_GROUPS]), key=str.casefold)


Find = Callable[[Moment], Choices]


def _band(column: str, points: list | tuple) -> Case:
    """1 + the number of points strictly below; nothing without a purchase in the period."""
    steps = [When(**{f"{column}__lte": point}, then=Value(score)) for score, point in enumerate(points, 1)]
    return Case(When(frequency=0, then=Value(None)), *steps, default=Value(5))
