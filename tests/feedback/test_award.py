"""The employee of the month: the rule, its arithmetic, and who sees which."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.statistics import Share
from feedback.models import Award, AwardLine, AwardRule
from feedback.reading.award import Standing, award_all, latest, month_of
from feedback.reading.facts import facts
from feedback.reading.periods import Period, Span
from feedback.reading.rows import arithmetic
from tests.factories import NOW, make_absence, make_followup, make_user
from tests.feedback.said import rate, settle

PAGE = reverse("feedback:award")
OCTOBER, NOVEMBER = (Period(date(2026, month, 1), Span.MONTH) for month in (10, 11))
IN_OCTOBER = NOW - timedelta(30)
AFTER = NOW + timedelta(14)  # in December


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


def of_november(user, *, now=NOW):
    return facts(user.team, [NOVEMBER], now=now)[NOVEMBER].get(str(user.pk), [0] * 6)


def lie_behind(user, *, due_on, left_at=None):
    result = {"result": "moved"} if left_at else {}
    return make_followup(owner=user, due_on=due_on, closed_at=left_at, **result)


def test_the_arithmetic_is_the_sum_that_it_shows(nino):
    line = AwardLine(rated=54, good=52, answered=40, in_time=38, dossiers=100, behind=0)
    standing = Standing(nino, line, AwardRule())
    assert round(Share(54, 52).interval()[0], 2) == 0.87
    assert arithmetic(standing) == "0.87 × 60 + 0.95 × 25 + 1.00 × 15 = 91.0"
    assert standing.points == pytest.approx(0.87 * 60 + 0.95 * 25 + 1.00 * 15, abs=0.05)


def test_a_part_without_weight_is_left_out(nino):
    standing = Standing(nino, AwardLine(rated=10, good=10), AwardRule(good=100, in_time=0, kept_up=0))
    assert arithmetic(standing) == "0.72 × 100 = 72.0"


def test_many_answers_win_over_few(nino, levan):
    rate(nino, good=10)
    rate(levan, good=38, bad=2)
    month = month_of(nino.team, NOVEMBER, now=NOW)
    assert [each.employee for each in month.winners] == [levan]


def test_nobody_wins_with_too_few_answers(nino):
    rate(nino, good=9)
    month = month_of(nino.team, NOVEMBER, now=NOW)
    assert (month.winners, len(month.standings)) == ([], 1)


def test_with_equal_points_all_have_won(nino, levan):
    for who in (nino, levan):
        rate(who, good=12)
    month = month_of(nino.team, NOVEMBER, now=NOW)
    assert [each.employee.name for each in month.winners] == ["Levan Gelashvili", "Nino Beridze"]


def test_first_answers_in_time_are_those_of_tickets_closed_in_the_month(nino):
    settle(nino, 3)
    settle(nino, 1, answered_in=700)
    settle(nino, 1, answered_in=None)
    settle(nino, 1, closed_at=IN_OCTOBER)
    assert of_november(nino)[2:4] == [4, 3]


@pytest.mark.parametrize(
    ("due_on", "left_at", "counted"),
    [
        # Thursday 12: moved on the day itself, on Friday, and on Saturday
        (date(2026, 11, 12), NOW - timedelta(5), [1, 0]),
        (date(2026, 11, 12), NOW - timedelta(4), [1, 0]),
        (date(2026, 11, 12), NOW - timedelta(3), [1, 1]),
        # Friday 13: Monday is the next working day
        (date(2026, 11, 13), NOW - timedelta(1), [1, 0]),
        (date(2026, 11, 13), NOW, [1, 1]),
        # still there, on Tuesday 17
        (date(2026, 11, 12), None, [1, 1]),
        (date(2026, 11, 16), None, [1, 0]),
        # today is not over, and October is another month
        (date(2026, 11, 17), None, [0, 0]),
        (date(2026, 10, 30), None, [0, 0]),
    ],
)
def test_a_dossier_is_left_behind_after_the_next_working_day(nino, due_on, left_at, counted):
    lie_behind(nino, due_on=due_on, left_at=left_at)
    assert of_november(nino)[4:] == counted


def test_days_on_which_one_was_away_do_not_count(nino):
    lie_behind(nino, due_on=date(2026, 11, 5))
    make_absence(user=nino, starts_on=date(2026, 11, 4), ends_on=date(2026, 11, 6))
    assert of_november(nino)[4:] == [0, 0]


def test_a_month_that_is_over_is_kept_once_with_the_rule_of_that_day(nino):
    rate(nino, good=12, at=IN_OCTOBER)
    rate(nino, good=12)
    AwardRule.objects.create(team=nino.team, good=80, in_time=10, kept_up=10, least=5)
    assert award_all(NOW) == "1 months"
    AwardRule.objects.update(good=0, in_time=50, kept_up=50)
    rate(nino, bad=5, at=IN_OCTOBER)
    assert award_all(NOW + timedelta(hours=1)) == "0 months"
    kept = month_of(nino.team, OCTOBER, now=NOW)
    assert (kept.rule.good, kept.rule.least, kept.standings[0].line.rated) == (80, 5, 12)
    assert month_of(nino.team, NOVEMBER, now=NOW).rule.good == 0
    assert award_all(AFTER) == "1 months"
    assert list(Award.objects.values_list("month", flat=True)) == [date(2026, 11, 1), date(2026, 10, 1)]


def test_a_month_without_a_rating_is_kept_too_and_has_no_winner(nino):
    rate(nino, good=12, at=NOW - timedelta(70))
    award_all(NOW)
    assert [award.month.month for award in Award.objects.all()] == [10, 9]
    assert latest(nino.team).winners == []


def test_the_lead_sees_all_lines_and_the_rule(client_of, lead, nino, levan):
    rate(nino, good=12)
    rate(levan, good=3)
    page = client_of(lead).get(PAGE).content.decode()
    for words in (
        "In front so far",
        "Nino Beridze",
        "0.76 × 60 + 1.00 × 25 + 1.00 × 15 = 85.6",
        "not compared: 3 answers, 10 are needed",
        'name="in_time"',
    ):
        assert words in page


def test_a_manager_sees_who_it_is_and_his_own_arithmetic(client_of, nino, levan):
    rate(nino, good=30)
    rate(levan, good=10, bad=1)
    page = client_of(levan).get(PAGE).content.decode()
    assert "Nino Beridze" in page
    assert page.count(" = ") == 1
    assert "10 of 11" in page
    assert "30 of 30" not in page
    assert 'name="in_time"' not in page


def test_a_past_month_is_asked_for_by_its_day(client_of, nino, lead):
    rate(nino, good=12, at=IN_OCTOBER)
    award_all(NOW)
    page = client_of(lead).get(PAGE, {"of": "2026-10-20"}).content.decode()
    assert "kept on 17 November 2026" in page
    assert "Who it is" in page
    assert client_of(lead).get(PAGE, {"of": "2027-10-20"}).context["month"].period == NOVEMBER


def test_the_lead_sets_the_rule(client_of, lead):
    fields = {"good": 50, "in_time": 30, "kept_up": 20, "least": 8}
    answer = client_of(lead).post(PAGE, fields, follow=True)
    assert "Saved. The rule holds for this month and those to come." in answer.content.decode()
    assert AwardRule.objects.values("good", "in_time", "kept_up", "least").get() == fields


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"good": 60}, "they come to 110"),
        ({"good": 101, "in_time": 0}, "less than or equal to 100"),
        ({"least": 0}, "greater than or equal to 1"),
        ({"in_time": ""}, "This field is required"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_what_was_typed_stays(client_of, lead, fields, words):
    answer = client_of(lead).post(PAGE, {"good": 50, "in_time": 30, "kept_up": 20, "least": 8} | fields)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert 'value="20"' in answer.content.decode()
    assert not AwardRule.objects.exists()


def test_a_manager_does_not_set_the_rule(client_of, nino):
    fields = {"good": 50, "in_time": 30, "kept_up": 20, "least": 8}
    assert client_of(nino).post(PAGE, fields).status_code == 403
    assert not AwardRule.objects.exists()


def test_nothing_of_another_team_is_seen(client_of, nino, stranger):
    rate(nino, good=12)
    assert "Nino" not in client_of(stranger).get(PAGE).content.decode()


def test_the_card_on_the_ratings_page_names_the_last_one(client_of, nino, lead, levan):
    rate(nino, good=12, at=IN_OCTOBER)
    award_all(NOW)
    ratings = reverse("feedback:ratings")
    assert "12 of 12 ratings good, 12 of 12 first answers in time, nothing left behind over a day." in (
        client_of(lead).get(ratings).content.decode()
    )
    page = client_of(levan).get(ratings).content.decode()
    assert "Nino Beridze" in page
    assert "12 of 12" not in page


def test_however_many_there_are_it_takes_as_many_queries(client_of, lead, team):
    client, counts = client_of(lead), []
    for _ in range(2):
        for _each in range(3):
            user = make_user(team=team)
            rate(user, good=1)
            lie_behind(user, due_on=date(2026, 11, 10))
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 13
