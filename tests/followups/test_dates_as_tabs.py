"""Tabs that are dates of working days instead of 31 numbers, month ends, gaps and rest days; dealt out by weekday."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from followups.binder import Binder
from followups.dates import Tab
from followups.dealing import Deal
from followups.destination import Destination
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_dossier

SUNDAY = TODAY + timedelta(5)


def binder_on(owner, day, *, tabs):
    owner.tabs = tabs
    return Binder(owner, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def dates(binder, opened=None):
    return [tab.day for tab in binder.day_tabs(opened=Tab(opened or binder.today))]


def test_tabs_are_the_working_days_ahead(nino):
    shown = dates(binder_on(nino, TODAY, tabs=1))
    assert (shown[0], shown[-1], len(shown)) == (TODAY, date(2026, 12, 16), 22)
    assert all(map(nino.calendar.is_working, shown))


@pytest.mark.parametrize(
    ("today", "tabs", "horizon"),
    [
        (date(2026, 11, 17), 3, date(2027, 2, 17)),
        (date(2027, 1, 28), 1, date(2027, 2, 28)),
        (date(2027, 1, 29), 1, date(2027, 3, 1)),  # February has no 29th: all of it is in sight
        (date(2027, 1, 31), 1, date(2027, 3, 1)),
        (date(2027, 2, 1), 1, date(2027, 3, 1)),
        (date(2028, 1, 29), 1, date(2028, 2, 29)),  # a leap year has
        (date(2028, 1, 30), 1, date(2028, 3, 1)),
        (date(2026, 8, 31), 1, date(2026, 10, 1)),
        (date(2026, 11, 30), 3, date(2027, 3, 1)),
    ],
)
def test_the_last_tab_at_month_ends_and_in_leap_years(nino, today, tabs, horizon):
    assert binder_on(nino, today, tabs=tabs).horizon == horizon


def test_what_is_in_sight_never_shrinks_from_one_day_to_the_next(nino):
    for tabs in (0, 1, 2, 3):
        days = [date(2027, 12, 1) + timedelta(n) for n in range(120)]
        horizons = [binder_on(nino, day, tabs=tabs).horizon for day in days]
        assert horizons == sorted(horizons)


def test_every_dossier_lies_behind_exactly_one_tab_on_every_day(nino):
    for n in range(0, 140):
        make_dossier(owner=nino, due_on=date(2028, 1, 1) + timedelta(n))
    for tabs in (0, 1, 3):
        for n in (0, 27, 28, 29, 30, 31, 58, 59, 60):
            binder = binder_on(nino, date(2028, 1, 1) + timedelta(n), tabs=tabs)
            in_tabs = sum(tab.load for tab in binder.day_tabs(opened=Tab(binder.today)))
            assert (tabs, n, in_tabs + binder.in_months + binder.left_behind) == (tabs, n, 140)


def test_a_rest_day_has_a_tab_while_something_lies_there_or_it_is_open(nino):
    saturday = SUNDAY - timedelta(1)
    assert saturday not in dates(binder_on(nino, TODAY, tabs=1))
    assert saturday in dates(binder_on(nino, TODAY, tabs=1), opened=saturday)
    make_dossier(owner=nino, due_on=saturday)
    assert saturday in dates(binder_on(nino, TODAY, tabs=1))
    assert SUNDAY in dates(binder_on(nino, SUNDAY, tabs=1))


@pytest.mark.parametrize(
    ("country", "region", "day", "shown"),
    [
        ("DE", "BY", date(2027, 1, 6), False),  # Epiphany
        ("DE", "BE", date(2027, 1, 6), True),
        ("DE", "BE", date(2027, 3, 8), False),  # International Women's Day
        ("GE", "", date(2027, 1, 7), False),  # Orthodox Christmas
        ("AT", "", date(2026, 12, 8), False),
    ],
)
def test_holidays_of_the_owners_region_have_no_tab(nino, country, region, day, shown):
    nino.own_country, nino.own_region = country, region
    assert (day in dates(binder_on(nino, day - timedelta(7), tabs=1))) is shown


def test_own_days_off_have_no_tab(nino):
    nino.take_off(TODAY + timedelta(1), TODAY + timedelta(2))
    assert dates(binder_on(nino, TODAY, tabs=1))[1] == TODAY + timedelta(3)


def test_what_lies_beyond_is_behind_its_month(nino):
    make_dossier(owner=nino, due_on=date(2026, 12, 16))
    make_dossier(owner=nino, due_on=date(2026, 12, 17))
    binder = binder_on(nino, TODAY, tabs=1)
    assert [place.due_on.day for place in binder.dossiers_under(Tab(date(2026, 12, 1), "month"))] == [17]
    assert Destination(Tab(date(2026, 12, 16)), binder).place == "Tab 16 Dec"
    assert Destination(Tab(date(2026, 12, 17)), binder).place == "December tab"


def test_a_month_is_dealt_out_by_what_each_weekday_holds(nino):
    nino.own_capacity, nino.own_weekday_capacity = 4, {"5": 2}
    july = date(2027, 7, 1)
    for _ in range(39):  # half of what 17 days of four and five Fridays of two hold
        make_dossier(owner=nino, due_on=july, precision="month")
    plan = Deal(Binder(nino, now=datetime(2027, 7, 1, 6, tzinfo=UTC)), july).plan
    by_day = {day: list(plan.values()).count(day) for day in plan.values()}
    assert {n for day, n in by_day.items() if day.isoweekday() == 5} == {1}
    assert {n for day, n in by_day.items() if day.isoweekday() != 5} == {2}


# --- on the page


@pytest.fixture
def dated(nino):
    nino.tabs = 2
    nino.save()
    with time_machine.travel(NOW, tick=False):
        yield nino


def test_the_board_names_months_between_the_dates(dated, client_of):
    page = client_of(dated).get("/binder/", follow=True).content.decode()
    assert page.count('class="rb-rail__turn"') == 3
    assert 'id="tab-2026-12-08"' in page
    assert ('id="tab-2026-12-06"' in page, "rb-tab--void" in page, "rb-rail__month" in page) == (False,) * 3


def test_filing_onto_a_rest_day_brings_its_tab(dated, client_of):
    place = make_dossier(owner=dated, due_on=TODAY)
    fields = {
        "version": 1,
        "outcome": "agreed",
        "kind": "call",
        "when": SUNDAY.isoformat(),
        "named": SUNDAY.isoformat(),
    }
    fields |= {"tab": TODAY.isoformat(), "page": "board"}
    headers = {"HX-Request": "true", "HX-Target": "sheet"}
    page = client_of(dated).post(reverse("followups:file", args=[place.pk]), fields, headers=headers)
    assert f'id="tab-{SUNDAY}"' in page.content.decode()
    assert FollowUp.objects.open().get(customer=place.customer).due_on == SUNDAY


def test_a_dossiers_own_page_moves_to_dates_too(dated, client_of):
    place = make_dossier(owner=dated, due_on=TODAY)
    page = client_of(dated).get(place.customer.get_absolute_url()).content.decode()
    assert 'value="2026-12-08"' in page
    assert 'value="2026-12-06"' not in page


def test_every_offered_date_says_how_full_it_is(dated, client_of):
    dated.own_weekday_capacity = {"3": 2}
    dated.save()
    make_dossier(owner=dated, due_on=TODAY)
    make_dossier(owner=dated, due_on=TODAY + timedelta(1))
    page = client_of(dated).get("/binder/", follow=True).content.decode()
    assert "<small>We 18 · 1 of 2</small>" in page
    assert ">Wednesday 18 November · 1 of 2</option>" in page
