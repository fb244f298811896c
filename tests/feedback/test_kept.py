"""Figures of large periods are kept: they agree with what is counted on the spot, and follow it."""

from datetime import date, timedelta

import pytest

from feedback.models import Rating, Reading
from feedback.reading import cubes, kept
from feedback.reading.periods import Period, Span
from tests.factories import NOW
from tests.feedback.said import rate, recommend, settle

OCTOBER, NOVEMBER = (Period(date(2026, month, 1), Span.MONTH) for month in (10, 11))
RATINGS = Reading.About.RATINGS
MINUTE = timedelta(minutes=1)
LONG_AGO = NOW - timedelta(days=100)


@pytest.fixture
def few(monkeypatch):
    """From three tickets and ratings on, a period is large, and from nine on even for the page about it."""
    monkeypatch.setattr(kept, "KEEP_OVER", 2)
    monkeypatch.setattr(kept, "LIVE_UP_TO", 8)


def read(team, *periods, about=RATINGS, **kw):
    return kept.figures_of(team, about, periods, now=NOW, **kw)


def month_of(instant):
    return Period.of(Span.MONTH, instant.date())


def test_small_periods_are_not_kept(nino):
    rate(nino, good=2)
    kept.keep_all(NOW)
    assert not Reading.objects.exists()
    assert read(nino.team, NOVEMBER).as_of is None


def test_what_is_kept_is_what_is_counted(nino, levan, few):
    rate(nino, good=3, bad=1, group="vip")
    settle(levan, 2, answered_in=25)
    recommend(nino, 10, 3, 8, silent=2)
    # Ratings of the week, month, quarter and year, tickets and the award of the month, and the quarter's NPS.
    assert kept.keep_recent(NOW) == "7 written"
    for about, subject in kept.SUBJECTS.items():
        period = Period.of(subject.spans[-1], NOW.date())
        found = read(nino.team, period.before, period, about=about)
        assert found.figures == subject.work_out(nino.team, [period.before, period], NOW)
        assert found.as_of == NOW


def test_a_page_counts_its_own_period_on_the_spot_if_it_can(nino, few):
    rate(nino, good=3)
    kept.keep_recent(NOW)
    rate(nino, good=1)
    assert read(nino.team, NOVEMBER).figures[NOVEMBER]["team"][""][2] == 3
    assert read(nino.team, NOVEMBER, fresh=[NOVEMBER]).figures[NOVEMBER]["team"][""][2] == 4
    rate(nino, good=1)
    kept.keep_recent(NOW + MINUTE)
    rate(nino, good=1)
    assert read(nino.team, NOVEMBER, fresh=[NOVEMBER]).figures[NOVEMBER]["team"][""][2] == 5


def test_what_changed_lately_is_kept_again(nino, few):
    [rating, *_others] = rate(nino, good=3, at=NOW - timedelta(days=20))
    kept.keep_recent(NOW)
    Rating.objects.filter(pk=rating.pk).update(value="bad")
    kept.keep_recent(NOW + MINUTE)
    period = month_of(rating.rated_at)
    found = read(nino.team, period)
    assert found.figures[period]["team"][""][:3] == [1, 0, 2]


@pytest.mark.parametrize(
    ("size", "pause"), [(3, MINUTE), (1_999, MINUTE), (12_500, 12 * MINUTE), (900_000, timedelta(hours=1))]
)
def test_the_larger_a_period_the_less_often_it_is_counted(nino, few, size, pause):
    rate(nino, good=3)
    kept.keep_recent(NOW)
    Reading.objects.update(size=size)
    almost = NOW + pause - timedelta(seconds=31)
    assert (kept.keep_recent(almost), kept.keep_recent(NOW + pause)) == ("0 written", "6 written")


def test_what_changed_long_ago_is_found_at_night_and_told(nino, few):
    [rating, *_others] = rate(nino, good=3, at=LONG_AGO)
    assert kept.keep_all(NOW).endswith("0 of long ago had changed")
    Rating.objects.filter(pk=rating.pk).update(set_aside_at=NOW)
    kept.keep_recent(NOW)
    period = month_of(LONG_AGO)
    assert read(nino.team, period).figures[period]["team"][""][2] == 3
    # The week, the month and the quarter, the tickets and the award of the month. The year still runs.
    assert kept.keep_all(NOW).endswith("5 of long ago had changed")
    assert read(nino.team, period).figures[period]["team"][""][2] == 2


def test_a_period_that_has_become_small_is_kept_up(nino, few):
    rate(nino, good=3)
    kept.keep_recent(NOW)
    Rating.objects.all().delete()
    kept.keep_recent(NOW + MINUTE)
    assert read(nino.team, NOVEMBER).figures[NOVEMBER]["team"][""][:3] == [0, 0, 0]


def test_sizes_are_of_tickets_and_ratings(nino):
    rate(nino, good=2)
    settle(nino)
    assert cubes.sizes(nino.team, [OCTOBER, NOVEMBER]) == {OCTOBER: 0, NOVEMBER: 5}
    assert cubes.sizes(nino.team, []) == {}


def test_a_team_without_tickets_has_nothing_to_keep(nino):
    assert kept.keep_all(NOW) == "0 written, 0 of long ago had changed"
