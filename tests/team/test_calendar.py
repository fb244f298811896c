from datetime import date
from itertools import islice

import pytest
from django.utils.translation import override

from crm.team.calendar import WorkCalendar, countries, regions

BAVARIA = WorkCalendar("DE", "BY", "12345")


def test_a_weekday_is_worked_and_a_weekend_is_not():
    week = [date(2026, 11, 16 + n) for n in range(7)]
    assert [BAVARIA.is_working(day) for day in week] == [True] * 5 + [False] * 2


def test_a_team_chooses_its_own_working_days():
    week = [date(2026, 11, 16 + n) for n in range(7)]
    weekend = WorkCalendar("DE", "BY", "67")
    assert [weekend.is_working(day) for day in week] == [False] * 5 + [True] * 2


def test_a_public_holiday_is_not_worked_where_it_is_one():
    corpus_christi = date(2026, 6, 4)
    assert not BAVARIA.is_working(corpus_christi)
    assert WorkCalendar("DE", "BE", "12345").is_working(corpus_christi)
    assert WorkCalendar("DE", "", "12345").is_working(corpus_christi)


def test_a_holiday_has_its_name_in_the_language_of_the_reader():
    with override("en-gb"):
        assert BAVARIA.holiday_name(date(2026, 6, 4)) == "Corpus Christi"
    with override("de"):
        assert BAVARIA.holiday_name(date(2026, 6, 4)) == "Fronleichnam"
    assert BAVARIA.holiday_name(date(2026, 6, 5)) == ""


def test_a_holiday_is_named_in_english_where_the_language_of_the_reader_is_not_known():
    with override("ka"):
        assert BAVARIA.holiday_name(date(2026, 6, 4)) == "Corpus Christi"


@pytest.mark.parametrize(
    ("country", "region"), [("", ""), ("XX", ""), ("DE", "XX"), ("XX", "BY"), ("not a country", "")]
)
def test_an_unknown_place_has_no_holidays(country, region):
    calendar = WorkCalendar(country, region, "12345")
    assert calendar.holiday_name(date(2026, 12, 25)) == ""
    assert calendar.is_working(date(2026, 12, 25))


def test_years_that_a_country_has_not_announced_yet_are_no_error():
    assert WorkCalendar("IN", "", "12345").holiday_name(date(2040, 1, 26)) == "Republic Day"


@pytest.mark.parametrize(
    ("day", "after", "expected"),
    [
        (date(2026, 11, 17), False, date(2026, 11, 17)),
        (date(2026, 11, 17), True, date(2026, 11, 18)),
        (date(2026, 11, 20), True, date(2026, 11, 23)),
        (date(2026, 11, 21), False, date(2026, 11, 23)),
        # Christmas on a Friday and Saturday, then Sunday.
        (date(2026, 12, 25), False, date(2026, 12, 28)),
        (date(2026, 12, 31), True, date(2027, 1, 4)),
    ],
)
def test_the_next_working_day_passes_weekends_and_holidays(day, after, expected):
    assert BAVARIA.next_working(day, after=after) == expected


def test_a_team_that_never_works_gets_the_day_it_asked_for():
    never = WorkCalendar("DE", "BY", "")
    assert never.next_working(date(2026, 11, 17)) == date(2026, 11, 17)
    assert never.next_working(date(2026, 11, 17), after=True) == date(2026, 11, 18)


def test_working_days_go_on_without_end():
    days = list(islice(BAVARIA.working_days_from(date(2026, 12, 24)), 4))
    assert days == [date(2026, 12, 24), date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 30)]


def test_countries_are_named_and_sorted_in_the_language_of_the_reader():
    with override("en-gb"):
        english = countries()
    with override("de"):
        german = countries()
    assert english[0] == ("AF", "Afghanistan")
    assert dict(english)["AT"] == "Austria"
    assert dict(german)["AT"] == "Österreich"
    assert [code for code, _ in german if code in ("NO", "AT", "PK")] == ["NO", "AT", "PK"]


def test_regions_are_known_by_their_full_name():
    assert regions("AT")[:3] == (("1", "Burgenland"), ("2", "Kärnten"), ("3", "Niederösterreich"))
    assert dict(regions("DE"))["BY"] == "Bayern"


@pytest.mark.parametrize("country", ["", "XX", "LU"])
def test_a_country_without_regions_offers_none(country):
    assert regions(country) == ()
