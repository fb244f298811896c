"""The law of the binder: every customer has exactly one open follow-up, with his owner, whatever is done."""

import random
from collections import Counter
from datetime import datetime, time, timedelta
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contacts.models import Customer, Entry
from followups.actions import file_dossier, hand_over, move_dossiers, open_in_binder, speak_up, undo
from followups.checks import Report, check_binder
from followups.dates import MONTH, Tab
from followups.models import FollowUp, MovedMeanwhile, Slip
from followups.slips import withdraw
from tests.factories import NOW, TODAY, make_absence, make_customer, make_dossier, make_team, make_user
from tests.sharing import room_for

IS_THOROUGH = settings.get_current_profile_name() == "thorough"
PEOPLE = 3
day_tabs = st.builds(
    Tab,
    st.integers(0, 40).map(lambda n: TODAY + timedelta(n)),
    at=st.none() | st.times(time(8), time(18)).map(lambda t: t.replace(microsecond=0)),
)
month_tabs = st.integers(1, 12).map(
    lambda n: Tab((TODAY.replace(day=1) + timedelta(31 * n)).replace(day=1), MONTH)
)
tabs = st.one_of(day_tabs, month_tabs, st.just(Tab(None)))
outcomes = st.sampled_from(Entry.Outcome.values)
somebody = st.integers(0, PEOPLE - 1)
dossier = st.integers(0)


def ways() -> dict[int, list[FollowUp]]:
    """By customer, the chain of places from the open one back to the first."""
    places = {place.pk: place for place in FollowUp.objects.all()}
    chains = {}
    for place in places.values():
        if place.closed_at is None:
            chain = chains[place.customer_id] = [place]
            while chain[-1].previous_id:
                chain.append(places[chain[-1].previous_id])
    return chains


def assert_law() -> None:
    """One open place each, with the owner; all of a customer in one chain, each closed before the next was opened."""
    rows = FollowUp.objects.values_list("customer_id", "closed_at")
    places = Counter(customer for customer, _ in rows)
    now_open = [customer for customer, closed_at in rows if closed_at is None]
    assert sorted(now_open) == sorted(Customer.objects.values_list("pk", flat=True))
    assert not FollowUp.objects.open().exclude(owner=F("customer__owner")).exists()
    for customer, chain in ways().items():
        assert [place.customer_id for place in chain] == [customer] * places[customer]
        assert [place.closed_at is None for place in chain] == [True] + [False] * (len(chain) - 1)
        assert all(older.closed_at <= newer.opened_at for newer, older in pairwise(chain))


