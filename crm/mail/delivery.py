"""How a mail leaves: claimed, looked at, handed over, and its end told to the database until that has taken it."""

import logging
import random
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import Error, connection, transaction

from crm.mail import quiet, returns
from crm.mail.carriers import Carrier, Carriers, NotSent, Refused, TryLater, Uncertain, Unreachable
from crm.mail.kinds import kind_of, tell
from crm.mail.models import AdvertisingTurn, OutgoingMail, State, Suppression
from crm.mail.models.outgoing import Reason

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
MOST_ATTEMPTS = len(BACK_OFF) + 1
SERVER_AWAY = timedelta(minutes=1)
SPREAD = 0.2  # of each pause, so that what failed together does not come again together
PERSISTENCE, LONGEST_NAP = 600.0, 5.0  # seconds for which a worker tries to tell what it knows


@dataclass(frozen=True)
class Hold:
    """Why a mail does not leave now, and until when; without `until`, for good."""

    reason: str
    until: datetime | None = None


def deliver(mail: OutgoingMail, carriers: Carriers, clock: Clock) -> bool:
    """Bring one claimed mail as far as it goes. False when the mail server takes no mail at all."""
    try:
        carrier = _ready(mail, carriers, clock)
    except NotSent as failure:
        return _keep_failure(mail, failure, clock)
    except Error:
        persist(OutgoingMail.give_back, mail)
        raise
    except Exception as error:  # of ours, or of the kind's: it shall not keep other mail from leaving
        logger.error("Mail %s could not be made ready: %s", mail.pk, type(error).__name__)
        return _keep_failure(mail, TryLater(type(error).__name__), clock)
    return carrier is None or _hand_over(mail, carrier, clock)


def _ready(mail: OutgoingMail, carriers: Carriers, clock: Clock) -> Carrier | None:
    """All up to the point of no return, which is committed; None when it does not leave now."""
    now = clock()
    if hold := _not_now(mail, now=now):
        _stop(mail, hold, now=now)
        return None
    carrier = carriers.of(mail)
    carrier.take(mail)
    now = clock()
    if _announce(mail, now=now):
        return carrier
    carrier.drop()
    persist(partial(_withhold, now=now), mail)
    return None


def _hand_over(mail: OutgoingMail, carrier: Carrier, clock: Clock) -> bool:
    try:
        answer = carrier.hand_over()
    except NotSent as failure:
        return _keep_failure(mail, failure, clock)
    except Exception as doubt:
        detail = str(doubt) if isinstance(doubt, Uncertain) else type(doubt).__name__
        persist(partial(OutgoingMail.may_have_left, now=clock(), detail=detail), mail)
        return True
    persist(partial(_has_left, answer=answer, now=clock()), mail)
    return True


def _keep_failure(mail: OutgoingMail, failure: NotSent, clock: Clock) -> bool:
    persist(partial(_has_not_left, failure=failure, now=clock()), mail)
    return not isinstance(failure, Unreachable)


def why_hold(mail: OutgoingMail, *, now: datetime) -> Hold | None:
    """The first reason why it may not leave at that instant, whosever turn it is; None if there is none."""
    forbidden = Suppression.objects.forbidding(mail).values_list("reason", flat=True)
    if hold := _not_now(mail, now=now):
        return hold
    if reason := forbidden.first() or _why_not(mail, now):
        return Hold(reason)
    return None


def _not_now(mail: OutgoingMail, *, now: datetime) -> Hold | None:
    """What the clock has against it."""
    if mail.valid_until < now:
        return Hold(Reason.TOO_LATE)
    if kind_of(mail).is_automatic or mail.is_advertising:
        opens = quiet.open_from(now, country=mail.country, team=mail.team)
        if opens > now:
            return Hold(Reason.QUIET, opens)
    return None


def _why_not(mail: OutgoingMail, now: datetime) -> str:
    kind = kind_of(mail)
    return kind.why_not(mail, now) if kind.why_not else ""


def _others_turn(mail: OutgoingMail, *, now: datetime) -> Hold | None:
    free_from = AdvertisingTurn.free_from(mail) if mail.is_advertising else None
    return Hold(Reason.TURN, free_from) if free_from and free_from > now else None


def _stop(mail: OutgoingMail, hold: Hold, *, now: datetime) -> None:
    if hold.until is None:
        mail.hold_back(reason=hold.reason, now=now)
    elif hold.until > mail.valid_until:
        mail.hold_back(reason=Reason.TOO_LATE, now=now)
    else:
        mail.put_off(until=hold.until, reason=hold.reason)


@transaction.atomic
def _announce(mail: OutgoingMail, *, now: datetime) -> bool:
    """Ask for all that may have changed, take the turn and commit that the hand-over begins. False if it must not."""
    is_free = not (_not_now(mail, now=now) or _why_not(mail, now))
    has_turn = is_free and (not mail.is_advertising or AdvertisingTurn.take(mail, now=now))
    if has_turn and mail.hand_off(now=now, lease=settings.MAIL_HANDOFF_LEASE):
        return True
    transaction.set_rollback(True)
    return False


@transaction.atomic
def _withhold(mail: OutgoingMail, *, now: datetime) -> None:
    """Keep the reason why it could not be announced. Without one it is given back, where it is still ours: its team
    pauses, or sends another way now."""
    if hold := why_hold(mail, now=now) or _others_turn(mail, now=now):
        _stop(mail, hold, now=now)
    else:
        mail.give_back()


@transaction.atomic
def _has_left(mail: OutgoingMail, *, answer: tuple[str, str], now: datetime) -> None:
    detail, provider_id = answer
    listener = kind_of(mail).sent
    if mail.has_left(now=now, detail=detail, provider_id=provider_id) and listener:
        tell(listener, mail, now)


@transaction.atomic
def _has_not_left(mail: OutgoingMail, *, failure: NotSent, now: datetime) -> None:
    was_announced = mail.state == State.HANDOFF
    keep = _refuse if isinstance(failure, Refused) else _put_aside
    if keep(mail, failure, now) and was_announced:
        AdvertisingTurn.give_back(mail)


def _refuse(mail: OutgoingMail, failure: Refused, now: datetime) -> bool:
    reason = Reason.BOUNCED if failure.no_such_address else Reason.REFUSED
    is_kept = mail.fail(reason=reason, detail=failure.detail, now=now)
    if is_kept and failure.no_such_address:
        returns.bounced(mail, now=now, detail=failure.detail)
    return is_kept


def _put_aside(mail: OutgoingMail, failure: NotSent, now: datetime) -> bool:
    is_away = isinstance(failure, Unreachable)
    if not is_away and mail.attempts + 1 >= MOST_ATTEMPTS:
        return mail.fail(reason=Reason.UNREACHABLE, detail=failure.detail, now=now)
    pause = SERVER_AWAY if is_away else BACK_OFF[mail.attempts]
    at = now + pause * random.uniform(1 - SPREAD, 1 + SPREAD)
    return mail.try_again(at=at, reason=Reason.UNREACHABLE, detail=failure.detail, counts=not is_away)


def persist(step: Callable[[OutgoingMail], object], mail: OutgoingMail) -> None:
    """Do it until the database has taken it, through its restarts. In somebody's transaction, once."""
    until, nap = time.monotonic() + PERSISTENCE, 0.1
    while True:
        try:
            step(copy(mail))  # whose fields may be those of a transaction that was lost
            return
        except Error as error:
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            logger.warning("The database does not answer (%s); what is known waits.", type(error).__name__)
        connection.close()
        time.sleep(nap)
        nap = min(2 * nap, LONGEST_NAP)
