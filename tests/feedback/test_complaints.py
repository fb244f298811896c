"""Who has complained is asked nothing else until that is settled."""

from datetime import timedelta

import pytest

from contacts import registry
from crm.mail.models import OutgoingMail
from feedback import actions
from feedback.models import ServiceRules
from segmentation.models import Reminder
from segmentation.reminding.enrolling import reached
from segmentation.reminding.kind import REPURCHASE
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.stopping import settle
from segmentation.reminding.sweep import remind_all
from segmentation.series_audience import audience
from tests.factories import NOW, TODAY
from tests.feedback.makers import make_ticket
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
    return Reminder.objects.get(pk=row.pk)


def opened(kessler, **kw):
    fields = {"kind": "complaint", "subject": "Creased", "text": "!", "channel": "mail", "now": LATER}
    return actions.open_ticket(**{"team": kessler.team, "customer": kessler} | fields | kw)


def assert_stopped(reminder):
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == ("unhappy", LATER)
    letter = OutgoingMail.objects.get(kind="repurchase")
    assert (letter.state, letter.reason) == ("suppressed", "unhappy")


def test_a_complaint_takes_the_letter_that_waits_out_of_the_outbox(reminder, kessler):
    opened(kessler)
    assert_stopped(reminder)


@pytest.mark.parametrize("kind", ["question", "callback", "service"])
def test_any_other_ticket_does_not(reminder, kessler, kind):
    opened(kessler, kind=kind)
    reminder.refresh_from_db()
    assert reminder.stopped_at is None


def test_what_turns_out_to_be_a_complaint_does(reminder, kessler, nino):
    ticket = opened(kessler, kind="question")
    actions.set_kind(ticket=ticket, kind="complaint", by=nino, now=LATER)
    assert_stopped(reminder)


def test_what_turns_out_to_be_his_does(reminder, kessler, nino):
    ticket = opened(kessler, customer=None)
    actions.file_under(ticket=ticket, customer=kessler, by=nino, now=LATER)
    assert_stopped(reminder)


def test_what_is_open_again_does_and_what_is_settled_does_not(reminder, kessler, nino):
    ticket = make_ticket(customer=kessler, kind="complaint", closed_at=NOW, subject="Settled")
    actions.set_kind(ticket=ticket, kind="complaint", product_group="Tins", by=nino, now=LATER)
    reminder.refresh_from_db()
    assert reminder.stopped_at is None
    actions.reopen(ticket=ticket, by=nino, now=LATER)
    assert_stopped(reminder)


def test_while_it_is_open_nobody_is_enrolled_and_no_letter_is_queued(series, kessler):
    ticket = make_ticket(customer=kessler, kind="complaint")
    row = make_reminder(kessler, series)
    assert queue_due(series.team.sender, now=NOW) == 0
    row.delete()
    assert list(reached(series, on=TODAY)) == []
    found = audience(series, on=TODAY)
    assert (found.due, found.letter, found.unhappy) == (1, 0, 1)
    ticket.close(done="", by=None, rules=ServiceRules.of(ticket.team), now=NOW)
    assert list(reached(series, on=TODAY)) == [kessler]
    assert audience(series, on=TODAY).letter == 1


def test_a_complaint_of_which_nobody_told_is_seen_at_the_hand_off_and_within_the_hour(reminder, kessler):
    letter = OutgoingMail.objects.get(kind="repurchase")
    assert REPURCHASE.why_not(letter, LATER) == ""
    make_ticket(customer=kessler, kind="complaint")
    assert REPURCHASE.why_not(letter, LATER) == "unhappy"
    assert str(REPURCHASE.reasons["unhappy"]) == "has a complaint"
    remind_all(LATER)
    assert_stopped(reminder)


def test_a_complaint_of_another_customer_stops_nothing(reminder, nino):
    opened(make_due(nino))
    settle(reminder.team, now=LATER)
    reminder.refresh_from_db()
    assert reminder.stopped_at is None


def test_who_is_who_is_told_in_one_query(kessler, nino, django_assert_num_queries):
    other = make_due(nino, group="vip")
    with django_assert_num_queries(1):
        found = registry.groups([kessler.pk, other.pk, 0])
    assert found == {kessler.pk: "growing", other.pk: "vip"}
