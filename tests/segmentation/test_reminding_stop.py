"""What ends the letters to a customer, and how soon."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import registry
from contacts.models import Customer, Entry, Purchase
from crm.mail.kinds import kind_of, tell_opted_out
from crm.mail.models import OutgoingMail, State, Suppression
from crm.mail.tokens import UNSUBSCRIBE, token_for
from followups.models import FollowUp, Slip
from followups.slips import collect
from segmentation.models import Reminder, ReminderLetter
from segmentation.reminding.kind import REPURCHASE
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.sweep import remind_all
from tests.factories import NOW, TODAY, make_entry, make_mail, make_purchase
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


def letter():
    return OutgoingMail.objects.get(kind="repurchase")


def why_not():
    return REPURCHASE.why_not(letter(), LATER)


def assert_stopped(reminder, why, *, at=LATER, by=None):
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at, reminder.stopped_by) == (why, at, by)
    assert (letter().state, letter().reason, letter().settled_at) == ("suppressed", why, at)


def assert_goes_on(reminder):
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == ("", None)
    assert letter().state == "queued"


def buy(customer, ago=0, amount=100):
    purchase = make_purchase(customer=customer, bought_on=TODAY - timedelta(ago), amount=amount)
    registry.purchases_changed([customer.pk], now=LATER)
    return purchase


# Bought


@pytest.mark.parametrize("ago", [0, 39, -1])
def test_a_purchase_after_the_cycle_began_takes_the_letter_out_of_the_outbox(reminder, kessler, ago):
    buy(kessler, ago)
    assert_stopped(reminder, "bought")
    assert reminder.bought_on == TODAY - timedelta(ago)


@pytest.mark.parametrize(("ago", "amount"), [(40, 100), (200, 100), (0, -100)])
def test_an_older_purchase_and_a_return_are_no_reason_to_stop(reminder, kessler, ago, amount):
    buy(kessler, ago, amount)
    assert_goes_on(reminder)
    assert reminder.bought_on is None


def test_the_first_purchase_after_the_cycle_began_is_kept(reminder, kessler):
    buy(kessler, 3)
    buy(kessler, 1)
    earlier = buy(kessler, 5)
    reminder.refresh_from_db()
    assert reminder.bought_on == TODAY - timedelta(5)
    earlier.delete()
    registry.purchases_changed([kessler.pk], now=LATER)
    reminder.refresh_from_db()
    assert reminder.bought_on == TODAY - timedelta(3)


def test_a_purchase_that_is_deleted_brings_no_letter_back(reminder, kessler):
    buy(kessler).delete()
    registry.purchases_changed([kessler.pk], now=LATER)
    reminder.refresh_from_db()
    assert (reminder.bought_on, reminder.stopped_why) == (None, "bought")
    assert letter().state == "suppressed"


@pytest.mark.parametrize(
    "kw", [{"held_out": True}, {"stopped_at": NOW, "stopped_why": "over", "next_on": None}]
)
def test_those_without_letters_are_seen_to_buy_too(series, kessler, kw):
    row = make_reminder(kessler, series, **kw)
    buy(kessler)
    row.refresh_from_db()
    assert (row.bought_on, row.stopped_why) == (TODAY, kw.get("stopped_why", ""))


def test_a_claimed_letter_is_taken_from_the_worker_and_one_handed_over_is_not(reminder, kessler):
    OutgoingMail.objects.update(state=State.CLAIMED, claim="w", lease_until=LATER)
    buy(kessler)
    assert_stopped(reminder, "bought")
    assert letter().claim == ""


def test_a_letter_that_is_being_handed_over_stays_as_it_is(reminder, kessler):
    OutgoingMail.objects.update(state=State.HANDOFF, claim="w", lease_until=LATER, handed_off_at=NOW)
    buy(kessler)
    assert letter().state == "handoff"


def test_many_purchases_at_once_stop_all_whom_they_concern(series, nino):
    customers = [make_due(nino) for _ in range(4)]
    for customer in customers:
        make_reminder(customer, series)
    for customer in customers[:2]:
        make_purchase(customer=customer)
    from segmentation.reminding import stopping

    stopping.purchases_changed(range(customers[0].pk, customers[0].pk + 1000), now=LATER)
    rows = Reminder.objects.order_by("customer").values_list("stopped_why", "bought_on")
    assert list(rows) == [("bought", TODAY)] * 2 + [("", None)] * 2


def test_the_hand_off_sees_a_purchase_of_which_nobody_told(reminder, kessler):
    assert why_not() == ""
    make_purchase(customer=kessler)
    assert why_not() == "bought"
    remind_all(LATER)
    assert_stopped(reminder, "bought")


def test_a_customer_without_reminders_costs_one_query(kessler):
    from segmentation.reminding import stopping

    with CaptureQueriesContext(connection) as queries:
        stopping.purchases_changed([kessler.pk], now=LATER)
    assert len(queries) == 1


# Spoken to, answered


@pytest.mark.parametrize("outcome", ["agreed", "bought", "offer", "later", "refused"])
def test_once_a_colleague_has_spoken_with_him_no_letter_leaves(reminder, kessler, outcome):
    make_entry(customer=kessler, outcome=outcome, kind="call")
    assert why_not() == "spoken_to"
    remind_all(LATER)
    assert_stopped(reminder, "spoken_to")


@pytest.mark.parametrize(
    "kw",
    [{"outcome": "missed"}, {"outcome": ""}, {"outcome": "agreed", "happened_at": NOW - timedelta(days=2)}],
)
def test_not_reached_a_note_and_an_older_talk_are_no_reason_to_stop(reminder, kessler, kw):
    make_entry(customer=kessler, **kw)
    assert why_not() == ""
    remind_all(LATER)
    assert_goes_on(reminder)


def test_an_answer_ends_the_letters_is_filed_and_lays_a_slip(reminder, kessler):
    mail = letter()
    OutgoingMail.objects.update(state=State.SENT, handed_off_at=NOW, settled_at=NOW)
    REPURCHASE.answered(mail, "Please call me on Monday.", LATER)
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == ("answered", LATER)
    entry = Entry.objects.get()
    assert (entry.customer, entry.kind, entry.author, entry.outcome) == (kessler, "email", None, "")
    assert (entry.text, entry.happened_at) == ("Please call me on Monday.", LATER)
    slip = Slip.objects.get()
    assert slip.reason == "Has answered: the series “Boxes” sends no more letters"
    assert (slip.source, slip.speaks_on) == ("answered", TODAY)
    collect(LATER)
    assert Slip.objects.filter(source="answered").count() == 1


def test_an_answer_brings_the_dossier_forward(reminder, kessler):
    FollowUp.objects.filter(customer=kessler).update(due_on=TODAY + timedelta(30))
    REPURCHASE.answered(letter(), "Yes", LATER)
    assert FollowUp.objects.open().get(customer=kessler).due_on == TODAY


def test_a_slip_that_could_not_be_laid_at_once_is_laid_in_the_next_hour(reminder, kessler):
    REPURCHASE.answered(letter(), "Yes", LATER)
    Slip.objects.all().delete()
    collect(LATER + timedelta(hours=1))
    assert Slip.objects.filter(source="answered", customer=kessler).count() == 1


def test_an_answer_of_one_who_was_erased_is_let_go(reminder, kessler):
    mail = letter()
    kessler.delete()
    REPURCHASE.answered(mail, "Yes", LATER)
    assert not Entry.objects.exists()


# Bounced, complained, opted out


@pytest.mark.parametrize("why", ["bounced", "complained"])
def test_a_bounce_or_a_complaint_ends_the_letters(reminder, why):
    mail = letter()
    OutgoingMail.objects.update(state=State.SENT, handed_off_at=NOW, settled_at=NOW)
    getattr(kind_of(mail), why)(mail, LATER)
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == (why, LATER)


def test_opting_out_by_any_mail_ends_the_letters_to_that_address(team, series, reminder, kessler, nino):
    twin = make_due(nino, email="INFO@kessler.example ".strip())
    other = make_due(nino)
    for customer in (twin, other):
        make_reminder(customer, series)
    tell_opted_out(make_mail(team=team, to_email=kessler.email, recipient_id=kessler.pk), now=LATER)
    assert_stopped(reminder, "opted_out")
    whys = dict(Reminder.objects.values_list("customer", "stopped_why"))
    assert whys == {kessler.pk: "opted_out", twin.pk: "opted_out", other.pk: ""}


@pytest.mark.parametrize("why", Suppression.Why.values)
def test_what_was_learnt_of_the_address_otherwise_is_seen_by_the_sweep(team, reminder, kessler, why):
    Suppression.record(team=team, hashed=kessler.letter_hash, reason=why, now=NOW)
    remind_all(LATER)
    assert_stopped(reminder, why)


def test_another_teams_suppression_stops_nobody_here(stranger, reminder, kessler):
    Suppression.record(team=stranger.team, hashed=kessler.letter_hash, reason="opted_out", now=NOW)
    remind_all(LATER)
    assert_goes_on(reminder)


# Legal basis, address


def test_without_a_legal_basis_no_letter_leaves(reminder):
    Customer.objects.update(legal_basis=None)
    assert why_not() == "no_basis"
    remind_all(LATER)
    assert_stopped(reminder, "no_basis")


def test_no_letter_leaves_to_an_address_that_is_not_the_dossiers_any_more(reminder, kessler):
    kessler.email = "new@kessler.example"
    kessler.write()
    assert why_not() == "address"
    remind_all(LATER)
    assert_goes_on(reminder)


def test_without_an_address_the_letters_end(reminder, kessler):
    kessler.email = ""
    kessler.write()
    assert why_not() == "address"
    remind_all(LATER)
    assert_stopped(reminder, "no_address")


def test_nothing_leaves_to_one_who_was_erased(reminder, kessler):
    kessler.delete()
    assert why_not() == "erased"


# The manager's word, the series


def test_a_manager_takes_someone_out_and_puts_him_back(reminder, nino):
    assert reminder.take_out(by=nino, now=LATER)
    assert_stopped(reminder, "taken_out", by=nino)
    assert why_not() == "taken_out"
    assert not reminder.take_out(by=nino, now=LATER)
    assert reminder.put_back(now=LATER)
    assert_goes_on(reminder)
    assert reminder.stopped_by is None
    assert why_not() == ""
    assert not reminder.put_back(now=LATER)


def test_whoever_was_taken_out_gets_nothing_more_and_put_back_the_next_letter(team, series, kessler, nino):
    reminder = make_reminder(kessler, series)
    reminder.take_out(by=nino, now=NOW)
    assert queue_due(team.sender, now=NOW) == 0
    reminder.put_back(now=NOW)
    assert queue_due(team.sender, now=NOW) == 1


def test_a_letter_that_is_too_late_is_not_put_back(reminder, nino):
    reminder.take_out(by=nino, now=LATER)
    reminder.put_back(now=LATER + timedelta(days=10))
    assert letter().state == "suppressed"


def test_who_bought_meanwhile_is_not_put_back(reminder, kessler, nino):
    reminder.take_out(by=nino, now=LATER)
    buy(kessler)
    assert not reminder.put_back(now=LATER)
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.bought_on) == ("bought", TODAY)


def test_what_stopped_for_another_reason_is_not_put_back(reminder, kessler, series, lead):
    buy(kessler)
    assert not reminder.put_back(now=LATER)
    assert letter().state == "suppressed"


def test_held_out_ones_cannot_be_taken_out(series, kessler, nino):
    assert not make_reminder(kessler, series, held_out=True).take_out(by=nino, now=NOW)


def test_a_series_that_stops_takes_all_its_letters_out_of_the_outbox(lead, nino, series, reminder):
    other = make_reminder(make_due(nino), make_series(lead, name="Other"))
    assert series.stop(by=lead, now=LATER) == 1
    assert_stopped(reminder, "series", by=lead)
    other.refresh_from_db()
    assert other.stopped_at is None
    series.refresh_from_db()
    assert not series.is_running
    assert series.start(now=LATER)
    assert not series.start(now=LATER)
    reminder.refresh_from_db()
    assert reminder.stopped_why == "series"


# What follows when it leaves


def test_a_letter_that_left_is_filed_in_the_dossier(reminder, kessler):
    mail = letter()
    REPURCHASE.sent(mail, LATER)
    entry = Entry.objects.get()
    assert (entry.customer, entry.kind, entry.mail, entry.author) == (kessler, "email", mail, None)
    assert entry.happened_at == LATER
    assert entry.text.startswith("Time for new boxes, Kessler?\n\nGood day,")
    assert why_not() == ""


def test_it_is_filed_without_the_link_by_which_its_reader_opts_out(reminder, kessler):
    mail = letter()
    token = token_for(mail.public_id, purpose=UNSUBSCRIBE)
    assert token in mail.text
    REPURCHASE.sent(mail, LATER)
    text = kessler.entries.get(mail=mail).text
    assert ("/u/…/" in text, token in text) == (True, False)


def test_the_letter_of_one_who_was_erased_is_filed_nowhere(reminder, kessler):
    mail = letter()
    kessler.delete()
    REPURCHASE.sent(mail, LATER)
    assert not Entry.objects.exists()


def test_every_reason_has_words():
    assert set(Reminder.Stopped.values) <= set(REPURCHASE.reasons)


def test_the_hand_off_asks_one_query(reminder):
    mail = letter()
    with CaptureQueriesContext(connection) as queries:
        REPURCHASE.why_not(mail, NOW)
    assert len(queries) == 1


def test_the_last_letter_may_be_sent_again_by_hand_after_the_end(reminder):
    Reminder.objects.update(stopped_at=NOW, stopped_why="over", next_on=None)
    assert why_not() == ""


def test_erasing_a_customer_takes_his_reminders_along(reminder, kessler):
    Purchase.objects.all().delete()
    kessler.delete()
    assert not Reminder.objects.exists()
    assert not ReminderLetter.objects.exists()
