"""What ends the letters for good: an answer to any mail, and what comes while one is taken out."""

from datetime import timedelta

import pytest

from contacts import registry
from contacts.models import Entry
from crm.mail import returns
from crm.mail.kinds import tell_opted_out
from crm.mail.models import OutgoingMail, State
from followups.models import Slip
from followups.slips import collect
from segmentation.reminding.kind import REPURCHASE
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.sweep import remind_all
from tests.factories import NOW, make_mail, make_purchase
from tests.segmentation.reminders import make_due, make_reminder, make_series

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def series(lead):
    return make_series(lead)


@pytest.fixture
def kessler(nino):
    return make_due(nino, name="Kessler", email="info@kessler.example")


@pytest.fixture
def reminder(series, kessler):
    """With its first letter waiting in the outbox."""
    row = make_reminder(kessler, series)
    queue_due(series.team.sender, now=NOW)
    return row


def letter():
    return OutgoingMail.objects.get(kind="repurchase")


# While one is taken out


def answer(reminder, nino):
    REPURCHASE.answered(letter(), "Not now, please.", LATER)


def complain(reminder, nino):
    REPURCHASE.complained(letter(), LATER)


def bounce(reminder, nino):
    REPURCHASE.bounced(letter(), LATER)


def opt_out(reminder, nino):
    tell_opted_out(letter(), now=LATER)


def buy_and_give_back(reminder, nino):
    purchase = make_purchase(customer=reminder.customer)
    registry.purchases_changed([reminder.customer_id], now=LATER)
    purchase.delete()
    registry.purchases_changed([reminder.customer_id], now=LATER)


def stop_and_start_the_series(reminder, nino):
    assert reminder.series.stop(by=nino, now=LATER) == 0
    assert reminder.series.start(now=LATER)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (answer, "answered"),
        (complain, "complained"),
        (bounce, "bounced"),
        (opt_out, "opted_out"),
        (buy_and_give_back, "bought"),
        (stop_and_start_the_series, "series"),
    ],
)
def test_what_ends_the_letters_of_one_who_is_taken_out_ends_them_for_good(reminder, nino, event, why):
    OutgoingMail.objects.update(state=State.SENT, handed_off_at=NOW, settled_at=NOW)
    reminder.take_out(by=nino, now=NOW)
    event(reminder, nino)
    assert not reminder.put_back(now=LATER)
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == (why, LATER)
    assert queue_due(reminder.team.sender, now=NOW + timedelta(days=12)) == 0


# Answers


@pytest.mark.parametrize("is_taken_out", [False, True])
def test_an_answer_to_a_letter_by_hand_ends_the_letters_and_lays_a_slip(
    team, reminder, kessler, nino, is_taken_out
):
    if is_taken_out:
        reminder.take_out(by=nino, now=NOW)
    by_hand = make_mail(team=team, kind="letter", recipient_id=kessler.pk, to_email=kessler.email)
    returns.answered(by_hand, "I ordered by phone.", now=LATER)
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == ("answered", LATER)
    assert letter().state == "suppressed"
    assert not reminder.put_back(now=LATER)
    assert Slip.objects.get().reason == "Has answered: the series “Boxes” sends no more letters"
    assert Entry.objects.get().text == "I ordered by phone."
    collect(LATER)
    assert Slip.objects.filter(source="answered").count() == 1


def test_an_answer_to_a_reminder_is_filed_once_and_lays_one_slip(reminder, kessler):
    mail = letter()
    OutgoingMail.objects.update(state=State.SENT, handed_off_at=NOW, settled_at=NOW)
    returns.answered(mail, "Yes, please.", now=LATER)
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == ("answered", LATER)
    assert (Entry.objects.count(), Slip.objects.count()) == (1, 1)


def test_an_answer_ends_nobody_elses_letters(team, stranger, series, reminder, kessler, nino):
    other = make_reminder(make_due(nino), series)
    for mail in (
        make_mail(team=team, kind="letter", recipient_id=None),
        make_mail(team=stranger.team, kind="letter", recipient_id=kessler.pk),
    ):
        returns.answered(mail, "Yes", now=LATER)
    for row in (reminder, other):
        row.refresh_from_db()
        assert row.stopped_at is None
    assert not Slip.objects.exists()


# After a long pause


@pytest.mark.parametrize(("days", "why"), [(14, ""), (15, "too_late")])
def test_a_letter_whose_day_is_long_past_never_leaves(team, series, kessler, days, why):
    reminder = make_reminder(kessler, series)
    later = NOW + timedelta(days=days)
    team.sender.pause(by=series.made_by, now=NOW)
    remind_all(later)
    team.sender.go_on()
    assert queue_due(team.sender, now=later) == (0 if why else 1)
    reminder.refresh_from_db()
    assert reminder.stopped_why == why


def test_what_is_too_late_is_not_queued_even_before_it_is_ended(team, series, kessler):
    make_reminder(kessler, series)
    assert queue_due(team.sender, now=NOW + timedelta(days=15)) == 0


@pytest.mark.parametrize(("days", "is_back"), [(14, True), (15, False)])
def test_who_was_taken_out_long_ago_is_not_put_back(series, kessler, nino, days, is_back):
    reminder = make_reminder(kessler, series)
    reminder.take_out(by=nino, now=NOW)
    assert reminder.put_back(now=NOW + timedelta(days=days)) == is_back
    reminder.refresh_from_db()
    assert reminder.stopped_why == ("" if is_back else "taken_out")
