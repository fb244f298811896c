"""The public contact page: whether a form was sent by a person, and the ticket that comes of it.

Nobody is refused. What looks as if a machine had sent it is asked about once more, and that press counts.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from django.core import signing
from django.db import transaction
from django.http import HttpRequest

from crm.mail import public
from crm.mail.addresses import normal
from feedback.actions import open_ticket
from feedback.models import Message, ServiceRules, Ticket
from feedback.models.rules import hold
from feedback.senders import sender_of

FASTEST, OLDEST = timedelta(seconds=2), timedelta(days=1)  # of a page on which a person writes
MOST_LINKS = 2
AT_ONCE = timedelta(hours=1)  # of working time
MOST_TICKETS, WHILE = 5, timedelta(hours=1)  # of one client, and of one e-mail address
SAID = ("kind", "call_on", "call_at", "about", "message", "name", "email", "phone")
_LINK = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)
_STAMP, _SEAL = "feedback.contact.stamp", "feedback.contact.seal"


@dataclass(frozen=True)
class Stamp:
    """When a page of a team was opened; `nonce` tells it from all others."""

    team_id: int
    made_at: datetime
    nonce: str

    @classmethod
    def new(cls, rules: ServiceRules, *, now: datetime) -> Self:
        return cls(rules.team_id, now, secrets.token_urlsafe(9))

    def __str__(self) -> str:
        return signing.Signer(salt=_STAMP).sign(f"{self.team_id}.{self.made_at.timestamp()}.{self.nonce}")

    @classmethod
    def read(cls, text: str, rules: ServiceRules) -> Self | None:
        """None if it was not made here, or for another team's page."""
        try:
            team_id, rest = signing.Signer(salt=_STAMP).unsign(text).split(".", 1)
        except signing.BadSignature:
            return None
        at, nonce = rest.rsplit(".", 1)
        return (
            cls(rules.team_id, datetime.fromtimestamp(float(at), UTC), nonce)
            if int(team_id) == rules.team_id
            else None
        )


def is_doubtful(said: Mapping[str, Any], stamp: Stamp | None, *, now: datetime) -> bool:
    """Whether a machine may have sent it: from no page of ours, too fast, too late, with its field, or links."""
    if stamp is None or not FASTEST <= now - stamp.made_at <= OLDEST:
        return True
    words = " ".join(str(said[name]) for name in ("name", "about", "message"))
    return bool(said["website"]) or len(_LINK.findall(words)) > MOST_LINKS


def seal(said: Mapping[str, Any], stamp: Stamp) -> str:
    """For the page that asks once more: it is good for these words only."""
    return signing.Signer(salt=_SEAL).sign(_digest(said, stamp))


def is_sealed(text: str, said: Mapping[str, Any], stamp: Stamp | None) -> bool:
    try:
        return stamp is not None and signing.Signer(salt=_SEAL).unsign(text) == _digest(said, stamp)
    except signing.BadSignature:
        return False


def sent_before(said: Mapping[str, Any], stamp: Stamp, *, rules: ServiceRules) -> Ticket | None:
    """The ticket of the same words from the same page: a second press is no second ticket."""
    messages = Message.objects.known_by([_message_id(said, stamp)], team=rules.team)
    before = messages.select_related("ticket").first()
    return before and before.ticket


def too_often(request: HttpRequest, said: Mapping[str, Any], *, rules: ServiceRules, now: datetime) -> bool:
    """Whether so many tickets came within an hour from this client, or this e-mail address, that it has to wait."""
    same = Ticket.objects.filter(
        team=rules.team_id, from_email=normal(said["email"]), opened_at__gt=now - WHILE
    )
    if said["email"] and same.count() >= MOST_TICKETS:
        return True
    return public.too_many(
        request, f"tickets {rules.slug}", most=MOST_TICKETS, window=int(WHILE.total_seconds())
    )


@transaction.atomic
def take(
    *, rules: ServiceRules, said: Mapping[str, Any], stamp: Stamp, language: str, now: datetime
) -> Ticket:
    """Open a ticket. Whose it is, an e-mail address known here tells; the page does not say so."""
    hold(rules.team)
    if before := sent_before(said, stamp, rules=rules):
        return before
    address = normal(said["email"])
    customer, person = sender_of(address, team=rules.team)
    return open_ticket(
        team=rules.team, kind=said["kind"], channel=Ticket.Channel.PAGE, now=now, call_at=said["call"],
        promised_on=_day_of_call(rules, said, now),
        subject=said["about"] or " ".join(said["message"].split())[:100], text=said["message"],
        customer=customer, person=person, language=(customer and customer.language) or language,
        from_name=said["name"], from_email=address, from_phone=said["phone"],
        message_id=_message_id(said, stamp),
    )  # fmt: skip


def _day_of_call(rules: ServiceRules, said: Mapping[str, Any], now: datetime) -> date | None:
    """When to call who has named neither day nor time: at once, be it the next working day. That is before an answer
    is due, which is what he is told."""
    if said["kind"] != Ticket.Kind.CALLBACK or said["call"]:
        return None
    return rules.on_clock(rules.hours.due(now, min(AT_ONCE, rules.answer_time))).date()


def _message_id(said: Mapping[str, Any], stamp: Stamp) -> str:
    return f"<{_digest(said, stamp)}@page.invalid>"


def _digest(said: Mapping[str, Any], stamp: Stamp) -> str:
    words = json.dumps([stamp.nonce, *(str(said[name]) for name in SAID)])
    return hashlib.sha256(words.encode()).hexdigest()
