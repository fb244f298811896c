"""The service level of a month: per employee and day, with an oracle that counts ticket by ticket."""

import random
from datetime import timedelta
from statistics import median

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback.models import Ticket
from feedback.service import ServiceReport
from tests.factories import NOW, make_customer
from tests.feedback.makers import make_ticket

SERVICE = reverse("feedback:service")
H = timedelta(hours=1)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kessler(nino):
    return make_customer(owner=nino, name="Kessler")


def report(user, month=""):
    return ServiceReport(month, user=user, now=NOW)


def test_each_ticket_counts_for_who_answers_for_it(nino, lead, levan, kessler):
    monday = NOW - timedelta(days=8)
    make_ticket(customer=kessler, opened_at=monday, first_answered_at=monday + H, closed_at=monday + 2 * H)
    make_ticket(customer=kessler, opened_at=monday, first_answered_at=monday + 50 * H, answered_in=1100)
    make_ticket(customer=kessler, opened_at=monday)  # should have been answered long ago
    make_ticket(customer=kessler, opened_at=NOW - H)  # is not due yet
    make_ticket(customer=kessler, opened_at=monday, waiting_since=monday + H)
    make_ticket(customer=kessler, opened_at=monday, closed_at=monday + H)  # closed without an answer
    make_ticket(customer=kessler, opened_at=monday, assignee=levan)
    make_ticket(customer=kessler, opened_at=monday, assignee=None)
    told = {each.name: each for each in report(lead).employees}
    assert list(told) == ["Levan Gelashvili", "Nino Beridze", "nobody yet"]
    me = told["Nino Beridze"]
    mine = me.figures
    assert (mine.opened, mine.due, mine.in_time, mine.late, mine.share) == (6, 3, 1, 2, 33)
    assert (mine.solved, mine.solved_in_time, mine.solutions_due, mine.solved_share) == (2, 2, 4, 50)
    assert (mine.usual_answer, mine.usual_solution) == ("9 h 40", "2 h")
    assert (me.open_now, me.late_now) == (4, 2)
    total = report(lead).total
    figures = total.figures
    assert (figures.opened, figures.due, figures.in_time, total.open_now, total.late_now) == (8, 5, 1, 6, 4)


def test_managers_see_themselves_and_the_team(client_of, nino, levan, kessler):
    make_ticket(customer=kessler, assignee=levan)
    make_ticket(customer=kessler)
    page = client_of(nino).get(SERVICE)
    assert [each.name for each in page.context["report"].employees] == ["Nino Beridze"]
    assert page.context["report"].total.figures.opened == 2
    assert ("Levan" in page.content.decode(), "You see yourself and the team" in page.content.decode()) == (
        False,
        True,
    )


def test_months_end_at_midnight_of_the_readers_zone(nino, kessler):
    first = NOW.replace(day=1, hour=0, minute=0) - H  # midnight in Berlin
    for opened in (first - timedelta(seconds=1), first, first + timedelta(days=1, seconds=-1)):
        make_ticket(customer=kessler, opened_at=opened)
    assert (report(nino).month.total.opened, report(nino, "2026-10").month.total.opened) == (2, 1)
    days = {each.day.day: each.figures.opened for each in report(nino).days}
    assert (days[1], days[2], 18 in days) == (2, 0, False)


@pytest.mark.parametrize("asked", ["", "2026-12", "2026-13", "x", "1999-01"])
def test_what_is_no_month_is_this_one(nino, asked):
    found = report(nino, asked)
    assert (str(found.first), found.previous, found.next) == ("2026-11-01", "2026-10", "")


def test_figures_are_those_of_counting_one_by_one(nino, levan, kessler):
    draw = random.Random(5)
    for _ in range(120):
        opened = NOW - timedelta(minutes=draw.randrange(14 * 24 * 60))
        fields = {"opened_at": opened, "assignee": draw.choice([nino, levan])}
        if draw.random() < 0.7:
            fields |= {"first_answered_at": opened + draw.random() * 60 * H}
        if draw.random() < 0.5:
            fields |= {"closed_at": opened + draw.random() * 200 * H, "solved_in": draw.randrange(4000)}
        elif draw.random() < 0.3:
            fields |= {"waiting_since": opened + draw.random() * 60 * H}
        ticket = make_ticket(customer=kessler, **fields)
        if ticket.first_answered_at:
            Ticket.objects.filter(pk=ticket.pk).update(answered_in=draw.randrange(900))
    for who in (nino, levan):
        figures = report(who).employees[0].figures
        mine = list(Ticket.objects.filter(assignee=who))
        answered = [each for each in mine if each.first_answered_at]
        silent = [each for each in mine if not each.first_answered_at]
        overdue = [
            each for each in silent if each.answer_due_at < (each.closed_at or each.waiting_since or NOW)
        ]
        unsolved = [
            each for each in mine if each.is_open and each.solution_due_at < (each.waiting_since or NOW)
        ]
        assert any(each.closed_at for each in overdue)
        assert any(each.is_waiting for each in overdue)
        closed = [each for each in mine if each.closed_at]
        assert figures.in_time == sum(each.first_answered_at <= each.answer_due_at for each in answered)
        assert figures.due == len(answered) + len(overdue)
        assert figures.solved_in_time == sum(each.closed_at <= each.solution_due_at for each in closed)
        assert figures.solutions_due == len(closed) + len(unsolved)
        assert figures.answer_median == median(each.answered_in for each in answered)
        assert figures.solution_median == median(each.solved_in for each in closed)
    every = Ticket.objects.filter(answered_in__isnull=False).values_list("answered_in", flat=True)
    assert report(nino).month.total.answer_median == median(every)


@pytest.mark.parametrize("number", [2, 30])
def test_the_page_costs_the_same_for_many(client_of, lead, nino, kessler, number):
    for n in range(number):
        make_ticket(customer=kessler, opened_at=NOW - n * 5 * H, first_answered_at=NOW)
    client = client_of(lead)
    with CaptureQueriesContext(connection) as found:
        assert client.get(SERVICE).status_code == 200
    assert len(found) == 9


def test_a_month_with_very_many_is_counted_now_and_then(client_of, lead, kessler, monkeypatch):
    monkeypatch.setattr("feedback.service.LIVE_UP_TO", 1)
    for _ in range(2):
        make_ticket(customer=kessler)
    assert report(lead).as_of is None
    make_ticket(customer=kessler)
    later = ServiceReport("", user=lead, now=NOW + 0.01 * H)
    assert (later.as_of, later.month.total.opened, later.total.open_now) == (NOW, 2, 3)
    with time_machine.travel(NOW + 0.02 * H, tick=False):
        assert "counted at 10:03" in client_of(lead).get(SERVICE).content.decode()


def test_another_team_counts_for_itself(client_of, stranger, kessler):
    make_ticket(customer=kessler)
    page = client_of(stranger).get(SERVICE)
    assert "No ticket came in in November 2026." in page.content.decode()
    assert client_of(stranger).post(SERVICE).status_code == 405
