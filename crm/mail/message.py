"""A mail as it is written on the wire."""

import re
from collections.abc import Iterator
from contextlib import suppress
from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime

from crm.mail import kinds
from crm.mail.letterhead import unsubscribe_url
from crm.mail.models import OutgoingMail

_ADDRESS = re.compile(r"[^\s<>,;\"'()@]+@[\w.-]+")
# Lines are as long as we make them: a folded link would be no link any longer.
_WIRE = compat32.clone(linesep="\r\n", max_line_length=None)
_TEXT = Charset("utf-8")
_TEXT.body_encoding = QP


def on_the_wire(mail: OutgoingMail) -> bytes:
    """The whole message, in ASCII. ValueError for an address that cannot be written so."""
    message = MIMEMultipart("alternative", policy=_WIRE)
    message.attach(MIMEText(mail.text, "plain", _TEXT))
    message.attach(MIMEText(mail.html, "html", _TEXT))
    message["Subject"] = Header(_one_line(mail.subject), "utf-8", header_name="Subject").encode()
    message["From"] = _person(mail.from_name, mail.from_email, header="From")
    message["To"] = _person(mail.to_name, mail.to_email, header="To")
    message["Date"] = format_datetime(mail.dated_at)
    for name, value in headers(mail):
        message[name] = value
    return message.as_bytes(policy=_WIRE)


def headers(mail: OutgoingMail) -> Iterator[tuple[str, str]]:
    """Those that mark it, whichever way it leaves."""
    yield "Message-ID", _one_line(mail.message_id)
    kind = kinds.find_kind(mail)
    if mail.reply_to:
        yield "Reply-To", ascii_address(mail.reply_to)
    if kind is None or kind.is_automatic:
        yield "Auto-Submitted", "auto-generated"
    if mail.is_advertising:
        yield "List-Unsubscribe", f"<{unsubscribe_url(mail.public_id)}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def ascii_address(address: str) -> str:
    """With its domain in ASCII. ValueError where that is not enough: few servers take more."""
    name, _at, domain = _one_line(address).rpartition("@")
    with suppress(UnicodeError):
        written = f"{name}@{domain.encode('idna').decode()}"
        if written.isascii() and _ADDRESS.fullmatch(written):
            return written
    raise ValueError("This address cannot be written to: it has signs that mail servers do not take.")


def mailbox(name: str, address: str) -> str:
    """As people write it, with all letters there are."""
    if not (name := _one_line(name)):
        return ascii_address(address)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{ascii_address(address)}>'


def _person(name: str, address: str, *, header: str) -> str:
    if name.isascii():
        return mailbox(name, address)
    return f"{Header(_one_line(name), 'utf-8', header_name=header).encode()} <{ascii_address(address)}>"


def _one_line(text: str) -> str:
    return " ".join(text.split())
