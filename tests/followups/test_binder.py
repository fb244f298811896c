from datetime import UTC, date, datetime, time, timedelta

import pytest

from followups.binder import Binder
from followups.dates import Tab
from followups.destination import Destination, tab_name
from tests.factories import NOW, TODAY, make_absence, make_customer, make_dossier, make_followup, make_user


def binder_on(owner, day):
    return Binder(owner, now=datetime.combine(day, time(12), tzinfo=UTC))


@pytest.mark.parametrize(
    ("today", "number", "day"),
    [
        (date(2026, 11, 17), 17, date(2026, 11, 17)),
        (date(2026, 11, 17), 30, date(2026, 11, 30)),
        (date(2026, 11, 17), 16, date(2026, 12, 16)),
        (date(2026, 11, 17), 31, None),
        (date(2026, 12, 31), 31, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2027, 1, 31), 28, date(2027, 2, 28)),
        (date(2027, 1, 31), 29, None),
        (date(2028, 1, 31), 29, date(2028, 2, 29)),
        (date(2026, 11, 1), 1, date(2026, 11, 1)),
    ],
)
def test_tab_numbers_roll(nino, today, number, day):
    assert binder_on(nino, today).day_behind(number) == day


@pytest.mark.parametrize(
    ("today", "horizon"),
    [
        (date(2026, 11, 17), date(2026, 12, 17)),
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2027, 1, 30), date(2027, 3, 1)),
        (date(2027, 1, 31), date(2027, 3, 1)),
        (date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_the_horizon_is_the_first_day_without_a_tab(nino, today, horizon):
    assert binder_on(nino, today).horizon == horizon


@pytest.mark.parametrize("offset", range(0, 800, 7))
def test_every_day_up_to_the_horizon_has_exactly_one_tab(nino, offset):
    binder = binder_on(nino, date(2026, 1, 1) + timedelta(offset))
    days = sorted(day for number in range(1, 32) if (day := binder.day_behind(number)))
    assert days == [binder.today + timedelta(n) for n in range((binder.horizon - binder.today).days)]


def test_loads_months_cabinet_and_left_behind_add_up(nino):
    for day in (TODAY, TODAY, TODAY - timedelta(4), date(2026, 12, 16), date(2026, 12, 17), date(2027, 7, 5)):
        make_dossier(owner=nino, due_on=day)
    make_dossier(owner=nino, due_on=date(2027, 7, 1), precision="month")
    make_dossier(owner=nino, due_on=date(2026, 11, 1), precision="month")
    make_dossier(owner=nino, due_on=date(2029, 1, 9))
    make_dossier(owner=nino, rest_reason="no interest")
    make_dossier(owner=nino, closed_at=NOW, result="agreed")
    binder = Binder(nino, now=NOW)
    tabs = {tab.number: tab.load for tab in binder.day_tabs(opened=Tab(TODAY)) if tab.load}
    months = {month.slug: month.load for month in binder.month_tabs(opened=Tab(TODAY)) if month.load}
    assert tabs == {17: 2, 16: 1}
    assert months == {"2026-12": 1, "2027-07": 2, "2029-01": 1}
    assert (binder.left_behind, binder.to_deal_out, binder.resting) == (1, 1, 1)
    assert binder.total == 10


def test_there_are_twelve_month_tabs_from_next_month_on(nino):
    slugs = [month.slug for month in Binder(nino, now=NOW).month_tabs(opened=Tab(TODAY))]
    assert (slugs[0], slugs[-1], len(slugs)) == ("2026-12", "2027-11", 12)


def test_a_day_tab_knows_today_next_month_rest_days_and_holidays(nino):
    nino.team.country, nino.team.region = "DE", "BY"
    tabs = {
        tab.number: tab
        for tab in binder_on(nino, date(2026, 12, 17)).day_tabs(opened=Tab(date(2026, 12, 18)))
    }
    assert [n for n, tab in tabs.items() if tab.is_today] == [17]
    assert [n for n, tab in tabs.items() if tab.is_open] == [18]
    assert [n for n, tab in tabs.items() if tab.is_next] == list(range(1, 17))
    assert [n for n, tab in tabs.items() if tab.holiday] == [1, 6, 25, 26]
    assert (tabs[19].is_rest, tabs[21].is_rest, tabs[25].is_rest) == (True, False, True)


def test_a_full_tab_is_not_over_but_the_next_dossier_makes_it_so(nino):
    nino.own_capacity = 2
    for _ in range(2):
        make_dossier(owner=nino)
    tab = Binder(nino, now=NOW).day_tabs(opened=Tab(TODAY))[16]
    assert (tab.load, tab.percent, tab.is_over) == (2, 100, False)
    make_dossier(owner=nino)
    tab = Binder(nino, now=NOW).day_tabs(opened=Tab(TODAY))[16]
    assert (tab.load, tab.percent, tab.is_over) == (3, 100, True)


def test_today_is_the_day_in_the_owners_zone(team):
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    berlin, new_york = make_user(team=team), make_user(team=team, own_time_zone="America/New_York")
    assert (Binder(berlin, now=late).today, Binder(new_york, now=late).today) == (date(2026, 11, 18), TODAY)


def test_a_day_far_ahead_shows_behind_its_month_until_it_gets_a_tab(nino):
    followup = make_dossier(owner=nino, due_on=date(2027, 7, 5))
    july = Tab(date(2027, 7, 1), "month")
    assert list(Binder(nino, now=NOW).dossiers_under(july)) == [followup]
    later = binder_on(nino, date(2027, 7, 1))
    assert later.loads[date(2027, 7, 5)] == 1
    assert [tab.number for tab in later.day_tabs(opened=july) if tab.load] == [5]
    assert list(later.dossiers_under(july)) == []


def test_the_stack_is_in_working_order_agreed_times_first(nino):
    names = [("B", None), ("C", time(14)), ("A", None), ("D", time(9, 30))]
    for name, at in names:
        make_dossier(owner=nino, name=name, at=at)
    stack = Binder(nino, now=NOW).dossiers_under(Tab(TODAY)).with_dossier()
    assert [f.customer.name for f in stack] == ["D", "C", "A", "B"]


def test_the_binder_of_one_is_not_that_of_another(nino, levan):
    make_dossier(owner=levan)
    assert Binder(nino, now=NOW).total == 0


def test_the_tabs_of_a_binder_take_two_queries(nino, django_assert_num_queries):
    customer = make_customer(owner=nino)
    make_followup(customer=customer)
    binder = Binder(nino, now=NOW)
    with django_assert_num_queries(2):  # places, absences
        binder.day_tabs(opened=Tab(TODAY))
        binder.month_tabs(opened=Tab(TODAY))
        _ = (binder.total, binder.left_behind, binder.resting)


@pytest.mark.parametrize(
    ("tab", "name", "place", "short"),
    [
        (Tab(date(2026, 11, 24)), "Tue 24 Nov", "Tab 24", "Tu 24 · 0 of 16"),
        (Tab(date(2026, 12, 8)), "Tue 8 Dec", "Tab 8, next month", "Tu 8 · 0 of 16"),
        (Tab(date(2026, 12, 17)), "Thu 17 Dec", "December tab", "17 Dec · 0 of 16"),
        (Tab(date(2026, 11, 24), at=time(10, 15)), "Tue 24 Nov, 10:15", "Tab 24", "Tu 24 · 0 of 16"),
        (Tab(date(2028, 7, 5)), "Wed 5 Jul 2028", "July 2028 tab", "5 Jul · 0 of 16"),
    ],
)
def test_a_destination_says_where_that_is(nino, tab, name, place, short):
    destination = Destination(tab, Binder(nino, now=NOW))
    assert (destination.name, destination.place, destination.short) == (name, place, short)


def test_months_and_the_cabinet_have_names_too():
    assert tab_name(Tab(date(2027, 7, 1), "month"), today=TODAY) == "July"
    assert tab_name(Tab(date(2028, 7, 1), "month"), today=TODAY) == "July 2028"
    assert tab_name(Tab(None), today=TODAY) == "the cabinet"


def test_a_destination_on_a_rest_day_offers_the_next_working_day(nino):
    sunday = Destination(Tab(date(2026, 11, 22), at=time(9)), Binder(nino, now=NOW))
    assert (sunday.rather.tab, sunday.rest_word) == (Tab(date(2026, 11, 23), at=time(9)), "Sunday")
    assert sunday.rather.rather is None


def test_a_destination_knows_how_full_the_day_is(nino):
    nino.own_capacity = 1
    make_dossier(owner=nino, due_on=date(2026, 11, 20))
    friday = Destination(Tab(date(2026, 11, 20)), Binder(nino, now=NOW))
    assert (friday.load, friday.is_full, friday.short) == (1, True, "Fr 20 · 1 of 1")


def test_days_away_are_rest_days_until_somebody_looks_after_the_binder(nino, levan):
    begin = TODAY + timedelta(1)
    make_absence(user=nino, stand_in=levan, starts_on=begin, ends_on=begin + timedelta(1))
    before = Binder(nino, now=NOW)
    assert [before.capacity_on(TODAY + timedelta(n)) for n in range(4)] == [16, 0, 0, 16]
    assert before.calendar.holiday_name(begin) == "away"
    assert before.spread(20)[-1] == begin + timedelta(2)
    during = Binder(nino, now=NOW + timedelta(1))
    assert during.capacity_on(begin) == 16


def test_of_an_absence_that_goes_on_uncovered_no_day_is_offered(nino):
    make_absence(user=nino, starts_on=TODAY - timedelta(1), ends_on=TODAY + timedelta(1))
    assert [Binder(nino, now=NOW).capacity_on(TODAY + timedelta(n)) for n in range(3)] == [0, 0, 16]


def test_a_rest_day_is_no_day_with_much_room(nino):
    sunday = Destination(Tab(date(2026, 11, 22)), Binder(nino, now=NOW))
    assert (sunday.fullness, sunday.is_full, sunday.rather.name) == ("0 dossiers", False, "Mon 23 Nov")
    tab = Binder(nino, now=NOW).day_tabs(opened=Tab(TODAY))[21]
    assert (tab.capacity, tab.percent, tab.is_over) == (0, 0, False)


def test_beside_a_full_day_the_next_with_room_is_offered(nino):
    nino.own_capacity = 1
    nino.save()
    for days in (0, 1):
        make_dossier(owner=nino, due_on=TODAY + timedelta(days))
    today = Destination(Tab(TODAY), Binder(nino, now=NOW))
    assert (today.is_full, today.is_rest, today.rather.name) == (True, False, "Thu 19 Nov")
    assert Destination(Tab(TODAY + timedelta(2)), Binder(nino, now=NOW)).rather is None
