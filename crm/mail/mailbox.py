"""The mailbox to which failed mail comes back, read by IMAP: what concerns a mail of ours is told to returns.py.

Messages stay where they are. Reports on our mails are marked as read; what people wrote stays unread for people,
and gets a keyword by which it is not looked at again.
"""

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, Error, transaction
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags

from crm.mail import returns
from crm.mail.addresses import normal
from crm.mail.incoming import Incoming, read
from crm.mail.models import OutgoingMail, Pulse, Return
from crm.team.models import Team, User

What = Return.What
logger = logging.getLogger(__name__)

MOST_MESSAGES, MOST_BYTES, PATIENCE = 200, 256 * 1024, 10  # at a time, of each, seconds
KEYWORD = "Ringbinder"
_PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}


def collect(now: datetime) -> str:
    """Read what has come since the last time. Does nothing where no mailbox is set, or another job reads it."""
    if not settings.BOUNCE_IMAP_URL or is_same(settings.BOUNCE_IMAP_URL, settings.TICKET_IMAP_URL):
        return ""
    with opened(settings.BOUNCE_IMAP_URL) as box:
        looked_at = keyword_of(box)
        uids = unread(box)
        told = sum(_take(box, uid, looked_at, now) for uid in uids)
    Pulse.beat("mailbox", now=now)
    return f"{len(uids)} read, {told} about our mail" if uids else ""


@dataclass(frozen=True)
class Place:
    """Where a mailbox lies, as an address says it: imaps://user:password@host:port/folder."""

    kind: str
    host: str
    port: int
    user: str
    folder: str

    @classmethod
    def of(cls, url: str) -> Self:
        """ImproperlyConfigured if it is no such address; what is said does not repeat it."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ImproperlyConfigured("A mailbox is imaps://user:password@host:port/folder.")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        port = parts.port or _PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname, port, unquote(parts.username or ""), folder)


def is_same(url: str, other: str) -> bool:
    """Whether both lead to one folder of one person."""
    if not (url and other):
        return False
    one, two = Place.of(url), Place.of(other)
    return (one.host, one.user, one.folder) == (two.host, two.user, two.folder)


@contextmanager
def opened(url: str) -> Iterator[BaseMailBox]:
    """Logged in, in the folder that the path names (INBOX). Certificates are checked."""
    place = Place.of(url)
    kinds: dict[str, Callable[..., BaseMailBox]] = {
        "imaps": MailBox, "imap+tls": MailBoxStartTls, "imap": MailBoxUnencrypted
    }  # fmt: skip
    options = {} if place.kind == "imap" else {"ssl_context": ssl.create_default_context()}
    box = kinds[place.kind](place.host, place.port, timeout=PATIENCE, **options)
    try:
        yield box.login(place.user, unquote(urlsplit(url).password or ""), place.folder)
    finally:
        _leave(box)


def _leave(box: BaseMailBox) -> None:
    try:
        box.client.logout()
    except (box.client.error, OSError):  # the connection is broken; why, has been said
        with suppress(OSError):
            box.client.shutdown()


def unread(box: BaseMailBox) -> list[str]:
    """What neither a person has read nor we have looked at, the oldest first, as much as is read at a time."""
    return box.uids(f"UNSEEN UNKEYWORD {KEYWORD}", charset=None)[:MOST_MESSAGES]


def keyword_of(box: BaseMailBox) -> str:
    """What marks a message as looked at: a keyword, or "seen" on a server that remembers no keywords."""
    _name, flags = box.client.response("PERMANENTFLAGS")
    return KEYWORD if any(rb"\*" in each for each in flags if each) else MailMessageFlags.SEEN


def _take(box: BaseMailBox, uid: str, looked_at: str, now: datetime) -> bool:
    """Tell what one message says, then mark it: cut in between, it is read again, and counts once."""
    incoming = _read(fetch(box, uid), uid)
    is_told = incoming is not None and _told(incoming, uid, now)
    is_report = is_told and incoming.what != What.ANSWERED
    mark(box, uid, MailMessageFlags.SEEN if is_report else looked_at)
    return is_told


def mark(box: BaseMailBox, uid: str, *flags: str) -> None:
    # Not the library's flag(): it also expunges, which would delete what people have marked in their programs.
    box.client.uid("STORE", uid, "+FLAGS.SILENT", f"({' '.join(flags)})")


def fetch(box: BaseMailBox, uid: str, *, most: int = MOST_BYTES) -> bytes:
    """Its first bytes: what a report or an answer says stands in front of what is attached."""
    answer = asked(box, uid, f"(BODY.PEEK[]<0.{most}>)")
    return b"".join(part[1] for part in answer if isinstance(part, tuple))


def asked(box: BaseMailBox, uid: str, what: str) -> list:
    """What the server says of a message, as imaplib gives it."""
    status, answer = box.client.uid("FETCH", uid, what)
    if status != "OK":
        raise box.client.error(status)
    return answer


def _read(raw: bytes, uid: str) -> Incoming | None:
    try:
        return read(raw)
    except Exception as error:  # the parser meets whatever anybody has sent
        logger.warning("Message %s in the mailbox cannot be read: %s", uid, type(error).__name__)
        return None


def _told(incoming: Incoming, uid: str, now: datetime) -> bool:
    """Whether it was about a mail of ours. One message that cannot be told does not keep others from being read."""
    try:
        with transaction.atomic():
            return tell(incoming, now)
    except Exception as error:
        if isinstance(error, Error) and not isinstance(error, DataError):
            raise  # the database is away, which is not the message's fault: it is read again
        logger.error("What message %s in the mailbox says cannot be kept: %s", uid, type(error).__name__)
        return False


def tell(incoming: Incoming, now: datetime) -> bool:
    """Let returns.py know what it says of a mail of ours; False if it is about none."""
    mail = mail_of(incoming.about)
    return mail is not None and _tell(mail, incoming, now)


def mail_of(message_ids: list[str]) -> OutgoingMail | None:
    """The first of them that is a mail of ours, under our Message-ID or that of the provider."""
    names = {
        name: id_ for id_ in message_ids for name in (id_, id_.strip("<>"), id_.strip("<>").split("@")[0])
    }
    names.pop("", None)  # of "<@…>": mails that left without a provider have no name of his
    mails = OutgoingMail.objects.select_related("team")
    found = {mail.message_id: mail for mail in mails.filter(message_id__in=message_ids)}
    if not found:
        found = {names[mail.provider_id]: mail for mail in mails.filter(provider_id__in=names)}
    return next((found[id_] for id_ in message_ids if id_ in found), None)


def _tell(mail: OutgoingMail, incoming: Incoming, now: datetime) -> bool:
    """False if it is nothing from outside: a colleague who goes on writing names the same mail."""
    key, detail = incoming.key, incoming.detail
    match incoming.what:
        case What.BOUNCED:
            returns.bounced(mail, now=now, key=key, detail=detail)
        case What.COMPLAINED:
            returns.complained(mail, now=now, key=key)
        case What.ANSWERED:
            if is_ours(incoming.sender, mail.team, mail.from_email, mail.reply_to):
                return False
            returns.answered(mail, incoming.text, now=now, key=key)
        case what:
            returns.remarked(mail, what, now=now, key=key, detail=detail)
    return True


def is_ours(address: str, team: Team, *written_from: str) -> bool:
    """Whether it is one of these addresses, or a colleague's; not if nobody can read from whom it is."""
    if not address:
        return False
    return (
        address in map(normal, written_from) or User.objects.filter(team=team, email__iexact=address).exists()
    )
