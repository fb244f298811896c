"""A ticket's verbs."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contacts.models import Entry
from feedback import actions
from feedback.models import Message, Ticket
from tests.factories import NOW, make_customer
from tests.feedback.makers import make_ticket


@pytest.fixture
def kessler(nino):
    return make_customer(owner=nino, name="Weingut Kessler", email="office@kessler.example")


def test_a_ticket_is_opened_answered_and_closed(kessler, nino):
    ticket = actions.open_ticket(
        team=kessler.team, customer=kessler, kind=Ticket.Kind.COMPLAINT, subject="Creased", text="12 of 400 are.",
        channel=Ticket.Channel.DOSSIER, by=nino, now=NOW,
    )  # fmt: skip
    assert (ticket.number, ticket.assignee, ticket.next_due_at) == (1, nino, ticket.answer_due_at)
    actions.note(
        ticket=ticket, text="Ask the workshop", by=nino, now=NOW + timedelta(minutes=5), token=uuid4()
    )
    assert actions.close(ticket=ticket, done="Replaced", by=nino, now=NOW + timedelta(hours=2))
    ticket.refresh_from_db()
    assert (ticket.solved_in, ticket.resolution, ticket.next_due_at) == (120, 1, None)
    assert list(kessler.entries.values_list("text", flat=True).order_by("pk")) == [
        "Ticket 1 opened\n\nCreased",
        "Ticket 1 closed\n\nCreased. Replaced",
    ]
    assert set(kessler.entries.values_list("kind", "source", "source_id")) == {
        (Entry.Kind.TICKET, "ticket", ticket.pk)
    }


def test_what_waits_for_the_customer_is_due_later(kessler):
    ticket = make_ticket(customer=kessler)
    due = ticket.answer_due_at
    assert actions.wait(ticket=ticket, by=kessler.owner, now=NOW)
    assert not actions.wait(ticket=ticket, by=kessler.owner, now=NOW)
    assert Ticket.objects.get().next_due_at is None
    actions.receive(ticket=ticket, text="Here are the pictures.", now=NOW + timedelta(hours=3))
    assert Ticket.objects.get().next_due_at - due == timedelta(hours=3)
    kinds = [*ticket.messages.in_order().values_list("kind", "event")]
    assert kinds == [("event", "waits"), ("in", ""), ("event", "goes_on")]


def test_the_same_mail_is_received_once(kessler):
    ticket = make_ticket(customer=kessler, closed_at=NOW)
    for _ in range(2):
        actions.receive(
            ticket=ticket, text="Not yet.", now=NOW + timedelta(hours=1), message_id="<1@kessler.example>"
        )
    assert ticket.messages.filter(kind=Message.Kind.IN).count() == 1
    assert Ticket.objects.values_list("reopened", "closed_at").get() == (1, None)
