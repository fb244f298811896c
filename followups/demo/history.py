"""What went before: talks, the way through the binder, purchases. Nothing here touches the database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count, pairwise
from random import Random
from zoneinfo import ZoneInfo

from contacts.models import Customer, Entry, Person, Purchase
from followups.dates import Tab
from followups.demo.words import KINDS, OUTCOMES, PLANS, PRODUCT_GROUPS, REST_REASONS, SAID
from followups.models import FollowUp

TWO_YEARS = 730  # days
ENTRIES = (0, 1, 2, 2, 3, 3, 3, 4, 4, 5, 7)  # how many talks a dossier may have had; three on average
# Customers by how they buy: share in percent, and how often compared with each other.
GROUPS = {"beginner": (15, 1), "one-time": (22, 1), "growing": (32, 8), "vip": (11, 18), "lost": (20, 6)}
FIRST_ORDER = 10_001


@dataclass
class Dossier:
    """All rows of one customer, unsaved. `places` is his way through the binder: only the last is open."""

    customer: Customer
    people: list[Person]
    places: list[FollowUp]
    entries: list[Entry] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)


class Historian:
    def __init__(self, random: Random, *, now: datetime, zone: ZoneInfo) -> None:
        self.random, self.now, self.zone = random, now, zone
        self.today = now.astimezone(zone).date()
        self._orders = count(FIRST_ORDER)

    def moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)

    def working_hour(self, day: date) -> datetime:
        return self.moment(day, time(self.random.randint(8, 16), self.random.randrange(0, 60, 5)))

    def weekday(self, day: date) -> date:
        """`day`, or the Friday before a weekend."""
        return day - timedelta(days=max(day.isoweekday() - 5, 0))

    def entries(
        self, customer: Customer, *, lies_under: Tab, before: date, number: int | None = None
    ) -> list[Entry]:
        """Talks on days before `before`, oldest first; each leads to the next, the last to `lies_under`."""
        number = self.random.choice(ENTRIES) if number is None else number
        days, day = [], before - timedelta(days=self.random.randint(3, 25))
        for _ in range(number):
            days.append(self.weekday(day))
            day -= timedelta(days=self.random.randint(14, 90))
        tabs = [*(Tab(day) for day in reversed(days)), lies_under]
        return [self._entry(customer, talk.due_on, then) for talk, then in pairwise(tabs)]

    def _entry(self, customer: Customer, day: date, then: Tab) -> Entry:
        kind = _weighted(self.random, KINDS)
        outcome = (
            self.random.choice(("later", "refused")) if then.is_cabinet else _weighted(self.random, OUTCOMES)
        )
        return Entry(
            customer=customer,
            kind=kind,
            outcome=outcome,
            text=self.random.choice(SAID[outcome]),
            author_id=customer.owner_id,
            happened_at=self.working_hour(day),
            next_on=then.due_on,
            next_precision=then.precision,
            minutes=self.random.randint(2, 25) if kind == "call" else None,
        )

    def plan(self, kind: str) -> str:
        return self.random.choice(PLANS[kind])

    def kind(self) -> str:
        return _weighted(self.random, KINDS)

    def way(self, customer: Customer, talks: list[Entry], *, to: Tab, kind: str, plan: str) -> list[FollowUp]:
        """The places that were left with those talks, oldest first, and the open one."""
        places: list[FollowUp] = []
        opened = customer.created_at
        for entry in talks:
            places.append(self._left(entry, opened, places[-1] if places else None))
            opened = entry.happened_at
        return [*places, self._open(customer, to, opened, places[-1] if places else None, kind, plan)]

    def _left(self, entry: Entry, opened: datetime, previous: FollowUp | None) -> FollowUp:
        kind = entry.kind if entry.kind in FollowUp.Kind.values else FollowUp.Kind.CALL
        return FollowUp(
            customer=entry.customer,
            owner_id=entry.customer.owner_id,
            due_on=entry.happened_at.date(),
            kind=kind,
            plan=self.plan(kind),
            opened_at=opened,
            opened_by_id=entry.author_id,
            closed_at=entry.happened_at,
            closed_by_id=entry.author_id,
            result=entry.outcome,
            entry=entry,
            version=2,
            previous=previous,
        )

    def _open(
        self, customer: Customer, to: Tab, opened: datetime, previous: FollowUp | None, kind: str, plan: str
    ) -> FollowUp:
        return FollowUp(
            customer=customer,
            owner_id=customer.owner_id,
            due_on=to.due_on,
            precision=to.precision,
            at=to.at,
            hint=to.hint,
            kind=kind,
            plan=plan,
            opened_at=opened,
            opened_by_id=customer.owner_id,
            previous=previous,
            rest_reason=self.random.choice(REST_REASONS) if to.is_cabinet else "",
        )

    def purchases(self, customer: Customer, group: str, number: int) -> list[Purchase]:
        """`number` purchases within two years, spaced as customers of that group buy."""
        usual = self.random.lognormvariate(5.6, 0.9)
        return [
            Purchase(
                team_id=customer.team_id,
                customer=customer,
                bought_on=day,
                product_group=self.random.choice(PRODUCT_GROUPS),
                amount=_money(usual * self.random.uniform(0.6, 1.6)),
                reference=f"B-{next(self._orders)}",
            )
            for day in self._days_bought(group, number)
        ]

    def _days_bought(self, group: str, number: int) -> Iterator[date]:
        newest, oldest = {
            "beginner": (2, 60),
            "one-time": (150, TWO_YEARS),
            "lost": (self.random.randint(190, 380), TWO_YEARS),
        }.get(group, (2, TWO_YEARS))
        step = (oldest - newest) / max(number, 1)
        for n in range(number):
            ago = newest + step * (n + self.random.random())
            yield self.weekday(self.today - timedelta(days=round(ago)))


def draw_groups(random: Random, number: int) -> list[str]:
    return random.choices(list(GROUPS), [share for share, _ in GROUPS.values()], k=number)


def share_out(total: int, groups: Iterable[str]) -> list[int]:
    """How many of `total` purchases each customer made: in proportion to how often his group buys."""
    weights = [GROUPS[group][1] for group in groups]
    shares, given, seen, whole = [], 0, 0, sum(weights)
    for weight in weights:
        seen += weight
        upto = total * seen // whole
        shares.append(upto - given)
        given = upto
    return shares


def _weighted(random: Random, table: tuple[tuple[str, int], ...]) -> str:
    return random.choices([word for word, _ in table], [weight for _, weight in table])[0]


def _money(amount: float) -> Decimal:
    return Decimal(max(round(amount * 100), 900)).scaleb(-2)
