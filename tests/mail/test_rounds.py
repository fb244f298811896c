"""Who looks through the outbox: Celery's tasks and their bell, and the loop that does without."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from threading import Timer

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from crm.celery import app
from crm.mail import ring, rounds, tasks
from crm.mail.models import OutgoingMail, Pulse, State
from tests.factories import NOW, make_mail, make_sender

REDIS_URL = os.environ.get("REDIS_URL", "")


@pytest.fixture
def kind(register):
    # Not automatic, or it would be quiet when the tests run at night.
    return register(is_automatic=False)


@pytest.fixture
def mail(db):
    return make_mail(
        team=make_sender().team, not_before=timezone.now(), valid_until=timezone.now() + timedelta(1)
    )


@pytest.fixture
def bells(monkeypatch, settings):
    """Names and arguments of the tasks that are sent; the broker is not asked."""
    settings.REDIS_URL, rung = REDIS_URL or "redis://127.0.0.1:1/0", []
    for task in (tasks.deliver, tasks.drain):
        monkeypatch.setattr(task, "delay", lambda *args, task=task: rung.append((task.name, *args)))
    return rung


def state_of(mail: OutgoingMail) -> str:
    mail.refresh_from_db()
    return mail.state


def test_the_tasks_let_mail_leave(inbox, kind, mail):
    other = make_mail(team=mail.team, not_before=mail.not_before, valid_until=mail.valid_until)
    tasks.deliver.apply(args=[mail.pk], throw=True)
    assert (state_of(mail), state_of(other)) == (State.SENT, State.QUEUED)
    tasks.drain.apply(throw=True)
    assert state_of(other) == State.SENT
    tasks.sweep.apply(throw=True)
    assert timezone.now() - Pulse.objects.get(name="sweep").at < timedelta(minutes=1)


@pytest.mark.django_db
def test_a_task_for_a_mail_that_is_gone_or_not_due_does_nothing(inbox, kind):
    later = make_mail(team=make_sender().team, not_before=timezone.now() + timedelta(days=1))
    for mail_id in (0, later.pk):
        tasks.deliver.apply(args=[mail_id], throw=True)
    assert (state_of(later), inbox.mails) == (State.QUEUED, [])


def test_beat_sweeps_every_twenty_seconds_and_late_sweeps_are_dropped():
    entry = app.conf.beat_schedule["sweep"]
    assert (entry["task"], entry["schedule"], entry["options"]) == ("mail.sweep", 20.0, {"expires": 20.0})
    assert {"mail.deliver", "mail.drain", "mail.sweep"} <= set(app.tasks)


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_when_the_transaction_is_over_and_only_then(bells):
    with transaction.atomic():
        ring.ring()
        assert bells == []
    assert bells == [("mail.drain",)]
    with suppress(LookupError), transaction.atomic():
        ring.ring(5)
        raise LookupError
    assert bells == [("mail.drain",)]


@pytest.mark.django_db(transaction=True)
def test_without_redis_nothing_rings(bells, settings):
    settings.REDIS_URL = ""
    ring.ring()
    ring.ring(5)
    assert bells == []


@pytest.mark.django_db(transaction=True)
def test_one_drain_waits_however_often_it_rings(bells):
    for _ in range(50):
        ring.ring()
    assert bells == [("mail.drain",)]
    ring.was_heard()
    ring.ring()
    assert bells == [("mail.drain",)] * 2


@pytest.mark.django_db(transaction=True)
def test_a_backlog_of_single_mails_rings_for_all_instead(bells, settings):
    settings.REDIS_URL, settings.CELERY_TASK_DEFAULT_QUEUE = REDIS_URL, f"test-{os.getpid()}"
    ring.ring(5)
    with backlog(settings):
        ring.ring(6)
    assert bells == ([("mail.deliver", 5), ("mail.drain",)] if REDIS_URL else [])


@contextmanager
def backlog(settings) -> Iterator[None]:
    """As many tasks as may wait, if there is a Redis for them to wait in."""
    if not REDIS_URL:
        yield
        return
    ring._queue().rpush(settings.CELERY_TASK_DEFAULT_QUEUE, *range(ring.BACKLOG))
    try:
        yield
    finally:
        ring._queue().delete(settings.CELERY_TASK_DEFAULT_QUEUE)


@pytest.mark.django_db(transaction=True)
def test_redis_being_away_stops_nobody(settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    ring._queue.cache_clear()
    ring.ring(5)
    ring._queue.cache_clear()
    assert [record.getMessage() for record in caplog.records] == [
        "Redis does not answer (ConnectionError); mail leaves with the next sweep."
    ]


def test_a_round_ends_in_time_and_says_that_more_is_due(inbox, kind, mail):
    assert rounds.drain(length=-1)
    assert state_of(mail) == State.QUEUED
    assert not rounds.drain()


def test_a_round_ends_after_the_mail_in_hand_when_told(inbox, kind, mail):
    make_mail(team=mail.team, not_before=mail.not_before, valid_until=mail.valid_until)
    assert rounds.drain(should_stop=lambda: bool(inbox.mails))
    assert len(inbox.mails) == 1


def test_a_round_with_plenty_to_do_asks_for_help_once(inbox, kind, mail, monkeypatch):
    monkeypatch.setattr(rounds, "PLENTY", 2)
    for _ in range(4):
        make_mail(team=mail.team, not_before=mail.not_before, valid_until=mail.valid_until)
    calls = []
    rounds.drain(on_plenty=lambda: calls.append(len(inbox.mails)))
    assert calls == [2]


@pytest.mark.django_db(transaction=True)
def test_a_worker_tells_what_it_knows_once_the_database_is_back(inbox, kind, monkeypatch):
    """It is lost at the very moment when the server takes the mail."""
    first, second = (make_mail(team=make_sender().team) for _ in range(2))
    lose, take = disturbance(), type(inbox).handle_DATA

    async def take_and_lose(self, *args):
        await asyncio.to_thread(lose)
        return await take(self, *args)

    monkeypatch.setattr(type(inbox), "handle_DATA", take_and_lose)
    rounds.drain(clock=lambda: NOW)
    assert (state_of(first), state_of(second), len(inbox.mails)) == (State.SENT, State.SENT, 2)


def disturbance() -> Callable[[], None]:
    """What makes this thread's PostgreSQL lose the connection; an embedded database is busy for a while instead."""
    if connection.vendor == "sqlite":
        return partial(keep_busy, connection.settings_dict["NAME"])
    connection.ensure_connection()
    return partial(end_connection, connection.connection.get_backend_pid())


