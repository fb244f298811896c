"""No letter leaves that should not have left at that instant, whatever happens, in whichever order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from crm.mail.models import OutgoingMail
from segmentation.models import Reminder
from tests.segmentation.reminder_machine import LawOfTheReminder, Start, seen

IS_THOROUGH = settings.get_current_profile_name() == "thorough"


@pytest.fixture
def machine(db):
    """With the first letters of those who are not held out in the outbox."""
    LawOfTheReminder.start = Start()
    seen.clear()
    machine = LawOfTheReminder()
    machine.it_begins(lot=1)
    yield machine
    machine.teardown()


@pytest.mark.django_db
def test_no_letter_leaves_that_should_not_have_left():
    seen.clear()
    LawOfTheReminder.start = Start()
    run_state_machine_as_test(
        LawOfTheReminder,
        settings=settings(
            max_examples=500 if IS_THOROUGH else 20,
            stateful_step_count=20 if IS_THOROUGH else 12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert not IS_THOROUGH or all(seen[what] for what in ("left", "died", "enrolled", "held out"))


def test_the_machine_sees_letters_leave_and_workers_die(machine):
    assert (seen["enrolled"] > 0, seen["held out"] > 0) == (True, True)
    machine.a_worker_works(fate="dies before the letter", at_noon=True)
    assert (seen["left"], seen["died"]) == (0, 1)
    machine.everything_leaves()
    assert seen["left"] > 0


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
