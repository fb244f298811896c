"""Each thing that may happen while reminders leave, by itself: no letter leaves that should not have left."""

from copy import deepcopy
from datetime import timedelta

import pytest

from crm.mail.models import OutgoingMail
from segmentation.models import Reminder
from tests.segmentation.reminder_machine import LawOfTheReminder, Start
from tests.segmentation.test_scores import taken_back


@pytest.fixture(scope="module")
def begun(django_db_setup, django_db_blocker):
    """The first letters of those who are not held out are in the outbox."""
    with django_db_blocker.unblock(), taken_back():
        LawOfTheReminder.start = Start()
        machine = LawOfTheReminder()
        machine.it_begins(lot=1)
        yield machine
        machine.teardown()


@pytest.fixture
def machine(begun, db):
    """It has begun, and goes on by itself."""
    machine = LawOfTheReminder()
    machine.now, machine.world = begun.now, deepcopy(begun.world)
    yield machine
    machine.teardown()


@pytest.mark.parametrize("what", LawOfTheReminder.EVENTS)
def test_each_event_comes_to_everybody_after_the_first_letters(machine, what):
    machine.everything_leaves()
    for who in range(len(machine.customers)):
        machine.something_happens(what=what, who=who)
    for _ in range(2):
        machine.time_passes(step=timedelta(days=5))
        machine.a_morning_comes(lot=1)
        machine.everything_leaves()


def test_an_answer_while_taken_out_ends_the_letters(machine):
    """Put back, he would have got the next one."""
    machine.everything_leaves()
    answered = Reminder.objects.filter(steps_done=1, next_on__isnull=False).order_by("pk").first()
    machine.something_happens(
        what="answers_while_taken_out", who=machine.customers.index(answered.customer_id)
    )
    answered.refresh_from_db()
    assert answered.stopped_why == "answered"
    machine.time_passes(step=timedelta(days=10))
    machine.a_morning_comes(lot=1)
    machine.everything_leaves()
    assert OutgoingMail.objects.filter(recipient_id=answered.customer_id).count() == 1
