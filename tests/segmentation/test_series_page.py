"""One series: its letters of today, who is next and why, taking somebody out, the letter itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Customer
from crm.mail.models import Sender, State
from crm.mail.models.outgoing import new_public_id
from crm.mail.tokens import UNSUBSCRIBE, token_for
from crm.team.models import Team
from segmentation.models import Reminder, ReminderLetter
from segmentation.reminding.kind import REPURCHASE
from segmentation.series_page import run_of
from tests.factories import NOW, TODAY, make_mail
from tests.segmentation.reminders import make_due, make_reminder, make_series

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def series(lead):
    return make_series(lead, code_prefix="BOX")


@pytest.fixture
def kessler(nino, series):
    return make_reminder(make_due(nino, name="Kessler", person="Barbara Kessler"), series, code="BOX-7K2M")


def at(name, row, **query):
    return reverse(f"segmentation:{name}", args=[row.pk], query=query)


def make_letter_mail(reminder, position=1, **kw):
    step = reminder.series.steps.get(position=position)
    mail = make_mail(team=reminder.team, kind=REPURCHASE.name, recipient_id=reminder.customer_id, **kw)
    return ReminderLetter.objects.create(reminder=reminder, step=step, mail=mail, queued_on=TODAY)


# --- progress


def test_letters_of_today_are_counted_by_what_became_of_them(nino, series):
    states = (State.SENT, State.SENT, State.FAILED, State.SUPPRESSED, State.QUEUED, State.CLAIMED)
    for state in states:
        make_letter_mail(make_reminder(make_due(nino), series), state=state)
    long_ago = make_letter_mail(make_reminder(make_due(nino), series), state=State.SENT).mail
    long_ago.settled_at = NOW - timedelta(days=2)
    long_ago.save()
    make_letter_mail(make_reminder(make_due(nino), make_series(nino, name="Another")), state=State.SENT)
    run = run_of(series, user=nino, now=NOW)
    assert run.parts == {"sent": 2, "failed": 1, "back": 1, "wait": 2}
    assert (run.total, run.done, run.is_moving) == (6, 4, True)
    assert run.bars == [("sent", "0.00", "33.33"), ("failed", "33.33", "16.67"), ("back", "50.00", "16.67")]


@pytest.mark.parametrize(
    ("later", "paused", "every"),
    [(0, False, "3s"), (0, True, "30s"), (3600, False, "30s"), (None, False, "30s")],
)
def test_the_page_asks_again_often_while_letters_leave_and_else_now_and_then(
    client_of, nino, series, kessler, later, paused, every
):
    if later is not None:
        make_letter_mail(kessler, not_before=NOW + timedelta(seconds=later))
    if paused:
        Sender.objects.update(paused_at=NOW)
    page = client_of(nino).get(series.get_absolute_url()).content.decode()
    part = client_of(nino).get(at("series_progress", series)).content.decode()
    assert part.lstrip().startswith("<section")
    assert f'hx-trigger="every {every}"' in page
    assert f'hx-trigger="every {every}"' in part


def test_the_page_of_a_series_that_stands_still_asks_nothing(client_of, lead, series):
    series.stop(by=lead, now=NOW)
    page = client_of(lead).get(series.get_absolute_url()).content.decode()
    assert 'hx-trigger="every' not in page


def test_on_a_sunday_letters_leave_on_the_day_on_which_they_may(client_of, nino, series, kessler):
    saturday = datetime(2026, 11, 21, 18, tzinfo=UTC)
    make_letter_mail(kessler, not_before=saturday, country="DE")
    with time_machine.travel(saturday + timedelta(hours=15), tick=False):
        page = client_of(nino).get(at("series_progress", series)).content.decode()
    assert ("they leave from Mon 23 Nov, 08:00 on" in page, "every 3s" in page) == (True, False)


def test_it_asks_seldom_once_the_last_letter_is_settled(client_of, nino, series, kessler):
    letter = make_letter_mail(kessler)
    letter.mail.state, letter.mail.handed_off_at, letter.mail.settled_at = State.SENT, NOW, NOW
    letter.mail.save()
    part = client_of(nino).get(at("series_progress", series)).content.decode()
    assert ("every 3s" in part, "<b>1</b> of 1 letter settled" in part) == (False, True)


# --- the page


def test_the_page_tells_days_steps_and_where_everybody_is(client_of, nino, series, kessler):
    make_reminder(make_due(nino), series, steps_done=1, next_on=TODAY + timedelta(9))
    make_reminder(make_due(nino), series, held_out=True)
    make_reminder(make_due(nino), series, stopped_at=NOW, stopped_why="bought")
    response = client_of(nino).get(series.get_absolute_url())
    page = response.context["page"]
    assert [(day, [(each.position, each.n) for each in planned]) for day, planned in page.days] == [
        (TODAY, [(1, 1)]), (TODAY + timedelta(9), [(2, 1)]),
    ]  # fmt: skip
    assert [(each.step.position, each.queued, each.to_come) for each in page.steps] == [(1, 0, 1), (2, 0, 1)]
    assert page.stopped == [("bought", "bought again", 1)]
    text = response.content.decode()
    assert "Usually comes back after 41 days; last bought on 8 Oct (40 days ago)" in text
    assert "4 customers so far" in text


@pytest.mark.parametrize("number", [3, 30])
@pytest.mark.parametrize(("name", "queries"), [("series", 18), ("series_people", 8)])
def test_no_page_costs_more_for_many(client_of, nino, series, name, queries, number):
    for _ in range(number):
        make_reminder(make_due(nino), series)
    client = client_of(nino)
    with CaptureQueriesContext(connection) as found:
        assert client.get(at(name, series)).status_code == 200
    assert len(found) == queries


def test_strangers_find_nothing(client_of, stranger, series, kessler):
    client = client_of(stranger)
    for name in ("series", "series_people", "series_progress", "series_report"):
        assert client.get(at(name, series)).status_code == 404
    for name in ("reminder_letter", "reminder_letter_body"):
        assert client.get(at(name, kessler)).status_code == 404
    assert client.post(at("reminder_take_out", kessler)).status_code == 404


def test_what_changes_something_is_not_got(client_of, nino, kessler):
    client = client_of(nino)
    assert [client.get(at(name, kessler)).status_code for name in ("reminder_take_out", "reminder_put_back")] == [
        405, 405,
    ]  # fmt: skip


# --- who gets it


def names(response):
    return [line.reminder.customer.name for line in response.context["people"].lines]


def test_the_next_letters_by_day_and_step(client_of, nino, series, kessler):
    kessler.next_on = TODAY - timedelta(1)  # should have been queued yesterday: it is queued today
    kessler.save()
    make_reminder(make_due(nino, name="Anker"), series, steps_done=1, next_on=TODAY + timedelta(2))
    get = client_of(nino).get
    people = at("series_people", series)
    assert names(get(people)) == ["Kessler", "Anker"]
    assert names(get(people, {"on": TODAY})) == ["Kessler"]
    assert names(get(people, {"on": TODAY + timedelta(2), "step": 2})) == ["Anker"]
    assert names(get(people, {"step": 1})) == ["Kessler"]
    assert names(get(people, {"on": "never", "step": "x", "after": "x", "who": "x"})) == ["Kessler", "Anker"]


def test_who_is_held_out_and_who_was_stopped_stand_in_lists_of_their_own(client_of, nino, series):
    make_reminder(make_due(nino, name="Held"), series, held_out=True)
    for name, why in (("Bought", "bought"), ("Out", "taken_out")):
        make_reminder(
            make_due(nino, name=name), series, stopped_at=NOW, stopped_why=why, stopped_by=nino, steps_done=1
        )
    get, people = client_of(nino).get, at("series_people", series)
    held = get(people, {"who": "held_out"})
    assert (names(held), "would have begun" in held.content.decode()) == (["Held"], True)
    assert names(get(people, {"who": "stopped"})) == ["Out", "Bought"]
    only = get(people, {"who": "stopped", "why": "taken_out"})
    assert (names(only), "taken out by a colleague" in only.content.decode()) == (["Out"], True)


def test_long_lists_have_pages(client_of, nino, series, monkeypatch):
    monkeypatch.setattr("segmentation.series_people.People.__init__.__kwdefaults__", {"size": 2})
    for n in range(5):
        make_reminder(make_due(nino, name=f"Customer {n}"), series, next_on=TODAY + timedelta(n // 2))
    client, people = client_of(nino), at("series_people", series)
    first = client.get(people)
    second = client.get(f"{people}?{first.context['people'].next}")
    third = client.get(f"{people}?{second.context['people'].next}")
    assert [names(page) for page in (first, second, third)] == [
        ["Customer 0", "Customer 1"], ["Customer 2", "Customer 3"], ["Customer 4"],
    ]  # fmt: skip
    assert third.context["people"].next == ""


def test_managers_who_see_only_their_own_find_only_those(client_of, team, nino, levan, series, kessler):
    make_reminder(make_due(levan, name="Levan's"), series)
    Team.objects.update(managers_see="own")
    assert names(client_of(nino).get(at("series_people", series))) == ["Kessler"]
    assert client_of(levan).post(at("reminder_take_out", kessler)).status_code == 404


# --- taking out


def test_a_customer_is_taken_out_and_put_back_in_place(client_of, nino, kessler):
    client = client_of(nino)
    row = client.post(at("reminder_take_out", kessler), {"back": "/x/"}, **HTMX).content.decode()
    assert ("<html" in row, "Taken out." in row, "Undo" in row) == (False, True, True)
    kessler.refresh_from_db()
    assert (kessler.stopped_why, kessler.stopped_by) == ("taken_out", nino)
    row = client.post(at("reminder_put_back", kessler), **HTMX).content.decode()
    kessler.refresh_from_db()
    assert (kessler.stopped_why, "Take out" in row) == ("", True)


def test_without_a_script_undo_stands_above_the_list(client_of, nino, series, kessler):
    client, people = client_of(nino), at("series_people", series)
    response = client.post(at("reminder_take_out", kessler), {"back": people}, follow=True)
    page = response.content.decode()
    assert ("Kessler gets no more letters of this series." in page, names(response)) == (True, [])
    response = client.post(at("reminder_put_back", kessler), {"back": people}, follow=True)
    assert names(response) == ["Kessler"]
    assert "Kessler gets the letter again." in response.content.decode()


def test_taking_out_takes_back_what_waits_in_the_outbox(client_of, nino, kessler):
    mail = make_letter_mail(kessler).mail
    client_of(nino).post(at("reminder_take_out", kessler))
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("suppressed", "taken_out")


def test_what_is_over_is_said(client_of, nino, kessler):
    kessler.take_out(by=nino, now=NOW)
    client = client_of(nino)
    assert (
        "There was no letter to come any more."
        in client.post(at("reminder_take_out", kessler), follow=True).content.decode()
    )
    assert client.post(at("reminder_take_out", kessler), **HTMX).status_code == 409
    Reminder.objects.update(bought_on=TODAY)
    response = client.post(at("reminder_put_back", kessler), follow=True)
    assert "That cannot be taken back any more" in response.content.decode()


def test_the_way_back_never_leaves_the_host(client_of, nino, series, kessler):
    response = client_of(nino).post(at("reminder_take_out", kessler), {"back": "//evil.example/"})
    assert response.url.startswith(at("series_people", series))


# --- the letter


def test_the_letter_is_shown_as_this_customer_will_get_it(client_of, nino, kessler):
    response = client_of(nino).get(at("reminder_letter", kessler))
    page = response.content.decode()
    assert "Time for new boxes, Barbara Kessler?" in page
    assert ("It is written on Tuesday 17 November" in page, "sandbox" in page) == (True, True)
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    body = client_of(nino).get(at("reminder_letter_body", kessler))
    assert "BOX-7K2M" in body.content.decode()
    assert (body["X-Frame-Options"], "sandbox;" in body["Content-Security-Policy"]) == ("SAMEORIGIN", True)
    assert not ReminderLetter.objects.exists()


def test_of_subject_lines_that_are_tried_each_can_be_looked_at(client_of, lead, nino):
    series = make_series(lead, name="Tried", variants=("One {name}", "Two {name}"))
    reminder = make_reminder(make_due(nino, person="Barbara Kessler"), series)
    get = client_of(nino).get
    assert "One Barbara Kessler" in get(at("reminder_letter", reminder)).content.decode()
    assert "Two Barbara Kessler" in get(at("reminder_letter", reminder, variant="B")).content.decode()


def test_nobody_but_its_reader_can_press_a_link_of_a_letter(client_of, nino, kessler):
    token = token_for(new_public_id(), purpose=UNSUBSCRIBE)
    words = f"No more such mail: https://x.example/u/{token}/"
    make_letter_mail(kessler, state=State.SENT, text=words, html=f"<p>{words}</p>")
    for name in ("reminder_letter", "reminder_letter_body"):
        page = client_of(nino).get(at(name, kessler, step=1)).content.decode()
        assert ("No more such mail: https://x.example/u/…/" in page, token in page) == (True, False)


def test_a_letter_that_was_queued_is_shown_as_it_is(client_of, nino, kessler):
    make_letter_mail(kessler, state=State.SENT, subject="As it left", html="<p>As it left</p>")
    page = client_of(nino).get(at("reminder_letter", kessler, step=1)).content.decode()
    assert ("As it left" in page, "Sent" in page) == (True, True)
    assert client_of(nino).get(at("reminder_letter_body", kessler, step=1)).content == b"<p>As it left</p>"


def test_without_a_letter_the_page_says_why(client_of, nino, series, kessler):
    held = make_reminder(make_due(nino), series, held_out=True)
    get = client_of(nino).get
    page = get(at("reminder_letter", held)).content.decode()
    assert ("Held out by lot" in page, "<iframe" in page) == (True, False)
    Customer.objects.update(legal_basis=None)
    assert "no e-mail address or no legal basis" in get(at("reminder_letter", kessler)).content.decode()
    assert get(at("reminder_letter", kessler, step=9)).status_code == 200
    kessler.take_out(by=nino, now=NOW)
    assert "It is not sent: taken out by a colleague" in get(at("reminder_letter", kessler)).content.decode()


# --- the dossier


def test_the_dossier_says_which_letter_comes_and_stops_it(client_of, nino, series, kessler):
    client, dossier = client_of(nino), kessler.customer.get_absolute_url()
    assert "First letter on Tue 17 Nov" in client.get(dossier).content.decode()
    response = client.post(at("reminder_take_out", kessler), {"back": dossier}, follow=True)
    assert (response.redirect_chain, "Put back" in response.content.decode()) == ([(dossier, 302)], True)
    client.post(at("reminder_put_back", kessler), {"back": dossier})
    Reminder.objects.update(steps_done=2, next_on=None)
    assert "All letters are written" in client.get(dossier).content.decode()


@pytest.mark.parametrize(
    "fields",
    [{"held_out": True, "next_on": None}, {"bought_on": TODAY}, {"stopped_at": NOW, "stopped_why": "over"}],
)
def test_the_dossier_says_nothing_where_nothing_can_be_done(client_of, nino, kessler, fields):
    Reminder.objects.update(**fields, code="")
    page = client_of(nino).get(kessler.customer.get_absolute_url()).content.decode()
    assert "Reminder series" not in page
