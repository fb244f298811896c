"""Starting a series and stopping it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from crm.mail.models import Sender, State
from segmentation.models import Expectation, Forecast, Reminder, ReminderLetter
from segmentation.reminding.kind import REPURCHASE
from segmentation.series_start import Start
from tests.factories import NOW, TODAY, make_mail
from tests.segmentation.reminders import make_due, make_reminder, make_series


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def series(lead):
    return make_series(lead, running=False, held_out_percent=50)


def start(series):
    return reverse("segmentation:series_start", args=[series.pk])


def stop(series):
    return reverse("segmentation:series_stop", args=[series.pk])


def test_the_page_says_how_many_get_a_letter_and_when(client_of, lead, series):
    for _ in range(4):
        make_due(lead)
    make_due(lead, consents=False)
    page = client_of(lead).get(start(series)).content.decode()
    assert "From Wednesday 18 November on, about 2 customers get the first letter, 2 are held out." in page
    assert ("<b>1</b> without a legal basis" in page, "Start, with 2 letters" in page) == (True, True)
    series.refresh_from_db()
    assert not series.is_running


def test_starting_lets_those_who_are_due_join_at_once(client_of, lead, series):
    customer = make_due(lead)
    series.held_out_percent = 0
    series.save()
    response = client_of(lead).post(start(series), follow=True)
    assert "Started. 1 customer has joined; letters leave from Wednesday 18 November on." in (
        response.content.decode()
    )
    reminder = Reminder.objects.get()
    assert (reminder.customer, reminder.begins_on) == (customer, TODAY + timedelta(1))
    series.refresh_from_db()
    assert series.running_since == NOW


@pytest.mark.parametrize(("box", "is_told"), [("", True), ("imaps://u:p@mail.example/INBOX", False)])
def test_it_says_before_that_no_answer_is_noticed(client_of, lead, series, settings, box, is_told):
    settings.BOUNCE_IMAP_URL, settings.TICKET_IMAP_URL = "", box
    page = client_of(lead).get(start(series)).content.decode()
    assert ("must be taken out by hand" in page, "buys, answers, complains" in page) == (is_told, not is_told)


def test_a_holiday_of_some_does_not_move_the_day_from_which_letters_leave(client_of, lead, series):
    with time_machine.travel(datetime(2026, 10, 2, 9, tzinfo=UTC), tick=False):
        series.team.country = "DE"
        assert Start(series, now=timezone.now()).first_day == date(
            2026, 10, 5
        )  # after unity day and a Sunday
        for country in ("DE", "GE"):
            due = make_due(lead, country=country)
            Expectation.objects.filter(customer=due).update(window_from=date(2026, 10, 2))
        assert Start(series, now=timezone.now()).first_day == date(2026, 10, 3)


def test_with_nobody_due_it_is_started_for_those_who_become_due(client_of, lead, series):
    customer = make_due(lead)
    make_reminder(customer, series, stopped_at=NOW, stopped_why="series")
    page = client_of(lead).get(start(series)).content.decode()
    assert "Nobody today; customers join from tomorrow on, as they become due." in page
    assert "also one that was stopped, stays out until the next purchase." in page
    assert ("Start the series</button>" in page, "0 letters" in page, "0 customers" in page) == (
        True, False, False,
    )  # fmt: skip
    page = client_of(lead).post(start(series), follow=True).content.decode()
    assert "Started. Nobody joins today; customers join from tomorrow on, as they become due." in page


def test_before_the_nights_expectations_they_join_later(client_of, lead, series):
    make_due(lead)
    Forecast.objects.update(as_of=TODAY - timedelta(1))
    response = client_of(lead).post(start(series), follow=True)
    assert "Those who are due join within the hour." in response.content.decode()
    assert not Reminder.objects.exists()


def test_starting_twice_changes_nothing(client_of, lead, series):
    series.start(now=NOW - timedelta(days=3))
    response = client_of(lead).post(start(series), follow=True)
    assert "The series is running already." in response.content.decode()
    series.refresh_from_db()
    assert series.running_since == NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("take_away", "said"),
    [
        (lambda series: Sender.objects.all().delete(), "as whom your team writes"),
        (lambda series: series.steps.all().delete(), "It has no letters."),
    ],
)
def test_what_is_missing_is_said_and_nothing_starts(client_of, lead, series, take_away, said):
    take_away(series)
    client = client_of(lead)
    page = client.get(start(series)).content.decode()
    assert (said in page, "Start, with" in page) == (True, False)
    assert client.post(start(series)).status_code == 422
    series.refresh_from_db()
    assert not series.is_running


def test_the_stop_page_says_whom_it_concerns_and_what_waits(client_of, lead):
    series = make_series(lead)
    reminder = make_reminder(make_due(lead), series, steps_done=1)
    mail = make_mail(team=lead.team, kind=REPURCHASE.name, recipient_id=reminder.customer_id)
    ReminderLetter.objects.create(reminder=reminder, step=series.steps.first(), mail=mail, queued_on=TODAY)
    client = client_of(lead)
    page = client.get(stop(series)).content.decode()
    assert "<b>1 customer</b> under way gets no more letters" in page
    assert ("1 letter waits in the outbox" in page, "Stop it for 1 customer" in page) == (True, True)
    response = client.post(stop(series), follow=True)
    assert "Stopped. 1 customer gets no more letters." in response.content.decode()
    for row in (series, reminder, mail):
        row.refresh_from_db()
    assert (series.is_running, reminder.stopped_why, reminder.stopped_by, mail.state) == (
        False, "series", lead, State.SUPPRESSED,
    )  # fmt: skip


def test_managers_and_strangers_start_and_stop_nothing(client_of, nino, stranger, series):
    stranger.role = "lead"
    stranger.save()
    for address in (start(series), stop(series)):
        assert client_of(nino).post(address).status_code == 403
        assert client_of(stranger).post(address).status_code == 404
    assert client_of(nino).delete(start(series)).status_code == 405
