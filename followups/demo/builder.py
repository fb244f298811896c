"""From a card and a tab to a whole dossier. Nothing here touches the database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from contacts.models import Customer, Entry, Person, Purchase
from contacts.phones import normal_phone
from crm.team.models import User
from followups.dates import Tab
from followups.demo import kessler, stage
from followups.demo.cards import Card, CardMaker
from followups.demo.history import GROUPS, Dossier, Historian
from followups.demo.places import Tabs, working_day
from followups.demo.stage import Scene


class Builder:
    """Builds the dossiers of one team as they stand at the instant `now`."""

    def __init__(
        self, owners: Sequence[User], random: Random, *, now: datetime, quiet_birthday: bool
    ) -> None:
        team = owners[0].team
        self.random, self.now = random, now
        self.past = Historian(random, now=now, zone=ZoneInfo(team.time_zone))
        self.today = self.past.today
        self.cards = CardMaker(team, random, today=self.today if quiet_birthday else None)
        self.tabs = {owner: Tabs(random, owner.calendar, self.today) for owner in owners}

    def invented(self, owner: User, tab: Tab, group: str, bought: int) -> Dossier:
        """A dossier of chance behind that tab."""
        return self._dossier(self.cards.make(owner), tab, self.past.kind(), group, bought)

    def usual_number(self, group: str) -> int:
        """Purchases that a customer of this group makes in two years."""
        often = GROUPS[group][1]
        return often if often == 1 else self.random.randint(often // 2, often * 3 // 2)

    def _dossier(
        self,
        card: Card,
        tab: Tab,
        kind: str,
        group: str,
        bought: int,
        *,
        plan: str = "",
        talks: int | None = None,
        done: Entry | None = None,
    ) -> Dossier:
        """`done` is a talk of today that led to `tab`."""
        customer, people = card
        left_behind = not tab.is_cabinet and tab.due_on < self.today
        lay_under = Tab(self.today) if done else tab
        before = tab.due_on if left_behind else self.today
        entries = self.past.entries(customer, lies_under=lay_under, before=before, number=talks)
        entries += [done] if done else []
        purchases = self.past.purchases(customer, group, bought)
        _date_back(customer, entries, purchases, self.past)
        places = self.past.way(customer, entries, to=tab, kind=kind, plan=plan or self.past.plan(kind))
        return Dossier(customer, people, places, entries, purchases)

    # --- the scene

    def staged(self, owner: User, scene: Scene) -> Dossier:
        """A dossier of the scene, on its day."""
        at = time.fromisoformat(scene.at) if scene.at else None
        tab = Tab(working_day(owner.calendar, self.today, scene.day), at=at)
        if scene.name == stage.KESSLER:
            return self._kessler(owner, scene, tab)
        card, bought = self._card(owner, scene), self.usual_number(scene.group)
        return self._dossier(card, tab, scene.kind, scene.group, bought, plan=scene.plan, talks=2)

    def moved_on(self, owner: User, scene: Scene, number: int) -> Dossier:
        """One that lay under today's tab and was worked through, the `number`th before now."""
        card, tab = self._card(owner, scene), Tab(working_day(owner.calendar, self.today, scene.day))
        midnight = self.past.moment(self.today, time.min)
        done = Entry(
            customer=card[0],
            kind="call",
            outcome="missed" if "Not reached" in scene.plan else "agreed",
            text=scene.plan,
            author=owner,
            next_on=tab.due_on,
            minutes=4,
            happened_at=max(midnight, self.now - timedelta(minutes=14 * number)),
        )
        bought = self.usual_number(scene.group)
        return self._dossier(card, tab, scene.kind, scene.group, bought, plan=scene.plan, talks=2, done=done)

    def overfull(self, owner: User, name: str, person: str, at: str) -> Dossier:
        """One of the dossiers under the day that holds too many."""
        kind = "call" if self.random.random() < 0.8 else "visit"
        scene = Scene(name, person, self.past.plan(kind), kind=kind, at=at, day=3)
        return self.staged(owner, replace(scene, group=self.random.choice(list(GROUPS))))

    def _card(self, owner: User, scene: Scene) -> Card:
        customer, people = self.cards.make(owner, name=scene.name, person=scene.person, town=scene.town)
        people[0].position = scene.position or people[0].position
        people[0].phone = normal_phone(scene.phone, customer.country)
        if scene.birthday_in is not None:
            day = self.today + timedelta(days=scene.birthday_in)
            people[0].birthday = day - relativedelta(years=scene.age)
        return customer, people

    def _kessler(self, owner: User, scene: Scene, tab: Tab) -> Dossier:
        customer, _ = self._card(owner, scene)
        for field, value in kessler.CARD.items():
            setattr(customer, field, value)
        customer.phone = normal_phone(customer.phone, customer.country)
        people = [Person(customer=customer, **fields) for fields in kessler.PEOPLE]
        for person in people:
            person.phone = normal_phone(person.phone, customer.country)
        colleagues = {user.name: user for user in self.tabs}
        entries = [self._said(customer, colleagues, said) for said in reversed(kessler.SAID)]
        purchases = [self._bought(customer, *row) for row in kessler.BOUGHT]
        customer.customer_since = self.today.replace(day=1) - relativedelta(months=33)
        customer.created_at = self.past.working_hour(customer.customer_since)
        talks = [entry for entry in entries if entry.outcome]
        places = self.past.way(customer, talks, to=tab, kind=scene.kind, plan=scene.plan)
        return Dossier(customer, people, places, entries, purchases)

    def _said(self, customer: Customer, colleagues: dict[str, User], said: kessler.Said) -> Entry:
        days = {
            "approval": f"{self.today + timedelta(days=3):%-d %b}",
            "delivery": f"{self.today + timedelta(days=17):%-d %b}",
        }
        then = None if said.then is None else self.past.weekday(self.today - timedelta(days=said.then))
        return Entry(
            customer=customer,
            kind=said.kind,
            outcome=said.outcome,
            text=said.text.format(**days),
            minutes=said.minutes,
            author=colleagues[said.by],
            next_on=self.today if said.then == 0 else then,
            happened_at=self._day_and_time(said),
        )

    def _day_and_time(self, said: kessler.Said) -> datetime:
        day = self.past.weekday(self.today - timedelta(days=said.days))
        return self.past.moment(day, time.fromisoformat(said.at))

    def _bought(
        self, customer: Customer, days: int, amount: str, product_group: str, reference: str
    ) -> Purchase:
        return Purchase(
            team=customer.team,
            customer=customer,
            amount=amount,
            product_group=product_group,
            reference=reference,
            bought_on=self.past.weekday(self.today - timedelta(days=days)),
        )


def _date_back(customer: Customer, entries: list[Entry], purchases: list[Purchase], past: Historian) -> None:
    """The dossier was opened before the first thing in it."""
    days = [purchase.bought_on for purchase in purchases] + [past.today]
    days += [entry.happened_at.date() for entry in entries]
    customer.customer_since = min(days) if purchases else None
    customer.created_at = past.moment(min(days) - timedelta(days=14), time(9, 30))
