"""One mail of the outbox: how it looks, what became of it, and what a lead decides."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.mail import returns
from crm.mail.actions import confirm
from crm.mail.models import OutgoingMail, Return, State
from crm.mail.models.outgoing import SENT_AGAIN_KEEPS, Reason
from crm.mail.words import ago, history
from tests.factories import NOW, make_mail

BUTTONS = {
    "again": "Send again",
    "delivered": "Mark as delivered",
    "take-out": "Take out",
    "put-back": "Put back",
}


@pytest.fixture
def page(client_of, lead):
    return client_of(lead)


def directives(response) -> list[str]:
    return [each.strip() for each in response["Content-Security-Policy"].split(";")]


def told(mail) -> list[str]:
    return [what for _when, what in history(mail)]


def test_the_page_frames_the_mail_and_shows_its_text_and_headers(page, team):
    mail = make_mail(team=team, text="They are <ready>.", reply_to="nino@carton.example")
    response = page.get(f"/outbox/{mail.pk}/")
    html = response.content.decode()
    assert f'<iframe class="rb-onemail__body" src="/outbox/{mail.pk}/body/" sandbox title=' in html
    assert "They are &lt;ready&gt;." in html
    assert "Reply-To: nino@carton.example" in html
    assert f"Message-ID: &lt;{mail.message_id[1:-1]}&gt;" in html
    assert "frame-src 'self'" in directives(response)
    assert response["X-Frame-Options"] == "DENY"


def test_its_headers_are_shown_without_the_link_by_which_one_opts_out(page, team):
    mail = make_mail(team=team, is_advertising=True, basis="Consent")
    headers = page.get(f"/outbox/{mail.pk}/").context["headers"]
    assert ("List-Unsubscribe: <" in headers, f"/u/{mail.public_id}" in headers) == (True, False)


def test_only_this_page_may_frame(page):
    assert "frame-src" not in page.get("/outbox/")["Content-Security-Policy"]


def test_the_body_is_shut_in(page, team):
    mail = make_mail(team=team, html="<p style='color:red'>Hello<script>alert(1)</script></p>")
    response = page.get(f"/outbox/{mail.pk}/body/")
    assert response.content.decode() == mail.html
    assert directives(response) == [
        "sandbox", "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'self'",
    ]  # fmt: skip
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in response["Cache-Control"]


def test_a_mail_that_cannot_be_written_on_the_wire_is_shown_without_headers(page, team):
    mail = make_mail(team=team, to_email="bärbel@kessler.example", state=State.FAILED, reason=Reason.REFUSED)
    response = page.get(f"/outbox/{mail.pk}/")
    assert (response.status_code, response.context["headers"]) == (200, "")


def test_advertising_says_its_legal_basis(page, team):
    mail = make_mail(team=team, is_advertising=True, basis="consent, 3 May 2026, order form")
    html = page.get(f"/outbox/{mail.pk}/").content.decode()
    assert "on the ground of: consent, 3 May 2026, order form" in html
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in html


@pytest.mark.parametrize("path", ["", "body/", "again/", "delivered/", "take-out/", "put-back/"])
def test_strangers_and_managers_do_not_see_it(client_of, page, nino, team, path):
    theirs, ours = make_mail(state=State.UNKNOWN), make_mail(team=team, state=State.UNKNOWN)
    ask = "get" if path in ("", "body/") else "post"
    assert getattr(page, ask)(f"/outbox/{theirs.pk}/{path}").status_code == 404
    assert getattr(client_of(nino), ask)(f"/outbox/{ours.pk}/{path}").status_code == 403
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {State.UNKNOWN}


@pytest.mark.parametrize("verb", BUTTONS)
def test_a_decision_is_never_a_get(page, team, verb):
    mail = make_mail(team=team, state=State.UNKNOWN)
    assert page.get(f"/outbox/{mail.pk}/{verb}/").status_code == 405


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.QUEUED, ["take-out"]),
        (State.RETRY, ["take-out"]),
        (State.CLAIMED, ["take-out"]),
        (State.HANDOFF, []),
        (State.SENT, []),
        (State.UNKNOWN, ["again", "delivered"]),
        (State.FAILED, ["again"]),
        (State.SUPPRESSED, []),
        (State.EXPIRED, []),
    ],
)
def test_what_can_be_decided_depends_on_the_state(page, team, state, offered):
    mail = make_mail(team=team, state=state)
    html = page.get(f"/outbox/{mail.pk}/").content.decode()
    assert [verb for verb in BUTTONS if f'action="/outbox/{mail.pk}/{verb}/"' in html] == offered
    assert [verb for verb, words in BUTTONS.items() if words in html] == offered


def test_both_risks_are_said_before_one_decides(page, team):
    html = page.get(f"/outbox/{make_mail(team=team, state=State.UNKNOWN).pk}/").content.decode()
    assert "If it did not arrive, the customer never gets it." in html
    assert "If it did arrive, the customer gets it twice." in html


@pytest.mark.parametrize("state", [State.UNKNOWN, State.FAILED])
def test_a_mail_is_sent_again_as_itself(page, team, lead, state):
    mail = make_mail(
        team=team, state=state, reason=Reason.REFUSED, detail="550", valid_until=NOW + timedelta(days=2)
    )
    assert page.post(f"/outbox/{mail.pk}/again/").url == f"/outbox/{mail.pk}/"
    before, message_id = mail.queued_at, mail.message_id
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.detail, mail.attempts) == (State.QUEUED, "", "", 0)
    assert (mail.handed_off_at, mail.settled_at, mail.settled_by) == (None, None, lead)
    assert (mail.queued_at, mail.message_id) == (before, message_id)
    assert mail.valid_until - mail.not_before == SENT_AGAIN_KEEPS
    assert f"sent again by {lead.name}" in page.get(f"/outbox/{mail.pk}/").content.decode()


def test_it_is_of_use_as_long_however_often_it_is_sent_again(team, lead):
    mail = make_mail(team=team, state=State.FAILED)
    for day in (1, 10, 100):
        OutgoingMail.objects.update(state=State.FAILED)
        assert mail.resend(by=lead, now=NOW + timedelta(days=day))
        assert mail.valid_until == NOW + timedelta(days=day) + SENT_AGAIN_KEEPS


def test_a_mail_is_marked_as_delivered(page, team, lead):
    mail = make_mail(team=team, state=State.UNKNOWN, reason=Reason.CUT_OFF)
    assert page.post(f"/outbox/{mail.pk}/delivered/").url == f"/outbox/{mail.pk}/"
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.settled_by) == (State.SENT, Reason.BY_HAND, lead)
    assert f"sent: decided by {lead.name}" in page.get(f"/outbox/{mail.pk}/").content.decode()


def test_its_kind_hears_once_that_it_was_delivered(team, lead, register):
    heard = []
    register(sent=lambda mail, now: heard.append((mail.pk, mail.state, now)))
    mail = make_mail(team=team, state=State.UNKNOWN)
    assert [confirm(mail, by=lead, now=NOW) for _ in range(2)] == [True, False]
    assert heard == [(mail.pk, State.SENT, NOW)]


def test_what_waits_is_taken_out(page, team, lead):
    mail = make_mail(team=team)
    assert page.post(f"/outbox/{mail.pk}/take-out/").url == f"/outbox/{mail.pk}/"
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.settled_by) == (State.SUPPRESSED, Reason.WITHDRAWN, lead)


def test_what_was_taken_out_is_put_back(page, team):
    later = timezone.now() + timedelta(days=1)
    mail = make_mail(team=team, not_before=later, valid_until=later + timedelta(days=1))
    page.post(f"/outbox/{mail.pk}/take-out/")
    assert "Put back" in page.get(f"/outbox/{mail.pk}/").content.decode()
    assert page.post(f"/outbox/{mail.pk}/put-back/").url == f"/outbox/{mail.pk}/"
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.not_before, mail.settled_by) == (State.QUEUED, "", later, None)


@pytest.mark.parametrize("reason", [Reason.OPTED_OUT, Reason.WITHDRAWN])
def test_what_was_held_back_otherwise_or_is_too_late_is_not_put_back(page, team, reason):
    valid_until = NOW if reason == Reason.WITHDRAWN else timezone.now() + timedelta(days=1)
    mail = make_mail(team=team, state=State.SUPPRESSED, reason=reason, valid_until=valid_until)
    assert page.post(f"/outbox/{mail.pk}/put-back/").status_code == 409
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.SUPPRESSED, reason)


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("again", State.SENT),
        ("delivered", State.SENT),
        ("take-out", State.HANDOFF),
        ("delivered", State.FAILED),
    ],
)
def test_who_comes_too_late_sees_how_it_stands(page, team, verb, state):
    mail = make_mail(team=team, state=state)
    response = page.post(f"/outbox/{mail.pk}/{verb}/")
    assert (response.status_code, response.context["mail"].state) == (409, state)
    assert "It changed meanwhile, so nothing was done." in response.content.decode()
    assert "frame-src 'self'" in directives(response)


def test_the_history_of_a_letter_that_was_sent(team, lead):
    later = NOW + timedelta(hours=1)
    ends = {"not_before": later, "handed_off_at": later, "settled_at": later}
    mail = make_mail(team=team, by=lead, attempts=2, state=State.SENT, detail="250 OK", **ends)
    assert told(mail) == [
        "put into the outbox by Lena Vogt", "may leave from here on", "tried 2 times", "handed over", "sent: 250 OK",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ["put into the outbox", "too late from here on"]),
        ({"state": State.HANDOFF}, ["put into the outbox", "being handed over", "handed over"]),
        ({"state": State.EXPIRED}, ["put into the outbox", "too late"]),
        (
            {"state": State.SUPPRESSED, "not_before": NOW + timedelta(1), "settled_at": NOW},
            ["put into the outbox", "held back"],
        ),
    ],
)
def test_the_history_of_others(team, fields, said):
    assert told(make_mail(team=team, **fields)) == said


def test_a_page_costs_the_same_for_every_mail(page, team, register):
    register(about=lambda mails: {mail.pk: ("Fair", "/fairs/1/") for mail in mails})
    costs = []
    for state in (State.UNKNOWN, State.SENT):
        mail = make_mail(team=team, state=state, recipient_id=1)
        with CaptureQueriesContext(connection) as queries:
            page.get(f"/outbox/{mail.pk}/")
        costs.append(len(queries))
    assert costs == [5, 5]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 seconds ago"),
        (1, "1 second ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (7500, "2 hours ago"),
    ],
)
def test_how_long_ago(seconds, words):
    assert ago(NOW - timedelta(seconds=seconds), now=NOW).replace("\xa0", " ") == words


def test_what_came_back_is_part_of_its_story(team):
    mail = make_mail(team=team, state=State.SENT)
    returns.remarked(mail, Return.What.DELAYED, now=NOW, key="1")
    returns.bounced(mail, now=NOW + timedelta(hours=1), key="2", detail="550 5.1.1 User unknown")
    assert told(mail)[-2:] == [
        "delayed by the customer’s mail server",
        "the address does not exist: 550 5.1.1 User unknown",
    ]
