"""The customers of a series: who gets the next letter and why, who is held out, and who was stopped."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import F, Q
from django.http import QueryDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.views.customers import PAGE
from crm.numbers import number_in
from crm.team.models import User
from segmentation.models import Reminder, Series, Step
from segmentation.models.reminder import ReminderQuerySet
from segmentation.reminding.words import reason, with_reasons

NEXT, HELD_OUT, STOPPED = "next", "held_out", "stopped"
KINDS = {
    NEXT: gettext_lazy("Next letters"),
    HELD_OUT: gettext_lazy("Without a letter"),
    STOPPED: gettext_lazy("Stopped"),
}
# The day by which each kind is ordered; the last first where it is past.
DAY = {NEXT: "next_on", HELD_OUT: "begins_on", STOPPED: "stopped_at"}


def of_kind(series: Series, kind: str, user: User, *, today: date) -> ReminderQuerySet:
    rows = Reminder.objects.visible_to(user, on=today).filter(series=series)
    if kind == NEXT:
        return rows.going_on()
    if kind == HELD_OUT:
        return rows.filter(held_out=True)
    return rows.filter(stopped_at__isnull=False, held_out=False)


@dataclass(frozen=True)
class Line:
    """A customer of the list; `step` is the letter to come, None if none is."""

    reminder: Reminder
    reason: str
    step: Step | None

    @property
    def day(self) -> date | None:
        return self.reminder.next_on

    @property
    def subjects(self) -> str:
        """ "A or B": the subject lines of which one will be drawn; "" if the letter has only its own."""
        keys = [variant.key for variant in self.step.variants.all()] if self.step else []
        return get_text_list(keys, _("or"))


class People:
    """A page of them as asked for: ?who=next&on=2026-11-24&step=2&after=…, ?who=stopped&why=bought."""

    def __init__(
        self, series: Series, asked: QueryDict, *, user: User, today: date, size: int = PAGE
    ) -> None:
        self.size = size
        self.series, self.asked, self.user, self.today = series, asked, user, today
        self.kind = asked.get("who", NEXT) if asked.get("who") in KINDS else NEXT
        self.why = asked.get("why", "") if asked.get("why") in Reminder.Stopped.values else ""
        self.on, self.position = _day(asked.get("on", "")), number_in(asked.get("step")) or 0

    @property
    def why_words(self) -> str:
        return str(Reminder.Stopped(self.why).label)

    @cached_property
    def rows(self) -> ReminderQuerySet:
        rows = of_kind(self.series, self.kind, self.user, today=self.today)
        if self.kind == STOPPED and self.why:
            rows = rows.filter(stopped_why=self.why)
        if self.kind == NEXT and self.on:
            # What should have been queued before is queued today.
            rows = (
                rows.filter(next_on__lte=self.on) if self.on <= self.today else rows.filter(next_on=self.on)
            )
        return rows.filter(steps_done=self.position - 1) if self.kind == NEXT and self.position else rows

    @cached_property
    def steps(self) -> dict[int, Step]:
        steps = self.series.steps.select_related("letter").prefetch_related("variants")
        return {step.position: step for step in steps}

    @cached_property
    def _found(self) -> list[Reminder]:
        column = DAY[self.kind]
        rows = with_reasons(self.rows).select_related(
            "customer__expectation", "series", "customer__owner", "customer__main_person", "stopped_by"
        )
        if edge := self._edge(column):
            rows = rows.filter(self._beyond(column, *edge))
        order = (column, "pk") if self.kind == NEXT else (F(column).desc(), "-pk")
        return list(rows.order_by(*order)[: self.size + 1])

    def _edge(self, column: str) -> tuple | None:
        pk = number_in(self.asked.get("after"))
        return self.rows.filter(pk=pk).values_list(column, "pk").first() if pk else None

    def _beyond(self, column: str, day: object, pk: int) -> Q:
        sign = "gt" if self.kind == NEXT else "lt"
        return Q(**{f"{column}__{sign}": day}) | Q(**{column: day, f"pk__{sign}": pk})

    @cached_property
    def lines(self) -> list[Line]:
        return [self.line(reminder) for reminder in self._found[: self.size]]

    def line(self, reminder: Reminder) -> Line:
        step = self.steps.get(reminder.steps_done + 1) if self.kind == NEXT else None
        return Line(reminder, reason(reminder, today=self.today), step)

    @property
    def next(self) -> str:
        """Query of the page behind this one, "" on the last."""
        return self.query(after=self.lines[-1].reminder.pk) if len(self._found) > self.size else ""

    def query(self, **more: object) -> str:
        asked = {"who": self.kind, "why": self.why, "on": self.on, "step": self.position} | more
        query = QueryDict(mutable=True)
        query.update({name: str(value) for name, value in asked.items() if value})
        return query.urlencode()

    @cached_property
    def count(self) -> int:
        return self.rows.count()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
