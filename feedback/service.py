"""Was the service level kept? Per employee and day of a month, counted by the tickets that came in then.

A first answer counts as due once it was given or should have been. While a ticket waits for the customer, or is closed,
nothing becomes due; what was late before stays so. In the same way for solutions. Whoever answers for a ticket now
stands for it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from statistics import median
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.core.cache import cache
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from contacts.timeline import spell_minutes
from crm.team.models import Team, User
from feedback.models import Ticket
from feedback.models.ticket_queryset import OPEN, TicketQuerySet

LIVE_UP_TO = 1000  # tickets of a month: they are counted whenever somebody asks
KEPT = 300  # seconds
STEPS = 5  # of heat, besides none
FIGURES = ("opened", "answered", "in_time", "overdue", "solved", "solved_in_time", "unsolved_late")


@dataclass
class Figures:
    """Of some tickets; the medians are minutes of working time. `overdue`: unanswered. `unsolved_late`: still open."""

    opened: int = 0
    answered: int = 0
    in_time: int = 0
    overdue: int = 0
    solved: int = 0
    solved_in_time: int = 0
    unsolved_late: int = 0
    answer_median: float | None = None
    solution_median: float | None = None

    def add(self, row: dict[str, int]) -> None:
        for name in FIGURES:
            setattr(self, name, getattr(self, name) + row[name])

    @property
    def due(self) -> int:
        """First answers that were due."""
        return self.answered + self.overdue

    @property
    def late(self) -> int:
        return self.due - self.in_time

    @property
    def share(self) -> int | None:
        return _share(self.in_time, self.due)

    @property
    def solutions_due(self) -> int:
        return self.solved + self.unsolved_late

    @property
    def solved_share(self) -> int | None:
        return _share(self.solved_in_time, self.solutions_due)

    @property
    def usual_answer(self) -> str:
        return _spelled(self.answer_median)

    @property
    def usual_solution(self) -> str:
        return _spelled(self.solution_median)


def _share(part: int, whole: int) -> int | None:
    """Per cent; 100 only if it is all, 0 only if it is none."""
    if not whole:
        return None
    return min(99, max(1, round(100 * part / whole))) if 0 < part < whole else 100 * part // whole


def _spelled(minutes: float | None) -> str:
    return "" if minutes is None else spell_minutes(round(minutes))


@dataclass
class Month:
    """What came in between two instants, counted at `worked_out_at`; employees by id, None for nobody."""

    total: Figures
    employees: dict[int | None, Figures]
    days: dict[int, Figures]
    worked_out_at: datetime


def month_of(team: Team, first: date, *, zone: ZoneInfo, now: datetime) -> Month:
    """The month beginning on `first`. One with very many tickets is counted anew only every few minutes."""
    came_in = _between(team, first, first + relativedelta(months=1), zone)
    rows = came_in.not_merged()
    if came_in[: LIVE_UP_TO + 1].count() <= LIVE_UP_TO:
        return _count(rows, first, zone, now)
    key = f"service:{team.pk}:{first}:{zone.key}"
    kept = cache.get(key)
    if kept is None:
        kept = _count(rows, first, zone, now)
        cache.set(key, kept, KEPT)
    return kept


def _between(team: Team, first: date, end: date, zone: ZoneInfo) -> TicketQuerySet:
    rows = Ticket.objects.filter(team=team).order_by()
    return rows.filter(opened_at__gte=_midnight(first, zone), opened_at__lt=_midnight(end, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _count(rows: TicketQuerySet, first: date, zone: ZoneInfo, now: datetime) -> Month:
    month = Month(Figures(), defaultdict(Figures), defaultdict(Figures), now)
    for row in _by_day_and_employee(rows, first, zone, now):
        for figures in (month.total, month.employees[row["assignee"]], month.days[row["day"]]):
            figures.add(row)
    _add_medians(month, rows)
    month.employees, month.days = dict(month.employees), dict(month.days)
    return month


def _by_day_and_employee(rows: TicketQuerySet, first: date, zone: ZoneInfo, now: datetime) -> Iterable[dict]:
    """Counts, of one reading."""
    ends = ((day, _midnight(day + timedelta(1), zone)) for day in _days(first))
    day = Case(
        *[When(opened_at__lt=end, then=Value(day.day)) for day, end in ends], output_field=IntegerField()
    )
    in_time = Q(closed_at__lte=F("solution_due_at"))
    unanswered = Q(first_answered_at__isnull=True)
    stood_at = Coalesce("closed_at", "waiting_since", Value(now))  # the clock, since then or now
    return (
        rows.annotate(day=day)
        .values("day", "assignee")
        .annotate(
            opened=Count("pk"),
            answered=Count("first_answered_at"),
            in_time=Count("pk", filter=Q(first_answered_at__lte=F("answer_due_at"))),
            overdue=Count("pk", filter=unanswered & Q(answer_due_at__lt=stood_at)),
            solved=Count("closed_at"),
            solved_in_time=Count("pk", filter=Q(closed_at__isnull=False) & in_time),
            unsolved_late=Count("pk", filter=OPEN & Q(solution_due_at__lt=stood_at)),
        )
    )


def _add_medians(month: Month, rows: TicketQuerySet) -> None:
    answered = rows.filter(answered_in__isnull=False).values_list("assignee", "answered_in")
    solved = rows.filter(closed_at__isnull=False, solved_in__isnull=False).values_list(
        "assignee", "solved_in"
    )
    for name, times in (("answer_median", answered), ("solution_median", solved)):
        by: dict[int | None, list[int]] = defaultdict(list)
        for who, minutes in times:
            by[who].append(minutes)
        for who, found in by.items():
            setattr(month.employees[who], name, median(found))
        every = [minutes for found in by.values() for minutes in found]
        setattr(month.total, name, median(every) if every else None)


def _days(first: date) -> list[date]:
    end = first + relativedelta(months=1)
    return [first + timedelta(n) for n in range((end - first).days)]


@dataclass(frozen=True)
class Employee:
    name: str
    is_me: bool
    figures: Figures
    open_now: int
    late_now: int


@dataclass(frozen=True)
class Day:
    day: date
    figures: Figures
    heat: int


class ServiceReport:
    """The month of ?month=2026-11, for `user`: leads see everybody, others themselves and the team."""

    def __init__(self, asked: str, *, user: User, now: datetime) -> None:
        self.user, self.now, self.today = user, now, user.today(now)
        self.first = _month(asked, self.today)

    @property
    def previous(self) -> str:
        return f"{self.first - relativedelta(months=1):%Y-%m}"

    @property
    def next(self) -> str:
        following = self.first + relativedelta(months=1)
        return f"{following:%Y-%m}" if following <= self.today else ""

    @cached_property
    def month(self) -> Month:
        return month_of(self.user.team, self.first, zone=self.user.zone, now=self.now)

    @property
    def as_of(self) -> datetime | None:
        """When it was counted, if that was not just now."""
        counted = self.month.worked_out_at
        return None if counted == self.now else counted

    @cached_property
    def _open_now(self) -> dict[int | None, tuple[int, int]]:
        """How many are open, and late."""
        rows = Ticket.objects.filter(team_id=self.user.team_id).open().order_by().values("assignee")
        counted = rows.annotate(n=Count("pk"), late=Count("pk", filter=Q(next_due_at__lt=self.now)))
        return {row["assignee"]: (row["n"], row["late"]) for row in counted}

    @property
    def total(self) -> Employee:
        open_now, late_now = (sum(numbers) for numbers in zip((0, 0), *self._open_now.values(), strict=True))
        return Employee(_("Team"), False, self.month.total, open_now, late_now)

    @cached_property
    def employees(self) -> list[Employee]:
        """By name; last, for leads, what nobody answers for."""
        known = {*self.month.employees, *self._open_now}
        people = User.objects.visible_to(self.user).filter(pk__in=known - {None})
        people = people if self.user.is_lead else people.filter(pk=self.user.pk)
        found = [self._employee(each.pk, each.name) for each in people]
        return found + (
            [self._employee(None, _("nobody yet"))] if None in known and self.user.is_lead else []
        )

    def _employee(self, pk: int | None, name: str) -> Employee:
        open_now, late_now = self._open_now.get(pk, (0, 0))
        figures = self.month.employees.get(pk, Figures())
        return Employee(name, pk == self.user.pk, figures, open_now, late_now)

    @cached_property
    def days(self) -> list[Day]:
        """Up to today, of rest days only those on which something came in."""
        by, works = self.month.days, self.user.calendar.is_working
        most = max((figures.opened for figures in by.values()), default=0)
        shown = [day for day in _days(self.first) if day <= self.today and (day.day in by or works(day))]
        return [
            Day(day, found, _heat(found.opened, most))
            for day in shown
            if (found := by.get(day.day, Figures()))
        ]


def _heat(n: int, most: int) -> int:
    return -(-STEPS * n // most) if most else 0


def _month(asked: str, today: date) -> date:
    """Its first day; of what cannot be read, or is yet to come, the running month."""
    this = today.replace(day=1)
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return this
    return first if date(2000, 1, 1) <= first <= this else this
