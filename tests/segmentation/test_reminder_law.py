"""No letter leaves that should not have left at that instant, whatever happens, in whichever order."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.segmentation.reminder_machine import LawOfTheReminder, Start, seen

IS_THOROUGH = settings.get_current_profile_name() == "thorough"


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


@pytest.fixture
def machine(db):
    """With the first letters of those who are not held out in the outbox."""
    LawOfTheReminder.start = Start()
    seen.clear()
    machine = LawOfTheReminder()
    machine.it_begins(lot=1)
    yield machine
    machine.teardown()


def test_the_machine_sees_letters_leave_and_workers_die(machine):
    assert (seen["enrolled"] > 0, seen["held out"] > 0) == (True, True)
    machine.a_worker_works(fate="dies before the letter", at_noon=True)
    assert (seen["left"], seen["died"]) == (0, 1)
    machine.everything_leaves()
    assert seen["left"] > 0
