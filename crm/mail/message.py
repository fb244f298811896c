"""A mail as it is written on the wire."""

import re
from binascii import b2a_qp
from collections.abc import Iterator
from contextlib import suppress
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from crm.mail import kinds
from crm.mail.letterhead import unsubscribe_url
from crm.mail.models import OutgoingMail
from crm.mail.thread import message_ids

_ADDRESS = re.compile(r"[^\s<>,;\"'()@]+@[\w.-]+")
REFERENCES = "References"
_LINE_END = re.compile(r"\r\n?|\n")


def on_the_wire(mail: OutgoingMail) -> bytes:
    """The whole message, in ASCII. ValueError for an address that cannot be written so.

    Written by hand: Python's email package takes ten times as long, for each of very many mails. No header but a name,
    a subject or the References is folded, for a folded link would be no link any longer.
    """
    boundary = f"=_{mail.public_id}"  # in quoted-printable, no line begins so
    lines = [f"{name}: {value}" for name, value in _all_headers(mail, boundary)]
    head = "\r\n".join([*lines, "", ""]).encode("ascii")
    parts = _part("plain", mail.text, boundary) + _part("html", mail.html, boundary)
    return head + parts + f"--{boundary}--\r\n".encode()


def _all_headers(mail: OutgoingMail, boundary: str) -> Iterator[tuple[str, str]]:
    yield "MIME-Version", "1.0"
    yield "Content-Type", f'multipart/alternative; boundary="{boundary}"'
    yield "Subject", _encoded(_one_line(mail.subject), "Subject")
    yield "From", _person(mail.from_name, mail.from_email, header="From")
    yield "To", _person(mail.to_name, mail.to_email, header="To")
    yield "Date", format_datetime(mail.dated_at)
    for name, value in headers(mail):
        yield name, value.replace(" ", "\r\n ") if name == REFERENCES else value


def _part(subtype: str, text: str, boundary: str) -> bytes:
    head = (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    # The last line's end is there before it is written: by the first one, b2a_qp sees how lines are to end.
    return head.encode() + b2a_qp((_LINE_END.sub("\r\n", text) + "\r\n").encode())


@lru_cache(maxsize=1024)  # of the mails of a series, most have the same
def _encoded(text: str, header: str) -> str:
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def headers(mail: OutgoingMail) -> Iterator[tuple[str, str]]:
    """Those that mark it, whichever way it leaves."""
    yield "Message-ID", _one_line(mail.message_id)
    kind = kinds.find_kind(mail)
    if mail.reply_to:
        yield "Reply-To", ascii_address(mail.reply_to)
    if ids := message_ids(mail.answers):
        yield "In-Reply-To", ids[-1]
        yield REFERENCES, " ".join(ids)
    if kind is None or kind.is_automatic:
        yield "Auto-Submitted", "auto-generated"
    if mail.is_advertising:
        yield "List-Unsubscribe", f"<{unsubscribe_url(mail.public_id)}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def ascii_address(address: str) -> str:
    """With its domain in ASCII. ValueError where that is not enough: few servers take more."""
    name, _at, domain = _one_line(address).rpartition("@")
    with suppress(UnicodeError):
        written = f"{name}@{_ascii_domain(domain)}"
        if written.isascii() and _ADDRESS.fullmatch(written):
            return written
    raise ValueError("This address cannot be written to: it has signs that mail servers do not take.")


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str:
    return domain.encode("idna").decode()


def mailbox(name: str, address: str) -> str:
    """As people write it, with all letters there are."""
    if not (name := _one_line(name)):
        return ascii_address(address)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{ascii_address(address)}>'


def _person(name: str, address: str, *, header: str) -> str:
    if name.isascii():
        return mailbox(name, address)
    return f"{_encoded(_one_line(name), header)} <{ascii_address(address)}>"


def _one_line(text: str) -> str:
    return " ".join(text.split())
