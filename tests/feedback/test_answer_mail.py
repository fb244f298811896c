"""The mail by which a ticket is answered, as it is written on the wire: it stands below the customer's own."""

from datetime import timedelta
from email import message_from_bytes, policy
from uuid import uuid4

import pytest

from crm.mail.actions import Content, Recipient
from crm.mail.message import on_the_wire
from feedback import actions
from tests.factories import NOW, make_customer, make_sender
from tests.feedback.makers import make_message, make_ticket

HOUR = timedelta(hours=1)
FIRST, SECOND = "<1.first@kessler.example>", "<2.second@kessler.example>"


@pytest.fixture
def ticket(nino):
    make_sender(team=nino.team)
    return make_ticket(customer=make_customer(owner=nino, email="office@kessler.example"))


def wrote(ticket, message_id, *, hours=0):
    return make_message(ticket=ticket, message_id=message_id, happened_at=NOW + hours * HOUR)


def answered(ticket, *, hours=1):
    """The whole mail, as bytes and as a mail program reads it."""
    to = Recipient("Barbara Kessler", "office@kessler.example", "en", id=ticket.customer_id)
    message = actions.answer(
        ticket=ticket, content=Content("Re: it", "Tomorrow.", "<p>Tomorrow.</p>"), by=ticket.assignee,
        now=NOW + hours * HOUR, token=uuid4(), sender=ticket.team.sender, to=to,
    )  # fmt: skip
    raw = on_the_wire(message.mail)
    return raw, message_from_bytes(raw, policy=policy.default)


def test_it_answers_what_the_customer_wrote_last_and_knows_all_before_it(ticket):
    wrote(ticket, FIRST)
    raw, first = answered(ticket)
    assert (first["In-Reply-To"], first["References"]) == (FIRST, FIRST)
    assert f"\r\nIn-Reply-To: {FIRST}\r\nReferences: {FIRST}\r\n".encode() in raw
    wrote(ticket, SECOND, hours=2)
    make_message(ticket=ticket, kind="note", message_id="<note@here>", happened_at=NOW + 2 * HOUR)
    raw, second = answered(ticket, hours=3)
    assert second["In-Reply-To"] == SECOND
    assert second["References"].split() == [FIRST, first["Message-ID"], SECOND]
    assert max(map(len, raw.split(b"\r\n"))) < 200


def test_two_answers_in_a_row_stand_both_below_it(ticket):
    wrote(ticket, FIRST)
    answered(ticket)
    _raw, second = answered(ticket, hours=2)
    assert (second["In-Reply-To"], second["References"]) == (FIRST, FIRST)


def test_who_has_not_written_by_mail_finds_it_below_our_own(ticket):
    wrote(ticket, "<abc@page.invalid>")
    wrote(ticket, "", hours=1)
    _raw, first = answered(ticket)
    assert (first["In-Reply-To"], first["References"]) == (None, None)
    _raw, second = answered(ticket, hours=2)
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]


def test_what_came_without_an_id_answers_our_last_mail(ticket):
    wrote(ticket, FIRST)
    _raw, first = answered(ticket)
    wrote(ticket, "", hours=2)
    _raw, second = answered(ticket, hours=3)
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"].split() == [FIRST, first["Message-ID"]]


def test_of_a_long_conversation_it_names_the_beginning_and_the_end(ticket):
    for n in range(40):
        wrote(ticket, f"<{n}.{'x' * 200}@kessler.example>", hours=n)
    raw, mail = answered(ticket, hours=41)
    assert [name[1:].partition(".")[0] for name in mail["References"].split()] == [
        "0", *(str(n) for n in range(31, 40)),
    ]  # fmt: skip
    assert max(map(len, raw.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    "made_up",
    [
        "<a@b>\r\nBcc: all@kessler.example",
        "<a\r\nBcc:all@kessler.example>",
        "<a@b\nX-Evil:1>",
        "<a@b\x01c>",
        "<ä@kessler.example>",
        "<a\u2028Bcc:b@c>",
        "no brackets",
        "",
    ],
)
def test_no_id_that_somebody_made_up_becomes_another_header(ticket, made_up):
    before = wrote(ticket, FIRST)
    _raw, plain = answered(ticket)
    type(before).objects.filter(pk=before.pk).update(message_id=made_up)
    _raw, mail = answered(ticket)
    assert set(mail.keys()) | {"In-Reply-To", "References"} == set(plain.keys())
    assert mail["In-Reply-To"] in (None, "<a@b>", plain["Message-ID"])
    assert mail["Bcc"] is None
