"""What is said in a ticket. What is said of one that became a part of another is said there."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.actions import SECOND_THOUGHTS
from crm.mail.actions import Content, Recipient, compose, queue
from crm.mail.models import OutgoingMail, Reason, Sender
from crm.team.models import User
from feedback import slips
from feedback.actions.opening import open_ticket
from feedback.actions.settling import reopen
from feedback.actions.telling import held
from feedback.actions.work import go_on
from feedback.kinds import TICKET
from feedback.models import Message, ServiceRules, Ticket
from feedback.threads import answered_by

ANSWER_KEEPS = timedelta(days=7)
REOPENS_WITHIN = timedelta(days=60)  # since it was closed; what a customer writes later is another matter
Kind = Message.Kind


@transaction.atomic
def answer(
    *,
    ticket: Ticket,
    content: Content,
    by: User,
    now: datetime,
    token: UUID,
    sender: Sender | None = None,
    to: Recipient | None = None,
    words: str = "",
) -> Message | None:
    """Answer the customer: by mail if `sender` and `to` are given, else it was said by other ways. `words` are those
    of it that were typed.

    Of the same `token` only the first is sent; None if that was taken back. An answer lets a ticket that waited go
    on, and keeps what was promised; a call only if it was none by mail.
    """
    found = held(ticket)
    if said := found.messages.filter(kind=Kind.OUT, message_id=str(token)).first():
        return said
    rules = ServiceRules.of(found.team)
    mail = _queued(found, rules, sender, to, content, by, now, token) if sender and to else None
    if mail and mail.reason == Reason.TAKEN_BACK:
        return None
    message = found.messages.create(
        kind=Kind.OUT, text=content.text, author=by, happened_at=now, mail=mail, message_id=str(token),
        words=words, kept_on=found.promised_on, kept_call_at=found.call_at,
    )  # fmt: skip
    found.note_answer(by=by, rules=rules, now=now)
    found.keep_promise(called=mail is None)
    go_on(ticket=found, by=by, now=now)
    slips.settle(found, now=now)
    return message


def _queued(
    ticket: Ticket,
    rules: ServiceRules,
    sender: Sender,
    to: Recipient,
    content: Content,
    by: User,
    now: datetime,
    token: UUID,
) -> OutgoingMail:
    return queue(
        compose(
            sender=sender, kind=TICKET, key=f"ticket:{token}", to=to, content=content, now=now,
            not_before=now + SECOND_THOUGHTS, valid_for=ANSWER_KEEPS, by=by, from_name=f"{by.name}, {sender.name}",
            reply_to=rules.email or sender.reply_to, answers=answered_by(ticket),
        )
    )  # fmt: skip


@transaction.atomic
def receive(*, ticket: Ticket, text: str, now: datetime, message_id: str = "") -> Message:
    """The customer says more. What is closed is open again, and what waited for him goes on.

    Of a ticket closed long ago it makes a new one: the message says in which ticket it stands. A mail is read once.
    """
    found = held(ticket)
    known = Message.objects.filter(kind=Kind.IN, ticket__team=found.team_id, message_id=message_id)
    if message_id and (said := known.first()):
        return said
    if found.closed_at and now - found.closed_at > REOPENS_WITHIN:
        return _follow_up(found, text, now, message_id)
    message = found.messages.create(kind=Kind.IN, text=text, happened_at=now, message_id=message_id)
    reopen(ticket=found, by=None, now=now)
    go_on(ticket=found, by=None, now=now)
    return message


def _follow_up(old: Ticket, text: str, now: datetime, message_id: str) -> Message:
    same = (
        "team",
        "customer",
        "person",
        "from_name",
        "from_email",
        "from_phone",
        "language",
        "product_group",
    )
    assignee = old.assignee if old.assignee and old.assignee.is_active and not old.customer else None
    new = open_ticket(
        kind=Ticket.Kind.QUESTION, subject=old.subject, text=text, channel=Ticket.Channel.MAIL, now=now,
        assignee=assignee, message_id=message_id, **{name: getattr(old, name) for name in same},
    )  # fmt: skip
    closed = date_format(old.closed_at.astimezone(ServiceRules.of(old.team).hours.zone), "SHORT_DATE_FORMAT")
    words = _("Follows ticket %(number)s, which was closed on %(day)s.")
    new.messages.create(kind=Kind.NOTE, text=words % {"number": old.number, "day": closed}, happened_at=now)
    return new.messages.get(kind=Kind.IN)


@transaction.atomic
def note(*, ticket: Ticket, text: str, by: User, now: datetime, token: UUID) -> Message:
    """Words for colleagues only; of the same `token` only the first are kept."""
    said = {"text": text, "author": by, "happened_at": now}
    return held(ticket).messages.get_or_create(kind=Kind.NOTE, message_id=str(token), defaults=said)[0]
