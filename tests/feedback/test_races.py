"""Several at once: each number is given once, and of two who do the same one wins. On both databases."""

import threading
import time
from datetime import timedelta

import pytest

from feedback import actions, settling
from feedback.actions_rating import put_right
from feedback.models import Message, Pause, Rating, Ticket
from feedback.saying import say
from tests.factories import NOW, make_customer, make_dossier, make_lead, make_user
from tests.feedback.makers import make_invitation, make_ticket
from tests.mail.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


def again(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_twenty_tickets_at_once_have_twenty_numbers():
    customer = make_customer()

    def open_one():
        return actions.open_ticket(
            team=customer.team,
            customer=customer,
            kind="question",
            subject="?",
            text="?",
            channel="page",
            now=NOW,
        ).number

    assert sorted(at_once(*[open_one] * 20)) == list(range(1, 21))


def test_of_two_who_close_one_does():
    ticket = make_ticket(waiting_since=NOW)
    for n in range(4):
        done = at_once(
            *[
                lambda who=who: actions.close(ticket=again(ticket), done=who, by=ticket.assignee, now=LATER)
                for who in "ab"
            ]
        )
        assert sorted(done) == [False, True]
        assert Message.objects.filter(event="closed").count() == again(ticket).resolution == n + 1
        actions.reopen(ticket=again(ticket), by=None, now=LATER)
    assert Pause.objects.count() == 5


def test_whoever_closes_while_the_customer_writes_the_customer_is_heard():
    ticket = make_ticket()
    for _ in range(4):
        at_once(
            lambda: actions.close(ticket=again(ticket), done="", by=ticket.assignee, now=LATER),
            lambda: actions.receive(ticket=again(ticket), text="One thing more", now=LATER),
        )
        found = again(ticket)
        assert (found.next_due_at is None) == (found.closed_at is not None)
        actions.reopen(ticket=found, by=None, now=LATER)


def test_two_who_merge_into_each_other_close_one():
    customer = make_customer(owner=make_lead())
    for _ in range(4):
        one, other = (make_ticket(customer=customer) for _ in range(2))
        done = at_once(
            lambda one=one, other=other: actions.merge(
                ticket=again(one), into=again(other), by=customer.owner, now=LATER
            ),
            lambda one=one, other=other: actions.merge(
                ticket=again(other), into=again(one), by=customer.owner, now=LATER
            ),
        )
        assert sorted(done) == [False, True]
        assert {again(one).is_open, again(other).is_open} == {True, False}


def test_what_was_done_is_kept_though_the_customer_speaks_meanwhile(monkeypatch):
    ticket = make_ticket(customer=make_dossier().customer, closed_at=NOW)
    words = {"invitation": make_invitation(ticket=ticket), "value": "bad", "page_at": NOW, "now": LATER}
    say(comment="Creased", **words)
    rating = Rating.objects.select_related("ticket", "customer__owner").get()
    is_read, said = threading.Event(), settling._said

    def slowly(words):
        is_read.set()
        time.sleep(0.3)
        return said(words)

    monkeypatch.setattr(settling, "_said", slowly)
    at_once(
        lambda: say(comment="And late", **words),
        lambda: is_read.wait(5) and put_right(rating=rating, done="Called", by=ticket.assignee, now=LATER),
    )
    assert [*Rating.objects.values_list("answer", "comment")] == [("Called", "And late")]


def test_of_two_who_take_it_one_has_it():
    ticket = make_ticket()
    others = [make_user(team=ticket.team) for _ in range(2)]
    seen = [(again(ticket), to) for to in others]
    taken = at_once(
        *[lambda row=row, to=to: actions.assign(ticket=row, to=to, by=to, now=LATER) for row, to in seen]
    )
    assert (sorted(taken), again(ticket).passed_on) == ([False, True], 1)
