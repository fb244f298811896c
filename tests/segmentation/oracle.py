"""What may leave, told by simple rules of its own: none of the product's functions is asked."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

WEEK = timedelta(days=7)
ZONES = {
    "": ("Europe/Berlin",),
    "GE": ("Asia/Tbilisi",),
    "PT": ("Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores"),
}


@cache
def holidays_of(country: str, year: int) -> set[date]:
    return set(holidays.country_holidays(country or "DE", years=year))


def is_day(now: datetime, country: str) -> bool:
    """Between 8 and 20 o'clock on a day that is neither a Sunday nor a holiday, in every zone of the country."""
    there = [now.astimezone(ZoneInfo(zone)) for zone in ZONES[country]]
    return all(
        8 <= at.hour < 20 and at.weekday() < 6 and at.date() not in holidays_of(country, at.year)
        for at in there
    )


@dataclass
class Person:
    """A customer as the test has made him."""

    country: str
    email: str
    has_basis: bool = True
    is_erased: bool = False
    purchases: dict[int, tuple[date, int]] = field(default_factory=dict)
    talks: list[datetime] = field(default_factory=list)

    def bought_after(self, day: date) -> bool:
        return any(on > day and amount >= 0 for on, amount in self.purchases.values())


@dataclass
class Reached:
    """A reminder as it was when it was first seen."""

    customer: int
    cycle: date
    enrolled_at: datetime
    begins_on: date
    held_out: bool
    is_out: bool = False  # taken out by the manager, for now
    is_ended: bool = False  # for good


@dataclass
class World:
    people: dict[int, Person] = field(default_factory=dict)
    reached: dict[int, Reached] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)  # addresses
    is_paused: bool = False
    left: dict[str, tuple[datetime, str, tuple]] = field(default_factory=dict)  # by Message-ID

    def end(self, *, customer: int | None = None, address: str | None = None) -> None:
        """No letter to these comes any more in the cycle they are in, whatever happens later."""
        for one in self.reached.values():
            person = self.people[one.customer]
            if customer in (None, one.customer) and address in (None, person.email):
                one.is_ended = True

    def buys(self, customer: int) -> None:
        for one in self.reached.values():
            if one.customer == customer and self.people[customer].bought_after(one.cycle):
                one.is_ended = True

    def why_not(
        self, reached: Reached, address: str, occasion: tuple, message_id: str, now: datetime
    ) -> list:
        """Everything that speaks against a letter that leaves at that instant."""
        person = self.people[reached.customer]
        others = [(at, to, what) for key, (at, to, what) in self.left.items() if key != message_id]
        against = {
            "held out": reached.held_out,
            "erased": person.is_erased,
            "bought": person.bought_after(reached.cycle),
            "ended": reached.is_ended,
            "taken out": reached.is_out,
            "spoken to": any(at >= reached.enrolled_at for at in person.talks),
            "no basis": not person.has_basis,
            "forbidden": address in self.forbidden,
            "old address": address != person.email,
            "paused": self.is_paused,
            "night or holiday": not is_day(now, person.country),
            "too early": now.astimezone(ZoneInfo("Europe/Berlin")).date() < reached.begins_on,
            "twice": message_id in self.left,
            "told before": any(what == occasion for _at, _to, what in others),
            "within a week": any(to == address and abs(now - at) < WEEK for at, to, _what in others),
        }
        return [reason for reason, holds in against.items() if holds]
