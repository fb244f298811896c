"""Quiet hours: where the customer is, with clocks that change and holidays."""

from datetime import UTC, datetime, timedelta

import pytest

from contacts.actions import LETTER_KEEPS
from crm.mail.quiet import open_from, zones_of
from crm.team.models import Team

BERLIN = Team(country="DE", region="BY", time_zone="Europe/Berlin")


def opens(at: datetime, country: str = "", team: Team = BERLIN) -> datetime:
    return open_from(at, country=country, team=team)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (utc(2026, 11, 17, 6, 59, 59), utc(2026, 11, 17, 7)),  # Tuesday, one second to eight
        (utc(2026, 11, 17, 7), utc(2026, 11, 17, 7)),
        (utc(2026, 11, 17, 18, 59, 59), utc(2026, 11, 17, 18, 59, 59)),
        (utc(2026, 11, 17, 19), utc(2026, 11, 18, 7)),  # eight in the evening
        (utc(2026, 11, 17, 23, 30), utc(2026, 11, 18, 7)),  # past midnight there
        (utc(2026, 11, 21, 12), utc(2026, 11, 21, 12)),  # Saturday
        (utc(2026, 11, 21, 19), utc(2026, 11, 23, 7)),
        (utc(2026, 11, 22, 12), utc(2026, 11, 23, 7)),  # Sunday
        (utc(2026, 12, 24, 19), utc(2026, 12, 28, 7)),  # Christmas on Friday and Saturday, then a Sunday
        (utc(2026, 12, 31, 20), utc(2027, 1, 2, 7)),
    ],
)
def test_in_the_teams_own_country(at, opening):
    assert opens(at) == opening
    assert opens(at, "DE") == opening


@pytest.mark.parametrize(
    ("evening", "country"),
    [(utc(2026, 12, 24, 19), "DE"), (utc(2027, 4, 29, 16), "GE")],
)
def test_an_advertising_letter_by_hand_outlasts_a_long_weekend(evening, country):
    assert timedelta(days=3) < opens(evening, country) - evening < LETTER_KEEPS


def test_the_teams_region_has_its_own_holidays():
    epiphany = utc(2026, 1, 6, 12)
    assert opens(epiphany) == utc(2026, 1, 7, 7)
    assert opens(epiphany, team=Team(country="DE", region="BE", time_zone="Europe/Berlin")) == epiphany


def test_a_team_may_work_on_what_days_it_likes():
    assert opens(
        utc(2026, 11, 21, 12), team=Team(country="DE", time_zone="Europe/Berlin", working_days="1")
    ) == (utc(2026, 11, 21, 12))


@pytest.mark.parametrize(
    ("evening", "opening"),
    [
        (utc(2026, 3, 27, 20), utc(2026, 3, 28, 7)),
        (utc(2026, 3, 28, 20), utc(2026, 3, 30, 6)),  # the clock goes forward on Sunday the 29th
        (utc(2026, 10, 23, 20), utc(2026, 10, 24, 6)),
        (utc(2026, 10, 24, 20), utc(2026, 10, 26, 7)),  # and back on Sunday the 25th
    ],
)
def test_eight_is_eight_when_clocks_change(evening, opening):
    assert opens(evening) == opening


def test_a_clock_that_changes_on_a_day_that_is_not_sunday():
    # Cairo goes forward on Friday, 24 April 2026, at midnight.
    cairo = Team(country="EG", time_zone="Africa/Cairo")
    assert opens(utc(2026, 4, 23, 20), team=cairo) == utc(2026, 4, 24, 5)
    assert opens(utc(2026, 4, 22, 20), team=cairo) == utc(2026, 4, 23, 6)


def test_a_customer_in_georgia_gets_up_earlier():
    assert opens(utc(2026, 11, 17, 4), "GE") == utc(2026, 11, 17, 4)
    assert opens(utc(2026, 11, 17, 16), "GE") == utc(2026, 11, 18, 4)


def test_and_has_other_holidays():
    # Giorgoba, 23 November; German Unity, 3 October
    assert opens(utc(2026, 11, 23, 8), "GE") == utc(2026, 11, 24, 4)
    assert opens(utc(2026, 10, 3, 8)) == utc(2026, 10, 5, 6)
    assert opens(utc(2026, 10, 3, 8), "GE") == utc(2026, 10, 3, 8)


def test_in_the_united_states_it_has_to_be_day_from_new_york_to_the_aleutians():
    # Eight in Honolulu and Adak (winter: UTC-10) is 18:00 UTC; eight in the evening in New York is 01:00.
    assert opens(utc(2026, 11, 17, 9), "US") == utc(2026, 11, 17, 18)
    assert opens(utc(2026, 11, 18, 0, 59), "US") == utc(2026, 11, 18, 0, 59)
    assert opens(utc(2026, 11, 18, 1), "US") == utc(2026, 11, 18, 18)
    # Thanksgiving
    assert opens(utc(2026, 11, 26, 20), "US") == utc(2026, 11, 27, 18)


NEW_YORK = Team(country="US", region="NY", time_zone="America/New_York")


def test_also_where_the_team_is_in_the_united_states_itself():
    # A customer of the same country may live in any of its zones; one of no known country is taken to be at the team's.
    assert opens(utc(2026, 11, 17, 14), "US", NEW_YORK) == utc(2026, 11, 17, 18)
    assert opens(utc(2026, 11, 18, 1), "US", NEW_YORK) == utc(2026, 11, 18, 18)
    assert opens(utc(2026, 11, 17, 14), "", NEW_YORK) == utc(2026, 11, 17, 14)
    # Lincoln's birthday is a holiday in New York, not in all of the states.
    lincoln = utc(2026, 2, 12, 20)
    assert opens(lincoln, "US", NEW_YORK) == opens(lincoln, "", NEW_YORK) + timedelta(hours=5)
    assert opens(lincoln, "US") == lincoln


def test_a_team_whose_country_is_never_day_everywhere_has_its_own_clock():
    station = Team(country="AQ", time_zone="Antarctica/Casey")
    assert opens(utc(2026, 11, 17, 2), "AQ", station) == opens(utc(2026, 11, 17, 2), "", station)


def test_where_it_is_never_day_everywhere_the_teams_clock_counts():
    assert len(zones_of("AQ")) > 5
    assert opens(utc(2026, 11, 17, 9), "AQ") == utc(2026, 11, 17, 9)
    assert opens(utc(2026, 11, 17, 22), "AQ") == utc(2026, 11, 18, 7)


@pytest.mark.parametrize("country", ["", "XX", "ZZ"])
def test_an_unknown_country_is_the_teams(country):
    assert opens(utc(2026, 11, 17, 22), country) == utc(2026, 11, 18, 7)


@pytest.mark.parametrize("country", ["", "GE", "US", "AU", "RU", "KI"])
def test_all_through_a_year_it_opens_soon_and_is_open_then(country):
    at = utc(2026, 1, 1)
    for _ in range(0, 365 * 24, 97):
        opening = opens(at, country)
        assert at <= opening <= at + timedelta(days=12)
        assert opens(opening, country) == opening
        at += timedelta(hours=97)
