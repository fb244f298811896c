"""Looking through the outbox: what is due leaves, what was left lying is put right."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from crm.mail.carriers import Carriers
from crm.mail.delivery import Clock, deliver, persist
from crm.mail.models import OutgoingMail, Pulse
from crm.mail.pace import ROUND, SWEEP_EVERY

logger = logging.getLogger(__name__)

SWEEP = "sweep"

HANDFUL, PLENTY = 10, 20  # mails claimed at once, and those that are more than one worker's


def sweep(now: datetime) -> bool:
    """Put right what workers that died had in hand, and leave a sign of life. Says whether anything is due."""
    OutgoingMail.objects.let_go_expired(now=now)
    OutgoingMail.objects.doubt_expired(now=now)
    Pulse.beat(SWEEP, now=now)
    return OutgoingMail.objects.due(at=now).exists()


def drain(
    *,
    clock: Clock = timezone.now,
    length: float = ROUND,
    should_stop: Callable[[], bool] | None = None,
    on_plenty: Callable[[], None] | None = None,
) -> bool:
    """Let leave what is due, for at most `length` seconds; say whether more may be due.

    `should_stop` is asked between two mails. `on_plenty` is called once there is more than one worker's work.
    """
    until = time.monotonic() + length
    try:
        with Carriers() as carriers:
            return _drain(carriers, clock, lambda: time.monotonic() > until or _says(should_stop), on_plenty)
    except Error as error:
        logger.warning("The database does not answer (%s); mail waits.", type(error).__name__)
        connection.close()
        return False


def _drain(
    carriers: Carriers, clock: Clock, is_over: Callable[[], bool], on_plenty: Callable[[], None] | None
) -> bool:
    mails, done = OutgoingMail.objects.all(), 0
    while hand := mails.claim(now=clock(), lease=settings.MAIL_LEASE, most=HANDFUL):
        try:
            while hand:
                if is_over():
                    return True
                if not _delivered(hand.pop(0), carriers, clock):
                    mails = mails.staying_here()
                    break
                done += 1
                if done == PLENTY and on_plenty:
                    on_plenty()
        finally:
            for mail in hand:
                persist(OutgoingMail.give_back, mail)
    return False


def _delivered(mail: OutgoingMail, carriers: Carriers, clock: Clock) -> bool:
    """A fault of ours costs the one mail its time, until its lease ends, and no other."""
    try:
        return deliver(mail, carriers, clock)
    except Error:
        raise
    except Exception as error:
        logger.error("Mail %s stays in hand: %s", mail.pk, type(error).__name__)
        return True


def _says(should_stop: Callable[[], bool] | None) -> bool:
    return should_stop is not None and should_stop()


def deliver_one(mail_id: int, *, clock: Clock = timezone.now) -> None:
    """That mail before all others, if it is due."""
    with Carriers() as carriers:
        for mail in OutgoingMail.objects.filter(pk=mail_id).claim(now=clock(), lease=settings.MAIL_LEASE):
            deliver(mail, carriers, clock)


class Watch:
    """For a program that sends mail without Redis: look() every few seconds."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop
        self._swept_at: float | None = None

    def look(self) -> None:
        try:
            self._sweep_now_and_then()
            while drain(should_stop=self._should_stop) and not self._should_stop():
                self._sweep_now_and_then()
        except Error as error:
            logger.warning("The database does not answer (%s); mail waits.", type(error).__name__)
            connection.close()

    def _sweep_now_and_then(self) -> None:
        at = time.monotonic()
        if self._swept_at is None or at - self._swept_at >= SWEEP_EVERY:
            sweep(timezone.now())
            self._swept_at = at
