"""Do our figures mean anything? Figures beside the ratings of the same tickets."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.statistics import Share
from feedback.reading import cubes
from feedback.reading.figures import BINS, Bin, Figure, Figures, MonthFigures, Step
from feedback.reading.periods import Period, Span
from tests.factories import NOW
from tests.feedback.said import rate, settle

PAGE = reverse("feedback:figures")
NOVEMBER = Period(date(2026, 11, 1), Span.MONTH)
IN_OCTOBER = NOW - timedelta(30)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


def figure(*bins, key="answer"):
    labels = [str(label) for label in BINS[key][1]]
    return Figure(key, "x", [Bin(name, Share(n, k)) for name, (k, n) in zip(labels, bins, strict=False)])


def month(period=NOVEMBER, *, good=(0, 0), **figures):
    k, n = good
    empty = cubes.tickets_nothing() | figures
    bins = empty["bins"] | {"reopened": [[n - k, 0, k], [0, 0, 0]]}
    return MonthFigures(period, empty | {"bins": bins})


def step(before, now):
    return Step(month(NOVEMBER.before, **before), month(**now))


def test_bins_say_how_many_are_good_of_how_many_and_how_sure(client_of, nino):
    rate(nino, good=18, bad=2, answered_in=30)
    rate(nino, good=5, bad=10, answered_in=900)
    page = client_of(nino).get(PAGE).content.decode()
    for words in ("within 1 h", "<b>90 % good</b>", "of 20", "70 to 97 %", "<b>33 % good</b>", "15 to 58 %"):
        assert words in page
    assert (
        "has about 57 points more good ratings than “over 10 h”; certain enough: between +25 and +76." in page
    )
    assert "who answers slowly may also have the harder tickets" in page


@pytest.mark.parametrize(
    ("bins", "verdict", "words"),
    [
        (
            [(109, 120), (90, 110), (80, 100), (61, 100)],
            "matters",
            "“within 1 h” has about 30 points more good ratings than “over 10 h”; certain enough: between +19 and +40",
        ),
        (
            [(18, 20), (0, 0), (16, 20), (3, 4)],
            "unsure",
            "“within 1 h” has about 10 points more good ratings than “4 to 10 h”; not certain yet: between −13 and +33",
        ),
        (
            [(50, 100), (90, 100)],
            "backwards",
            "“within 1 h” has about 40 points fewer good ratings than “1 to 4 h”; certain enough: between −51 and −28",
        ),
        ([(18, 20), (1, 9)], "unsure", "too few ratings to compare: two groups with 10 each are needed"),
        ([(9, 10), (1, 2), (9, 10)], "unsure",
         "“within 1 h” has about as many good ratings as “4 to 10 h”; not certain yet: between −32 and +32"),
    ],
)  # fmt: skip
def test_the_best_and_the_worst_by_the_figure_are_compared(bins, verdict, words):
    """Not the best and the worst by the ratings: of many bins these differ by chance alone."""
    found = figure(*bins)
    assert (found.verdict, found.in_words) == (verdict, words)


def test_tickets_without_an_answer_are_no_end_of_the_scale():
    found = figure((20, 20), (20, 20), (20, 20), (20, 20), (0, 20))
    assert [each.name for each in found.ends] == ["within 1 h", "over 10 h"]


@pytest.mark.parametrize(
    ("before", "now", "better", "outcome"),
    [
        (
            {"answer": 150, "good": (83, 100)},
            {"answer": 110, "good": (81, 100)},
            ["first answers came 40 min faster"],
            "good ratings: 83 % → 81 %, no better (between −13 and +9 points)",
        ),
        (
            {"solution": 900, "good": (60, 100)},
            {"solution": 600, "good": (80, 100)},
            ["solutions came 5 h faster"],
            "good ratings: 60 % → 80 %, better too (between +7 and +32 points)",
        ),
        (
            {"answered": 100, "in_time": 80, "good": (80, 100)},
            {"answered": 100, "in_time": 90, "good": (82, 100)},
            ["10 points more first answers in time"],
            "good ratings: 80 % → 82 %, which may be chance (between −9 and +13 points)",
        ),
        (
            {"closed": 100, "reopened": 10, "passed_on": 30, "good": (90, 100)},
            {"closed": 100, "reopened": 5, "passed_on": 20, "good": (60, 100)},
            ["5 points fewer opened again", "10 points fewer passed on"],
            "good ratings: 90 % → 60 %, worse (between −41 and −18 points)",
        ),
        ({"answer": 100, "good": (8, 10)}, {"answer": 96, "good": (8, 10)}, [], None),
        ({"answer": 20, "good": (8, 10)}, {"answer": 16, "good": (8, 10)}, [], None),
        ({"good": (8, 10)}, {"answer": 16, "good": (8, 10)}, [], None),
    ],
)
def test_a_better_figure_is_held_beside_the_ratings(before, now, better, outcome):
    found = step(before, now)
    assert found.better == better
    if outcome:
        assert found.outcome == outcome


def test_months_are_compared_only_with_enough_ratings(nino):
    rate(nino, good=9, at=IN_OCTOBER, answered_in=300)
    rate(nino, good=12, answered_in=30)
    assert Figures(nino.team, NOVEMBER.upto(3), now=NOW).steps == []
    rate(nino, bad=1, at=IN_OCTOBER, answered_in=300)
    [found] = Figures(nino.team, NOVEMBER.upto(3), now=NOW).steps
    assert found.better == ["first answers came 4 h 30 faster"]


def test_the_page_tells_where_better_figures_did_not_bring_better_ratings(client_of, nino):
    rate(nino, good=10, bad=2, at=IN_OCTOBER, answered_in=90)
    rate(nino, good=9, bad=3, answered_in=50)
    page = client_of(nino).get(PAGE).content.decode()
    assert (
        "<b>November 2026</b>: first answers came 40 min faster; good ratings: 83 % → 75 %, no better" in page
    )


def test_months_stand_in_one_table(client_of, nino):
    rate(nino, good=3, bad=1, answered_in=90)
    settle(nino, closed_at=IN_OCTOBER)
    page = client_of(nino).get(PAGE, {"months": 3}).content.decode()
    assert [name in page for name in ("August 2026", "September 2026", "November 2026")] == [
        False,
        True,
        True,
    ]
    assert '<td class="num">1 h 30</td>' in page
    assert page.count('class="rb-spark"') > 0


@pytest.mark.parametrize(
    ("asked", "n"), [("", 12), ("3", 3), ("24", 24), ("5", 12), ("x", 12), ("³", 12), ("99999999999", 12)]
)
def test_the_time_is_chosen(client_of, nino, asked, n):
    answer = client_of(nino).get(PAGE, {"months": asked})
    assert len(answer.context["found"].months) == n


def test_without_tickets_or_without_ratings_it_says_so(client_of, nino):
    assert "No ticket has been closed in this time." in client_of(nino).get(PAGE).content.decode()
    settle(nino)
    assert "Nobody has rated any of these tickets yet" in client_of(nino).get(PAGE).content.decode()


def test_nothing_of_another_team_is_counted(client_of, nino, stranger):
    rate(nino, good=12)
    assert client_of(stranger).get(PAGE).context["found"].closed == 0


def test_the_file_has_both_tables(client_of, nino):
    rate(nino, good=9, bad=1, answered_in=30)
    answer = client_of(nino).get(PAGE, {"months": 3, "format": "csv"})
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[3] == "2026-11-01;10;30.0;300.0;100.0;100.0;0.0;0.0;10;90.0;59.6;98.2"
    assert "Time to the first answer;within 1 h;10;90.0;59.6;98.2" in rows


def test_it_is_only_to_be_read(client_of, nino):
    assert client_of(nino).post(PAGE).status_code == 405


def test_however_many_tickets_it_takes_as_many_queries(client_of, nino):
    client, counts = client_of(nino), []
    for n in (1, 6):
        rate(nino, good=n, bad=n)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8
