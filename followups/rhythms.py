"""How often a customer is to be contacted. An app above says so; here it becomes a date one may press."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from contacts.models import Customer, Entry
from followups.binder import Binder

_KEY = re.compile(r"r(\d{1,3})-(\d{1,3})")


@dataclass(frozen=True)
class Rhythm:
    """A contact every `days`; `last_contact` is when somebody was last spoken with."""

    days: int
    name: str
    last_contact: datetime | None

    def key(self, binder: Binder) -> str:
        """Days from today on if this contact counts, and if nobody was reached: "r30-4"."""
        return f"r{self.days}-{self._days_if_missed(binder)}"

    def _days_if_missed(self, binder: Binder) -> int:
        if self.last_contact is None:
            return 1
        last = self.last_contact.astimezone(binder.owner.zone).date()
        return max(1, (last + timedelta(self.days) - binder.today).days)


def day_of(key: str, *, outcome: str, binder: Binder) -> date | None:
    """The working day that a key means after a contact with that outcome; None if it is no rhythm's key.

    A real contact begins the rhythm anew; whoever was not reached still waits since the last one.
    """
    found = _KEY.fullmatch(key)
    if not found:
        return None
    days = int(found[2] if outcome == Entry.Outcome.MISSED else found[1])
    return binder.calendar.next_working(binder.today + timedelta(days))


@dataclass
class _Registry:
    find: Callable[[Customer], Rhythm | None] = field(default=lambda customer: None)


_registry = _Registry()


def register(find: Callable[[Customer], Rhythm | None]) -> None:
    _registry.find = find


def rhythm_of(customer: Customer) -> Rhythm | None:
    return _registry.find(customer)
