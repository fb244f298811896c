"""When a ticket is due, and how much of its time is used, in words."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.timeline import spell_minutes
from crm.markup import written
from feedback.models import ServiceRules, Ticket
from feedback.models.ticket import minutes

MANY_DAYS = 2  # from which on hours say nothing any more


def when(instant: datetime, *, zone: ZoneInfo, today: date) -> str:
    """ "today 15:30", "tomorrow 09:00", "Thu 19 Nov, 15:30"."""
    at = instant.astimezone(zone)
    return _("%(day)s %(time)s") % {"day": day_words(at.date(), today), "time": time_format(at, "H:i")}


def day_words(day: date, today: date) -> str:
    """The day; of another year with it."""
    near = {today - timedelta(1): _("yesterday"), today: _("today"), today + timedelta(1): _("tomorrow")}
    return near.get(day) or written(day, "D j M" if day.year == today.year else "D j M Y")


@dataclass(frozen=True)
class Clock:
    """One of a ticket's two clocks, in minutes of working time; `ended` says that it has stopped for good."""

    name: str
    used: int
    allowed: int
    ended: str = ""

    @property
    def is_over(self) -> bool:
        return self.used > self.allowed

    @property
    def words(self) -> str:
        spelled = {"used": spell_minutes(self.used), "allowed": spell_minutes(self.allowed)}
        return _("%(used)s of %(allowed)s used") % spelled

    @property
    def share(self) -> int:
        """Per cent, at most 100: the width of its bar."""
        return min(100, 100 * self.used // self.allowed)


class Due:
    """What is due of `ticket` at the instant `now`, for somebody whose days are those of `zone`."""

    def __init__(self, ticket: Ticket, *, rules: ServiceRules, now: datetime, zone: ZoneInfo) -> None:
        self.ticket, self.rules, self.now, self.zone = ticket, rules, now, zone
        self.today = now.astimezone(zone).date()

    def _when(self, instant: datetime) -> str:
        return when(instant, zone=self.zone, today=self.today)

    @property
    def is_late(self) -> bool:
        due = self.ticket.next_due_at
        return due is not None and due < self.now

    @property
    def _is_answer(self) -> bool:
        ticket = self.ticket
        return ticket.first_answered_at is None and ticket.next_due_at == ticket.answer_due_at

    @property
    def words(self) -> str:
        """ "answer due today 15:30", "answer late since today 11:00", "waits for the customer since Mon 16 Nov"."""
        ticket = self.ticket
        if ticket.closed_at:
            return _("closed %(when)s") % {"when": self._when(ticket.closed_at)}
        if ticket.waiting_since:
            return _("waits for the customer since %(when)s") % {"when": self._when(ticket.waiting_since)}
        if self.is_late:
            text = _("answer late since %(when)s") if self._is_answer else _("late since %(when)s")
        else:
            text = _("answer due %(when)s") if self._is_answer else _("to be solved by %(when)s")
        return text % {"when": self._when(ticket.next_due_at)}

    @cached_property
    def more(self) -> str:
        """How long that is in working time: "in 2 h of working time"; "" where no clock runs."""
        ticket = self.ticket
        if ticket.closed_at:
            spent = spell_minutes(ticket.solved_in or 0)
            return _("solved in %(time)s of working time") % {"time": spent}
        if not ticket.next_due_at:
            return _("its clock stands still")
        first, last = sorted((self.now, ticket.next_due_at))
        words = _("for %(time)s") if self.is_late else _("in %(time)s")
        return words % {"time": self._working_time(self.rules.hours.worked(first, last))}

    def _working_time(self, time: timedelta) -> str:
        """ "2 h 10 of working time", of much "28 working days"."""
        days = time // self.rules.hours.day
        if days < MANY_DAYS:
            return _("%(time)s of working time") % {"time": spell_minutes(minutes(time))}
        return ngettext("%(n)s working day", "%(n)s working days", days) % {"n": days}

    @property
    def promise(self) -> str:
        """What was promised to the customer, "" if nothing is."""
        ticket = self.ticket
        if ticket.closed_at:
            return ""
        if ticket.call_at:
            return _("call back %(when)s") % {"when": self._when(ticket.call_at)}
        if ticket.owes_call:
            return _("call back %(when)s") % {"when": day_words(ticket.promised_on, self.today)}
        if ticket.promised_on:
            return _("answer promised for %(day)s") % {"day": day_words(ticket.promised_on, self.today)}
        return ""

    @property
    def promise_has_passed(self) -> bool:
        ticket = self.ticket
        if ticket.call_at:
            return ticket.call_at < self.now
        return ticket.promised_on is not None and ticket.promised_on < self.today

    @cached_property
    def clocks(self) -> list[Clock]:
        """First answer and solution. Costs a query for the pauses, unless they were fetched with the ticket."""
        ticket, rules = self.ticket, self.rules
        pauses = ticket.spans(self.now)
        used = minutes(rules.hours.worked(ticket.opened_at, self.now, pauses=pauses))
        answer = Clock(_("First answer"), used, rules.answer_within * 60)
        if ticket.answered_in is not None:
            given = _("given in %(time)s") % {"time": spell_minutes(ticket.answered_in)}
            answer = Clock(_("First answer"), ticket.answered_in, rules.answer_within * 60, given)
        elif ticket.closed_at:
            unsaid = _("closed without one")
            answer = Clock(_("First answer"), ticket.solved_in or 0, rules.answer_within * 60, unsaid)
        solution = Clock(_("Solution"), used, rules.solve_within * 60)
        if ticket.closed_at:
            solved = _("solved in %(time)s") % {"time": spell_minutes(ticket.solved_in or 0)}
            solution = Clock(_("Solution"), ticket.solved_in or 0, rules.solve_within * 60, solved)
        return [answer, solution]

    @property
    def pauses(self) -> list[str]:
        """ "today 10:00 to 12:30" for each time in which it waited; the one that goes on has no end."""
        done = [
            _("%(start)s to %(end)s")
            % {"start": self._when(pause.began_at), "end": self._when(pause.ended_at)}
            for pause in self.ticket.pauses.all()
        ]
        if self.ticket.waiting_since:
            done.append(_("since %(start)s") % {"start": self._when(self.ticket.waiting_since)})
        return done


def at_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone)
