"""What a message to the ticket mailbox says, however it is written, broken or meant."""

import base64
import random
import time
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.mail.incoming import Incoming
from feedback.letter import MOST_LETTERS, Letter, bounded, read
from tests.feedback.letters import PDF, PNG, make_letter
from tests.mail.messages import crlf, make_bounce, make_complaint

FROM = "From: b@kessler.example\n"
SECONDS = 20  # for what takes two; the machine is shared


def letter(raw: bytes) -> Letter:
    found = read(bounded(raw))
    assert isinstance(found, Letter)
    return found


def names(raw: bytes) -> list[str]:
    return [file.name for file in letter(raw).files]


# --- charsets


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Grüße, где, სად?"),
        ("windows-1252", "Grüße – “sofort” für 5 €"),
        ("koi8-r", "Где мой заказ?"),
        ("windows-1251", "Где мой заказ?"),
        ("iso-8859-2", "Gdzie jest zamówienie?"),
        ("utf-8", "სად არის ჩემი შეკვეთა?"),
        ("georgian-ps", "Where?"),
        ("utf-16", "Where is it, სად?"),
        ("shift_jis", "注文はどこですか"),
    ],
)
def test_texts_and_subjects_in_any_charset(charset, text):
    known = charset if charset != "georgian-ps" else "ascii"
    body, word = (base64.b64encode(text.encode(known)).decode() for _ in range(2))
    head = f"{FROM}Subject: =?{charset}?B?{word}?=\nContent-Type: text/plain; charset={charset}\n"
    found = letter(crlf(f"{head}Content-Transfer-Encoding: base64\n\n{body}\n"))
    assert (found.subject, found.text) == (text, text)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        ("სად არის?".encode(), "სად არის?"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?= aus =?iso-8859-1?q?K=F6ln?=", "Grüße aus Köln"),
        (b"=?x-unknown?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?b?!!!?=", ""),
        (b"=?punycode?q?abc?=", "abc"),
        (b"a\r\n b\r\n\tc", "a b c"),
        (b"a\x00b\x07c", "ab c"),
        (b"=?utf-8?q?a=0D=0ABcc:_x@y.example?=", "a Bcc: x@y.example"),
        ("a\u202ebc\u200b".encode(), "abc"),
        (b"=?utf-7?q?+2AA-?=", ""),
    ],
)
def test_a_subject_is_one_line_of_letters(written, read_as):
    assert letter(crlf(FROM) + b"Subject: " + written + b"\r\n\r\nhello").subject == read_as


def test_what_no_database_takes_is_left_out():
    raw = crlf(f"{FROM}Subject: x\nContent-Type: text/plain; charset=utf-7\n\n") + b"+2AA-\x00Yes"
    found = letter(raw)
    found.text.encode()
    assert ("\0" in found.text, found.text.endswith("Yes")) == (False, True)


# --- from whom


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("Barbara Kessler <B@Kessler.Example>", "Barbara Kessler", "b@kessler.example"),
        ("b@kessler.example", "", "b@kessler.example"),
        ('"Kessler, Barbara" <b@kessler.example>', "Kessler, Barbara", "b@kessler.example"),
        ("Kessler, Barbara <b@kessler.example>", "Kessler, Barbara", "b@kessler.example"),
        ("=?utf-8?b?4YOR4YOQ4YOg4YOR4YOQ4YOg4YOQ?= <b@kessler.example>", "ბარბარა", "b@kessler.example"),
        ("Evil\n Bcc: x <b@kessler.example>", "x", "b@kessler.example"),
        ("not an address", "not an address", ""),
        ("<>", "", ""),
        (f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'a' * 60}.{'b' * 60}.example", "", ""),
    ],
)
def test_the_sender(header, name, address):
    found = letter(crlf(f"From: {header}\nSubject: x\n\nhello"))
    assert (found.name.strip(' "'), found.address) == (name, address) or (address, found.address) == ("", "")


def test_without_anything():
    found = letter(b"\r\nhello")
    assert (found.name, found.address, found.subject, found.to, found.plain_subject) == (
        "",
        "",
        "",
        [],
        "hello",
    )
    assert found.message_id == letter(b"\r\nhello").message_id != letter(b"\r\nhello!").message_id


