"""The tag in the subject of a ticket's mails."""

import random
import re

import pytest

from feedback.models import Ticket
from feedback.tokens import _SIGNS, subject_tag, ticket_of, without_tags
from tests.factories import make_team
from tests.feedback.makers import make_ticket


@pytest.fixture
def ticket(nino):
    return make_ticket(team=nino.team, assignee=nino, number=482)


def test_a_tag_leads_to_its_ticket(ticket, team):
    tag = subject_tag(ticket)
    assert re.fullmatch(r"\[#482-[2-9a-z]{8}\]", tag)
    for subject in (
        tag,
        f"Re: {tag} Our delivery",
        f"AW: [ext] {tag.upper()}",
        tag.replace("#", "# ").replace("-", " - "),
    ):
        assert ticket_of(subject, team) == ticket
    assert subject_tag(ticket) == tag


def test_of_several_tags_the_first_that_is_one(ticket, team):
    other = make_ticket(team=team, assignee=ticket.assignee)
    subject = f"[#482-22222222] {subject_tag(other)} {subject_tag(ticket)}"
    assert ticket_of(subject, team) == other


@pytest.mark.parametrize(
    "subject", ["", "Our delivery", "[#482]", "[#482-]", "#482", "[#9999999999-k7f3q9hw]", "[#٤٨٢-k7f3q9hw]"]
)
def test_a_subject_without(ticket, team, subject):
    assert ticket_of(subject, team) is None


def test_a_tag_is_of_one_team_and_one_ticket(ticket, team):
    other = make_team()
    make_ticket(team=other, customer=None or make_ticket().customer, number=482)
    assert ticket_of(subject_tag(ticket), other) is None
    ticket.delete()
    assert ticket_of(subject_tag(Ticket(team=team, number=482)), team) is None


def test_ten_thousand_mutated_tags_lead_nowhere(team, nino):
    tickets = [make_ticket(team=team, assignee=nino, number=number) for number in range(1, 30)]
    dice = random.Random(31)
    signs, accepted = f"0123456789{_SIGNS}", 0
    for turn in range(10_000):
        good = subject_tag(tickets[turn % len(tickets)])
        bad = list(good)
        for _ in range(dice.randint(1, 3)):
            bad[dice.randrange(2, len(bad) - 1)] = dice.choice(signs)
        accepted += "".join(bad) != good and ticket_of("".join(bad), team) is not None
    assert accepted == 0


def test_after_the_secret_key_was_changed(ticket, team, settings):
    tag, old = subject_tag(ticket), settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-that-is-long-enough-to-be-one-31"
    assert ticket_of(tag, team) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert ticket_of(tag, team) == ticket
    assert subject_tag(ticket) != tag


def test_a_subject_without_its_tags(ticket):
    assert without_tags(f"Re: {subject_tag(ticket)}  Our [old] delivery") == "Re: Our [old] delivery"
