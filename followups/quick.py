"""Dates that are one press away."""

from dataclasses import dataclass

from django.utils.translation import ngettext

from followups.binder import Binder
from followups.dates import Tab, quick_dates
from followups.destination import Destination
from followups.rhythms import Rhythm, day_of


@dataclass(frozen=True)
class QuickDate:
    """A date one press away; `about` says where it comes from, if it is not plain; `kind` is how, if it says so."""

    key: str
    label: str
    to: Destination
    about: str = ""
    kind: str = ""


def quick(binder: Binder) -> list[QuickDate]:
    return [
        QuickDate(key, label, Destination(Tab(day), binder))
        for key, label, day in quick_dates(binder.today, binder.calendar)
    ]


def in_rhythm(rhythm: Rhythm, binder: Binder) -> QuickDate:
    """The rhythm's next date after a contact today."""
    key = rhythm.key(binder)
    label = ngettext("in %(n)s day", "in %(n)s days", rhythm.days) % {"n": rhythm.days}
    day = day_of(key, outcome="", binder=binder)
    return QuickDate(key, label, Destination(Tab(day), binder), rhythm.name)
