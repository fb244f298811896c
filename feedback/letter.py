"""What a message to the ticket mailbox says: from whom, about what, in which words and with which files.

Whoever likes can write there. So nothing in here trusts the message: it may be cut off, broken, in a charset that does
not exist, or made up. What cannot be read of it is left out; the rest counts.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses
from itertools import islice

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from crm.mail.addresses import normal
from crm.mail.incoming import (
    Incoming,
    answered_ids,
    is_automatic,
    is_report,
    key_of,
    parse,
    readable,
    report_in,
    text_of,
    without_old,
)
from feedback.attachments import MOST_BYTES, File
from feedback.tokens import without_tags

MOST_LETTERS = 20_000
_LONGEST_HEADER, _LONGEST_ADDRESS, _LONGEST_ID = 10_000, 254, 255
_MOST_ADDRESSES, _MOST_PARTS, _MOST_BOUNDARIES = 50, 200, 1000
_LONGEST_HEAD = 256 * 1024  # bytes of all headers
_SIGNATURE_IMAGE = 10 * 1024  # bytes; a smaller picture within a text is a logo
# The most certain first: what a server has written says where the message really arrived.
_DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_ANSWERED = r"re|aw|antw|sv|vs|tr|rif|odp|отв|პას"
_FORWARDED = r"fwd?|wg|wtr|пер"
_BRACKETED = re.compile(r"<([^<>@\s]+@[^<>@\s]+)>")
_PREFIXES = re.compile(rf"^\s*((?:{_ANSWERED}|{_FORWARDED})\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_IS_FORWARDED = re.compile(rf"^\s*(?:{_FORWARDED})\s*:", re.IGNORECASE)
# Parts that say something to mail programs only.
_UNSEEN = {
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "message/delivery-status", "message/disposition-notification", "text/rfc822-headers",
}  # fmt: skip

_EXTENSIONS = {"jpeg": "jpg", "plain": "txt"}


@dataclass(frozen=True)
class Letter:
    """`to` are addresses it arrived under, `about` Message-IDs it answers; the most certain first. `address` is "" if
    the sender has none that can be read; `text` is without what it quotes, and `is_cut` if there was more of it. `key`
    is by which crm.mail.returns knows it again.
    """

    message_id: str
    key: str
    name: str
    address: str
    to: list[str]
    about: list[str]
    subject: str
    text: str
    is_cut: bool
    files: list[File] = field(repr=False)

    @property
    def plain_subject(self) -> str:
        """Without "Re:" and tags; where nothing is left, how the text begins."""
        return _PREFIXES.sub("", without_tags(self.subject)).strip() or " ".join(self.text.split())[:100]


def read(raw: bytes) -> Incoming | Letter | None:
    """A report, a letter of a person, or None for what needs no answer. Broken messages may raise anything."""
    message = parse(raw)
    if is_report(message):
        return report_in(message, raw)
    return None if _is_by_machine(message) else _letter(message, raw)


def bounded(raw: bytes) -> bytes:
    """Its beginning, where it has more headers and parts than anybody writes: to tell them apart takes long."""
    head = raw[:_LONGEST_HEAD]
    if len(raw) > len(head) and not re.search(rb"\r?\n\r?\n", head):
        return head
    lines = (found.start() for found in re.finditer(rb"^--", raw, re.MULTILINE))
    return raw[: next(islice(lines, _MOST_BOUNDARIES, None), len(raw))]


def _letter(message: Message, raw: bytes) -> Letter:
    name, address = _person(message, "From")
    subject = _words(message, "Subject")
    whole = _storable(text_of(message)).replace("\r\n", "\n")
    # What is forwarded is what it is about, not what was said before.
    text = whole.strip() if _IS_FORWARDED.match(subject) else without_old(whole, most=len(whole))
    return Letter(
        message_id=_message_id(message, raw),
        key=key_of(message, raw),
        name=name,
        address=address,
        to=_delivered(message),
        about=answered_ids(message),
        subject=subject,
        text=text[:MOST_LETTERS],
        is_cut=len(text) > MOST_LETTERS,
        files=list(_files(message)),
    )


def _is_by_machine(message: Message) -> bool:
    """An answer of a machine, a newsletter, a report: no customer waits for an answer to it."""
    name = _person(message, "From")[1].partition("@")[0]
    suppresses = _words(message, "X-Auto-Response-Suppress").strip().lower() not in ("", "none")
    from_server = name in ("mailer-daemon", "postmaster")
    return is_automatic(message) or suppresses or "List-Id" in message or from_server


def _message_id(message: Message, raw: bytes) -> str:
    """Its own, or a digest: what is read again is known."""
    written = _words(message, "Message-ID").strip()
    is_good = 0 < len(written) <= _LONGEST_ID and not re.search(r"\s", written)
    return written if is_good else f"<{hashlib.sha256(raw).hexdigest()}@digest.invalid>"


def _delivered(message: Message) -> list[str]:
    lines = [
        _storable(str(line)) for name in _DELIVERED for line in message.get_all(name, [])[:_MOST_ADDRESSES]
    ]
    pairs = getaddresses([line[:_LONGEST_HEADER] for line in lines])
    return list(dict.fromkeys(normal(address) for _name, address in pairs if address))[:_MOST_ADDRESSES]


def _person(message: Message, header: str) -> tuple[str, str]:
    """Name and address, in the form in which addresses are compared; each "" if it cannot be read."""
    written = _raw(message, header)
    name, address = next(iter(getaddresses([written])), ("", ""))
    if "@" not in address and (
        found := _BRACKETED.search(written)
    ):  # a comma in the name that nobody has quoted
        name, address = written[: found.start()], found[1]
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    return _one_line(_decoded(name)), normal(address) if len(address) <= _LONGEST_ADDRESS else ""


def _words(message: Message, header: str) -> str:
    return _one_line(_decoded(_raw(message, header)))


def _raw(message: Message, header: str) -> str:
    """As it stands there; what is not ASCII is read as UTF-8, or else as Windows does."""
    values = (value for name, value in message.raw_items() if name.lower() == header.lower())
    written = str(next(values, ""))[:_LONGEST_HEADER].encode("utf-8", "surrogateescape")
    return readable(written, "utf-8")


def _decoded(text: str) -> str:
    """With its words in the charsets that they name (RFC 2047)."""
    try:
        pieces = decode_header(text)
    except Exception:  # Base64 that is none
        return text
    # What stands between such words comes as bytes of a notation of Python's own.
    words = ((each, charset or "raw-unicode-escape") for each, charset in pieces)
    return "".join(each if isinstance(each, str) else readable(each, charset) for each, charset in words)


def _one_line(text: str) -> str:
    """Without line breaks, and signs that are not seen or turn the direction of writing."""
    kinds = ((sign, unicodedata.category(sign)) for sign in text)
    seen = (" " if kind == "Cc" else sign for sign, kind in kinds if kind == "Cc" or kind[0] != "C")
    return " ".join("".join(seen).split())


def _storable(text: str) -> str:
    """What any database takes."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _files(message: Message) -> Iterator[File]:
    for part in islice(_leaves(message), _MOST_PARTS):
        # A little more than is taken tells that it is too large.
        content = (part.get_payload(decode=True) or b"")[: MOST_BYTES + 1]
        if not _is_decoration(part, content):
            yield File(_name_of(part), content)


