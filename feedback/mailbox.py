"""The mailbox of which every mail becomes a ticket, or joins one, read by IMAP.

Messages stay where they are. What is known here from now on is marked as read; what is not (answers of machines, mail
to nobody here) stays unread for people. All get the keyword by which they are not looked at again.
"""

import imaplib
import logging
import time
from collections import Counter
from datetime import UTC, datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError
from imap_tools import BaseMailBox, MailMessageFlags

from crm.mail.mailbox import MOST_BYTES, asked, fetch, is_same, keyword_of, mark, opened, unread
from crm.mail.models import Pulse
from feedback import attachments
from feedback.letter import bounded, read
from feedback.taking import Fate, take

logger = logging.getLogger(__name__)

LARGEST = 25 * 1024 * 1024  # bytes; of a larger message its beginning is read


def collect(now: datetime) -> str:
    """Read what has come since the last time. Does nothing where no mailbox is set."""
    url = settings.TICKET_IMAP_URL
    if not url:
        return ""
    with opened(url) as box:
        looked_at = keyword_of(box)
        fates = Counter(_take(box, uid, looked_at, now) for uid in unread(box))
    Pulse.beat("ticket_mailbox", now=now)
    if is_same(url, settings.BOUNCE_IMAP_URL):
        Pulse.beat("mailbox", now=now)
    return ", ".join(f"{fates[fate]} {fate}" for fate in Fate if fates[fate])


def _take(box: BaseMailBox, uid: str, looked_at: str, now: datetime) -> Fate:
    """Take in one message, then mark it: cut in between, it is read again, and counts once."""
    size, arrived_at = _measured(box, uid)
    sent = fetch(box, uid, most=LARGEST if size <= LARGEST else MOST_BYTES)
    raw = bounded(sent)
    is_whole = size <= LARGEST and len(raw) == len(sent)
    fate = _fate(raw, uid, is_whole=is_whole, arrived_at=arrived_at or now, now=now)
    mark(box, uid, *{looked_at, MailMessageFlags.SEEN} if fate.is_kept else (looked_at,))
    return fate


def _measured(box: BaseMailBox, uid: str) -> tuple[int, datetime | None]:
    """Its size in bytes, and when the server got it."""
    said = b" ".join(
        b"".join(line) if isinstance(line, tuple) else line or b""
        for line in asked(box, uid, "(RFC822.SIZE INTERNALDATE)")
    )
    size = said.partition(b"RFC822.SIZE ")[2].split(b" ")[0].rstrip(b")")
    arrived = imaplib.Internaldate2tuple(said)
    return int(size), arrived and datetime.fromtimestamp(time.mktime(arrived), UTC)


def _fate(raw: bytes, uid: str, *, is_whole: bool, arrived_at: datetime, now: datetime) -> Fate:
    """One message that cannot be read or kept does not keep others from being read."""
    try:
        found = read(raw)
        with attachments.whole():
            return take(found, is_whole=is_whole, arrived_at=arrived_at, now=now)
    except (OperationalError, InterfaceError, OSError):
        raise  # the database or the disk is away, which is not the message's fault: it is read again
    except Exception as error:  # the parser meets whatever anybody has sent
        logger.error("Message %s in the ticket mailbox cannot be taken in: %s", uid, type(error).__name__)
        return Fate.UNREADABLE
