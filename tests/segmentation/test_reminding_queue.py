"""What is put into the outbox, and when."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Customer, LegalBasis
from crm.mail.models import OutgoingMail, State
from crm.team.models import Team
from segmentation.models import Reminder, ReminderLetter, Series
from segmentation.reminding import queueing
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.sweep import remind_all
from tests.factories import NOW, TODAY, make_lead, make_person
from tests.segmentation.reminders import make_due, make_letter, make_reminder, make_series


@pytest.fixture
def series(lead):
    return make_series(lead)


@pytest.fixture
def kessler(nino):
    return make_due(nino, name="Kessler Süßwaren", email="info@kessler.example")


def queue(team, *, on=TODAY, lot=None):
    return queue_due(team.sender, now=NOW + (on - TODAY), lot=lot)


def settle_mails():
    OutgoingMail.objects.update(state=State.SENT, handed_off_at=NOW, settled_at=NOW)


def test_the_letter_is_whole_in_the_outbox(team, series, kessler):
    reminder = make_reminder(kessler, series, code="BOX-7K2M4RT")
    assert queue(team) == 1
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.state) == ("repurchase", "queued")
    assert mail.idempotency_key == f"repurchase:{kessler.pk}:{TODAY - timedelta(40)}:1"
    assert (mail.recipient_id, mail.to_email) == (kessler.pk, "info@kessler.example")
    assert mail.is_advertising
    assert mail.basis == "consent, 3 May 2026, order form"
    assert mail.subject == "Time for new boxes, Kessler Süßwaren?"
    assert "your last boxes are from 8 October 2026." in mail.text
    assert "your last boxes are from 8 October 2026." in mail.html
    assert 'href="https://shop.example/?code=BOX-7K2M4RT"' in mail.html
    assert (mail.queued_at, mail.not_before) == (NOW, NOW)
    assert mail.valid_until == NOW + timedelta(days=10)
    letter = ReminderLetter.objects.get()
    assert (letter.reminder, letter.mail, letter.queued_on, letter.variant) == (reminder, mail, TODAY, None)
    assert letter.step.position == 1


def test_the_next_letter_comes_so_many_days_after_the_one_before(team, series, kessler):
    reminder = make_reminder(kessler, series)
    queue(team)
    reminder.refresh_from_db()
    assert (reminder.steps_done, reminder.next_on) == (1, TODAY + timedelta(10))
    assert queue(team) == 0
    settle_mails()
    assert queue(team, on=TODAY + timedelta(9)) == 0
    assert queue(team, on=TODAY + timedelta(10)) == 1
    reminder.refresh_from_db()
    assert (reminder.steps_done, reminder.next_on, reminder.stopped_why) == (2, None, "")
    assert sorted(OutgoingMail.objects.values_list("idempotency_key", flat=True))[1][-2:] == ":2"


def test_no_letter_is_queued_behind_one_that_still_waits(team, series, kessler):
    make_reminder(kessler, series)
    queue(team)
    later = TODAY + timedelta(12)
    assert queue(team, on=later) == 0
    settle_mails()
    assert queue(team, on=later) == 1


def test_after_the_last_letter_has_left_the_reminder_is_over(team, series, kessler):
    reminder = make_reminder(kessler, series, steps_done=1)
    remind_all(NOW)
    remind_all(NOW + timedelta(hours=1))
    reminder.refresh_from_db()
    assert (reminder.next_on, reminder.stopped_why) == (None, "")
    settle_mails()
    remind_all(NOW + timedelta(hours=2))
    reminder.refresh_from_db()
    assert (reminder.stopped_why, reminder.stopped_at) == ("over", NOW + timedelta(hours=2))


def test_a_next_letter_falls_on_no_sunday_and_no_holiday(lead, kessler):
    series = make_series(lead, steps=(0, 5))
    reminder = make_reminder(kessler, series)
    queue(lead.team)  # on a Tuesday: five days on, it is Sunday
    reminder.refresh_from_db()
    assert reminder.next_on == date(2026, 11, 23)


def test_letters_of_a_series_that_was_shortened_just_end(team, series, kessler):
    reminder = make_reminder(kessler, series, steps_done=2)
    queue(team)
    reminder.refresh_from_db()
    assert (reminder.next_on, OutgoingMail.objects.count()) == (None, 0)


@pytest.mark.parametrize("kw", [{"held_out": True}, {"next_on": TODAY + timedelta(1)}, {"next_on": None}])
def test_nothing_is_queued_for_those_held_out_not_yet_due_or_done(team, series, kessler, kw):
    make_reminder(kessler, series, **kw)
    assert queue(team) == 0
    assert not OutgoingMail.objects.exists()


def test_days_missed_are_made_up_for_once(team, series, kessler):
    make_reminder(kessler, series, next_on=TODAY - timedelta(3))
    assert queue(team) == 1
    assert queue(team) == 0


def test_before_eight_a_letter_waits_until_then(team, series, kessler):
    make_reminder(kessler, series)
    queue_due(team.sender, now=NOW.replace(hour=5))
    assert OutgoingMail.objects.get().not_before == datetime(2026, 11, 17, 7, tzinfo=UTC)


def test_subjects_are_drawn_at_random(lead, nino):
    series = make_series(lead, variants=("One {name}", "Two", "Three"))
    for _ in range(30):
        make_reminder(make_due(nino, name="Kessler"), series)
    queue(lead.team, lot=Random(5))
    drawn = ReminderLetter.objects.values_list("variant__key", "mail__subject")
    assert set(drawn) == {("A", "One Kessler"), ("B", "Two"), ("C", "Three")}


def test_the_customers_language_decides_the_text(lead, nino):
    texts = (("en", "Boxes", "Hello {name}"), ("de", "Schachteln", "Hallo {name}, {last_purchase}"))
    series = make_series(lead, letter=make_letter(lead.team, texts=texts), variants=("English only",))
    for name, language in {"Kessler": "de", "Smith": "en", "Beridze": "ka"}.items():
        make_reminder(make_due(nino, name=name, language=language), series)
    queue(lead.team)
    found = {m.to_name: (m.language, m.subject, m.text[:11]) for m in OutgoingMail.objects.all()}
    assert found == {
        "Kessler": ("de", "Schachteln", "Hallo Kessl"),
        "Smith": ("en", "English only", "Hello Smith"),
        "Beridze": ("en", "English only", "Hello Berid"),
    }
    assert "8. Oktober 2026" in OutgoingMail.objects.get(language="de").text


def test_the_main_person_is_written_to(team, series, kessler):
    person = make_person(customer=kessler, name="Barbara Kessler", email="barbara@kessler.example")
    kessler.main_person = person
    kessler.write()
    make_reminder(kessler, series)
    queue(team)
    mail = OutgoingMail.objects.get()
    assert (mail.to_name, mail.to_email) == ("Barbara Kessler", "barbara@kessler.example")
    assert mail.text.startswith("Dear Barbara Kessler,")


@pytest.mark.parametrize(
    "change",
    [lambda: Customer.objects.update(legal_basis=None), lambda: Customer.objects.update(letter_hash="")],
)
def test_without_a_legal_basis_or_an_address_nothing_is_queued(team, series, kessler, change):
    make_reminder(kessler, series)
    change()
    assert queue(team) == 0


def test_a_paused_outbox_is_not_filled(lead, team, series, kessler):
    make_reminder(kessler, series)
    team.sender.pause(by=lead, now=NOW)
    assert remind_all(NOW) == "0 enrolled, 0 letters queued"
    team.sender.go_on()
    assert remind_all(NOW) == "0 enrolled, 1 letters queued"


def test_cut_in_the_middle_nothing_is_doubled_and_nothing_lost(team, series, nino, monkeypatch):
    for _ in range(5):
        make_reminder(make_due(nino), series)
    monkeypatch.setattr(queueing, "BATCH", 2)
    advance, calls = queueing._advance, []

    def cut(*args):
        calls.append(args)
        if len(calls) == 2:
            raise InterruptedError
        advance(*args)

    monkeypatch.setattr(queueing, "_advance", cut)
    with pytest.raises(InterruptedError):
        queue(team)
    assert OutgoingMail.objects.count() == ReminderLetter.objects.count() == 2
    monkeypatch.setattr(queueing, "_advance", advance)
    assert queue(team) == 3
    assert OutgoingMail.objects.count() == ReminderLetter.objects.count() == 5
    assert set(Reminder.objects.values_list("steps_done", flat=True)) == {1}


def test_a_letter_that_cannot_be_written_leaves_its_whole_batch_for_the_next_hour(
    team, series, kessler, nino, monkeypatch, caplog
):
    """While the others of the batch are on their way to the database."""
    for customer in (kessler, make_due(nino)):
        make_reminder(customer, series)
    compose, calls = queueing.compose, []

    def stumble(**kw):
        calls.append(kw)
        if len(calls) == 2:
            raise ValueError(kw["to"].email)
        return compose(**kw)

    monkeypatch.setattr(queueing, "compose", stumble)
    assert remind_all(NOW).endswith(f"1 failed: team {team.pk}")
    assert (OutgoingMail.objects.count(), ReminderLetter.objects.count()) == (0, 0)
    assert f"Reminders of team {team.pk} failed: ValueError" in caplog.text
    assert "customer.example" not in caplog.text
    assert queue(team) == 2


def test_a_letter_that_the_outbox_has_already_is_not_queued_again(team, series, kessler):
    """As after a backup of one table was brought back: the outbox knows better."""
    reminder = make_reminder(kessler, series)
    queue(team)
    mail = OutgoingMail.objects.get()
    ReminderLetter.objects.all().delete()
    Reminder.objects.update(steps_done=0, next_on=TODAY)
    queue(team)
    assert ReminderLetter.objects.get().mail == mail
    reminder.refresh_from_db()
    assert reminder.steps_done == 1


def test_queueing_takes_as_many_queries_for_thirty_as_for_three(team, series, nino):
    counts = []
    for n in (3, 30):
        for _ in range(n):
            make_reminder(make_due(nino, person="Barbara Kessler"), series)
        with CaptureQueriesContext(connection) as queries:
            assert queue(team) == n
        counts.append(
            len([q for q in queries if "INSERT" not in q["sql"]])
        )  # SQLite takes fewer rows at once
    assert counts[0] == counts[1]


def test_another_teams_letters_are_its_own(team, series, kessler, stranger):
    make_reminder(kessler, series)
    assert not LegalBasis.objects.filter(team=stranger.team).exists()
    elsewhere = make_series(stranger)
    assert queue(elsewhere.team) == 0
    assert queue(team) == 1


# One fault


def test_what_fails_for_one_team_keeps_no_other_from_its_letters(team, series, kessler, stranger, caplog):
    broken = make_lead(team=stranger.team)
    of_others = make_reminder(make_due(stranger), make_series(broken))
    of_ours = make_reminder(kessler, series)
    assert broken.team.sender.pk > team.sender.pk
    Team.objects.filter(pk=team.pk).update(time_zone="Nowhere/Town")
    assert remind_all(NOW) == f"0 enrolled, 1 letters queued; 1 failed: team {team.pk}"
    of_others.refresh_from_db()
    of_ours.refresh_from_db()
    assert (of_others.steps_done, of_ours.steps_done) == (1, 0)
    assert f"Reminders of team {team.pk} failed: ZoneInfoNotFoundError" in caplog.text
    assert "Nowhere" not in caplog.text


def test_a_series_that_fails_keeps_no_other_from_enrolling(lead, series, nino, caplog):
    Series.objects.update(begins="never")
    make_series(lead, name="Other")
    make_due(nino)
    assert remind_all(NOW) == f"1 enrolled, 0 letters queued; 1 failed: series {series.pk}"
    assert f"Reminders of series {series.pk} failed: FieldError" in caplog.text


def test_whose_legal_basis_goes_while_the_letters_are_written_gets_none(team, series, kessler, nino):
    other = make_reminder(make_due(nino), series)
    reminder = make_reminder(kessler, series)

    def withdraw_before_it_is_read(execute, sql, params, many, context):
        if sql.startswith("SELECT") and 'FROM "contacts_legalbasis"' in sql and kessler.legal_basis_id:
            kessler.legal_basis, basis = None, kessler.legal_basis
            kessler.save(update_fields=["legal_basis"])
            basis.delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(withdraw_before_it_is_read):
        assert queue(team) == 1
    reminder.refresh_from_db()
    other.refresh_from_db()
    assert (reminder.steps_done, reminder.next_on, other.steps_done) == (0, TODAY, 1)
