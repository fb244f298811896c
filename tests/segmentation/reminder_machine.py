"""All that may happen while reminders leave, in whichever order; each letter that leaves is held against the oracle."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from contacts import legal_basis, registry
from contacts.erasing import erase
from contacts.models import Customer, Entry, LegalBasis, Purchase
from crm.mail import returns, rounds
from crm.mail.actions import confirm, send_again
from crm.mail.delivery import deliver
from crm.mail.models import OutgoingMail, Sender, State
from crm.team.models import Team
from segmentation.models import Expectation, Forecast, Reminder, ReminderLetter, Series
from segmentation.reminding.kind import REPURCHASE
from segmentation.reminding.sweep import remind_all
from tests.factories import make_dossier, make_lead, make_legal_basis, make_team, make_user
from tests.segmentation.oracle import Person, Reached, World
from tests.segmentation.post import Died, Post
from tests.segmentation.reminders import make_series

BEGIN = datetime(
    2026, 10, 20, 4, 30, tzinfo=UTC
)  # Tuesday, half past six in Berlin; on Sunday the clocks change
COUNTRIES = ("", "GE", "PT", "")
EMAILS = ("a@x.example", "b@x.example", "c@x.example", "a@x.example")  # two of them have one address
INTERVAL = timedelta(days=40)
MAIL_LEASE = timedelta(seconds=60)

somebody = st.integers(0, len(EMAILS) - 1)
fates = st.sampled_from(
    [
        "arrives", "arrives", "arrives", "dies with the mail taken", "dies before the letter", "dies after the letter",
        "cut off", "cut off after the letter", "later", "refused", "no such address", "server away",
    ]
)  # fmt: skip
steps = st.one_of(
    st.integers(1, 7).map(lambda n: timedelta(minutes=n)),
    st.integers(-40, 40).map(lambda n: timedelta(hours=n)),
    st.integers(1, 12).map(lambda n: timedelta(days=n)),
)
seen = Counter()


class Start:
    """Two series that run, and customers who are due today; made once for all runs."""

    def __init__(self) -> None:
        team = make_team()
        self.world = World()
        self.lead, self.nino = make_lead(team=team), make_user(team=team)
        fields = {"running_since": BEGIN, "held_out_percent": 25, "code_prefix": "BOX"}
        self.series = [
            make_series(self.lead, name="First", steps=(0, 8), variants=("One", "Two"), **fields),
            make_series(self.lead, name="Second", steps=(0, 3, 8), shift_days=3, **fields),
        ]
        self.team = Sender.objects.select_related("team").get(team=team).team
        for country, email in zip(COUNTRIES, EMAILS, strict=True):
            self._meet(country, email)
        registry.purchases_changed(list(self.world.people), now=BEGIN)
        for customer, person in self.world.people.items():
            expect(customer, person, team)

    def _meet(self, country: str, email: str) -> None:
        customer = make_dossier(owner=self.nino, country=country, email=email).customer
        make_legal_basis(customers=[customer])
        person = self.world.people[customer.pk] = Person(country, email)
        for ago in (2 * INTERVAL, INTERVAL):
            buy(customer.pk, person, BEGIN.date() - ago, 100, self.team)


def buy(customer: int, person: Person, day: date, amount: int, team: Team) -> None:
    purchase = Purchase.objects.create(team=team, customer_id=customer, bought_on=day, amount=amount)
    person.purchases[purchase.pk] = (day, amount)


def expect(customer: int, person: Person, team: Team) -> None:
    """What one would expect of someone who comes back after INTERVAL."""
    days = [day for day, amount in person.purchases.values() if amount >= 0]
    Expectation.objects.filter(customer=customer).delete()
    if days:
        opens = max(days) + INTERVAL
        points = {"window_from": opens, "due_on": opens, "window_to": opens}
        Expectation.objects.create(
            customer_id=customer, team=team, purchases=2, usual_days=INTERVAL.days, **points
        )


class LawOfTheReminder(RuleBasedStateMachine):
    """Customers buy, opt out, complain, talk; managers and leads intervene; workers die; clocks jump."""

    start: "Start"

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.now, self.in_hand, self.faults = BEGIN, [], []
        self.world = deepcopy(self.start.world)
        self.lead, self.nino, self.team = self.start.lead, self.start.nino, self.start.team
        self.customers = list(self.world.people)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.nino.zone).date()

    def customer(self, who: int) -> Customer | None:
        return Customer.objects.filter(pk=self.customers[who]).first()

    # What the world does

    def add_purchase(self, customer: int, day: date, amount: int) -> None:
        buy(customer, self.world.people[customer], day, amount, self.team)
        self.purchases_changed(customer)

    def purchases_changed(self, customer: int) -> None:
        registry.purchases_changed([customer], now=self.now)
        self.world.buys(customer)
        expect(customer, self.world.people[customer], self.team)

    def happen(self, what: str, who: int) -> None:
        customer = self.customer(who)
        if customer:
            getattr(self, what)(customer, self.world.people[customer.pk])
            self.nothing_waits_for_those_who_are_out()

    def nothing(self, customer: Customer, person: Person) -> None:
        pass

    def buys(self, customer: Customer, person: Person) -> None:
        self.add_purchase(customer.pk, self.today, 100)

    def bought_before(self, customer: Customer, person: Person) -> None:
        self.add_purchase(customer.pk, self.today - timedelta(3), 100)

    def returns_goods(self, customer: Customer, person: Person) -> None:
        self.add_purchase(customer.pk, self.today, -20)

    def purchase_is_deleted(self, customer: Customer, person: Person) -> None:
        if not person.purchases:
            return
        last = max(person.purchases)
        del person.purchases[last]
        Purchase.objects.get(pk=last).delete()
        self.purchases_changed(customer.pk)

    def opts_out(self, customer: Customer, person: Person) -> None:
        """By the link of any mail he ever got, else by telling somebody."""
        mail = OutgoingMail.objects.filter(recipient_id=customer.pk).last()
        if mail:
            returns.opted_out(mail, now=self.now)
            self.world.end(customer=customer.pk)
        else:
            legal_basis.opt_out(customer=customer, by=self.nino, now=self.now)
        address = mail.to_email if mail else person.email
        self.world.forbidden.add(address)

    def complains(self, customer: Customer, person: Person) -> None:
        if mail := OutgoingMail.objects.filter(recipient_id=customer.pk, state=State.SENT).last():
            returns.complained(mail, now=self.now)
            self.world.forbidden.add(mail.to_email)
            self.end_by(mail)

    def answers(self, customer: Customer, person: Person) -> None:
        if mail := OutgoingMail.objects.filter(recipient_id=customer.pk, state=State.SENT).last():
            returns.answered(mail, "Yes, please.", now=self.now)
            self.world.end(customer=customer.pk)

    def answers_while_taken_out(self, customer: Customer, person: Person) -> None:
        self.is_taken_out(customer, person)
        self.answers(customer, person)
        self.is_put_back(customer, person)

    def end_by(self, mail: OutgoingMail) -> None:
        letter = ReminderLetter.objects.get(mail=mail)
        self.world.reached[letter.reminder_id].is_ended = True

    def loses_basis(self, customer: Customer, person: Person) -> None:
        legal_basis.withdraw(customer=customer, by=self.nino, now=self.now)
        person.has_basis = False

    def gives_basis(self, customer: Customer, person: Person) -> None:
        statement = legal_basis.Statement(LegalBasis.Kind.CONSENT, "Yes", "fair", self.today)
        legal_basis.record(customer=customer, statement=statement, by=self.nino, now=self.now)
        person.has_basis = True

    def is_spoken_to(self, customer: Customer, person: Person) -> None:
        Entry.objects.create(customer=customer, outcome=Entry.Outcome.LATER, happened_at=self.now)
        person.talks.append(self.now)

    def is_not_reached(self, customer: Customer, person: Person) -> None:
        Entry.objects.create(customer=customer, outcome=Entry.Outcome.MISSED, happened_at=self.now)

    def is_taken_out(self, customer: Customer, person: Person) -> None:
        for reminder in Reminder.objects.filter(customer=customer):
            if reminder.take_out(by=self.nino, now=self.now):
                self.world.reached[reminder.pk].is_out = True

    def is_put_back(self, customer: Customer, person: Person) -> None:
        for reminder in Reminder.objects.filter(customer=customer):
            if reminder.put_back(now=self.now):
                self.world.reached[reminder.pk].is_out = False

    def moves(self, customer: Customer, person: Person) -> None:
        customer.email = person.email = f"new.{person.email}"
        customer.write()

    def is_erased(self, customer: Customer, person: Person) -> None:
        erase(customer=customer, by=self.lead, now=self.now)
        person.is_erased = True

    def lead_pauses(self, customer: Customer, person: Person) -> None:
        self.team.sender.pause(by=self.lead, now=self.now)
        self.world.is_paused = True

    def lead_stops_series(self, customer: Customer, person: Person) -> None:
        """The one that has reached him, else the first."""
        reminder = Reminder.objects.filter(customer=customer).last()
        series = Series.objects.get(pk=reminder.series_id if reminder else self.start.series[0].pk)
        series.stop(by=self.lead, now=self.now)
        for pk in Reminder.objects.filter(series=series).values_list("pk", flat=True):
            self.world.reached[pk].is_ended = True

    EVENTS = (
        "buys", "bought_before", "returns_goods", "purchase_is_deleted", "opts_out", "complains", "answers",
        "answers_while_taken_out", "loses_basis", "gives_basis", "is_spoken_to", "is_not_reached", "is_taken_out",
        "is_put_back", "moves", "is_erased", "lead_pauses", "lead_stops_series",
    )  # fmt: skip
    events = st.sampled_from(EVENTS)

    # What leaves

    def check(self, mail: OutgoingMail) -> None:
        """A letter leaves at this instant: keep whatever speaks against it."""
        _kind, customer, cycle_and_step = mail.idempotency_key.split(":", 2)
        cycle, _colon, step = cycle_and_step.partition(":")
        reached = next(
            one
            for one in self.world.reached.values()
            if (one.customer, one.cycle.isoformat()) == (int(customer), cycle)
        )
        occasion = (customer, cycle, step)
        # Not asserted here: whatever is raised while a letter is handed over is the worker's to bear.
        self.faults += self.world.why_not(reached, mail.to_email, occasion, mail.message_id, self.now)
        self.world.left[mail.message_id] = (self.now, mail.to_email, occasion)
        seen["left"] += 1

    def work(self, mail: OutgoingMail, fate: str = "arrives", meanwhile: Callable[[], None] = int) -> None:
        try:
            deliver(mail, Post(self.check, fate, meanwhile), lambda: self.now)
        except Died:
            seen["died"] += 1
        assert self.faults == []
        self.note_bounces()

    def note_bounces(self) -> None:
        for mail in OutgoingMail.objects.filter(state=State.FAILED, reason="bounced"):
            self.world.forbidden.add(mail.to_email)
            if letter := ReminderLetter.objects.filter(mail=mail).first():
                self.world.reached[letter.reminder_id].is_ended = True

    def claim(self) -> OutgoingMail | None:
        return next(iter(OutgoingMail.objects.claim(now=self.now, lease=MAIL_LEASE)), None)

    # Rules

    @initialize(lot=st.integers(0, 9))
    def it_begins(self, lot) -> None:
        """Customers are enrolled, and most of their first letters wait in the outbox."""
        self.a_morning_comes(lot)
        self.a_morning_comes(lot)

    @rule(step=steps)
    def time_passes(self, step) -> None:
        """Or the clock jumps back."""
        self.now += step

    @rule(lot=st.integers(0, 3))
    def sweep(self, lot) -> None:
        """As in every hour, after the expectations of the day."""
        Forecast.objects.update(as_of=self.today)
        remind_all(self.now, lot=Random(lot))
        for row in Reminder.objects.exclude(pk__in=self.world.reached):
            self.world.reached[row.pk] = Reached(
                row.customer_id, row.cycle, self.now, row.begins_on, row.held_out
            )
            assert row.begins_on > self.today
            seen["held out" if row.held_out else "enrolled"] += 1

    @rule(lot=st.integers(0, 3))
    def a_morning_comes(self, lot) -> None:
        self.now = self.now.replace(hour=5, minute=30) + timedelta(days=self.now.hour >= 5)
        self.sweep(lot)

    @rule()
    def everything_leaves(self) -> None:
        """Workers with nothing in their way."""
        self.until_noon(True)
        for _ in range(30):
            if not (mail := self.claim()):
                break
            self.work(mail)

    def until_noon(self, wanted: bool) -> None:
        """Let it be day everywhere, if that is wanted."""
        self.now = max(self.now, self.now.replace(hour=11, minute=0)) if wanted else self.now

    @rule(fate=fates, at_noon=st.booleans())
    def a_worker_works(self, fate, at_noon) -> None:
        self.until_noon(at_noon)
        if mail := self.claim():
            self.work(mail, fate)

    @rule(what=events, before=st.booleans())
    def something_happens_while_a_worker_works(self, what, before) -> None:
        """To the one whose letter he has taken up: before he looks at it, or while he speaks with the server."""
        self.until_noon(True)
        if mail := self.claim():
            happen = partial(self.happen, what, self.customers.index(mail.recipient_id))
            if before:
                happen()
            self.work(mail, meanwhile=int if before else happen)

    @rule(at_noon=st.booleans())
    def a_worker_claims(self, at_noon) -> None:
        self.until_noon(at_noon)
        if mail := self.claim():
            self.in_hand.append(mail)

    @rule(fate=fates)
    def a_worker_goes_on(self, fate) -> None:
        if self.in_hand:
            self.work(self.in_hand.pop(), fate)

    @rule()
    def the_outbox_is_swept(self) -> None:
        rounds.sweep(self.now)

    @rule(what=events, who=somebody)
    def something_happens(self, what, who) -> None:
        self.happen(what, who)
        assert self.faults == []

    @rule()
    def the_lead_goes_on(self) -> None:
        self.team.sender.go_on()
        self.world.is_paused = False
        for series in self.start.series:
            series.start(now=self.now)

    @rule(again=st.booleans())
    def the_lead_decides(self, again) -> None:
        """Of what nobody knows, he sends it again, or knows that it arrived."""
        for mail in OutgoingMail.objects.filter(state=State.UNKNOWN):
            if again:
                assert send_again(mail, by=self.lead, now=self.now)
                self.world.left.pop(mail.message_id, None)
            else:
                assert confirm(mail, by=self.lead, now=self.now)

    def nothing_waits_for_those_who_are_out(self) -> None:
        out = [pk for pk, one in self.world.reached.items() if one.is_out or one.is_ended or one.held_out]
        waiting = OutgoingMail.objects.waiting().filter(kind=REPURCHASE.name)
        letters = ReminderLetter.objects.filter(reminder__in=out, mail__in=waiting)
        self.faults += [f"waits: {letter.reminder_id}" for letter in letters]
