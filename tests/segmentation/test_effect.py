"""Did the letters help?"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from segmentation.effect import (
    Arm,
    Effect,
    effect,
    effect_by_group,
    effect_by_series,
    effect_by_variant,
)
from segmentation.models import Reminder, ReminderLetter, Variant
from tests.factories import TODAY
from tests.segmentation.reminders import make_due, make_reminder, make_series

LONG_AGO = TODAY - timedelta(28)


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_the_interval_is_that_of_newcombes_table(a, m, b, n, low, high):
    """The examples (a) to (h) of table II, method 10, of the paper named there."""
    found = Effect(Arm(m, a), Arm(n, b)).interval()
    assert [round(each, 4) for each in found] == [low, high]


@pytest.mark.parametrize(
    ("bought", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_one_share_is_wilsons(bought, n, low, high):
    """Table I of R. G. Newcombe, Two-sided confidence intervals for the single proportion, 1998, method 3."""
    assert [round(each, 4) for each in Arm(n, bought).interval()] == [low, high]


@pytest.mark.parametrize("letters", [Arm(1, 0), Arm(1, 1), Arm(500, 0), Arm(100_000, 99_999)])
@pytest.mark.parametrize("held_out", [Arm(1, 0), Arm(1, 1), Arm(20_000, 7)])
def test_the_difference_lies_in_its_interval_and_that_within_one(letters, held_out):
    found = Effect(letters, held_out)
    low, high = found.interval()
    assert -1 <= low <= found.difference <= high <= 1


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Effect(Arm(112, 45), Arm(50, 14)), "about 12 points more; not certain yet: between −4 and +26"),
        (Effect(Arm(400, 160), Arm(100, 20)), "about 20 points more; certain enough: between +10 and +28"),
        (Effect(Arm(400, 40), Arm(100, 30)), "about 20 points less; certain enough: between −30 and −11"),
        (Effect(Arm(100, 20), Arm(100, 20)), "about as many; not certain yet: between −11 and +11"),
        (Effect(Arm(100, 21), Arm(100, 20)), "about 1 point more; not certain yet: between −10 and +12"),
        (Effect(Arm(8000, 1000), Arm(2000, 216)), "about 2 points more; certain enough: between +0.1 and +3"),
        (Effect(Arm(10, 2), Arm()), "nobody was held out, so there is nothing to compare with"),
        (Effect(), "nobody has been reached long enough ago"),
    ],
)
def test_an_effect_is_said_in_plain_words(effect, words):
    assert effect.in_words == words


@pytest.fixture
def series(lead):
    return make_series(lead, variants=("One", "Two"))


def reach(nino, series, n=1, *, variant=None, **kw):
    for _ in range(n):
        reminder = make_reminder(make_due(nino), series, **{"begins_on": LONG_AGO} | kw)
        if variant:
            step = series.steps.get(position=1)
            ReminderLetter.objects.create(
                reminder=reminder, step=step, variant=step.variants.get(key=variant), queued_on=LONG_AGO
            )


def all_of(series):
    return Reminder.objects.filter(series=series)


def test_only_those_count_whose_first_letter_was_long_enough_ago(nino, series):
    reach(nino, series, bought_on=TODAY)
    reach(nino, series, begins_on=LONG_AGO + timedelta(1), bought_on=TODAY)
    assert effect(all_of(series), on=TODAY) == Effect(Arm(1, 1))
    assert effect(all_of(series), on=TODAY, days=27) == Effect(Arm(2, 1))
    assert effect(all_of(series), on=TODAY - timedelta(1)) == Effect()


@pytest.mark.parametrize(
    ("after", "arm"),
    [(None, Arm(1, 0)), (-1, Arm()), (0, Arm(1, 1)), (28, Arm(1, 1)), (29, Arm(1, 0))],
)
def test_a_purchase_counts_from_the_day_of_the_first_letter_for_four_weeks(nino, series, after, arm):
    reach(nino, series, bought_on=None if after is None else LONG_AGO + timedelta(after))
    assert effect(all_of(series), on=TODAY) == Effect(arm)


def test_letters_that_were_stopped_count_as_letters(nino, series):
    reach(nino, series, stopped_at="2026-10-20T10:00Z", stopped_why="taken_out")
    reach(nino, series, held_out=True, bought_on=TODAY)
    assert effect(all_of(series), on=TODAY) == Effect(Arm(1, 0), Arm(1, 1))


def test_series_and_groups_are_counted_each_by_itself_in_one_query(nino, lead, series):
    other = make_series(lead, name="Other")
    reach(nino, series, 3, bought_on=TODAY)
    reach(nino, series, 2, held_out=True, group="vip")
    reach(nino, other, 1, group="vip")
    every = Reminder.objects.filter(team=nino.team)
    with CaptureQueriesContext(connection) as queries:
        by_series = effect_by_series(every, on=TODAY)
        by_group = effect_by_group(every, on=TODAY)
    assert len(queries) == 2
    assert by_series == {series.pk: Effect(Arm(3, 3), Arm(2, 0)), other.pk: Effect(Arm(1, 0))}
    assert by_group == {"growing": Effect(Arm(3, 3)), "vip": Effect(Arm(1, 0), Arm(2, 0))}


def test_variants_of_the_first_letter_stand_beside_all_who_were_held_out(nino, series):
    reach(nino, series, 3, variant="A", bought_on=TODAY)
    reach(nino, series, 2, variant="B")
    reach(nino, series, 1, held_out=True)
    a, b = Variant.objects.filter(step__position=1)
    second = series.steps.get(position=2)
    for reminder in Reminder.objects.filter(letters__variant=a):
        ReminderLetter.objects.create(
            reminder=reminder, step=second, variant=second.variants.first(), queued_on=TODAY
        )
    with CaptureQueriesContext(connection) as queries:
        found = effect_by_variant(all_of(series), on=TODAY)
    assert len(queries) == 2
    assert found == {a.pk: Effect(Arm(3, 3), Arm(1, 0)), b.pk: Effect(Arm(2, 0), Arm(1, 0))}
