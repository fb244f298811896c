"""Days off of one's own, and what a single weekday can hold."""

from datetime import date, timedelta

import pytest
import time_machine

from crm.team.week import WeekdayNumbersField
from tests.factories import NOW, TODAY

WEDNESDAY = TODAY + timedelta(1)
OFF, BACK = "/settings/days-off/", "/settings/days-off/back/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(client_of, nino):
    return client_of(nino)


def span(first, last=None):
    return {"starts_on": first.isoformat(), "ends_on": last.isoformat() if last else ""}


def test_a_day_off_is_a_rest_day_for_its_owner_alone(nino, levan):
    nino.take_off(WEDNESDAY, WEDNESDAY)
    assert (nino.calendar.is_working(WEDNESDAY), levan.calendar.is_working(WEDNESDAY)) == (False, True)
    assert nino.calendar.next_working(WEDNESDAY) == WEDNESDAY + timedelta(1)
    assert nino.calendar.holiday_name(WEDNESDAY) == "day off"


def test_a_holiday_keeps_its_name_on_a_day_off(nino):
    christmas = date(2026, 12, 25)
    nino.take_off(christmas, christmas)
    assert nino.calendar.holiday_name(christmas) == "Christmas Day"


def test_a_month_off_is_followed_by_the_next_working_day(nino):
    nino.take_off(date(2026, 12, 1), date(2027, 3, 31))
    assert nino.calendar.next_working(date(2026, 12, 1)) == date(2027, 4, 1)


def test_days_are_told_as_runs_and_past_ones_are_not(nino):
    nino.take_off(TODAY - timedelta(9), TODAY - timedelta(8))
    nino.take_off(WEDNESDAY, WEDNESDAY)
    nino.take_off(WEDNESDAY + timedelta(1), WEDNESDAY + timedelta(2))
    nino.take_off(WEDNESDAY, WEDNESDAY + timedelta(1))
    assert nino.days_off_from(TODAY) == [(WEDNESDAY, WEDNESDAY + timedelta(2))]
    nino.work_again(WEDNESDAY + timedelta(1), WEDNESDAY + timedelta(1))
    assert nino.days_off_from(TODAY) == [(WEDNESDAY,) * 2, (WEDNESDAY + timedelta(2),) * 2]


def test_days_are_taken_off_and_back_on_the_page(page, nino):
    assert page.post(OFF, span(WEDNESDAY, WEDNESDAY + timedelta(1))).url == "/settings/"
    assert "Wednesday 18 November 2026 – Thursday 19 November 2026" in page.get("/settings/").content.decode()
    page.post(BACK, span(WEDNESDAY, WEDNESDAY + timedelta(1)))
    nino.refresh_from_db()
    assert nino.own_days_off == []


def test_a_run_of_any_length_is_taken_back(page, nino):
    nino.take_off(WEDNESDAY, WEDNESDAY + timedelta(90))
    assert page.post(BACK, span(WEDNESDAY, WEDNESDAY + timedelta(90))).status_code == 302


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "starts_on"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"starts_on": "2026-11-20", "ends_on": "soon"}, "ends_on"),
        (span(WEDNESDAY, TODAY), "ends_on"),
        (span(TODAY - timedelta(5)), "ends_on"),
        (span(WEDNESDAY, WEDNESDAY + timedelta(60)), "ends_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_stays_written(page, nino, fields, field):
    answer = page.post(OFF, fields)
    assert (answer.status_code, list(answer.context["off"].errors)) == (422, [field])
    assert answer.context["form"]["name"].value() == nino.name


def test_only_by_post(page, nino):
    assert (page.get(OFF, span(TODAY)).status_code, page.get(BACK).status_code) == (302, 405)
    nino.refresh_from_db()
    assert nino.own_days_off == []


def test_a_weekday_holds_what_is_nearest_to_the_person(nino):
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    nino.team.weekday_capacity = {"5": 8}
    assert [nino.capacity_on(day) for day in (friday, monday)] == [8, 16]
    nino.own_capacity = 12
    assert [nino.capacity_on(day) for day in (friday, monday)] == [12, 12]
    nino.own_weekday_capacity = {"1": 4}
    assert [nino.capacity_on(day) for day in (friday, monday)] == [12, 4]


def test_the_week_is_written_and_emptied_again(page, nino):
    fields = {"name": "Nino", "theme": "auto", "tabs": 0}
    page.post("/settings/", fields | {"own_weekday_capacity_4": "8"})
    nino.refresh_from_db()
    assert nino.own_weekday_capacity == {"5": 8}
    assert (
        'name="own_weekday_capacity_4" id="id_own_weekday_capacity_4" value="8"'
        in page.get("/settings/").content.decode()
    )
    page.post("/settings/", fields | {f"own_weekday_capacity_{n}": "" for n in range(7)})
    nino.refresh_from_db()
    assert nino.own_weekday_capacity == {}


@pytest.mark.parametrize("number", ["0", "201", "-3", "many"])
def test_a_number_that_cannot_be_is_refused_and_stays_written(page, nino, number):
    fields = {"name": "Nino", "theme": "auto", "tabs": 0, "own_weekday_capacity_0": number}
    answer = page.post("/settings/", fields)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["own_weekday_capacity"])
    assert f'value="{number}"' in answer.content.decode()


def test_the_page_says_what_holds_where_nothing_is_written(page, nino):
    nino.team.weekday_capacity = {"5": 8}
    nino.team.save()
    page = page.get("/settings/").content.decode()
    assert ('placeholder="16"' in page, page.count('placeholder="8"')) == (True, 1)


def test_fields_of_two_people_do_not_mix():
    first, second = WeekdayNumbersField(), WeekdayNumbersField()
    first.otherwise(dict.fromkeys("1234567", 3))
    assert "placeholder" not in second.widget.widgets[0].attrs