@pytest.mark.parametrize("written", ["", "<a b@c>", f"<{'x' * 300}@kessler.example>"])
def test_an_id_that_is_none_is_a_digest(written):
    found = letter(
        make_letter(Message_ID=None).replace(b"Subject:", f"Message-ID: {written}\nSubject:".encode())
    )
    assert found.message_id.endswith("@digest.invalid>")
    assert len(found.message_id) <= 255


# --- what it says


def test_html_only():
    raw = crlf(
        f"{FROM}Content-Type: text/html; charset=utf-8\n\n<style>p{{}}</style><p>Where <b>is</b> it?</p><p>B."
    )
    assert letter(raw).text == "Where is it?\nB."


def test_of_two_forms_the_plain_one_and_of_two_texts_both():
    plain = make_letter("Plain", html="<p>Html</p>")
    assert letter(plain).text == "Plain"
    mixed = MIMEMultipart()
    mixed["From"] = "b@kessler.example"
    for part in (MIMEText("Before"), MIMEImage(PNG, "png"), MIMEText("After")):
        mixed.attach(part)
    found = letter(mixed.as_bytes())
    assert (found.text, [file.name for file in found.files]) == ("Before\n\nAfter", ["image.png"])


def test_a_long_text_is_cut_and_says_so():
    found = letter(make_letter("word " * 10_000))
    assert (len(found.text), found.is_cut) == (MOST_LETTERS, True)
    assert not letter(make_letter("word")).is_cut


# --- files


def test_files_with_names_of_any_kind():
    raw = make_letter(files={"Plan für Köln.pdf": PDF, "გეგმა.pdf": PDF, "../../x.pdf": PDF})
    assert names(raw) == ["Plan für Köln.pdf", "გეგმა.pdf", "../../x.pdf"]
    assert [file.content for file in letter(raw).files] == [PDF] * 3


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('Content-Disposition: attachment; filename="=?utf-8?b?4YOS?=.pdf"', "გ.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''%E1%83%92.pdf", "გ.pdf"),
        ("Content-Disposition: attachment; filename*=x-none''%E1.pdf", "á.pdf"),
        ("Content-Type: application/pdf; name=a.pdf", "a.pdf"),
        ("Content-Type: application/pdf", "application.pdf"),
        ("Content-Type: image/jpeg", "image.jpg"),
        ("Content-Type: message/rfc822", "mail.eml"),
        ("Content-Disposition: attachment", "text.txt"),
    ],
)
def test_how_a_file_is_called(head, name):
    raw = f"{FROM}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\n{head}\n\nSubject: x\n\ny\n--b--\n"
    assert names(crlf(raw)) == [name]


def picture(content: bytes, **headers: str) -> MIMEImage:
    part = MIMEImage(content, "png")
    for header, value in headers.items():
        part[header.replace("_", "-")] = value
    return part


def test_the_small_pictures_of_a_signature_are_left_out():
    letter_of = MIMEMultipart("related")
    letter_of["From"] = "b@kessler.example"
    small, large = PNG[:5000], PNG
    for part in (
        MIMEText('<p>Yours <img src="cid:logo"></p>', "html"),
        picture(small, Content_ID="<logo>"),
        picture(small, Content_Disposition="inline; filename=fb.png"),
        picture(large, Content_ID="<photo>", Content_Disposition="inline; filename=photo.png"),
        picture(small, Content_Disposition="attachment; filename=small.png"),
    ):
        letter_of.attach(part)
    assert names(letter_of.as_bytes()) == ["photo.png", "small.png"]


def test_what_only_programs_read_is_no_file():
    signed = MIMEMultipart("signed")
    signed["From"] = "b@kessler.example"
    alternative = MIMEMultipart("alternative")
    for kind, text in (("plain", "Come at 10"), ("html", "<p>Come</p>"), ("calendar", "BEGIN:VCALENDAR")):
        alternative.attach(MIMEText(text, kind))
    signed.attach(alternative)
    signature = MIMEText("signature", "x")
    signature.replace_header("Content-Type", 'application/pkcs7-signature; name="smime.p7s"')
    signature["Content-Disposition"] = 'attachment; filename="smime.p7s"'
    signed.attach(signature)
    assert (letter(signed.as_bytes()).text, names(signed.as_bytes())) == ("Come at 10", [])


def test_of_very_many_files_some_are_looked_at():
    assert len(names(make_letter(files={f"{n}.txt": b"x" for n in range(400)}))) == 200