def end_connection(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    connection.close()


def keep_busy(path: str) -> None:
    busy = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    busy.execute("BEGIN IMMEDIATE")
    Timer(0.2, busy.close).start()


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_announced_is_given_back(inbox, register, caplog):
    """The database is lost after the server agreed to take the mail, and before it has been given."""
    answers = ["lost"]

    def lose(mail: OutgoingMail, now: object) -> str:
        if answers.pop(0) == "lost":
            connection.close()
            raise OperationalError("server closed the connection unexpectedly")
        return ""

    register(is_automatic=False, why_not=lose)
    mail = make_mail(team=make_sender().team)
    assert not rounds.drain(clock=lambda: NOW)
    assert (state_of(mail), mail.attempts, inbox.mails) == (State.QUEUED, 0, [])
    answers[:] = [""]
    rounds.drain(clock=lambda: NOW)
    assert (state_of(mail), len(inbox.mails)) == (State.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_what_was_lost_with_its_transaction_is_told_again(inbox, register):
    heard = []

    def lose_once(mail: OutgoingMail, now: object) -> None:
        heard.append(mail.attempts)
        if len(heard) == 1:
            connection.connection.close()

    register(is_automatic=False, sent=lose_once)
    mail = make_mail(team=make_sender().team)
    rounds.drain(clock=lambda: NOW)
    assert (state_of(mail), mail.attempts, heard, len(inbox.mails)) == (State.SENT, 1, [1, 1], 1)
