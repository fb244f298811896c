"""The service clock, against a second implementation that looks at every minute."""

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm.team.calendar import WorkCalendar
from feedback.clock import Hours
from tests.feedback.minutes import Minutes

BERLIN, TBILISI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tbilisi")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Both changes of the clock, holidays of one region only, Christmas and New Year, Easter, a week like any other.
BEGINS = (
    date(2026, 3, 27), date(2026, 10, 23), date(2026, 10, 30), date(2026, 12, 22), date(2027, 3, 25),
    date(2026, 5, 12), date(2025, 10, 25),
)  # fmt: skip
REGIONS = ("", "BY", "BE", "SN")
WEEKS = ("12345", "1234567", "67", "2", "")

patient = settings(deadline=None)  # the other clock looks at every minute


def hours(
    opens="09:00", closes="18:00", *, country="DE", region="", days="12345", zone=BERLIN, of=Hours
) -> Hours | Minutes:
    calendar = WorkCalendar(country, region, days)
    return of(calendar, time.fromisoformat(opens), time.fromisoformat(closes), zone)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """By the clocks of that zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@st.composite
def windows(draw) -> tuple[str, str]:
    """Like a day in an office, or with an edge in the hour that a change of the clock skips or repeats."""
    if draw(st.booleans()):
        return draw(st.sampled_from([("09:00", "18:00"), ("08:15", "16:45"), ("00:00", "23:59")]))
    edges = st.integers(0, 24 * 60 - 1) | st.integers(60, 4 * 60)
    first, last = sorted(draw(st.lists(edges, min_size=2, max_size=2, unique=True)))
    return f"{first // 60:02}:{first % 60:02}", f"{last // 60:02}:{last % 60:02}"


@st.composite
def cases(draw) -> tuple[dict, datetime, timedelta, list[tuple[datetime, datetime]]]:
    """A team, the first instant, how long to look, and pauses that lie and overlap as they like."""
    opens, closes = draw(windows())
    team = {
        "opens": opens, "closes": closes, "region": draw(st.sampled_from(REGIONS)),
        "days": draw(st.sampled_from(WEEKS)), "zone": draw(st.sampled_from([BERLIN, TBILISI])),
    }  # fmt: skip
    midnight = datetime.combine(draw(st.sampled_from(BEGINS)), time.min, tzinfo=BERLIN).astimezone(UTC)
    minutes = st.integers(0, 6 * 24 * 60)
    since, end = (midnight + draw(minutes) * MINUTE for _ in range(2))
    pauses = [
        (midnight + first * MINUTE, midnight + (first + length) * MINUTE)
        for first, length in draw(st.lists(st.tuples(minutes, st.integers(0, 2000)), max_size=4))
    ]
    return team, since, end - since, pauses


@patient
@given(cases())
@example(({"opens": "02:30", "closes": "09:00", "days": "1234567"}, at("2026-03-29T00:00"), 12 * HOUR, []))
@example(({"opens": "01:00", "closes": "02:30", "days": "1234567"}, at("2026-03-29T00:00"), 12 * HOUR, []))
@example(({"opens": "02:30", "closes": "09:00", "days": "1234567"}, at("2026-10-25T00:00"), 12 * HOUR, []))
@example(({"opens": "01:00", "closes": "02:30", "days": "1234567"}, at("2026-10-25T00:00"), 12 * HOUR, []))
def test_it_counts_as_one_who_looks_at_every_minute(case):
    team, since, length, pauses = case
    found = hours(**team).worked(since, since + length, pauses=pauses)
    assert found == hours(**team, of=Minutes).worked(since, since + length, pauses=pauses)


@patient
@given(cases(), st.integers(1, 40 * 60))
@example(({"days": ""}, at("2026-05-12T09:00"), HOUR, [(at("2026-05-12T10:00"), at("2026-05-12T11:00"))]), 60)
def test_what_is_due_is_due_in_the_same_minute(case, within):
    team, since, _length, pauses = case
    due = hours(**team).due(since, within * MINUTE, pauses=pauses)
    assert due == hours(**team, of=Minutes).due(since, within * MINUTE, pauses=pauses)


@patient
@given(cases(), st.integers(1, 100_000))
def test_until_what_is_due_as_much_is_worked_as_was_promised(case, seconds):
    team, since, _length, pauses = case
    clock, within = hours(**team), timedelta(seconds=seconds)
    due = clock.due(since, within, pauses=pauses)
    if team["days"]:
        assert clock.worked(since, due, pauses=pauses) == within
        assert clock.worked(since, due - MINUTE / 60, pauses=pauses) < within
    else:
        assert (due - since, clock.worked(since, due, pauses=pauses)) == (within, timedelta())


@patient
@given(cases(), st.timedeltas(timedelta(), timedelta(days=6)))
def test_two_parts_are_as_long_as_the_whole(case, cut):
    team, since, length, pauses = case
    clock, end = hours(**team), since + abs(length)
    middle = min(since + cut, end)
    parts = [clock.worked(since, middle, pauses=pauses), clock.worked(middle, end, pauses=pauses)]
    assert sum(parts, timedelta()) == clock.worked(since, end, pauses=pauses)


@pytest.mark.parametrize(
    ("since", "within", "due"),
    [
        ("2026-11-17T09:03", 10, "2026-11-18T10:03"),  # a Tuesday: the day has nine hours
        ("2026-11-20T17:00", 2, "2026-11-23T10:00"),  # over a weekend
        ("2026-11-21T12:00", 1, "2026-11-23T10:00"),  # from a Saturday on
        ("2026-12-24T09:00", 10, "2026-12-28T10:00"),  # Christmas, and the days of the week after it
        ("2026-11-17T09:00", 9, "2026-11-17T18:00"),  # at the end of a day, not at the beginning of the next
        ("2026-03-27T12:00", 45, "2026-04-07T12:00"),  # the clocks change, Good Friday, Easter Monday
    ],
)
def test_when_something_is_due(since, within, due):
    assert hours().due(at(since), within * HOUR) == at(due)


def test_a_holiday_of_one_region_is_a_working_day_in_another():
    day = at("2026-10-31T09:00") - timedelta(1), at("2026-11-02T09:00")
    reformation = {"days": "1234567"}
    assert hours(region="SN", **reformation).worked(*day) == 18 * HOUR
    assert hours(region="BY", **reformation).worked(*day) == 18 * HOUR  # All Saints instead, a day later
    assert hours(region="BE", **reformation).worked(*day) == 27 * HOUR


def test_a_night_in_which_the_clocks_change_has_its_real_length():
    night = {"opens": "00:00", "closes": "06:00", "days": "1234567"}
    assert hours(**night).worked(at("2026-03-29T00:00"), at("2026-03-29T12:00")) == 5 * HOUR
    assert hours(**night).worked(at("2026-10-25T00:00"), at("2026-10-25T12:00")) == 7 * HOUR


def test_it_is_quick_however_long_a_ticket_is_open():
    clock = hours(region="BY")
    since, until = at("2024-11-17T09:03"), at("2026-11-17T09:03")
    pauses = [(since + n * timedelta(7), since + n * timedelta(7) + 5 * HOUR) for n in range(50)]
    clock.worked(since, until, pauses=pauses)
    began = stopwatch.process_time()
    for _ in range(100):
        clock.due(since, clock.worked(since, until, pauses=pauses), pauses=pauses)
    assert stopwatch.process_time() - began < 1
