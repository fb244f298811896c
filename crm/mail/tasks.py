"""What Celery calls: ids in, fetch, verb."""

from django.utils import timezone

from crm.celery import app
from crm.mail import ring, rounds


@app.task(name="mail.deliver")
def deliver(mail_id: int) -> None:
    rounds.deliver_one(mail_id)


@app.task(name="mail.drain")
def drain() -> None:
    ring.was_heard()
    if rounds.drain(on_plenty=ring.ring_now):
        ring.ring_now()


@app.task(name="mail.sweep")
def sweep() -> None:
    if rounds.sweep(timezone.now()):
        ring.ring_now()
