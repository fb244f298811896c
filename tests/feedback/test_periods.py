"""Weeks, months, quarters and years of a team."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.models import Rating
from feedback.reading.periods import Period, Span, within
from tests.feedback.said import rate

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("span", "first", "last", "before", "title"),
    [
        (Span.WEEK, date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 9), "16 to 22 November 2026"),
        (Span.MONTH, date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 1), "November 2026"),
        (Span.QUARTER, date(2026, 10, 1), date(2026, 12, 31), date(2026, 7, 1), "quarter 4 of 2026"),
        (Span.YEAR, date(2026, 1, 1), date(2026, 12, 31), date(2025, 1, 1), "2026"),
    ],
)
def test_a_day_lies_in_one_of_each(span, first, last, before, title):
    period = Period.of(span, date(2026, 11, 17))
    assert (period.first, period.last, period.before.first, period.title) == (first, last, before, title)


def test_a_week_over_a_months_end_names_both():
    assert Period.of(Span.WEEK, date(2026, 12, 2)).title == "30 November to 6 December 2026"


@settings(deadline=None)  # the machine is shared
@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.sampled_from(Span), st.integers(-30, 30))
def test_periods_lie_side_by_side(day, span, n):
    period = Period.of(span, day)
    assert period.holds(day)
    assert period.after.first == period.last + timedelta(1)
    assert Period.of(span, period.back(n).first) == period.back(n)
    assert period.back(n).back(-n) == period
    assert period.upto(3) == [period.back(2), period.before, period]


def test_the_month_of_a_clock_change_begins_and_ends_at_the_teams_midnight():
    since, until = Period.of(Span.MONTH, date(2026, 10, 5)).bounds(BERLIN)
    assert (since.astimezone(UTC), until.astimezone(UTC)) == (
        datetime(2026, 9, 30, 22, tzinfo=UTC),
        datetime(2026, 10, 31, 23, tzinfo=UTC),
    )


def test_rows_fall_into_the_period_of_their_instant_in_the_teams_zone(nino):
    """Half past eleven in the evening, UTC, is the next day in Berlin: the first of November, a Sunday."""
    rate(nino, good=1, at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    rate(nino, good=2, at=datetime(2026, 10, 31, 22, 30, tzinfo=UTC))
    rate(nino, good=4, at=datetime(2026, 8, 5, tzinfo=UTC))
    months = [Period(date(2026, month, 1), Span.MONTH) for month in (7, 10, 11)]
    rows = within(Rating.objects.all(), "rated_at", months, BERLIN)
    assert sorted(rows.values_list("bucket", flat=True)) == [1, 1, 2]
