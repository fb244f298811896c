"""The rules of service: read and set by leads; open tickets follow them at once."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from feedback.models import ServiceRules, Ticket
from tests.factories import NOW, make_customer
from tests.feedback.makers import make_rules, make_ticket

RULES = reverse("feedback:rules")
FIELDS = {
    "opens_at": "08:00", "closes_at": "16:00", "answer_within": "4", "solve_within": "20", "email": "help@team.example",
    "has_contact_page": "on", "asks": "on", "ask_after": "90", "asks_to_recommend": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(response):
    return response.content.decode()


def test_the_page_says_what_the_rules_mean_now(client_of, lead):
    page = page_of(client_of(lead).get(RULES))
    assert (
        "answered by <b>Wednesday 18 November, 11:03</b> and solved by <b>Tuesday 24 November, 10:03</b>"
        in page
    )
    assert not ServiceRules.objects.exists()


def test_saved_rules_hold_for_what_is_open(client_of, lead, nino):
    ticket = make_ticket(customer=make_customer(owner=nino), opened_at=NOW - timedelta(hours=22))
    closed = make_ticket(customer=ticket.customer, closed_at=NOW)
    number = ServiceRules.objects.get().last_number
    page = page_of(client_of(lead).post(RULES, FIELDS, follow=True))
    assert "All open tickets follow these rules now; 1 is late by them." in page
    rules = ServiceRules.objects.get()
    assert (rules.answer_within, rules.ask_after, rules.email, rules.last_number) == (
        4,
        90,
        "help@team.example",
        number,
    )
    # Opened on Monday at 12:03: four hours end on Tuesday at 8:03, since the day ends at 16:00.
    assert Ticket.objects.get(pk=ticket.pk).answer_due_at == NOW - timedelta(hours=2)
    assert Ticket.objects.get(pk=closed.pk).answer_due_at == closed.answer_due_at


def test_first_rules_of_a_team_make_its_row(client_of, lead):
    assert client_of(lead).post(RULES, FIELDS).url == RULES
    assert ServiceRules.objects.values_list("team", "last_number").get() == (lead.team_id, 0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"closes_at": "07:00"}, "The day must end after it begins."),
        ({"answer_within": "0"}, "greater than or equal to 1"),
        ({"email": "nobody"}, "valid email"),
    ],
)
def test_what_cannot_be_kept_is_said(client_of, lead, fields, words):
    make_rules(team=lead.team)
    response = client_of(lead).post(RULES, FIELDS | fields)
    assert (response.status_code, words in page_of(response)) == (422, True)
    assert ServiceRules.objects.get().ask_after == 60


def test_they_are_the_leads(client_of, nino):
    assert (client_of(nino).get(RULES).status_code, client_of(nino).post(RULES, FIELDS).status_code) == (
        403,
        403,
    )
    assert RULES not in page_of(client_of(nino).get(reverse("feedback:tickets")))