def _leaves(part: Message, *, is_alternative: bool = False) -> Iterator[Message]:
    """What is attached; what is said in the text itself, or only another form of it, is not."""
    kind, inner = part.get_content_type(), part.get_payload()
    if part.get_content_disposition() != "attachment":
        if kind.startswith("multipart/") and isinstance(inner, list):
            for each in inner:
                yield from _leaves(each, is_alternative=kind == "multipart/alternative")
            return
        if is_alternative or kind in _UNSEEN or kind in ("text/plain", "text/html"):
            return
    if kind not in _UNSEEN:
        yield part


def _is_decoration(part: Message, content: bytes) -> bool:
    """The small pictures of a signature."""
    is_within = part.get_content_disposition() == "inline" or "Content-ID" in part
    return part.get_content_maintype() == "image" and is_within and len(content) < _SIGNATURE_IMAGE


def _name_of(part: Message) -> str:
    """Its own name, or one after its type."""
    try:
        written = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
        name = _one_line(_decoded(collapse_rfc2231_value(written or "")))
    except Exception:  # a name in a charset that does not exist
        name = ""
    if name or part.get_content_maintype() == "message":
        return name or "mail.eml"
    subtype = part.get_content_subtype()
    return f"{part.get_content_maintype()}.{_EXTENSIONS.get(subtype, subtype)}"
