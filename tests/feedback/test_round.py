"""The whole round of a ticket by mail: real SMTP out, real IMAP in."""

import random
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest

from crm.mail import rounds
from crm.mail.actions import Content, Recipient
from feedback import actions
from feedback.letter import read
from feedback.mailbox import collect
from feedback.models import Message, Ticket
from feedback.threads import thread_of
from feedback.tokens import _SIGNS, subject_tag, ticket_of
from tests.factories import NOW, make_customer, make_sender
from tests.feedback.letters import PDF, make_letter
from tests.feedback.makers import make_message, make_rules, make_ticket


@pytest.fixture
def kessler(nino):
    make_sender(team=nino.team)
    make_rules(team=nino.team, email="service@carton.example")
    return make_customer(owner=nino, name="Weingut Kessler", email="b@kessler.example")


def answer(ticket, by, now, text="It left today."):
    """As the page of the ticket does."""
    to = Recipient("Barbara Kessler", ticket.from_email, "en", id=ticket.customer_id)
    subject = f"Re: {ticket.subject} {subject_tag(ticket)}"
    content = Content(subject, text, f"<p>{text}</p>")
    return actions.answer(
        ticket=ticket, content=content, by=by, now=now, token=uuid4(), sender=by.team.sender, to=to
    )


def reply_to(sent, text, **changes):
    """As a customer's program answers a mail that it got; None leaves a header out."""
    before = {"In_Reply_To": sent["Message-ID"], "References": sent["Message-ID"]}
    subject = f"Re: {sent['Subject']}"
    return make_letter(text, **{"To": sent["Reply-To"], "Subject": subject} | before | changes)


def conversation(ticket):
    words = ticket.messages.exclude(kind=Message.Kind.EVENT).in_order()
    return [*words.values_list("kind", "text")]


def test_the_whole_round(inbox, ticket_box, kessler, nino):
    ticket_box.put(make_letter("Where is it?", files={"order.pdf": PDF}))
    assert collect(NOW) == "1 new tickets"
    ticket = Ticket.objects.get()

    answer(ticket, nino, NOW + timedelta(minutes=5))
    rounds.drain(clock=lambda: NOW + timedelta(minutes=6))
    sent: EmailMessage = inbox.mails[0]
    assert (sent["To"], sent["Reply-To"]) == (
        "Barbara Kessler <b@kessler.example>",
        "service@carton.example",
    )
    assert sent["From"] == '"Nino Beridze, Carton & Co" <office@carton.example>'
    assert ticket_of(sent["Subject"], nino.team) == ticket
    actions.close(ticket=ticket, done="Sent", by=nino, now=NOW + timedelta(minutes=10))

    ticket_box.put(
        reply_to(sent, "I am on holiday.", Auto_Submitted="auto-replied"),
        reply_to(sent, "I am away.", X_Auto_Response_Suppress="All", In_Reply_To=None, References=None),
    )
    assert collect(NOW + timedelta(minutes=11)) == "2 by machines or ourselves"
    ticket.refresh_from_db()
    assert not ticket.is_open

    old = sent.get_body(["plain"]).get_content().replace("\n", "\n> ")
    quoted = f"Not yet here.\n\nOn Tue, 17 Nov 2026 at 10:03, Carton wrote:\n> {old}"
    ticket_box.put(reply_to(sent, quoted))
    assert collect(NOW + timedelta(minutes=12)) == "1 joined to tickets"
    ticket.refresh_from_db()
    assert (ticket.is_open, ticket.reopened) == (True, 1)

    stripped = reply_to(
        sent, "Now it is.", In_Reply_To=None, References=None, From="Barbara Kessler <b.k@private.example>"
    )
    ticket_box.put(stripped)
    assert collect(NOW + timedelta(minutes=13)) == "1 joined to tickets"
    assert conversation(ticket) == [
        ("in", "Where is it?"),
        ("out", "It left today."),
        ("in", "Not yet here."),
        ("in", "Now it is."),
        (
            "note",
            "This was written by Barbara Kessler <b.k@private.example>, who had the number of the ticket.",
        ),
    ]
    assert Ticket.objects.count() == 1


def test_a_thousand_mutated_tags_join_nothing(ticket_box, kessler, nino):
    """From somebody else; twenty in a letter of their own, which claims to answer what the customer wrote before."""
    tickets = [make_ticket(customer=kessler, from_email="b@kessler.example") for _ in range(30)]
    make_message(ticket=tickets[0], message_id="<1@kessler.example>")
    dice = random.Random(31)
    subjects = [f"Re: {mutated(subject_tag(dice.choice(tickets)), dice)}" for _ in range(1000)]
    letter = read(make_letter("Me too", From="otto@x.example"))
    threads = (thread_of(replace(letter, subject=each), mail=None, team=nino.team) for each in subjects)
    assert set(threads) == {None}
    claim = {"References": "<1@kessler.example>"}
    ticket_box.put(
        *(make_letter(From=f"{n}@x.example", Subject=each, **claim) for n, each in enumerate(subjects[:20]))
    )
    assert collect(NOW) == "20 new tickets"
    assert Message.objects.filter(ticket__in=tickets).count() == 1


def mutated(tag: str, dice: random.Random) -> str:
    bad = list(tag)
    while "".join(bad) == tag:
        bad[dice.randrange(2, len(bad) - 1)] = dice.choice(f"0123456789{_SIGNS}")
    return "".join(bad)
