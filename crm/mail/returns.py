"""What comes back: a customer opts out, complains or answers, or his address does not exist.

The opt-out page, the mailbox and the providers' webhooks all tell it here. Each verb is one transaction: who is
not to be written to, what is withdrawn, and what the kind of mail makes of it. Told twice, it counts once.
"""

from datetime import datetime, timedelta

from django.db import transaction

from crm.mail.kinds import find_kind, tell, tell_answered, tell_opted_out
from crm.mail.models import OutgoingMail, Return, Suppression
from crm.team.models import Team

UNDO = timedelta(days=14)  # how long one may take an opt-out back oneself
What, Why = Return.What, Suppression.Why


@transaction.atomic
def opt_out(*, team: Team, hashed: str, now: datetime) -> bool:
    """No more advertising to the address with that hash; say whether that is new.

    For an opt-out told to a person. One that came by mail is `opted_out`.
    """
    return _stop(team, hashed, Why.OPTED_OUT, now)


@transaction.atomic
def opted_out(mail: OutgoingMail, *, now: datetime) -> None:
    """The one who got `mail` wants no more advertising."""
    if _stop(mail.team, mail.address_hash, Why.OPTED_OUT, now):
        tell_opted_out(mail, now=now)


def take_back(mail: OutgoingMail, *, now: datetime) -> bool:
    """He has changed his mind; False after `UNDO`. What was withdrawn stays withdrawn."""
    return Suppression.lift(team=mail.team, hashed=mail.address_hash, since=now - UNDO)


@transaction.atomic
def bounced(mail: OutgoingMail, *, now: datetime, key: str = "", detail: str = "") -> None:
    """Its address does not exist: nothing is sent there any more."""
    if _note(mail, What.BOUNCED, key, now, detail):
        _stop(mail.team, mail.address_hash, Why.BOUNCED, now)
        _hear(mail, "bounced", now)


@transaction.atomic
def complained(mail: OutgoingMail, *, now: datetime, key: str = "") -> None:
    """Its reader called it spam: nothing is sent there any more."""
    if _note(mail, What.COMPLAINED, key, now):
        _stop(mail.team, mail.address_hash, Why.COMPLAINED, now)
        _hear(mail, "complained", now)
        tell_opted_out(mail, now=now)


@transaction.atomic
def answered(mail: OutgoingMail, text: str, *, now: datetime, key: str = "") -> None:
    """Its reader wrote back."""
    if _note(mail, What.ANSWERED, key, now):
        _hear(mail, "answered", text, now)
        tell_answered(mail, now=now)


def remarked(
    mail: OutgoingMail, what: Return.What, *, now: datetime, key: str = "", detail: str = ""
) -> None:
    """A report from which nothing follows, to be read on the outbox page."""
    _note(mail, what, key, now, detail)


def _note(mail: OutgoingMail, what: Return.What, key: str, now: datetime, detail: str = "") -> bool:
    """Keep it; False if it was told already."""
    fields = {"what": what, "detail": detail[:300], "came_at": now}
    return Return.objects.get_or_create(mail=mail, key=key or what, defaults=fields)[1]


def _stop(team: Team, hashed: str, reason: Suppression.Why, now: datetime) -> bool:
    """Send nothing there any more that the reason forbids, not even what waits; say whether that is new."""
    waiting = OutgoingMail.objects.to_address(hashed, team=team)
    if reason == Why.OPTED_OUT:
        waiting = waiting.filter(is_advertising=True)
    waiting.withdraw(reason=reason, now=now)
    return Suppression.record(team=team, hashed=hashed, reason=reason, now=now)


def _hear(mail: OutgoingMail, event: str, *what: object) -> None:
    """Let the kind of the mail hear of it, if it listens."""
    listener = getattr(find_kind(mail), event, None)
    if listener:
        tell(listener, mail, *what)
