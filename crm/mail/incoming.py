"""What a message that came in says of a mail of ours: that it failed (RFC 3464), that it was called spam (RFC 5965),
or an answer in a customer's own words.

Whoever likes can write to a mailbox. So nothing in here trusts the message: it may be cut off, broken, in a
charset that does not exist, or made up. Only the Message-ID of one of our mails, which is random and known to its
reader alone, lets it count.
"""

import codecs
import hashlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from html.parser import HTMLParser

from crm.mail.addresses import normal
from crm.mail.models import Return

What = Return.What

MOST_IDS, MOST_LETTERS, _LONGEST_HEADLINE = 50, 5000, 400
MOST_TEXT = 256 * 1024  # bytes of a part
# All others say nothing of the address: a bad sender, a full box, a loop, too long a wait, the letter itself, a policy.
_NO_ADDRESS = {"5.0.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}
_OF_NAMES = {"punycode", "idna"}  # of domains; a long text in them takes minutes
_SPAM = {"abuse", "fraud", "virus", "other"}
_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{3,200}>")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
# Below such a line stands the letter that is answered.
_BEGIN_OF_OLD = re.compile(
    r"(-{2,} ?(original message|ursprüngliche nachricht|forwarded message)|_{10,}\s*$|(from|von|sent|gesendet): \S)",
    re.IGNORECASE,
)
_HEADLINE = re.compile(r"\b(wrote|schrieb|написал|დაწერა)\b.*:\s*$|^(on|am) .*\d{4}.*:\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Incoming:
    """`about` are Message-IDs it may be about, the most certain first; `key` is the message's own. `sender` is the
    address that it gives itself, "" where that does not matter.
    """

    what: Return.What
    about: list[str]
    key: str
    detail: str = ""
    text: str = ""
    sender: str = ""


def read(raw: bytes) -> Incoming | None:
    """None if it is neither a report nor an answer of a person. Broken messages may raise anything."""
    message = parse(raw)
    if is_report(message):
        return report_in(message, raw)
    if is_automatic(message):
        return None
    _name, sender = parseaddr(header(message, "From"))
    text = without_old(text_of(message))
    return Incoming(
        What.ANSWERED, answered_ids(message), key_of(message, raw), text=text, sender=normal(sender)
    )


def parse(raw: bytes) -> Message:
    return message_from_bytes(raw.replace(b"\0", b""))


def key_of(message: Message, raw: bytes) -> str:
    """By which it is known when it is read again."""
    return hashlib.sha256(header(message, "Message-ID").encode() or raw).hexdigest()


def is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report"


def status_in(text: str) -> str:
    """The first status code of RFC 3463 in it, as "5.1.1"; "" if there is none."""
    found = _STATUS.search(text)
    return found.group() if found else ""


def means_no_address(status: str) -> bool:
    """Whether a mail can never arrive there."""
    return status in _NO_ADDRESS


def report_in(message: Message, raw: bytes) -> Incoming | None:
    """None if it says neither that a mail failed nor that it was called spam."""
    key = key_of(message, raw)
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    about = [*_ids(header(_returned(parts), "Message-ID")), *answered_ids(message)]
    for part in parts:
        match part.get_content_type():
            case "message/delivery-status" | "message/global-delivery-status":
                return _delivery(part, about, key)
            case "message/feedback-report":
                return _feedback(part, about, key)
    return None


def _delivery(part: Message, about: list[str], key: str) -> Incoming | None:
    """What became of it at the first recipient: our mails have one."""
    for block in _blocks(part):
        action = header(block, "Action").strip().lower()
        if action not in ("failed", "delayed"):
            continue
        detail = " ".join(header(block, "Diagnostic-Code").partition(";")[2].split())
        status = status_in(header(block, "Status"))
        is_hard = action == "failed" and means_no_address(status)
        what = What.BOUNCED if is_hard else What.REFUSED if action == "failed" else What.DELAYED
        return Incoming(what, about, key, detail=detail or status)
    return None


def _feedback(part: Message, about: list[str], key: str) -> Incoming | None:
    kinds = {header(block, "Feedback-Type").strip().lower() for block in _blocks(part)}
    return Incoming(What.COMPLAINED, about, key) if kinds & _SPAM else None


def _blocks(part: Message) -> list[Message]:
    """Groups of fields; the parser has split some types into messages already, others it leaves as text."""
    inner = part.get_payload()
    if isinstance(inner, list):
        # In a type it does not know, the parser takes the first group for a header and the others for its text.
        rest = [text for block in inner if isinstance(text := block.get_payload(), str)]
        return [*inner, *(message_from_bytes(_bytes(text)) for text in rest)]
    return [message_from_bytes(_bytes(group)) for group in re.split(r"\r?\n\r?\n", inner)]


def _returned(parts: list[Message]) -> Message:
    """The head of the mail that is reported on."""
    for part in parts:
        if part.get_content_type() in ("message/rfc822", "message/global", "message/rfc822-headers"):
            inner = part.get_payload()
            return inner[0] if isinstance(inner, list) and inner else message_from_bytes(_bytes(inner))
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            return message_from_bytes(part.get_payload(decode=True) or b"")
    return Message()


def answered_ids(message: Message) -> list[str]:
    """Of the mail that is answered, then of those before it, the latest first."""
    before = _ids(header(message, "References"))[::-1]
    return [*_ids(header(message, "In-Reply-To")), *before][:MOST_IDS]


def is_automatic(message: Message) -> bool:
    """Whether it says itself that no person has written it."""
    submitted = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = header(message, "Precedence").strip().lower()
    return (
        submitted not in ("", "no")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or header(message, "Return-Path").strip() == "<>"
        or any(name in message for name in ("X-Autoreply", "X-Autorespond"))
    )


def header(message: Message, name: str) -> str:
    return str(message.get(name, ""))


def _ids(text: str) -> list[str]:
    return _ID.findall(text)[:MOST_IDS]


def _bytes(text: object) -> bytes:
    return str(text).encode(errors="replace")


def text_of(message: Message) -> str:
    """What stands in it, its attachments left out: of alternatives the plain text, else what the HTML says."""
    if message.get_content_disposition() == "attachment" or message.get_content_maintype() == "message":
        return ""
    inner = message.get_payload()
    if not isinstance(inner, list):
        return _said(message)
    if message.get_content_type() == "multipart/alternative":
        plain_first = sorted(inner, key=lambda part: part.get_content_type() != "text/plain")
        return next(filter(str.strip, map(text_of, plain_first)), "")
    return "\n\n".join(filter(str.strip, map(text_of, inner)))


def _said(leaf: Message) -> str:
    match leaf.get_content_type():
        case "text/plain":
            return decoded(leaf)
        case "text/html":
            return _Words.of(decoded(leaf))
    return ""


def decoded(part: Message) -> str:
    """The text of a leaf, in whatever charset it is."""
    data = (part.get_payload(decode=True) or b"")[:MOST_TEXT]
    return readable(data, part.get_content_charset() or "utf-8").replace("\0", "")


def readable(data: bytes, charset: str) -> str:
    """As text in that charset; where it is none, or not the right one, in those that are used most."""
    for known in (charset, "utf-8", "cp1252"):
        try:
            if codecs.lookup(known).name not in _OF_NAMES:
                return data.decode(known)
        except (LookupError, ValueError):  # unknown, not a charset at all, or not the right one
            continue
    return data.decode("utf-8", errors="replace")


def without_old(text: str, *, most: int = MOST_LETTERS) -> str:
    """An answer without the letter that it quotes, cut to `most` letters; the whole, if nothing else is in it."""
    own: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if _BEGIN_OF_OLD.match(line.strip()):
            break
        if line.lstrip().startswith(">"):
            _drop_headline(own)
        else:
            own.append(line.rstrip())
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(own)).strip()
    return (said or text.strip())[:most]


def _drop_headline(lines: list[str]) -> None:
    """Take away "On Tuesday … wrote:", which may go over two lines, from the end."""
    while lines and not lines[-1]:
        lines.pop()
    for length in (1, 2):
        headline = " ".join(lines[-length:])
        if len(headline) < _LONGEST_HEADLINE and headline.endswith(":") and _HEADLINE.search(headline):
            del lines[-length:]
            return


class _Words(HTMLParser):
    """The text of a page, without what it quotes."""

    LEFT_OUT, BREAKS = {"style", "script", "head", "title", "blockquote"}, {"br", "p", "div", "tr", "li"}

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.depth = 0

    @classmethod
    def of(cls, html: str) -> str:
        parser = cls()
        parser.feed(html)
        lines = (" ".join(line.split()) for line in "".join(parser.words).split("\n"))
        return "\n".join(lines)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.depth += tag in self.LEFT_OUT
        if tag in self.BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in self.LEFT_OUT and self.depth > 0

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.words.append(data.replace("\n", " "))
