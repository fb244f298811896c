"""Invented info cards: a customer and the people one talks to. Nothing here touches the database."""

import re
from datetime import date, timedelta
from random import Random

from contacts.folding import spell_out
from contacts.models import Customer, Person
from contacts.phones import normal_phone
from crm.team.models import Team, User
from followups.birthdays import LATE
from followups.demo.words import (
    BEST_TIMES,
    FIRST_NAMES,
    FORMS,
    IN_GEORGIAN,
    NOTES,
    POSITIONS,
    REGIONS,
    SOURCES,
    STREETS,
    SURNAMES,
    TOWNS,
    TRADES,
    Town,
)

Card = tuple[Customer, list[Person]]
FIRST_NUMBER = 1001
_BY_NAME = {town.name: town for town in TOWNS}


class CardMaker:
    """Makes cards with growing customer numbers. Nobody's birthday speaks up on `today`, if that is given."""

    def __init__(self, team: Team, random: Random, *, today: date | None = None) -> None:
        self.team, self.random = team, random
        quiet = [today - timedelta(days=n) for n in range(LATE + 1)] if today else []
        self._quiet = {(day.month, day.day) for day in quiet}
        self._names: set[str] = set()
        self._number = FIRST_NUMBER - 1

    def make(self, owner: User, *, name: str = "", person: str = "", town: str = "") -> Card:
        """A card that is invented but for what is given."""
        home = _BY_NAME[town] if town else self.random.choice(TOWNS)
        name, site = (name, _site(name)) if name else self._company(home)
        person = person or self._person_name(home.country)
        surname = person.rpartition(" ")[2]
        customer = self._customer(owner, name, home, site)
        people = [self._person(customer, person, home.country)]
        if self.random.random() < 0.35:
            other = f"{self.random.choice(FIRST_NAMES[home.country])} {surname}"
            people.append(self._person(customer, other, home.country))
        people[0].email = f"{_letters(person.split(' ')[-2])}.{_letters(surname)}@{site}.example"
        return customer, people

    def phone(self, town: Town) -> str:
        return f"{town.phone}{self.random.randrange(10**town.digits):0{town.digits}d}"

    def _customer(self, owner: User, name: str, home: Town, site: str) -> Customer:
        pick = self.random.choice
        self._number += 1
        self._names.add(name)
        return Customer(
            team=self.team,
            owner=owner,
            number=f"D-{self._number}",
            name=name,
            street=self._street(home.country),
            postcode=home.postcode,
            town=home.name,
            country=home.country,
            website=f"{site}.example",
            phone=normal_phone(self.phone(home), home.country),
            email=f"office@{site}.example",
            source=pick(SOURCES),
            best_time=pick(BEST_TIMES),
        )

    def _company(self, home: Town) -> tuple[str, str]:
        """A name, new if one is found at once, and its web address."""
        name, site = self._invent(home.country)
        return (f"{name}, {home.name}" if name in self._names else name), site

    def _invent(self, country: str) -> tuple[str, str]:
        pick = self.random.choice
        if country == "GE" and self.random.random() < 0.15:
            return pick(IN_GEORGIAN)
        trade, surname, form = pick(TRADES[country]), pick(SURNAMES[country]), pick(FORMS[country])
        if country == "DE":
            name = f"{trade} {surname}{form}"
        elif country == "GB":
            name = f"{surname} {trade}{form}"
        else:
            name = f"{pick(REGIONS)} {trade}{form}"
        return name, _site(name)

    def _street(self, country: str) -> str:
        street, number = self.random.choice(STREETS[country]), self.random.randint(1, 120)
        return f"{number} {street}" if country == "GB" else f"{street} {number}"

    def _person_name(self, country: str) -> str:
        return f"{self.random.choice(FIRST_NAMES[country])} {self.random.choice(SURNAMES[country])}"

    def _person(self, customer: Customer, name: str, country: str) -> Person:
        role = self.random.choice([*Person.Role.values, ""])
        position, note = self.random.choice(POSITIONS[country]), self.random.choice(NOTES)
        return Person(
            customer=customer, name=name, position=position, role=role, note=note, birthday=self._birthday()
        )

    def _birthday(self) -> date | None:
        if self.random.random() > 0.35:
            return None
        day = date(1950, 1, 1) + timedelta(days=self.random.randrange(365 * 52))
        while (day.month, day.day) in self._quiet:
            day += timedelta(days=1)
        return day


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", spell_out(text)).strip("-") or "office"


def _site(name: str) -> str:
    return _letters(name.replace("&", "und" if "Söhne" in name else "and"))
