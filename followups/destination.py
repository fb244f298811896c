"""What filing under a tab would mean, said before it is done."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from crm.markup import written
from crm.templatetags.ringbinder import weekday_key
from followups.binder import Binder
from followups.dates import Tab, rest_day_hint


def tab_name(tab: Tab, *, today: date) -> str:
    """ "Tue 8 Dec", "Tue 8 Dec 2028", "July", "July 2028" or "the cabinet", with the time where one was agreed."""
    if tab.due_on is None:
        return _("the cabinet")
    far = (tab.due_on - today).days > 330
    if tab.is_month:
        return written(tab.due_on, "F Y" if far else "F")
    name = written(tab.due_on, "D j M Y" if far else "D j M")
    return f"{name}, {time_format(tab.at, 'H:i')}" if tab.at else name


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
            return _("%(month)s tab") % {"month": written(day, "F")}
        number = {"number": day.day}
        return (
            _("Tab %(number)s, next month") if day >= self.binder.next_month else _("Tab %(number)s")
        ) % number

    @property
    def short(self) -> str:
        """Below a quick date: "We 18 · 11", "Fr 20 · 18, full", "17 Dec · Dec tab"."""
        day = self.tab.due_on
        if day >= self.binder.horizon:
            return _("%(day)s · %(month)s tab") % {
                "day": written(day, "j M"),
                "month": written(day, "M"),
            }
        short = {"day": f"{written(day, 'D')[:2]} {day.day}", "load": self.load}
        return (_("%(day)s · %(load)s, full") if self.is_full else _("%(day)s · %(load)s")) % short

    @property
    def hue(self) -> str:
        """The weekday whose colour the date carries, "month" where it lies behind a month tab."""
        return "month" if self.tab.due_on >= self.binder.horizon else weekday_key(self.tab.due_on)

    @property
    def load(self) -> int:
        return self.binder.load_of(self.tab)

    @property
    def has_capacity(self) -> bool:
        return not self.tab.is_month and not self.tab.is_cabinet

    @property
    def is_full(self) -> bool:
        return self.has_capacity and self.load >= self.binder.capacity

    @property
    def holiday(self) -> str:
        return self.binder.owner.calendar.holiday_name(self.tab.due_on) if self.has_capacity else ""

    @property
    def rest_word(self) -> str:
        """Why that day is a rest day: the holiday's name, else the weekday's."""
        return self.holiday or written(self.tab.due_on, "l")

    @property
    def rather(self) -> "Destination | None":
        """The next working day, where this one is a rest day."""
        day = rest_day_hint(self.tab, self.binder.owner.calendar)
        return Destination(Tab(day, at=self.tab.at), self.binder) if day else None
