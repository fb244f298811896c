"""What a message says of a mail of ours, whoever has sent it."""

import base64
import random

import pytest

from crm.mail.incoming import MOST_LETTERS, read, without_old
from crm.mail.models import OutgoingMail, Return
from tests.mail.messages import crlf, make_answer, make_bounce, make_complaint

OURS = "<q3TjbXkfqM0hW8mZyVn2Lw@carton.example>"
MAIL = OutgoingMail(
    message_id=OURS, to_email="b@kessler.example", from_email="office@carton.example", subject="Your cartons"
)
What = Return.What


@pytest.mark.parametrize("returned_type", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"])
def test_a_bounce(returned_type):
    found = read(make_bounce(OURS, returned_type=returned_type))
    assert (found.what, found.about) == (What.BOUNCED, [OURS])
    assert found.detail == "550 5.1.1 <b@kessler.example>: User unknown"


@pytest.mark.parametrize(
    ("action", "status", "what"),
    [
        ("failed", "5.1.1", What.BOUNCED),
        ("Failed", "5.1.10", What.BOUNCED),
        ("failed", "5.1.2", What.BOUNCED),
        ("failed", "5.1.3", What.BOUNCED),
        ("failed", "5.1.6", What.BOUNCED),
        ("failed", "5.2.1", What.BOUNCED),
        ("failed", "5.4.4", What.BOUNCED),
        ("failed", "5.0.0 (permanent failure)", What.BOUNCED),
        ("failed", "5.2.2", What.REFUSED),  # the box is full
        ("failed", "5.7.1", What.REFUSED),  # they do not like us, or this letter
        ("failed", "5.6.0", What.REFUSED),
        ("failed", "5.1.7", What.REFUSED),  # the sender is wrong
        ("failed", "5.1.8", What.REFUSED),
        ("failed", "5.1.11", What.REFUSED),
        ("failed", "5.4.3", What.REFUSED),
        ("failed", "5.4.6", What.REFUSED),  # it went in a circle
        ("failed", "5.4.7", What.REFUSED),  # it was tried for days
        ("failed", "5.5.4", What.REFUSED),  # the servers do not understand each other
        ("failed", "4.4.7", What.REFUSED),  # it was tried for days
        ("failed", "nonsense", What.REFUSED),
        ("delayed", "4.4.1", What.DELAYED),
    ],
)
def test_what_a_status_means(action, status, what):
    assert read(make_bounce(OURS, action=action, status=status)).what == what


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", ""])
def test_a_report_that_all_is_well(action):
    assert read(make_bounce(OURS, action=action, status="2.0.0")) is None


def test_a_bounce_of_a_mail_beyond_ascii_names():
    raw = make_bounce(OURS).replace(b"message/delivery-status", b"message/global-delivery-status")
    assert (read(raw).what, read(raw).about) == (What.BOUNCED, [OURS])


def test_a_bounce_that_returns_nothing_but_names_the_mail():
    raw = make_bounce("<other@elsewhere.example>", returned_type="text/plain")
    raw = raw.replace(b"Auto-Submitted", f"In-Reply-To: {OURS}\r\nAuto-Submitted".encode())
    assert read(raw).about == [OURS]


@pytest.mark.parametrize(
    ("feedback", "what"),
    [
        ("abuse", What.COMPLAINED),
        ("Fraud", What.COMPLAINED),
        ("other", What.COMPLAINED),
        ("not-spam", None),
        ("auth-failure", None),  # a report on our domain, not by a reader
    ],
)
def test_a_complaint(feedback, what):
    found = read(make_complaint(OURS, feedback=feedback))
    assert (found and found.what) == what
    assert found is None or found.about == [OURS]


@pytest.mark.parametrize("code", [0, 1, 0x1B, 0x7F])
def test_control_characters_make_no_id(code):
    hidden = base64.b64encode(f"Message-ID: <x{chr(code)}x@carton.example>\n\n".encode()).decode()
    returned_type = "text/rfc822-headers\nContent-Transfer-Encoding: base64"
    raw = make_bounce("", returned_type=returned_type, returned=hidden)
    assert (read(raw).what, read(raw).about) == (What.BOUNCED, [])


def test_an_answer():
    found = read(make_answer(MAIL, "Yes, please.\n"))
    assert (found.what, found.about[0], found.text) == (What.ANSWERED, OURS, "Yes, please.")
    assert found.sender == "b@kessler.example"


def test_an_answer_to_an_answer_names_ours_further_back():
    raw = make_answer(MAIL, References=f"<a@x> {OURS} <c@x>", In_Reply_To="<c@x>")
    assert read(raw).about == ["<c@x>", "<c@x>", OURS, "<a@x>"]


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; type=vacation"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
    ],
)
def test_an_automatic_answer_is_none(header):
    assert read(make_answer(MAIL, "I am on holiday.", **header)) is None


