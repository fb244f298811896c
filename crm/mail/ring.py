"""The bell: tells workers that there is something in the outbox. The row is the truth; a lost ring costs 20 seconds.

Of drains, one waits in the queue at most; of single mails, BACKLOG do: so the queue does not grow while nobody works.
"""

import logging
from collections.abc import Callable
from functools import cache as once
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger(__name__)

WAITS, FORGOTTEN = "mail.drain.waits", 30  # seconds after which a drain that nobody heard is rung again
BACKLOG, PATIENCE = 100, 2  # tasks, seconds


def ring(mail_id: int | None = None) -> None:
    """After the transaction, let a worker look at that mail, or at all that is due. Without Redis the loop looks."""
    if settings.REDIS_URL:
        transaction.on_commit(partial(ring_now, mail_id), robust=True)


def ring_now(mail_id: int | None = None) -> None:
    if_redis_answers(_ring_for_all if mail_id is None else partial(_ring_for, mail_id))


def was_heard() -> None:
    """A drain has begun: what comes from now on may ring again."""
    if_redis_answers(partial(cache.delete, WAITS))


def _ring_for_all() -> None:
    from crm.mail import tasks

    if cache.add(WAITS, True, FORGOTTEN):
        tasks.drain.delay()


def _ring_for(mail_id: int) -> None:
    from crm.mail import tasks

    if _queue().llen(settings.CELERY_TASK_DEFAULT_QUEUE) < BACKLOG:
        tasks.deliver.delay(mail_id)
    else:
        _ring_for_all()


@once
def _queue() -> "Redis":
    from redis import Redis

    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)


def if_redis_answers(step: Callable[[], object]) -> None:
    """Do it; where Redis is away, that is only noted."""
    # Here, for they slow a start, also where there is no Redis.
    from kombu.exceptions import OperationalError
    from redis import RedisError

    try:
        step()
    except (OperationalError, RedisError) as error:
        logger.warning("Redis does not answer (%s); mail leaves with the next sweep.", type(error).__name__)
