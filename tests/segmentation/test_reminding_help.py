"""Very many letters are written by two workers at once."""

from threading import Thread

import pytest
from django.db import connection

from crm.celery import app
from crm.mail import ring
from crm.mail.models import OutgoingMail
from segmentation import tasks
from segmentation.models import Reminder, ReminderLetter
from segmentation.reminding import queueing
from segmentation.reminding.queueing import help_queue, queue_due
from tests.factories import NOW, make_lead
from tests.segmentation.reminders import make_due, make_reminder, make_series

NUMBER = 25


def make_reminders(lead, number=NUMBER):
    series = make_series(lead)
    for _ in range(number):
        make_reminder(make_due(lead), series)
    return lead.team.sender


def assert_each_has_one_letter():
    assert OutgoingMail.objects.count() == ReminderLetter.objects.count() == NUMBER
    assert ReminderLetter.objects.values("reminder").distinct().count() == NUMBER
    assert set(Reminder.objects.values_list("steps_done", flat=True)) == {1}


@pytest.fixture
def two_a_batch(monkeypatch):
    monkeypatch.setattr(queueing, "BATCH", 2)


@pytest.mark.django_db
@pytest.mark.usefixtures("two_a_batch")
def test_a_helper_leaves_nothing_to_do(lead, monkeypatch):
    sender, helped = make_reminders(lead), []
    monkeypatch.setattr(
        queueing, "call_for_help", lambda sender, now: helped.append(help_queue(sender, now=now))
    )
    assert queue_due(sender, now=NOW) == 2
    assert helped == [NUMBER - 2]
    assert_each_has_one_letter()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_a_batch")
def test_two_at_once_write_each_letter_once(monkeypatch):
    sender, helpers, helped = make_reminders(make_lead()), [], []

    def help_along(now):
        helped.append(help_queue(sender, now=now))
        connection.close()

    def call(sender, now):
        helpers.append(Thread(target=help_along, args=(now,)))
        helpers[0].start()

    monkeypatch.setattr(queueing, "call_for_help", call)
    queued = queue_due(sender, now=NOW)
    helpers[0].join()
    assert queued + helped[0] == NUMBER
    assert_each_has_one_letter()


@pytest.mark.django_db
@pytest.mark.usefixtures("two_a_batch")
def test_nobody_is_called_for_a_few(lead, monkeypatch, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    called = []
    monkeypatch.setattr(tasks.queue_letters, "delay", lambda *args: called.append(args))
    assert queue_due(make_reminders(lead, 1), now=NOW) == 1
    assert called == []


@pytest.mark.django_db
@pytest.mark.usefixtures("two_a_batch")
def test_a_worker_is_called_once_and_knows_the_instant(lead, monkeypatch, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    sender, called = make_reminders(lead), []
    monkeypatch.setattr(ring, "ring_now", lambda mail_id=None: None)
    monkeypatch.setattr(tasks.queue_letters, "delay", lambda *args: called.append(args))
    assert queue_due(sender, now=NOW) == NUMBER
    assert called == [(sender.pk, NOW.isoformat())]
    assert_each_has_one_letter()


@pytest.mark.django_db
@pytest.mark.usefixtures("two_a_batch")
def test_redis_being_away_leaves_all_to_the_sweep(lead, monkeypatch, settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    ring._queue.cache_clear()
    monkeypatch.setattr(tasks.queue_letters, "delay", lambda *args: ring._queue().ping())
    assert queue_due(make_reminders(lead), now=NOW) == NUMBER
    ring._queue.cache_clear()
    assert "Redis does not answer" in caplog.text


@pytest.mark.django_db
def test_the_task_writes_what_is_due_at_that_instant(lead):
    sender = make_reminders(lead)
    app.tasks["segmentation.queue_letters"](sender.pk, NOW.isoformat())
    assert_each_has_one_letter()
    assert set(OutgoingMail.objects.values_list("queued_at", flat=True)) == {NOW}


@pytest.mark.django_db
def test_the_task_writes_nothing_while_the_team_has_paused_its_mail(lead):
    sender = make_reminders(lead)
    sender.pause(by=lead, now=NOW)
    tasks.queue_letters(sender.pk, NOW.isoformat())
    assert not OutgoingMail.objects.exists()
