"""A mail as the server takes it: headers and both its texts, composed as the product does."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest

from crm.mail import rounds
from crm.mail.actions import Content, Recipient, compose, queue
from crm.mail.letterhead import unsubscribe_url
from crm.mail.message import ascii_address, on_the_wire
from crm.mail.models import OutgoingMail, State
from crm.mail.models.outgoing import Reason
from tests.factories import NOW, make_mail, make_sender

pytestmark = pytest.mark.django_db

BARBARA = Recipient(
    name="Barbara Käßler",
    email="Barbara@Kessler.example",
    language="de",
    basis="consent, 3 May 2026, order form",
)
LETTER = Content(
    subject="Zeit für neue Kartons?",
    text="Guten Tag Frau Käßler,\n\n.ein Punkt am Anfang\n" + "lang " * 300,
    html="<p>Guten Tag Frau Käßler,</p><p>" + "lang " * 300 + "</p>",
)


def send(inbox, register, *, to=BARBARA, content=LETTER, advertising=True, is_automatic=True, **kw):
    kind = register(is_automatic=is_automatic)
    sender = kw.pop("sender", None) or make_sender(reply_to="answers@carton.example")
    composed = compose(
        sender=sender,
        kind=kind,
        key="note:1",
        to=to,
        content=content,
        now=NOW,
        valid_for=timedelta(days=3),
        advertising=advertising,
        **kw,
    )
    mail = queue(composed)
    rounds.drain(clock=lambda: NOW)
    [received] = inbox.mails
    return mail, received


def test_who_when_and_what(inbox, register):
    mail, received = send(inbox, register)
    assert str(received["Subject"]) == "Zeit für neue Kartons?"
    assert str(received["From"]) == "Carton & Co <office@carton.example>"
    assert str(received["To"]) == "Barbara Käßler <barbara@kessler.example>"
    assert str(received["Reply-To"]) == "answers@carton.example"
    assert received["Message-ID"] == f"<{mail.public_id}@carton.example>" == mail.message_id
    assert parsedate_to_datetime(received["Date"]) == NOW


def test_both_its_texts_arrive_as_they_were_composed(inbox, register):
    mail, received = send(inbox, register)
    assert received.get_content_type() == "multipart/alternative"
    text, html = received.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == mail.text.rstrip("\n")
    assert html.get_content().replace("\r\n", "\n").rstrip("\n") == mail.html.rstrip("\n")
    assert ".ein Punkt am Anfang" in text.get_content()
    assert "Kartonweg 3" in text.get_content()
    assert "Kartonweg 3" in html.get_content()


def test_on_the_wire_it_is_ascii_in_lines_that_every_server_takes(inbox, register):
    send(inbox, register)
    [raw] = inbox.raw
    assert raw.isascii()
    assert raw.endswith(b"--\r\n")
    assert all(line.endswith(b"\r\n") for line in raw.splitlines(keepends=True))
    assert max(map(len, raw.splitlines())) < 200


TEXTS = [
    "",
    "no end of line",
    "\n\n",
    "trailing blank \nand tab\t\n",
    ".\n..\n.x\n",
    "=\n=3D\n--=_boundary\n",
    "x" * 75 + "\n" + "x" * 76 + "\n" + "x" * 77 + "\n",
    "ä" * 300 + "\nბარბარა 😀\n",
    "of Windows\r\nand old Macs\r",
    "\u2028 and \x0c are no end of a line\n",
    "From here\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_is_written_is_read(db, text):
    mail = make_mail(text=text, html=text)
    raw = on_the_wire(mail)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    parts = message_from_bytes(raw, policy=policy.default).get_payload()
    read = [part.get_payload(decode=True).decode() for part in parts]
    assert list(map(_with_unix_ends, read)) == [_with_unix_ends(text)] * 2


def _with_unix_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_advertising_says_how_to_get_no_more(inbox, register, settings):
    settings.BASE_URL = "https://crm.carton.example"
    mail, received = send(inbox, register)
    url = unsubscribe_url(mail.public_id)
    assert url.startswith("https://crm.carton.example/u/")
    assert received["List-Unsubscribe"] == f"<{url}>"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in inbox.raw[0]
    assert all(url in part.get_content() for part in received.iter_parts())


def test_what_is_no_advertising_does_not(inbox, register):
    _, received = send(inbox, register, advertising=False)
    assert (received["List-Unsubscribe"], received["List-Unsubscribe-Post"]) == (None, None)
    assert "/u/" not in inbox.raw[0].decode()


@pytest.mark.parametrize(("is_automatic", "said"), [(True, "auto-generated"), (False, None)])
def test_automatic_mail_says_so(inbox, register, is_automatic, said):
    _, received = send(inbox, register, is_automatic=is_automatic)
    assert received["Auto-Submitted"] == said


INJECTION = "Barbara\r\nBcc: all@kessler.example\r\n\r\nHello"


def test_no_name_and_no_subject_becomes_a_header(inbox, register):
    _, received = send(
        inbox,
        register,
        to=Recipient(name=INJECTION, email="barbara@kessler.example", language="en", basis="consent"),
        content=Content(INJECTION, "text", "<p>text</p>"),
        sender=make_sender(name=INJECTION),
        from_name=INJECTION,
    )
    assert received["Bcc"] is None
    assert str(received["Subject"]) == "Barbara Bcc: all@kessler.example Hello"
    assert [address.addr_spec for address in received["To"].addresses] == ["barbara@kessler.example"]


@pytest.mark.parametrize(
    "name", ['Barbara "Babs" Kessler', "Kessler, Barbara", "Back\\slash", "<b>", "ბარბარა კესლერი"]
)
def test_a_name_of_any_signs_arrives(inbox, register, name):
    to = Recipient(name=name, email="barbara@kessler.example", language="en", basis="consent")
    _, received = send(inbox, register, to=to)
    [address] = received["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "barbara@kessler.example")


def test_a_row_that_came_another_way_cannot_break_its_headers(db):
    mail = make_mail(
        subject="a\r\nBcc: b@c.example", from_name="d\ne", to_name="f\rg", message_id="<h\r\ni@j>",
        answers="<k\r\nBcc: l@m> <n\t@o>",
    )  # fmt: skip
    message = message_from_bytes(on_the_wire(mail), policy=policy.default)
    assert set(message.keys()) == {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
    }  # fmt: skip


def test_a_domain_of_other_letters_is_written_as_servers_know_it():
    assert ascii_address("barbara@käßler.example") == "barbara@xn--kssler-bua.example"


@pytest.mark.parametrize(
    "address",
    [
        "bärbel@kessler.example",
        "no-at.example",
        "@kessler.example",
        "a b@c.example",
        "a@b.example>",
        "a@b.example\r\nRCPT TO:<x@y.example>",
        "a@..example",
        "a@",
    ],
)
def test_an_address_that_servers_do_not_take_fails_in_plain_words(inbox, register, address):
    register()
    mail = make_mail(team=make_sender().team, to_email=address)
    other = make_mail(team=mail.team)
    rounds.drain(clock=lambda: NOW)
    mail.refresh_from_db()
    other.refresh_from_db()
    assert (mail.state, mail.reason, other.state) == (State.FAILED, Reason.REFUSED, State.SENT)
    assert mail.detail == "This address cannot be written to: it has signs that mail servers do not take."
    assert OutgoingMail.objects.filter(state=State.RETRY).count() == 0
