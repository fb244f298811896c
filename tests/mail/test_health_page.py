"""Does mail leave? The signs of life, and what the page makes of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.mail.health import health
from crm.mail.models import Pulse, State
from crm.mail.words import signs, today_words, told
from tests.factories import NOW, make_mail, make_sender

MINUTE = timedelta(minutes=1)
BOX = "imaps://u:p@mail.example/INBOX"


@pytest.fixture
def page(client_of, lead):
    return client_of(lead)


def words(user, now=NOW) -> dict[str, str]:
    return {name: word.replace("\xa0", " ") for name, word in signs(health(user, now=now)).items()}


def test_when_the_last_mail_left(team, lead):
    assert told(health(lead, now=NOW)) == "No mail has left yet."
    make_mail(team=team, state=State.FAILED, settled_at=NOW)
    for ago in (3600, 20, 7200):
        make_mail(team=team, state=State.SENT, settled_at=NOW - timedelta(seconds=ago))
    make_mail(state=State.SENT, settled_at=NOW)
    assert told(health(lead, now=NOW)) == "Last mail left 20 seconds ago."


def test_a_mail_marked_as_delivered_has_not_left_just_now(team, lead):
    make_mail(team=team, state=State.UNKNOWN).mark_delivered(by=lead, now=NOW)
    assert told(health(lead, now=NOW)) == "No mail has left yet."
    make_mail(team=team, state=State.SENT, settled_at=NOW - timedelta(seconds=20))
    assert told(health(lead, now=NOW)) == "Last mail left 20 seconds ago."


def test_the_signs_of_life(team, lead):
    assert words(lead) == {"sweep": "never", "mailbox": "never", "tickets": "never", "due": "no mail"}
    Pulse.beat("sweep", now=NOW - timedelta(seconds=19))
    Pulse.beat("mailbox", now=NOW - 5 * MINUTE)
    Pulse.beat("ticket_mailbox", now=NOW - 4 * MINUTE)
    make_mail(team=team, not_before=NOW - 3 * MINUTE)
    make_mail(team=team, not_before=NOW - MINUTE, state=State.RETRY)
    make_mail(team=team, not_before=NOW - 9 * MINUTE, state=State.SENT)
    make_mail(not_before=NOW - 9 * MINUTE)
    assert words(lead) == {
        "sweep": "19 seconds ago",
        "mailbox": "5 minutes ago",
        "tickets": "4 minutes ago",
        "due": "for 3 minutes",
    }


def test_what_is_to_leave_later_is_not_overdue(team, lead):
    make_mail(team=team, not_before=NOW + MINUTE)
    assert words(lead)["due"] == "no mail"


def test_today_begins_at_the_leads_own_midnight(team, lead):
    midnight = NOW.replace(day=16, hour=23, minute=0)  # in Berlin
    make_mail(team=team, state=State.SENT, settled_at=midnight - MINUTE)
    for state in (State.SENT, State.SENT, State.EXPIRED):
        make_mail(team=team, state=state, settled_at=midnight)
    make_mail(state=State.SENT, settled_at=NOW)
    assert today_words(health(lead, now=NOW)) == [("sent", 2), ("too late", 1)]


@pytest.mark.parametrize(
    ("pulse", "is_swept"), [(None, False), (2 * MINUTE, True), (timedelta(seconds=121), False)]
)
def test_two_minutes_without_a_sign_are_too_many(lead, pulse, is_swept):
    if pulse:
        Pulse.beat("sweep", now=NOW - pulse)
    assert health(lead, now=NOW).is_swept == is_swept


@pytest.mark.parametrize(("redis", "advice"), [("", "bin/loop"), ("redis://127.0.0.1:1/0", "bin/worker")])
def test_when_nobody_sends_the_page_says_what_to_do(page, team, settings, redis, advice):
    settings.REDIS_URL = redis
    html = page.get("/outbox/health/").content.decode()
    assert ("Nobody is sending." in html, f"<code>{advice}</code>" in html) == (True, True)
    assert "The worker is there" not in html


def test_when_somebody_sends_the_page_is_calm(page, team):
    make_sender(team=team)
    Pulse.beat("sweep", now=timezone.now())
    html = page.get("/outbox/health/").content.decode()
    assert "The worker is there and looks for mail." in html
    assert "Nobody is sending." not in html


def test_a_pause_is_said(page, team, lead):
    make_sender(team=team, paused_at=NOW, paused_by=lead)
    Pulse.beat("sweep", now=timezone.now())
    html = page.get("/outbox/health/").content.decode()
    assert ("All mail is paused." in html, "waits until you go on" in html) == (True, True)


@pytest.mark.parametrize(
    ("backend", "secret", "mailbox", "tickets", "said"),
    [
        ("smtp", "", "", "", "none is set up: neither mail that comes back nor answers are noticed"),
        ("smtp", "", "", BOX, "none is set up: mail that comes back is not noticed"),
        ("smtp", "", BOX, "", "never"),
        ("anymail.backends.mailgun", "", "", "", "none is set up: neither"),
        ("anymail.backends.mailgun", "a:b", "", "", "but answers are not noticed"),
        ("anymail.backends.mailgun", "a:b", "", BOX, "none is needed"),
    ],
)
def test_it_says_whether_what_comes_back_is_read(
    page, team, settings, backend, secret, mailbox, tickets, said
):
    settings.BOUNCE_IMAP_URL, settings.TICKET_IMAP_URL = mailbox, tickets
    settings.EMAIL_BACKEND, settings.ANYMAIL_WEBHOOK_SECRET = f"{backend}.EmailBackend", secret
    settings.MAIL_CARRIER = "anymail" if secret else "smtp"
    make_sender(team=team)
    Pulse.beat("sweep", now=timezone.now())
    html = page.get("/outbox/health/").content.decode()
    assert (said in html, "imaps" in html) == (True, False)


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ("", "none is set up: mail to you becomes no tickets"),
        ("imaps://u:p@mail.example/INBOX", "4 minutes ago"),
    ],
)
def test_it_says_when_the_ticket_mailbox_was_read(page, team, settings, box, said):
    settings.TICKET_IMAP_URL = box
    Pulse.beat("ticket_mailbox", now=timezone.now() - 4 * MINUTE)
    html = page.get("/outbox/health/").content.decode().replace("\xa0", " ")
    assert f"<dt>Ticket mailbox last read</dt><dd>{said}</dd>" in html


def test_what_waits_is_a_link(page, team):
    for _ in range(2):
        make_mail(team=team)
    assert 'href="/outbox/?heap=waiting">2 mails</a>' in page.get("/outbox/health/").content.decode()


def test_htmx_gets_the_signs_anew(page):
    htmx = {"HX-Request": "true", "HX-Target": "health"}
    part = page.get("/outbox/health/", headers=htmx).content.decode()
    assert part.strip().startswith('<div id="health"')


def test_the_page_costs_the_same_however_many_mails_there_are(page, team):
    make_sender(team=team)
    costs = []
    for number in (3, 30):
        for n in range(number):
            make_mail(team=team, state=[State.QUEUED, State.SENT, State.FAILED][n % 3])
        with CaptureQueriesContext(connection) as queries:
            page.get("/outbox/health/")
        costs.append(len(queries))
    assert costs == [8, 8]


def test_managers_do_not_see_it(client_of, nino):
    assert client_of(nino).get("/outbox/health/").status_code == 403
