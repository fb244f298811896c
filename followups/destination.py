"""What filing under a tab would mean, said before it is done."""

from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.markup import written
from crm.templatetags.ringbinder import weekday_key
from followups.binder import Binder
from followups.dates import EARLY, FIRST_HALF, LATE, MIDDLE, SECOND_HALF, Tab, rest_day_hint

FAR = 330  # days; a month that is nearer needs no year
LOOKED_AT = 30  # working days, for one with room


def tab_name(tab: Tab, *, today: date) -> str:
    """ "Tue 8 Dec", "Tue 8 Dec 2028", "July", "early July 2028" or "the cabinet", with the time if one was agreed."""
    if tab.due_on is None:
        return _("the cabinet")
    if tab.is_month:
        return _part_of(_month(tab.due_on, today=today), tab.hint)
    name = written(tab.due_on, "D j M Y" if _is_far(tab.due_on, today=today) else "D j M")
    return f"{name}, {time_format(tab.at, 'H:i')}" if tab.at else name


def _is_far(day: date, *, today: date) -> bool:
    return (day - today).days > FAR


def _month(day: date, *, today: date) -> str:
    return written(day, "F Y" if _is_far(day, today=today) else "F")


def _part_of(month: str, hint: str) -> str:
    parts = {
        EARLY: _("early %(month)s"),
        MIDDLE: _("mid-%(month)s"),
        LATE: _("late %(month)s"),
        FIRST_HALF: _("first half of %(month)s"),
        SECOND_HALF: _("second half of %(month)s"),
    }
    return parts.get(hint, "%(month)s") % {"month": month}


@dataclass(frozen=True)
class Destination:
    """A tab somebody is about to file under."""

    tab: Tab
    binder: Binder

    @property
    def key(self) -> str:
        """What the button has named: filing needs the same key back, so nobody files under a date he did not see."""
        return f"{self.tab.slug} {self.tab.at:%H:%M}" if self.tab.at else self.tab.slug

    @property
    def name(self) -> str:
        return tab_name(self.tab, today=self.binder.today)

    @property
    def button(self) -> str:
        if self.tab.is_cabinet:
            return _("File in the cabinet")
        return _("File under %(tab)s") % {"tab": self.name}

    @property
    def place(self) -> str:
        """Where that is in the binder: "Tab 8, next month", "July tab"."""
        day = self.tab.due_on
        if day is None:
            return _("It rests until you take it out again")
        if not self.binder.has_day_tab(self.tab):
            return _("%(month)s tab") % {"month": _month(day, today=self.binder.today)}
        if self.binder.shows_dates:
            return _("Tab %(number)s") % {"number": written(day, "j M")}
        number = {"number": day.day}
        return (
            _("Tab %(number)s, next month") if day >= self.binder.next_month else _("Tab %(number)s")
        ) % number

    @property
    def short(self) -> str:
        """Below a quick date: "We 18 · 11 of 16", "Fr 20 · 18 of 16", "17 Dec · 2 of 16"."""
        day = self.tab.due_on
        name = written(day, "j M") if day >= self.binder.horizon else f"{written(day, 'D')[:2]} {day.day}"
        return _("%(day)s · %(load)s of %(room)s") % {"day": name, "load": self.load, "room": self.room}

    @property
    def fullness(self) -> str:
        """What lies there, wherever the tab is offered: "11 of 16 that day", "40 dossiers" of a month or rest day."""
        if self.has_capacity and self.room:
            return _("%(load)s of %(room)s that day") % {"load": self.load, "room": self.room}
        return ngettext("%(n)s dossier", "%(n)s dossiers", self.load) % {"n": self.load}

    @property
    def hue(self) -> str:
        """The weekday whose colour the date carries, "month" where it lies behind a month tab."""
        return "month" if self.tab.due_on >= self.binder.horizon else weekday_key(self.tab.due_on)

    @property
    def load(self) -> int:
        return self.binder.load_of(self.tab)

    @property
    def room(self) -> int:
        """How many can be worked through on that day."""
        return self.binder.capacity_on(self.tab.due_on)

    @property
    def has_capacity(self) -> bool:
        return self.tab.is_day

    @property
    def is_full(self) -> bool:
        return self.has_capacity and self.load >= self.room > 0

    @property
    def holiday(self) -> str:
        return self.binder.calendar.holiday_name(self.tab.due_on) if self.has_capacity else ""

    @property
    def rest_word(self) -> str:
        """Why that day is a rest day: the holiday's name, else the weekday's."""
        return self.holiday or written(self.tab.due_on, "l")

    @property
    def is_rest(self) -> bool:
        return rest_day_hint(self.tab, self.binder.calendar) is not None

    @property
    def rather(self) -> "Destination | None":
        """Where this is a rest day, the next working day; where it is full, the next with room."""
        day = rest_day_hint(self.tab, self.binder.calendar) or (
            self._next_with_room if self.is_full else None
        )
        return Destination(Tab(day, at=self.tab.at), self.binder) if day else None

    @property
    def _next_with_room(self) -> date | None:
        binder = self.binder
        coming = islice(binder.calendar.working_days_from(self.tab.due_on), LOOKED_AT)
        return next((day for day in coming if binder.loads[day] < binder.capacity_on(day)), None)
