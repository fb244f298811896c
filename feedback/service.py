"""Was the service level kept? Per employee and day of a month, counted by the tickets that came in then.

A first answer counts as due once it was given or should have been; what waits for the customer, or was closed without
an answer, counts as neither. In the same way for solutions. Whoever answers for a ticket now stands for it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from statistics import median

from dateutil.relativedelta import relativedelta
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from contacts.timeline import spell_minutes
from crm.team.models import User
from feedback.models import Ticket
from feedback.models.ticket_queryset import OUR_MOVE, UNANSWERED, TicketQuerySet

STEPS = 5  # of heat, besides none
FIGURES = ("opened", "answered", "in_time", "overdue", "solved", "solved_in_time", "unsolved_late")


@dataclass
class Figures:
    """Of some tickets. `overdue` and `unsolved_late` are still open."""

    opened: int = 0
    answered: int = 0
    in_time: int = 0
    overdue: int = 0
    solved: int = 0
    solved_in_time: int = 0
    unsolved_late: int = 0
    open_now: int = 0
    late_now: int = 0
    answer_minutes: list[int] = field(default_factory=list)
    solution_minutes: list[int] = field(default_factory=list)

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

    @cached_property
    def usual_answer(self) -> str:
        """The median first answer, in working time; "" if there is none."""
        return spell_minutes(round(median(self.answer_minutes))) if self.answer_minutes else ""

    @cached_property
    def usual_solution(self) -> str:
        return spell_minutes(round(median(self.solution_minutes))) if self.solution_minutes else ""


def _share(part: int, whole: int) -> int | None:
    """Per cent; 100 only if it is all, 0 only if it is none."""
    if not whole:
        return None
    return min(99, max(1, round(100 * part / whole))) if 0 < part < whole else 100 * part // whole


@dataclass(frozen=True)
class Employee:
    name: str
    is_me: bool
    figures: Figures


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
    def next_first(self) -> date:
        return self.first + relativedelta(months=1)

    @property
    def previous(self) -> str:
        return f"{self.first - relativedelta(months=1):%Y-%m}"

    @property
    def next(self) -> str:
        return f"{self.next_first:%Y-%m}" if self.next_first <= self.today else ""

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.user.zone)

    @property
    def _tickets(self) -> TicketQuerySet:
        rows = Ticket.objects.filter(team_id=self.user.team_id).not_merged().order_by()
        start, end = self._midnight(self.first), self._midnight(self.next_first)
        return rows.filter(opened_at__gte=start, opened_at__lt=end)

    @cached_property
    def _rows(self) -> list[dict]:
        """Counts by day and employee, of one reading."""
        days = [
            When(opened_at__lt=self._midnight(day + timedelta(1)), then=Value(day.day)) for day in self.month
        ]
        is_solved = Q(closed_at__isnull=False)
        return list(
            self._tickets.annotate(day=Case(*days, output_field=IntegerField()))
            .values("day", "assignee")
            .annotate(
                opened=Count("pk"),
                answered=Count("first_answered_at"),
                in_time=Count("pk", filter=Q(first_answered_at__lte=F("answer_due_at"))),
                overdue=Count("pk", filter=UNANSWERED & Q(answer_due_at__lt=self.now)),
                solved=Count("closed_at"),
                solved_in_time=Count("pk", filter=is_solved & Q(closed_at__lte=F("solution_due_at"))),
                unsolved_late=Count("pk", filter=OUR_MOVE & Q(solution_due_at__lt=self.now)),
            )
        )

    @cached_property
    def _times(self) -> list[tuple[int | None, int | None, int | None]]:
        rows = self._tickets.filter(
            Q(answered_in__isnull=False) | Q(solved_in__isnull=False, closed_at__isnull=False)
        )
        return list(rows.values_list("assignee", "answered_in", "solved_in"))

    @cached_property
    def _open_now(self) -> dict[int | None, tuple[int, int]]:
        rows = Ticket.objects.filter(team_id=self.user.team_id).open().order_by().values("assignee")
        counted = rows.annotate(n=Count("pk"), late=Count("pk", filter=Q(next_due_at__lt=self.now)))
        return {row["assignee"]: (row["n"], row["late"]) for row in counted}

    @property
    def month(self) -> list[date]:
        return [self.first + timedelta(n) for n in range((self.next_first - self.first).days)]

    @cached_property
    def total(self) -> Figures:
        total = Figures()
        for figures in self._by_employee.values():
            total.add(vars(figures))
            total.open_now += figures.open_now
            total.late_now += figures.late_now
            total.answer_minutes += figures.answer_minutes
            total.solution_minutes += figures.solution_minutes
        return total

    @cached_property
    def employees(self) -> list[Employee]:
        """By name; last, for leads, what nobody answers for."""
        by = self._by_employee
        people = User.objects.visible_to(self.user).filter(pk__in=[pk for pk in by if pk])
        people = people if self.user.is_lead else people.filter(pk=self.user.pk)
        found = [Employee(each.name, each.pk == self.user.pk, by[each.pk]) for each in people]
        nobody = [Employee(_("nobody yet"), False, by[None])] if None in by and self.user.is_lead else []
        return found + nobody

    @cached_property
    def _by_employee(self) -> dict[int | None, Figures]:
        by: dict[int | None, Figures] = defaultdict(Figures)
        for row in self._rows:
            by[row["assignee"]].add(row)
        for who, answered_in, solved_in in self._times:
            if answered_in is not None:
                by[who].answer_minutes.append(answered_in)
            if solved_in is not None:
                by[who].solution_minutes.append(solved_in)
        for who, (open_now, late_now) in self._open_now.items():
            by[who].open_now, by[who].late_now = open_now, late_now
        return by

    @cached_property
    def days(self) -> list[Day]:
        """Up to today, of rest days only those on which something came in."""
        by: dict[int, Figures] = defaultdict(Figures)
        for row in self._rows:
            by[row["day"]].add(row)
        most = max((figures.opened for figures in by.values()), default=0)
        return [Day(day, by[day.day], _heat(by[day.day].opened, most)) for day in self._shown(by)]

    def _shown(self, by: dict[int, Figures]) -> Iterable[date]:
        works = self.user.calendar.is_working
        return [day for day in self.month if day <= self.today and (day.day in by or works(day))]


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