# --- broken and meant


patient = settings(deadline=None)  # the machine is shared
SEEDS = (
    make_letter("Grüße\n" * 9, html="<p>Grüße <b>B.</b></p>", files={"გეგმა.pdf": PDF}),
    make_letter("On Tue, Carton wrote:\n> x\n", From="=?utf-8?q?B=C3=A4r?= <b@kessler.example>"),
    make_bounce("<q3TjbXkfqM0hW8mZyVn2Lw@carton.example>"),
    make_complaint("<q3TjbXkfqM0hW8mZyVn2Lw@carton.example>"),
)


@patient
@given(st.binary(max_size=2000))
def test_any_bytes_are_read(junk):
    assert_sound(read(bounded(junk)))


@patient
@given(st.sampled_from(SEEDS), st.integers(0, 10_000_000))
def test_a_damaged_message_is_read(seed, chance):
    dice, raw = random.Random(chance), bytearray(seed)
    for _ in range(dice.randint(1, 30)):
        place = dice.randrange(len(raw))
        raw[place : place + dice.randrange(4)] = dice.randbytes(dice.randrange(4))
    assert_sound(read(bounded(bytes(raw))))


HEADERS = (
    "From", "To", "Subject", "Message-ID", "References", "Content-Type", "Content-Disposition", "Delivered-To",
    "Content-Transfer-Encoding", "Auto-Submitted", "Content-ID", "MIME-Version",
)  # fmt: skip
VALUES = (
    "multipart/mixed; boundary=b", "multipart/alternative; boundary=b", "text/html; charset=hex", "base64",
    "message/rfc822", "multipart/report; boundary=b", "attachment; filename*0*=x''%ff", "=?utf-8?b?/w==?=",
    "text/plain; charset=utf-16", "x-uuencode", "quoted-printable", '"<a@b" <c@d>', "a@b,,;:<>()",
)  # fmt: skip
_values = st.one_of(st.text(max_size=60), st.sampled_from(VALUES))
_lines = st.one_of(st.text(max_size=40), st.just("--b"))


@patient
@given(st.lists(st.tuples(st.sampled_from(HEADERS), _values), max_size=8), st.lists(_lines, max_size=9))
def test_any_headers_are_read(headers, lines):
    text = "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n" + "\r\n".join(lines)
    assert_sound(read(bounded(text.encode("utf-8", "replace"))))


def assert_sound(found: Letter | Incoming | None) -> None:
    """What was read can be kept: by either database, and in headers."""
    if isinstance(found, Letter):
        kept = [found.message_id, found.name, found.address, found.plain_subject, found.text, *found.to]
        assert all("\0" not in text for text in kept)
        "".join(kept).encode()
        assert not any(sign in f"{found.name}{found.address}{found.subject}" for sign in "\r\n\x00")
        assert len(found.address) <= 254 >= len(found.message_id) - 1


BOMBS = {
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 300_000,
    "headers": b"".join(b"X-%d: y\r\n" % n for n in range(300_000)) + b"\r\nhi",
    "subject": b"Subject: " + b"=?utf-8?q?x?= " * 400_000 + b"\r\n\r\nhi",
    "references": b"References: " + b"<" * 4_000_000 + b"\r\n\r\nhi",
    "html": b"Content-Type: text/html\r\n\r\n" + b"<" * 500_000,
    "charset": b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 200_000 + b"-" + b"b" * 200_000,
    "parameters": b"Content-Type: text/plain; " + b"a=b; " * 400_000 + b"\r\n\r\nhi",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_is_meant_to_take_long_does_not(bomb):
    began = time.process_time()
    assert_sound(read(bounded(crlf(FROM) + bomb)))
    assert time.process_time() - began < SECONDS


def test_what_lies_too_deep_is_told_as_such():
    """The mailbox counts it as not readable, and goes on with the next."""
    head = "Content-Type: multipart/mixed; boundary={n}\r\n\r\n--{n}\r\n"
    nested = "".join(head.format(n=n) for n in range(5000)).encode()
    began = time.process_time()
    with pytest.raises(RecursionError):
        read(bounded(nested))
    assert time.process_time() - began < SECONDS


def test_an_ordinary_message_is_not_cut():
    for raw in SEEDS:
        assert bounded(raw) == raw
    long = make_letter("-- \n" * 900)
    assert bounded(long) == long
