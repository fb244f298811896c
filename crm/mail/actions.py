"""Putting mail into the outbox. It leaves by itself; see delivery.py."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from operator import attrgetter

from django.db import transaction
from django.db.models import Q
from django.db.models.base import ModelState

from crm.mail.addresses import address_hash, normal
from crm.mail.bulk import insert_rows
from crm.mail.folder import remove_files
from crm.mail.kinds import Kind, find_kind, tell
from crm.mail.letterhead import Letterhead, opening_of
from crm.mail.models import AdvertisingTurn, OutgoingMail, Sender, Suppression
from crm.mail.models.outgoing import Reason, new_public_id
from crm.mail.ring import ring
from crm.mail.thread import message_ids
from crm.team.models import Team, User

BATCH = 1000


@dataclass(frozen=True)
class Recipient:
    """`id` is the customer's, `country` his ISO code or "" where it is the team's, `basis` the legal one in words."""

    name: str
    email: str
    language: str
    country: str = ""
    id: int | None = None
    basis: str = ""


@dataclass(frozen=True)
class Content:
    """What is said: one line, plain text, and the same as HTML that stands between our head and foot."""

    subject: str
    text: str
    html: str


def compose(
    *,
    sender: Sender,
    kind: Kind,
    key: str,
    to: Recipient,
    content: Content,
    now: datetime,
    valid_for: timedelta,
    advertising: bool = False,
    by: User | None = None,
    from_name: str = "",
    reply_to: str = "",
    answers: Iterable[str] = (),
    not_before: datetime | None = None,
) -> OutgoingMail:
    """A mail, not yet saved, whole as the customer will see it. `key` names its occasion.

    Advertising needs a legal basis: ValueError without one. Lines of the subject are joined: it becomes a header.
    `answers` are Message-IDs, the last one of the mail that is answered; what is none is left out.
    """
    if advertising and not to.basis:
        raise ValueError("Advertising needs a legal basis.")
    public_id = new_public_id()
    start, subject = not_before or now, _one_line(content.subject)
    head = Letterhead(sender, language=to.language, public_id=public_id, advertising=advertising)
    return _mail(
        team_id=sender.team_id,
        kind=kind.name,
        idempotency_key=key,
        public_id=public_id,
        recipient_id=to.id,
        by_id=by and by.pk,
        to_name=_one_line(to.name),
        to_email=normal(to.email),
        address_hash=address_hash(to.email),
        country=to.country,
        language=to.language,
        from_name=_one_line(from_name or sender.name),
        from_email=sender.email,
        reply_to=reply_to or sender.reply_to,
        subject=subject[:200],
        text=head.text(content.text),
        html=head.html(content.html, subject=subject, opening=opening_of(content.text)),
        is_advertising=advertising,
        basis=to.basis[:300] if advertising else "",
        message_id=f"<{public_id}@{sender.domain}>",
        answers=" ".join(message_ids(" ".join(answers))),
        dated_at=start,
        queued_at=now,
        not_before=start,
        valid_until=start + valid_for,
    )


_DEFAULTS = {
    field.attname: field.get_default()
    for field in OutgoingMail._meta.concrete_fields
    if field.name != "public_id"
}
_NAMES = [field.attname for field in OutgoingMail._meta.concrete_fields]  # the id first
_row = attrgetter(*_NAMES[1:])


def _mail(**fields: object) -> OutgoingMail:
    # Without its __init__, which takes ten times as long: a night's reminders are many.
    mail = OutgoingMail.__new__(OutgoingMail)
    vars(mail).update(_DEFAULTS, _state=ModelState(), **fields)
    return mail


def _one_line(text: str) -> str:
    return " ".join(text.split())


@transaction.atomic
def queue(mail: OutgoingMail) -> OutgoingMail:
    """Put a composed mail into the outbox, in the caller's transaction; of the same occasion only the first stays."""
    kept, is_new = OutgoingMail.objects.get_or_create(
        idempotency_key=mail.idempotency_key,
        defaults={
            field.attname: getattr(mail, field.attname)
            for field in OutgoingMail._meta.concrete_fields
            if not field.primary_key and field.name != "idempotency_key"
        },
    )
    if is_new:
        ring(kept.pk)
    return kept


@transaction.atomic
def queue_many(mails: Iterable[OutgoingMail]) -> None:
    """The same for any number, a batch at a time. Those whose occasion was told already are left out."""
    left = iter(mails)
    while batch := {mail.idempotency_key: mail for mail in islice(left, BATCH)}:
        queue_written({key: partial(_itself, mail) for key, mail in batch.items()})


def _itself(mail: OutgoingMail) -> OutgoingMail:
    return mail


@transaction.atomic
def queue_written(drafts: Mapping[str, Callable[[], OutgoingMail]]) -> dict[str, int]:
    """The same for some thousand, each written when its turn comes: without asking the database, which stores those
    before it meanwhile. By the keys of their occasions; returns the ids of all, also of those told already."""
    mails = OutgoingMail.objects.filter(idempotency_key__in=drafts)
    told = set(mails.values_list("idempotency_key", flat=True))
    new = (write() for key, write in drafts.items() if key not in told)
    insert_rows(OutgoingMail, _NAMES[1:], map(_row, new))
    ring()
    return dict(mails.values_list("idempotency_key", "pk"))


@transaction.atomic
def send_again(mail: OutgoingMail, *, by: User, now: datetime) -> bool:
    """One that failed, or of which nobody knows. False if somebody decided it before."""
    is_queued = mail.resend(by=by, now=now)
    if is_queued:
        ring(mail.pk)
    return is_queued


@transaction.atomic
def put_back(mail: OutgoingMail, *, now: datetime) -> bool:
    """One that a colleague took out. False if it is not so any longer, or too late."""
    is_back = bool(OutgoingMail.objects.filter(pk=mail.pk).put_back(reason=Reason.WITHDRAWN, now=now))
    if is_back:
        ring(mail.pk)
    return is_back


@transaction.atomic
def confirm(mail: OutgoingMail, *, by: User, now: datetime) -> bool:
    """Somebody knows that it arrived: its kind hears of it. False if somebody decided it before."""
    was_sent = mail.mark_delivered(by=by, now=now)
    kind = find_kind(mail)
    if was_sent and kind and kind.sent:
        tell(kind.sent, mail, now)
    return was_sent


@transaction.atomic
def forget(*, team: Team, recipient_id: int, hashes: Collection[str]) -> None:
    """Delete all mail of a recipient, whatever becomes of it, and what is known of addresses that are his alone.

    Only objections stay, as hashes. A worker who has one of the mails in hand finds that it is no longer his.
    """
    nobodys = Q(recipient_id__isnull=True, address_hash__in=hashes)
    mails = OutgoingMail.objects.filter(Q(recipient_id=recipient_id) | nobodys, team=team)
    names = list(mails.values_list("public_id", flat=True))
    mails.delete()
    AdvertisingTurn.objects.filter(team=team, address_hash__in=hashes).delete()
    Suppression.objects.filter(team=team, address_hash__in=hashes).not_objections().delete()
    transaction.on_commit(partial(remove_files, names))
