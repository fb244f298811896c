"""Counting ratings and tickets by period, against counting them one by one."""

import random
from collections import Counter
from datetime import date, timedelta
from statistics import median

import pytest

from feedback.models import Invitation, OpenWord, Rating, Ticket, Word
from feedback.reading import cubes
from feedback.reading.figures import BINS
from feedback.reading.periods import Period, Span
from tests.factories import NOW, make_user
from tests.feedback.said import ask, rate, say, settle

OCTOBER, NOVEMBER = (Period(date(2026, month, 1), Span.MONTH) for month in (10, 11))


def test_medians_are_exact(nino, levan):
    for who, minutes in ((nino, (5, 60, 7)), (levan, (90, 30, 10, 20))):
        for each in minutes:
            settle(who, answered_in=each)
    settle(levan, answered_in=None)
    found = cubes.ratings(nino.team, [NOVEMBER])[NOVEMBER]
    assert {who: line[5] for who, line in found["employee"].items()} == {str(nino.pk): 7, str(levan.pk): 25}
    assert found["team"][""][5] == 20


def test_a_period_is_counted_along_each_dimension(nino, levan):
    rate(nino, good=2, bad=1, kind="complaint", product_group="Boxes", group="vip")
    rate(levan, neutral=1, at=NOW - timedelta(30))
    ask(settle(levan))
    found = cubes.ratings(nino.team, [OCTOBER, NOVEMBER])
    assert found[NOVEMBER]["team"] == {"": [1, 0, 2, 4, 3, 60]}
    assert found[NOVEMBER]["employee"] == {
        str(nino.pk): [1, 0, 2, 3, 3, 60],
        str(levan.pk): [0, 0, 0, 1, 0, 60],
    }
    assert found[NOVEMBER]["kind"] == {"complaint": [1, 0, 2, 3, 3, None], "question": [0, 0, 0, 1, 0, None]}
    assert found[NOVEMBER]["product"]["Boxes"][:3] == [1, 0, 2]
    assert found[NOVEMBER]["group"]["vip"][:3] == [1, 0, 2]
    assert found[OCTOBER]["team"] == {"": [0, 1, 0, 1, 1, 60]}


def test_what_does_not_count_is_told_apart(nino, lead):
    [aside] = rate(nino, bad=1)
    Rating.objects.filter(pk=aside.pk).update(set_aside_at=NOW, set_aside_by=lead)
    unsure, confirmed = ask(settle(nino, 2))
    for invitation in (unsure, unsure, confirmed):
        Word.objects.create(invitation=invitation, value="bad", suspect="fast", said_at=NOW)
    say([confirmed], "good")
    OpenWord.objects.create(user=nino, value="good", said_at=NOW)
    OpenWord.objects.create(user=make_user(), value="good", said_at=NOW)
    found = cubes.ratings(nino.team, [NOVEMBER])[NOVEMBER]
    assert (found["left_out"], found["team"][""][:3]) == ([1, 1, 1], [0, 0, 1])


def test_nothing_of_another_team_is_counted(nino, stranger):
    rate(stranger, good=3)
    found = cubes.ratings(nino.team, [NOVEMBER])[NOVEMBER]
    assert found == {
        "team": {},
        "employee": {},
        "kind": {},
        "product": {},
        "group": {},
        "left_out": [0, 0, 0],
    }
    assert cubes.tickets(nino.team, [NOVEMBER])[NOVEMBER]["closed"] == 0


@pytest.fixture
def mixed(nino):
    """Tickets of all sorts, some rated, some merged."""
    chance = random.Random(5)
    for _ in range(60):
        [ticket] = settle(
            nino,
            closed_at=NOW - timedelta(days=chance.randint(0, 45)),
            answered_in=chance.choice([None, 3, 59, 60, 61, 240, 500, 600, 601, 2000]),
            solved_in=chance.choice([10, 240, 241, 600, 2700, 2701]),
            reopened=chance.choice([0, 0, 1, 2]),
            passed_on=chance.choice([0, 1, 2, 3]),
        )
        if chance.random() < 0.8:
            say(ask([ticket]), chance.choice(cubes.VALUES))
    first = Ticket.objects.earliest("pk")
    Ticket.objects.filter(pk=first.pk).update(merged_into=Ticket.objects.latest("pk"))
    return nino.team


def test_tickets_are_counted_as_one_by_one(mixed):
    found = cubes.tickets(mixed, [OCTOBER, NOVEMBER])
    for period, month in ((OCTOBER, 10), (NOVEMBER, 11)):
        rows = [each for each in Ticket.objects.filter(merged_into=None) if each.closed_at.month == month]
        figures = found[period]
        assert figures["closed"] == len(rows)
        assert figures["answered"] == sum(each.answered_in is not None for each in rows)
        assert figures["in_time"] == sum(
            each.answered_in is not None and each.first_answered_at <= each.answer_due_at for each in rows
        )
        assert figures["solved_in_time"] == sum(each.closed_at <= each.solution_due_at for each in rows)
        assert figures["reopened"] == sum(each.reopened > 0 for each in rows)
        assert figures["passed_on"] == sum(each.passed_on > 0 for each in rows)
        assert figures["answer"] == median(each.answered_in for each in rows if each.answered_in is not None)
        assert figures["solution"] == median(each.solved_in for each in rows)


def bin_of(name: str, ticket: Ticket) -> int:
    if name == "answer":
        return 4 if ticket.answered_in is None else sum(ticket.answered_in > edge for edge in (60, 240, 600))
    if name == "solution":
        return sum(ticket.solved_in > edge for edge in (240, 600, 2700))
    return {
        "in_time": int(ticket.answered_in is None or ticket.first_answered_at > ticket.answer_due_at),
        "solved_in_time": int(ticket.closed_at > ticket.solution_due_at),
        "reopened": int(ticket.reopened > 0),
        "passed_on": min(ticket.passed_on, 2),
    }[name]


def test_each_rating_lies_in_the_bin_of_its_ticket(mixed):
    found = cubes.tickets(mixed, [NOVEMBER])[NOVEMBER]["bins"]
    rated = [
        each for each in Rating.objects.select_related("ticket")
        if each.ticket.closed_at.month == 11 and each.ticket.merged_into_id is None
    ]  # fmt: skip
    assert set(found) == set(BINS)
    for name, (_title, labels) in BINS.items():
        counted = Counter((bin_of(name, each.ticket), each.value) for each in rated)
        assert found[name] == [[counted[n, value] for value in cubes.VALUES] for n in range(len(labels))]


def test_however_many_periods_it_takes_as_many_queries(nino, django_assert_num_queries):
    rate(nino, good=2)
    for n in (1, 12):
        with django_assert_num_queries(5):
            cubes.ratings(nino.team, NOVEMBER.upto(n))
        with django_assert_num_queries(3):
            cubes.tickets(nino.team, NOVEMBER.upto(n))


def test_who_was_asked_to_recommend_us_is_not_asked_about_a_ticket(nino):
    [each] = ask(settle(nino))
    Invitation.objects.filter(pk=each.pk).update(question="recommend")
    assert cubes.ratings(nino.team, [NOVEMBER])[NOVEMBER]["team"][""][3] == 0
