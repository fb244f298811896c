"""Did it help? The page of the effect, its chart and its file."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from segmentation.effect import Arm, Effect
from segmentation.models import ReminderLetter
from segmentation.series_report import Compared, Report, Scale
from tests.factories import NOW, TODAY
from tests.segmentation.reminders import make_due, make_reminder, make_series

LONG_AGO = TODAY - timedelta(60)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def series(lead):
    return make_series(lead, variants=("New boxes?", "=Still enough?"))


def address(series):
    return reverse("segmentation:series_report", args=[series.pk])


def make_past(series, *, letters=(0, 0), held=(0, 0), group="growing", begins_on=LONG_AGO, variant=None):
    """(customers, of them bought again) of each side."""
    for held_out, (customers, bought) in ((False, letters), (True, held)):
        for n in range(customers):
            reminder = make_reminder(
                make_due(series.made_by), series, begins_on=begins_on, group=group, held_out=held_out,
                next_on=None, bought_on=begins_on + timedelta(5) if n < bought else None,
            )  # fmt: skip
            if variant and not held_out:
                step = series.steps.first()
                chosen = step.variants.get(key=variant)
                ReminderLetter.objects.create(
                    reminder=reminder, step=step, variant=chosen, queued_on=begins_on
                )


def report_of(series):
    return Report(series, series.reminders.all(), on=TODAY)


def test_the_page_compares_both_sides_in_words_and_as_bars(client_of, nino, series):
    make_past(series, letters=(6, 3), held=(4, 1))
    make_past(series, letters=(2, 0), begins_on=TODAY - timedelta(3))
    page = client_of(nino).get(address(series)).content.decode()
    assert ("3 of 6 bought again · <b>50 %</b>" in page, "1 of 4 bought again · <b>25 %</b>" in page) == (
        True,
        True,
    )
    assert "About 25 points more; not certain yet: between −30 and +62." in page
    assert 'width="50.00"' in page
    assert "<b>2</b> customers are still too young to count" in page
    assert "Opens and clicks are not measured" in page
    assert "chance decides almost everything" in page


def test_subject_lines_and_groups_stand_on_one_scale(series):
    make_past(series, letters=(4, 2), held=(4, 1), group="vip", variant="A")
    make_past(series, letters=(3, 3), group="growing", variant="B")
    report = report_of(series)
    assert [(row.name, row.letters.bought) for row in report.variants] == [
        ("A: New boxes?", 2), ("B: =Still enough?", 3),
    ]  # fmt: skip
    assert [(row.name, row.letters.customers, row.held_out.customers) for row in report.groups] == [
        ("VIP", 4, 4), ("Growing", 3, 0),
    ]  # fmt: skip
    assert report.groups[1].drawn is None
    assert {row.scale.most for row in (report.all, *report.groups, *report.variants)} == {100}


def test_by_subject_lines_the_sums_are_those_of_the_whole(client_of, nino, series):
    make_past(series, letters=(4, 2), held=(4, 1), variant="A")
    make_past(series, letters=(2, 1), variant="B")
    make_past(series, letters=(3, 1))
    reminder = series.reminders.filter(held_out=False, letters=None).first()
    ReminderLetter.objects.create(reminder=reminder, step=series.steps.first(), queued_on=LONG_AGO)
    report = report_of(series)
    named = sum(row.letters.customers for row in report.variants)
    assert (report.effect.letters.customers, named) == (9, 6)
    assert (report.without_first_letter, report.without_variant) == (2, 1)
    page = client_of(nino).get(address(series)).content.decode()
    assert "2 of the 9 with letters got no first letter at all, being stopped before it." in page
    assert "1 of the 9 got it while no subject lines were compared." in page


def test_an_interval_is_drawn_where_it_lies():
    row = Compared("all", Effect(Arm(148, 41), Arm(37, 6)), Scale(30))
    assert row.points == ("+11", "−5", "+23")
    drawn = row.drawn
    low, high = row.effect.interval()
    assert (drawn["begin"], drawn["middle"]) == (
        round(120 + 400 * low, 1),
        round(120 + 400 * (41 / 148 - 6 / 37), 1),
    )
    assert drawn["begin"] + drawn["width"] == pytest.approx(120 + 400 * high, abs=0.1)


def test_one_subject_line_is_nothing_to_compare(lead):
    series = make_series(lead, variants=("New boxes?",))
    make_past(series, letters=(2, 1), held=(2, 1), variant="A")
    assert report_of(series).variants == []


def test_before_anybody_is_old_enough_it_says_when(client_of, nino, series):
    make_past(series, letters=(2, 0), begins_on=TODAY - timedelta(3))
    page = client_of(nino).get(address(series)).content.decode()
    assert "Nobody can say before 12 December 2026." in page
    assert "2 customers are still too young to count." in page


def test_a_series_that_reached_nobody_says_so(client_of, nino, series):
    assert "The series has reached nobody yet." in client_of(nino).get(address(series)).content.decode()


@pytest.mark.parametrize(
    ("sides", "said"),
    [({"letters": (3, 1)}, "nobody was held out"), ({"held": (3, 1)}, "everybody was held out")],
)
def test_with_one_side_only_no_comparison_is_possible(client_of, nino, series, sides, said):
    make_past(series, **sides)
    page = client_of(nino).get(address(series)).content.decode()
    assert (f"No comparison is possible: {said}." in page, "rb-interval" in page.split("By group")[0]) == (
        True,
        False,
    )


def test_the_figures_can_be_taken_along(client_of, nino, series):
    make_past(series, letters=(4, 2), held=(4, 1), variant="A")
    make_past(series, letters=(4, 2), variant="B")
    response = client_of(nino).get(address(series), {"format": "csv"})
    assert response["Content-Disposition"] == 'attachment; filename="boxes-2026-11-17.csv"'
    lines = response.content.decode().lstrip("\ufeff").splitlines()
    assert [line.split(";")[:6] for line in lines] == [
        ["Compared by", "Which", "with letters", "of them bought again", "held out", "of them bought again"],
        ["all", "all", "8", "4", "4", "1"],
        ["subject line", "A: New boxes?", "4", "2", "4", "1"],
        ["subject line", "B: =Still enough?", "4", "2", "4", "1"],
        ["group", "Growing", "8", "4", "4", "1"],
    ]
    assert lines[1].split(";")[6:] == ["25.0", "-28.2", "60.1"]


@pytest.mark.parametrize("number", [3, 30])
def test_the_report_costs_the_same_for_many(client_of, nino, series, number):
    make_past(series, letters=(number, 1), held=(number, 1), variant="A")
    make_past(series, letters=(number, 1), variant="B", group="vip")
    client = client_of(nino)
    with CaptureQueriesContext(connection) as queries:
        client.get(address(series))
    assert len(queries) == 10
