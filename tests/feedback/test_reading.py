"""The page of ratings: shares by team, employee, kind, product and group, beside the period before."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.statistics import Share
from feedback.models import Rating
from feedback.reading.drawings import bar, spark, whisker
from feedback.reading.lines import Counted, Line, lines, ranked
from feedback.reading.page import COMMENTS
from feedback.reading.trend import Axis
from feedback.reading.words import duration
from tests.factories import NOW, make_user
from tests.feedback.said import ask, rate, recommend, settle

PAGE = reverse("feedback:ratings")
OCTOBER = NOW - timedelta(30)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


def get(client, **asked):
    response = client.get(PAGE, asked)
    assert response.status_code == 200
    return response.content.decode()


def page_of(client, **asked):
    return client.get(PAGE, asked).context["page"]


def test_the_index_says_of_how_many_how_sure_and_against_what(client_of, lead, nino):
    rate(nino, good=15, neutral=3, bad=2)
    rate(nino, good=9, neutral=1, at=OCTOBER)
    ask(settle(nino, 5))
    page = get(client_of(lead))
    for words in (
        "<b>75 %</b> good, of 20 answers",
        "it would be 53 to 89 % in 95 of 100 cases",
        "15 points less; not certain yet: between −38 and +18.",
        "25 asked, 20 of them answered so far (80 %)",
        "CSI is the share of good among all ratings that count",
        "Left out: 0 that may come from a machine and nobody confirmed, 0 set aside by the lead, 0 said by the link",
    ):
        assert words in page


def test_the_lead_sees_everybody_ranked_and_few_answers_apart(client_of, lead, nino, levan, team):
    third = make_user(team=team, name="Tamar Third")
    rate(nino, good=9, bad=1)
    rate(levan, good=10)
    rate(third, good=9)
    page = page_of(client_of(lead))
    assert [(line.rank, line.name) for line in page.ranked] == [(1, "Levan Gelashvili"), (2, "Nino Beridze")]
    assert [line.name for line in page.few] == ["Tamar Third"]
    text = get(client_of(lead))
    assert "Too few to compare: under ten answers" in text
    assert text.index("Levan Gelashvili") < text.index("Nino Beridze") < text.index("Too few to compare")


def test_equal_shares_have_the_same_rank():
    rows = [Line(name, name, Counted(good=n, bad=n)) for name, n in (("a", 5), ("b", 10), ("c", 4))]
    best = Line("d", "d", Counted(good=12))
    assert [(line.name, line.rank) for line in ranked([best, *rows])] == [("d", 1), ("a", 2), ("b", 2)]


def test_a_manager_sees_the_team_and_himself_but_no_colleague(client_of, nino, levan):
    rate(nino, good=11, bad=1, comment="Well done, Nino")
    rate(levan, bad=12, comment="Never again")
    page = get(client_of(nino))
    assert "Levan" not in page
    assert "Never again" not in page
    assert "Well done, Nino" in page
    shown = page_of(client_of(nino))
    assert ([line.name for line in shown.ranked], shown.few, shown.ranked[0].rank) == (
        ["Nino Beridze"],
        [],
        None,
    )
    assert shown.whole.now.rated == 24
    assert "What is said of a colleague is seen by him and the lead only." in page


def test_nobody_sees_another_team(client_of, nino, stranger):
    rate(nino, good=12, comment="Fine")
    page = get(client_of(stranger))
    assert "Fine" not in page
    assert "Nobody has rated anything in this period." in page


def test_by_kind_product_and_group(client_of, nino):
    rate(nino, good=10, kind="complaint", product_group="Boxes", group="vip")
    rate(nino, bad=10, kind="callback")
    page = page_of(client_of(nino))
    assert [(line.name, line.now.good) for line in page.kinds] == [("Complaint", 10), ("Call back", 0)]
    assert [line.name for line in page.products] == ["Boxes", "no product group"]
    assert [line.name for line in page.groups] == ["VIP", "in no group"]


@pytest.mark.parametrize(
    ("asked", "title", "rated"),
    [
        ({}, "November 2026", 1),
        ({"span": "week"}, "16 to 22 November 2026", 1),
        ({"span": "month", "of": "2026-10-20"}, "October 2026", 2),
        ({"span": "quarter", "of": "2026-11-01"}, "quarter 4 of 2026", 3),
        ({"span": "year"}, "2026", 3),
        ({"span": "century", "of": "soon"}, "November 2026", 1),
        ({"of": "2099-01-01"}, "November 2026", 1),
        ({"of": "2026-02-31"}, "November 2026", 1),
        ({"of": "0001-01-01", "span": "week"}, "27 December 1999 to 2 January 2000", 0),
    ],
)
def test_a_week_month_quarter_or_year_is_chosen(client_of, nino, asked, title, rated):
    rate(nino, good=1)
    rate(nino, good=2, at=OCTOBER)
    page = page_of(client_of(nino), **asked)
    assert (page.period.title, page.whole.now.rated) == (title, rated)


def test_the_trend_has_twelve_columns_and_a_table_of_the_same(client_of, nino):
    rate(nino, good=3, bad=1, answered_in=95)
    rate(nino, good=1, at=OCTOBER, answered_in=200)
    page = get(client_of(nino))
    trend = page_of(client_of(nino)).trend
    assert [column.counted.rated for column in trend.columns][-2:] == [1, 4]
    assert [column.counted.first_answer for column in trend.marked] == ["3 h 20", "1 h 35"]
    assert page.count('<g transform="translate(') == 12
    assert (
        '<th scope="row">October 2026</th><td class="num">0</td><td class="num">0</td><td class="num">1</td>'
        in page
    )


def test_a_month_without_a_median_breaks_the_line(client_of, nino):
    for days in (0, 30, 90, 120):
        rate(nino, good=1, at=NOW - timedelta(days))
    trend = page_of(client_of(nino)).trend
    assert [len(points.split()) for points in trend.lines] == [2, 2]


def test_would_they_recommend_us(client_of, nino):
    recommend(nino, 10, 9, 9, 8, 7, 6, 0, 10, 10, 10, silent=10)
    page = get(client_of(nino))
    assert "<b>+40</b> one figure, of 10 answers, quarter 4 of 2026" in page
    assert "6 · 2 · 2" in page
    [now, *_before] = page_of(client_of(nino)).recommended
    assert (now.response.share, now.ends) == (0.5, ("−13", "+74"))


def test_comments_come_newest_first_in_pages(client_of, lead, nino):
    for n in range(COMMENTS + 1):
        rate(nino, good=1, at=NOW - timedelta(hours=n), comment=f"number {n}.")
    first, second = get(client_of(lead)), get(client_of(lead), comments=1)
    assert first.index("number 0.") < first.index("number 1.")
    assert (f"number {COMMENTS}." in first, f"number {COMMENTS}." in second) == (False, True)
    assert "number 0." in get(client_of(lead), comments="x")


def test_what_is_set_aside_is_shown_and_does_not_count(client_of, lead, nino):
    [rating] = rate(nino, bad=1, comment="Wrong company")
    Rating.objects.filter(pk=rating.pk).update(set_aside_at=NOW)
    page = get(client_of(lead))
    assert "set aside, does not count" in page
    assert "1 set aside by the lead" in page
    assert "Nobody has rated anything in this period." in page


def test_names_and_comments_are_not_markup(client_of, lead, team):
    user = make_user(team=team, name="<i>Ilia</i>")
    rate(user, good=10, comment="<b>bold</b>", product_group="<u>Boxes</u>")
    page = get(client_of(lead))
    assert "<i>Ilia" not in page
    assert "<b>bold" not in page
    assert "<u>Boxes" not in page


def test_the_file_says_what_the_page_says_and_no_formula(client_of, lead, team):
    user = make_user(team=team, name="=Ilia")
    rate(user, good=9, bad=1)
    answer = client_of(lead).get(PAGE, {"format": "csv"})
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Disposition"] == 'attachment; filename="ratings-2026-11-01.csv"'
    assert rows[2] == "employee;'=Ilia;1;1;0;9;10;90.0;59.6;98.2;0;;10;10;60.0"
    assert len(rows) == 6


def test_the_file_of_a_manager_names_no_colleague(client_of, nino, levan):
    rate(levan, bad=12)
    rate(nino, good=2)
    assert "Levan" not in client_of(nino).get(PAGE, {"format": "csv"}).content.decode()


def test_an_empty_period_says_so(client_of, lead):
    page = get(client_of(lead))
    for words in (
        "Nobody has rated anything in this period.",
        "Nobody has ten answers yet, so nobody is ranked.",
        "Nobody wrote anything in this period.",
        "nobody was asked",
        "It is named when the first month with ratings is over.",
    ):
        assert words in page


def test_it_is_only_to_be_read(client_of, nino):
    assert client_of(nino).post(PAGE).status_code == 405


def test_however_much_was_said_it_takes_as_many_queries(client_of, lead, team):
    client = client_of(lead)
    counts = []
    for _ in range(2):
        for _each in range(3):
            rate(make_user(team=team), good=2, bad=1, comment="x")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            get(client)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 25


def test_lines_stand_from_the_best_with_few_answers_last():
    now = {"a": [0, 0, 9, 9, 9, None], "b": [2, 0, 10, 12, 12, 5], "c": [0, 0, 11, 11, 11, 5]}
    before = {"d": [1, 0, 0, 1, 1, None]}
    assert [line.key for line in lines(now, before, str)] == ["c", "b", "a"]


def test_a_bar_shows_its_parts_and_says_them():
    drawn = bar(Counted(bad=1, good=3))
    assert ('aria-label="1 bad, 0 neutral, 3 good"' in drawn, drawn.count("<rect")) == (True, 2)
    assert "–" in bar(Counted())


def test_a_whisker_lies_where_the_interval_does():
    drawn = whisker(Share(10, 5))
    low, high = Share(10, 5).interval()
    assert f'x="{100 * low:.1f}"' in drawn
    assert f'width="{100 * (high - low):.1f}"' in drawn


def test_a_spark_leaves_gaps():
    assert spark([1]) == ""
    assert spark([1, 2, None, 3, 4]).count("<polyline") == 2


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(1, [0, 1]), (37, [0, 20, 40]), (8.1, [0, 5, 10]), (3, [0, 1, 2, 3]), (4200, [0, 2000, 4000, 6000])],
)
def test_an_axis_ends_at_a_round_number(most, ticks):
    axis = Axis(most, 100, 0)
    assert [n for n, _y in axis.ticks] == ticks
    assert (axis.at(0), axis.at(ticks[-1])) == (100, 0)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(None, "–"), (0, "0 min"), (45.4, "45 min"), (60, "1 h"), (95, "1 h 35"), (125, "2 h 05"), (610, "10 h"),
     (1170, "20 h")],
)  # fmt: skip
def test_times_are_said_shortly(minutes, said):
    assert duration(minutes) == said