def test_a_person_who_says_so_is_no_machine():
    assert read(make_answer(MAIL, Auto_Submitted="no")).what == What.ANSWERED


def test_an_answer_in_html_only():
    html = (
        "<html><head><style>p{}</style></head><body><p>Ja,\n bitte &amp; danke.</p><div>Gruß<br>B. K.</div>"
        "<blockquote>Ihre Kartons</blockquote></body></html>"
    )
    raw = crlf(
        f"From: b@kessler.example\nIn-Reply-To: {OURS}\nMIME-Version: 1.0\n"
        f"Content-Type: text/html; charset=utf-8\n\n{html}"
    )
    assert read(raw).text == "Ja, bitte & danke.\nGruß\nB. K."


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("iso-8859-1", "Grüße".encode("iso-8859-1"), "Grüße"),
        ("utf-8", "Grüße".encode("cp1252"), "Grüße"),  # not what it says
        ("us-ascii", "დიახ".encode(), "დიახ"),
        ("x-unknown-9", "Grüße".encode(), "Grüße"),
        ("hex", b"Yes", "Yes"),
        ("utf-8", b"Yes\x00, please", "Yes, please"),
    ],
)
def test_whatever_charset_it_claims(charset, body, text):
    head = f"From: b@kessler.example\nIn-Reply-To: {OURS}\nContent-Type: text/plain; charset={charset}\n\n"
    assert read(crlf(head) + body).text == text


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\nOn Tue, 17 Nov 2026 at 10:03, Carton & Co wrote:\n> Ready?\n> Yours", "Yes."),
        ("Ja.\n\nAm 17.11.2026 um 10:03 schrieb Carton & Co\n<office@carton.example>:\n\n> Fertig?", "Ja."),
        ("დიახ.\n\n17 ნოე, 2026, 10:03-ზე, Carton დაწერა:\n> მზადაა?", "დიახ."),
        ("Yes.\n\n-----Original Message-----\nFrom: Carton & Co\nReady?", "Yes."),
        ("Ja.\n\nVon: Carton & Co <office@carton.example>\nGesendet: Dienstag\nFertig?", "Ja."),
        ("Yes.\n________________________________\nFrom: Carton", "Yes."),
        ("> Ready?\nYes.\n> All 600?\nAll.", "Yes.\nAll."),
        ("Three things:\none\ntwo", "Three things:\none\ntwo"),
        ("I think this:\n> 3 is too many", "I think this:"),
        ("> nothing of my own", "> nothing of my own"),
        ("", ""),
        ("x" * 9000, "x" * MOST_LETTERS),
    ],
)
def test_the_letter_that_is_quoted_is_left_out(text, own):
    assert without_old(text) == own


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\0",
        b"no header at all",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n",
        b"Content-Type: multipart/report\r\n\r\nnothing",
        make_bounce(OURS)[:900],
        make_bounce(OURS).replace(b'boundary="A.1/mx.carton.example"', b"boundary=B"),
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n!!",
    ],
)
def test_what_says_nothing(raw):
    found = read(raw)
    assert found is None or OURS not in found.about


@pytest.mark.parametrize("make", [make_bounce(OURS), make_complaint(OURS), make_answer(MAIL, "Grüße\n" * 9)])
def test_a_damaged_message(make):
    """Bytes lost, doubled and changed at random: read all the same, or not at all."""
    chance = random.Random(31)
    for _ in range(150):
        raw = bytearray(make)
        for _ in range(chance.randint(1, 20)):
            place = chance.randrange(len(raw))
            raw[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        found = read(bytes(raw))
        assert found is None or len(found.key) == 64
        assert found is None or "\0" not in found.text
