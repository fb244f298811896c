"""What Celery calls: ids in, fetch, verb."""

import logging
from datetime import datetime

from crm.celery import app
from crm.mail.models import Sender
from segmentation.reminding.queueing import help_queue

logger = logging.getLogger(__name__)


@app.task(name="segmentation.queue_letters", ignore_result=True)
def queue_letters(sender_id: int, at: str) -> None:
    """Help a sweep of that instant that has very many letters to write."""
    sender = Sender.objects.select_related("team").filter(pk=sender_id, paused_at=None).first()
    if sender:
        queued = help_queue(sender, now=datetime.fromisoformat(at))
        logger.info("%s letters queued beside the sweep", queued)