class LawOfTheBinder(RuleBasedStateMachine):
    """Three people file, move, rest, undo, import, hand over at random; each run is taken back in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        team = make_team()
        self.people = [make_user(team=team) for _ in range(PEOPLE)]
        self.customers = [make_dossier(owner=owner).customer for owner in self.people]
        self.placed: FollowUp | None = None
        self.versions: dict[int, int] = {}
        self.now = NOW

    def teardown(self) -> None:
        report = check_binder()
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)
        assert report.astray == []

    def tick(self) -> datetime:
        self.now += timedelta(minutes=7)
        return self.now

    def place(self, number: int) -> FollowUp:
        customer = self.customers[number % len(self.customers)]
        return FollowUp.objects.open().get(customer=customer)

    @rule(
        which=dossier, who=somebody, to=tabs, outcome=outcomes, note=st.sampled_from(["", "Wants two prices"])
    )
    def file(self, which, who, to, outcome, note) -> None:
        note = note or ("closed for the season" if to.is_cabinet else "")
        self.placed = file_dossier(
            followup=self.place(which),
            to=to,
            by=self.people[who],
            now=self.tick(),
            outcome=outcome,
            note=note,
        )

    @rule(which=st.lists(dossier, min_size=1, max_size=3), who=somebody, to=tabs)
    def move(self, which, who, to) -> None:
        places = {place.pk: place for place in map(self.place, which)}
        moved = move_dossiers(followups=list(places.values()), to=to, by=self.people[who], now=self.tick())
        self.placed = moved[-1]

    @rule(which=dossier, who=somebody)
    def rest(self, which, who) -> None:
        reason = "asked not to be called"
        self.place(which).move(to=Tab(None), by=self.people[who], now=self.tick(), rest_reason=reason)

    @rule(who=somebody)
    def undo(self, who) -> None:
        """Only the one who filed may take it back, and only as long as it lies there."""
        placed = self.placed and FollowUp.objects.filter(pk=self.placed.pk).first()
        if placed is None:
            return
        if placed.can_be_undone(by=self.people[who]):
            undo(placed=[placed], by=self.people[who], now=self.tick())
        else:
            with pytest.raises(MovedMeanwhile), transaction.atomic():
                undo(placed=[placed], by=self.people[who], now=self.tick())

    @rule(which=dossier, who=somebody, to=tabs)
    def come_too_late(self, which, who, to) -> None:
        """Somebody files what a colleague moved after he had opened it."""
        seen = self.place(which)
        self.placed = self.place(which).move(
            to=Tab(TODAY + timedelta(1)), by=self.people[0], now=self.tick(), rest_reason=""
        )
        entries = Entry.objects.count()
        with pytest.raises(MovedMeanwhile):
            file_dossier(
                followup=seen, to=to, by=self.people[who], now=self.tick(), outcome="agreed", note="late"
            )
        assert Entry.objects.count() == entries

    @rule(away=somebody, which=dossier, to=tabs)
    def go_on_leave(self, away, which, to) -> None:
        """The stand-in files in his colleague's name."""
        stand_in = self.people[(away + 1) % PEOPLE]
        make_absence(user=self.people[away], stand_in=stand_in)
        self.file(which, (away + 1) % PEOPLE, to, "agreed", "")

    @rule(which=dossier, who=somebody)
    def hand_over(self, which, who) -> None:
        customer = Customer.objects.get(pk=self.place(which).customer_id)
        customer.owner = self.people[who]
        customer.write()
        hand_over([customer], before=self.people[who], by=self.people[who], now=NOW)
        assert self.place(which).owner == self.people[who]

    @rule(
        who=somebody,
        days=st.lists(st.none() | st.integers(-20, 40), max_size=4),
        undated=st.sampled_from(["spread", "rest"]),
    )
    def bring_a_list(self, who, days, undated) -> None:
        new = [make_customer(owner=self.people[who]) for _ in days]
        dates = [None if n is None else TODAY + timedelta(n) for n in days]
        placements = list(zip(new, dates, strict=True))
        open_in_binder(placements, by=self.people[who], now=self.tick(), undated=undated)
        self.customers += new

    @rule(which=dossier, key=st.integers(0, 5), ahead=st.integers(-3, 20), pull=st.booleans())
    def speak_up(self, which, key, ahead, pull) -> None:
        before = self.place(which)
        speak_up(
            customer=before.customer, source="birthday", key=str(key), reason="Birthday",
            on=TODAY + timedelta(ahead), pull_forward=pull, now=self.tick(),
        )  # fmt: skip
        after = self.place(which)
        assert after == before or before.due_on is None or after.due_on < before.due_on
        assert after == before or before.at is None

    @rule(which=dossier, key=st.integers(0, 5))
    def withdraw(self, which, key) -> None:
        """It never lies earlier for that, and keeps its owner."""
        before = self.place(which)
        withdraw(Slip.objects.filter(customer=before.customer_id, key=str(key)), now=self.tick())
        after = self.place(which)
        assert after.owner_id == before.owner_id
        assert after == before or after.due_on is None or after.due_on > before.due_on

    @invariant()
    def the_law_holds(self) -> None:
        assert_law()

    @invariant()
    def versions_only_grow(self) -> None:
        versions = dict(FollowUp.objects.values_list("pk", "version"))
        assert [pk for pk, version in versions.items() if version < self.versions.get(pk, 0)] == []
        self.versions = versions

    @invariant()
    def no_slip_was_done_by_a_place_that_is_gone(self) -> None:
        assert not Slip.objects.filter(done_at__isnull=False, done_with__isnull=True).exists()


@pytest.mark.django_db
def test_the_law_of_the_binder_holds_whatever_is_done():
    run_state_machine_as_test(
        LawOfTheBinder,
        settings=settings(
            max_examples=200 if IS_THOROUGH else 20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


# --- many at once


def at_once(jobs) -> list[BaseException | None]:
    """Run the jobs in a thread each, started together; gives what each raised, or None."""
    start, ends = Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        try:
            start.wait()
            job()
        except BaseException as error:
            ends[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
    with room_for(len(jobs)):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return ends


@pytest.mark.django_db(transaction=True)
def test_fifty_at_one_dossier_leave_one_open_place_and_one_entry():
    owner = make_user()
    followup = make_dossier(owner=owner)
    seen = [FollowUp.objects.get(pk=followup.pk) for _ in range(50)]
    jobs = [
        lambda place=place, n=n: file_dossier(
            followup=place,
            to=Tab(TODAY + timedelta(n)),
            by=owner,
            now=NOW,
            outcome="agreed",
            note=f"Said {n}",
        )
        for n, place in enumerate(seen, start=1)
    ]
    ends = Counter(type(error) for error in at_once(jobs))
    assert ends == {MovedMeanwhile: 49, type(None): 1}
    assert (FollowUp.objects.open().count(), FollowUp.objects.count(), Entry.objects.count()) == (1, 2, 1)
    assert_law()


@pytest.mark.django_db(transaction=True)
def test_two_who_move_at_random_lose_no_move():
    team = make_team()
    users = [make_user(team=team) for _ in range(2)]
    customers = [make_dossier(owner=users[0]).customer for _ in range(5)]
    moves: list[int] = []

    def work(user, seed):
        chance = random.Random(seed)
        for n in range(200):
            customer = chance.choice(customers)
            place = FollowUp.objects.open().get(customer=customer)
            to = Tab(TODAY + timedelta(chance.randrange(60)))
            try:
                place.move(to=to, by=user, now=NOW + timedelta(seconds=n))
            except MovedMeanwhile:
                continue
            moves.append(customer.pk)

    assert at_once([lambda u=u, s=s: work(u, s) for s, u in enumerate(users)]) == [None, None]
    made = Counter(moves)
    assert {customer: len(chain) for customer, chain in ways().items()} == {
        customer.pk: 1 + made[customer.pk] for customer in customers
    }
    assert FollowUp.objects.count() == len(customers) + len(moves)
    assert check_binder() == Report(5, 0, [])
