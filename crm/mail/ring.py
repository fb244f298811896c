"""The bell: tells workers that there is something in the outbox. The row is the truth; a lost ring costs a minute."""

from functools import partial

from django.conf import settings
from django.db import transaction


def ring(mail_id: int | None = None) -> None:
    """After the transaction, let a worker look at that mail, or at all that is due. Without Redis the loop looks."""
    if settings.REDIS_URL:
        transaction.on_commit(partial(_ring, mail_id), robust=True)


def _ring(mail_id: int | None) -> None:
    from crm.mail import tasks

    if mail_id is None:
        tasks.drain.delay()
    else:
        tasks.deliver.delay(mail_id)
