"""A year of two teams in a few seconds: nothing goes astray, rests where nobody works, or is dealt out twice."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from contacts.models import Entry
from crm.periodic import JOBS, run_due
from crm.team.models import Absence, User
from followups.actions import file_dossier, move_many, speak_up
from followups.checks import check_binder
from followups.dates import EARLY, LATE, MIDDLE, MONTH, Tab, quick_dates
from followups.levelling_team import TeamLevelling
from followups.models import FollowUp
from tests.factories import make_absence, make_dossier, make_lead, make_team, make_user

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
# Both teams change their clocks, on days of their own.
CLOCKS = {date(2027, 3, 14), date(2027, 3, 28), date(2027, 10, 31), date(2027, 11, 7)}
OFF = {date(2027, 6, 1), date(2027, 6, 2), date(2027, 6, 3)}  # the scheduler stands still
MANAGERS, DOSSIERS = 10, 4  # of each team, of each manager
TALKS = 2  # a day of both teams; whatever else is due is put off in one go
RUNS = (5,)  # o'clock, UTC
RUNS_AT_THE_BEGINNING = (5, 6, 17)  # of a month
JOB = [job for job in JOBS if job.name == "deal_out"]


class Year:
    """What two teams do from day to day, at random but the same each time."""

    def __init__(self) -> None:
        self.chance = random.Random(1)
        self.leads, self.managers = [], []
        for fields in (
            {"country": "DE", "region": "BY", "time_zone": "Europe/Berlin"},
            {"country": "US", "region": "NY", "time_zone": "America/New_York", "weekday_capacity": {"5": 2}},
        ):
            team = make_team(day_capacity=1, **fields)
            self.leads.append(make_lead(team=team))
            self.managers += [self._manager(team, n) for n in range(MANAGERS)]
        self.people = {user.pk: user for user in [*self.managers, *self.leads]}
        self.stand_ins = self._absences()
        self.levelled = 0
        self.insisted: set[tuple[int, date]] = set()  # customers and days
        self.chosen: set[int] = set()  # places that somebody put onto a rest day
        for manager in self.managers:
            for _ in range(DOSSIERS):
                make_dossier(owner=manager, due_on=manager.calendar.next_working(FIRST))

    def _manager(self, team: object, n: int) -> User:
        own = [
            {},
            {"tabs": 2},
            {"own_working_days": "1234"},
            {"own_time_zone": "Asia/Tbilisi", "own_country": "GE"},
        ]
        user = make_user(team=team, **own[n % len(own)])
        bridge = FIRST + timedelta(30 + 11 * n)
        user.take_off(bridge, bridge + timedelta(n % 4))
        return user

    def _absences(self) -> dict[int, list[Absence]]:
        found = defaultdict(list)
        for n, user in enumerate(self.managers):
            stand_in = self.managers[n - 1 if n % MANAGERS else n + 1]
            starts = FIRST + timedelta(20 + 13 * n)
            away = make_absence(
                user=user, stand_in=stand_in, starts_on=starts, ends_on=starts + timedelta(13)
            )
            found[user.pk].append(away)
        return found

    def work(self, day: date) -> None:
        """What is due is worked through by its owner or who stands in; some is left behind, some put off."""
        noon = datetime.combine(day, time(15), UTC)
        due = (
            FollowUp.objects.open()
            .filter(precision="day", due_on__lte=day)
            .select_related("customer")
            .order_by("pk")
        )
        working = [
            place for place in due if self.calendar(place).is_working(day) and self.chance.random() < 0.8
        ]
        for place in working[:TALKS]:
            to = self.somewhere(place, day)
            note = "Closed for the season" if to.is_cabinet else ""
            placed = file_dossier(
                followup=place, to=to, by=self.worker(place, day), now=noon, outcome="agreed", note=note
            )
            self.note(placed)
        later = [
            (place, to) for place in working[TALKS:] if not (to := self.somewhere(place, day)).is_cabinet
        ]
        for placed in move_many(moves=later, by=self.leads[0], now=noon).placed:
            self.note(placed)
        self.also(day, noon)

    def also(self, day: date, noon: datetime) -> None:
        """A slip pulls something forward, a lead levels his team, and what rests comes out again."""
        if day.day % 5 == 0:
            place = FollowUp.objects.open().select_related("customer").order_by("-due_on", "pk").first()
            speak_up(
                customer=place.customer, source="birthday", key=str(day), reason="Birthday", on=day + timedelta(2),
                pull_forward=True, now=noon,
            )  # fmt: skip
        if day.weekday() == 0:
            for lead in self.leads:
                moved = move_many(moves=TeamLevelling(lead, now=noon).moves, by=lead, now=noon)
                self.levelled += len(moved.placed)
        if day.day == 20:
            resting = list(FollowUp.objects.open().resting().order_by("pk"))
            out = ((place, Tab(self.calendar(place).next_working(day + timedelta(3)))) for place in resting)
            move_many(moves=out, by=self.leads[0], now=noon)

    def somewhere(self, place: FollowUp, day: date) -> Tab:
        """Mostly a quick date or a day, at times a month, the cabinet, or a rest day that somebody insists on."""
        calendar, roll = self.calendar(place), self.chance.random()
        if roll < 0.3:
            return Tab(self.chance.choice(quick_dates(day, calendar))[2])
        if roll < 0.55:
            return Tab(calendar.next_working(day + timedelta(self.chance.randint(1, 70))))
        if roll < 0.9:
            month = (day.replace(day=1) + timedelta(32 * self.chance.randint(1, 4))).replace(day=1)
            return Tab(month, MONTH, hint=self.chance.choice(["", EARLY, MIDDLE, LATE]))
        if roll < 0.93:
            return Tab(None)
        insisted = day + timedelta(7 * self.chance.randint(1, 2) - day.weekday() - 1 + 7)  # a Sunday
        self.insisted.add((place.customer_id, insisted))
        return Tab(insisted)

    def note(self, placed: FollowUp) -> None:
        """Only where somebody insisted: a rest day that we offered would be a fault."""
        if (placed.customer_id, placed.due_on) in self.insisted:
            self.chosen.add(placed.pk)

    def calendar(self, place: FollowUp) -> object:
        return self.people[place.owner_id].calendar

    def worker(self, place: FollowUp, day: date) -> User:
        away = (a for a in self.stand_ins[place.owner_id] if a.starts_on <= day <= a.ends_on)
        return next((absence.stand_in for absence in away), self.people[place.owner_id])

    def on_rest_days(self) -> list[int]:
        """Places on a day on which their owner does not work, and nobody has chosen that."""
        rows = (
            FollowUp.objects.open()
            .filter(precision="day", due_on__isnull=False)
            .values_list("pk", "owner", "due_on")
        )
        return [
            pk
            for pk, owner, day in rows
            if pk not in self.chosen and not self.people[owner].calendar.is_working(day)
        ]

    @property
    def chosen_rest_days(self) -> int:
        rows = FollowUp.objects.filter(pk__in=self.chosen).values_list("owner", "due_on")
        return sum(not self.people[owner].calendar.is_working(day) for owner, day in rows)

    def not_dealt_out(self, now: datetime) -> list[int]:
        """Places that still lie behind a month although its first working day is there."""
        rows = FollowUp.objects.open().filter(precision=MONTH).values_list("pk", "owner", "due_on")
        first_days = (
            (pk, self.people[owner], self.people[owner].calendar.next_working(first))
            for pk, owner, first in rows
        )
        return [pk for pk, owner, first in first_days if owner.today(now) >= first]


def hours_of(day: date) -> Iterable[int]:
    """When the scheduler runs."""
    if day in OFF:
        return ()
    return range(24) if day in CLOCKS else RUNS_AT_THE_BEGINNING if day.day < 5 else RUNS


@pytest.mark.django_db
def test_a_year_of_two_teams():
    year = Year()
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(n)
        for hour in hours_of(day):
            now = datetime.combine(day, time(hour), UTC)
            run_due(now, JOB)
        year.work(day)
        assert (day, check_binder().astray, year.on_rest_days()) == (day, [], [])
        assert day in OFF or (day, year.not_dealt_out(now)) == (day, [])
    # All of it did happen.
    assert (year.chosen_rest_days > 5, year.levelled > 5) == (True, True)
    assert_dealt_out_once(year)
    assert_stamped(year)


def assert_dealt_out_once(year: Year) -> None:
    """Each month of each binder in one go, on its first working day, or once the scheduler is back."""
    dealt = defaultdict(set)
    rows = FollowUp.objects.filter(result="dealt").values_list("owner", "due_on", "closed_at")
    for owner, month, at in rows:
        dealt[owner, month].add(at)
    assert len(dealt) > 80
    for (owner, month), instants in dealt.items():
        user = year.people[owner]
        ready = user.calendar.next_working(month)
        due = ready if ready not in OFF else max(OFF) + timedelta(1)
        assert (month, [user.today(at) for at in instants]) == (month, [due])


def assert_stamped(year: Year) -> None:
    """What a stand-in wrote bears the owner's name, too."""
    for_others = Entry.objects.filter(on_behalf_of__isnull=False)
    assert for_others.exists()
    assert not for_others.exclude(on_behalf_of__in=year.managers).exists()
