"""A mail from the row to the server: every way that its life can go."""

import logging
import socket
from datetime import datetime, timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.mail import delivery, rounds
from crm.mail.models import AdvertisingTurn, OutgoingMail, State, Suppression
from crm.mail.models.outgoing import Reason
from crm.mail.smtp import Smtp
from tests.factories import NOW, make_mail, make_sender
from tests.mail.conftest import leave_by
from tests.mail.servers import breaking_server, smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def note(register):
    return register()


@pytest.fixture(params=[True, False], ids=["all at once", "one by one"])
def inbox(inbox, request):
    """A server that takes commands together, and one that wants them singly."""
    inbox.pipelines = request.param
    return inbox


@pytest.fixture
def sender(team):
    return make_sender(team=team)


@pytest.fixture
def mail(sender):
    return make_mail(team=sender.team)


def drain(now: datetime = NOW) -> None:
    rounds.drain(clock=lambda: now)


def state_of(mail: OutgoingMail) -> tuple[str, str]:
    mail.refresh_from_db()
    return mail.state, mail.reason


def test_a_mail_leaves_and_is_known_to_have_left(inbox, mail):
    drain()
    assert [found["Message-ID"] for found in inbox.mails] == [mail.message_id]
    assert state_of(mail) == (State.SENT, "")
    assert (mail.handed_off_at, mail.settled_at, mail.attempts) == (NOW, NOW, 1)
    assert (mail.claim, mail.lease_until, mail.detail) == ("", None, "250 2.0.0 OK")


def test_it_leaves_once_however_often_one_looks(inbox, mail):
    for _ in range(3):
        drain()
        drain(NOW + timedelta(days=1))
    assert len(inbox.mails) == 1


def test_many_mails_go_over_one_connection(inbox, sender):
    for _ in range(3):
        make_mail(team=sender.team)
    drain()
    assert (len(inbox.mails), len(inbox.sessions)) == (3, 1)


def test_a_connection_is_not_used_for_ever(inbox, sender, monkeypatch):
    monkeypatch.setattr("crm.mail.smtp.MOST_MAILS", 2)
    for _ in range(5):
        make_mail(team=sender.team)
    drain()
    assert (len(inbox.mails), len(inbox.sessions)) == (5, 3)


def test_a_connection_that_the_server_closed_meanwhile_costs_no_mail_an_attempt(inbox, sender, monkeypatch):
    first, second = (make_mail(team=sender.team) for _ in range(2))
    take = Smtp.take

    def take_after_a_while(self: Smtp, mail: OutgoingMail) -> None:
        if self._server:
            self._server.sock.shutdown(socket.SHUT_RDWR)
        take(self, mail)

    monkeypatch.setattr(Smtp, "take", take_after_a_while)
    drain()
    assert (state_of(first), state_of(second)) == ((State.SENT, ""),) * 2
    assert (second.attempts, len(inbox.sessions)) == (1, 2)


def test_what_is_not_due_stays(inbox, sender):
    later = make_mail(team=sender.team, not_before=NOW + timedelta(minutes=1))
    drain()
    assert (state_of(later), inbox.mails) == ((State.QUEUED, ""), [])


def test_the_oldest_leaves_first(inbox, sender):
    ages = [2, 3, 1]
    for hours in ages:
        make_mail(team=sender.team, subject=f"{hours}", not_before=NOW - timedelta(hours=hours))
    drain()
    assert [mail["Subject"] for mail in inbox.mails] == ["3", "2", "1"]


def test_after_three_days_without_anybody_each_mail_leaves_once(inbox, sender):
    for day in range(3):
        make_mail(team=sender.team, not_before=NOW - timedelta(days=day), valid_until=NOW + timedelta(days=9))
    drain(NOW + timedelta(days=3))
    drain(NOW + timedelta(days=3))
    assert len(inbox.mails) == 3


# --- what the server says


@pytest.mark.parametrize(
    ("verb", "answer", "reason"),
    [
        ("MAIL", "553 5.7.1 not yours", Reason.REFUSED),
        ("RCPT", "550 5.7.1 no spam please", Reason.REFUSED),
        ("RCPT", "550 5.1.1 who is that", Reason.BOUNCED),
        ("DATA", "554 5.6.0 what is that", Reason.REFUSED),
    ],
)
def test_what_the_server_refuses_for_good_has_failed(inbox, mail, verb, answer, reason):
    inbox.answers[verb] = [answer]
    drain()
    drain(NOW + timedelta(days=1))
    assert (state_of(mail), mail.detail, inbox.mails) == ((State.FAILED, reason), answer, [])
    assert (mail.settled_at, mail.attempts) == (NOW, 1)


def test_an_address_that_does_not_exist_is_remembered_and_told(inbox, mail, register):
    heard = []
    register(bounced=lambda mail, now: heard.append((mail.pk, now)))
    inbox.answers["RCPT"] = ["550 5.1.1 who is that"]
    drain()
    forbidden = Suppression.objects.of(mail.team, mail.address_hash)
    assert list(forbidden.values_list("reason", "made_at")) == [(Suppression.Why.BOUNCED, NOW)]
    assert heard == [(mail.pk, NOW)]


def test_any_other_refusal_says_nothing_of_the_address(inbox, mail):
    inbox.answers["RCPT"] = ["550 5.7.1 no spam please"]
    inbox.answers["DATA"] = ["554 5.1.1 oddly late"]
    drain()
    make_mail(team=mail.team)
    drain()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_what_the_server_does_not_take_now_is_tried_again_later(inbox, mail, verb):
    inbox.answers[verb] = ["451 4.3.0 not now"]
    drain()
    assert state_of(mail) == (State.RETRY, Reason.UNREACHABLE)
    assert (mail.detail, mail.attempts, mail.handed_off_at) == ("451 4.3.0 not now", 1, None)
    drain(mail.not_before - timedelta(seconds=1))
    assert inbox.mails == []
    drain(mail.not_before)
    assert (state_of(mail), mail.attempts, len(inbox.mails)) == ((State.SENT, ""), 2, 1)


def test_pauses_grow_and_after_five_attempts_it_has_failed(inbox, mail):
    inbox.answers["RCPT"] = ["451 4.3.0 not now"] * 9
    pauses, now = [], NOW
    while state_of(mail)[0] != State.FAILED:
        drain(now)
        if state_of(mail)[0] == State.RETRY:
            pauses.append(mail.not_before - now)
            now = mail.not_before
    assert (mail.attempts, len(inbox.answers["RCPT"])) == (5, 4)
    for pause, planned in zip(pauses, delivery.BACK_OFF, strict=True):
        assert 0.8 * planned <= pause <= 1.2 * planned


def test_one_mail_that_is_refused_keeps_no_other_back(inbox, sender):
    mails = [make_mail(team=sender.team) for _ in range(3)]
    inbox.answers["RCPT"] = ["451 4.3.0 not now", "550 5.7.1 never"]
    drain()
    assert [state_of(mail)[0] for mail in mails] == [State.RETRY, State.FAILED, State.SENT]


@pytest.mark.parametrize("answer", ["421 4.3.2 closing", "530 5.7.0 log in first"])
def test_a_server_that_takes_no_mail_costs_no_mail_an_attempt(inbox, sender, answer):
    mails = [make_mail(team=sender.team) for _ in range(3)]
    inbox.answers["MAIL"] = [answer]
    drain()
    assert [state_of(mail)[0] for mail in mails] == [State.RETRY, State.QUEUED, State.QUEUED]
    assert [mail.attempts for mail in mails] == [0, 0, 0]
    assert timedelta(seconds=45) < mails[0].not_before - NOW < timedelta(seconds=75)
    drain(NOW + timedelta(minutes=2))
    assert [state_of(mail)[0] for mail in mails] == [State.SENT] * 3


def test_a_server_that_is_away_costs_no_mail_an_attempt(settings, sender):
    mails = [make_mail(team=sender.team) for _ in range(3)]
    with breaking_server("greeting") as server:
        pass
    leave_by(settings, server.port)
    for minute in range(0, 20, 2):
        drain(NOW + timedelta(minutes=minute))
    assert {(*state_of(mail), mail.attempts) for mail in mails} == {(State.RETRY, Reason.UNREACHABLE, 0)}
    assert mails[0].detail == "The mail server could not be reached (Connection refused)."


NO_ANSWERS = ["354 go on", "100 perhaps", "what is this", "-1"]


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_only_a_plain_no_to_the_whole_mail_means_that_it_has_not_left(inbox, sender, answer):
    first, second, third = (make_mail(team=sender.team) for _ in range(3))
    inbox.answers["DATA"] = ["250 taken", answer]
    drain()
    drain(NOW + timedelta(days=1))
    assert [state_of(mail)[0] for mail in (first, second, third)] == [State.SENT, State.UNKNOWN, State.SENT]
    assert (second.reason, second.attempts) == (Reason.CUT_OFF, 1)
    assert (len(inbox.mails), len(inbox.sessions)) == (2, 2)


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_a_server_that_talks_nonsense_before_is_spoken_to_anew(inbox, sender, answer):
    first, second, third = (make_mail(team=sender.team) for _ in range(3))
    inbox.answers["MAIL"] = ["250 OK", answer]
    drain()
    assert [state_of(mail)[0] for mail in (first, second, third)] == [State.SENT, State.RETRY, State.SENT]
    assert (len(inbox.mails), len(inbox.sessions)) == (2, 2)


# --- where the connection breaks


def test_cut_at_the_greeting_it_waits(settings, mail):
    with breaking_server("greeting") as server:
        leave_by(settings, server.port)
        drain()
    assert (state_of(mail), mail.attempts) == ((State.RETRY, Reason.UNREACHABLE), 0)


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_cut_before_the_mail_is_given_it_is_tried_again(settings, inbox, mail, at):
    with breaking_server(at, pipelines=inbox.pipelines) as server:
        leave_by(settings, server.port)
        drain()
    assert (state_of(mail), mail.attempts) == ((State.RETRY, Reason.UNREACHABLE), 1)
    leave_by(settings, inbox.port)
    drain(mail.not_before)
    assert (state_of(mail), len(inbox.mails)) == ((State.SENT, ""), 1)


@pytest.mark.parametrize("at", ["body", "dot"])
def test_cut_after_that_nobody_knows_and_it_is_never_sent_again_by_itself(settings, inbox, mail, at):
    with breaking_server(at, pipelines=inbox.pipelines) as server:
        leave_by(settings, server.port)
        drain()
    assert (state_of(mail), server.whole) == ((State.UNKNOWN, Reason.CUT_OFF), at == "dot")
    assert (mail.settled_at, mail.handed_off_at) == (NOW, NOW)
    leave_by(settings, inbox.port)
    for day in range(3):
        rounds.sweep(NOW + timedelta(days=day))
        drain(NOW + timedelta(days=day))
    assert (state_of(mail), inbox.mails) == ((State.UNKNOWN, Reason.CUT_OFF), [])


def test_a_person_lets_it_go_once_more_as_itself(settings, inbox, mail, lead):
    with breaking_server("dot") as server:
        leave_by(settings, server.port)
        drain()
    leave_by(settings, inbox.port)
    mail.refresh_from_db()
    assert mail.resend(by=lead, now=NOW)
    drain()
    assert [found["Message-ID"] for found in inbox.mails] == [mail.message_id]
    assert (state_of(mail), mail.settled_by) == ((State.SENT, ""), lead)


# --- what holds a mail back


def test_too_late_it_expires(inbox, sender):
    mail = make_mail(team=sender.team, valid_until=NOW - timedelta(seconds=1))
    drain()
    assert (state_of(mail), mail.settled_at, inbox.mails) == ((State.EXPIRED, Reason.TOO_LATE), NOW, [])


@pytest.mark.parametrize(
    ("why", "is_advertising", "state"),
    [
        ("opted_out", True, State.SUPPRESSED),
        ("opted_out", False, State.SENT),
        ("complained", False, State.SUPPRESSED),
        ("bounced", False, State.SUPPRESSED),
    ],
)
def test_an_address_not_to_be_written_to(inbox, sender, why, is_advertising, state):
    mail = make_mail(team=sender.team, is_advertising=is_advertising)
    Suppression.record(team=sender.team, hashed=mail.address_hash, reason=why, now=NOW)
    drain()
    assert state_of(mail) == (state, why if state == State.SUPPRESSED else "")
    assert len(inbox.mails) == (state == State.SENT)


def test_another_teams_suppression_says_nothing(inbox, mail):
    Suppression.record(team=make_sender().team, hashed=mail.address_hash, reason="bounced", now=NOW)
    drain()
    assert state_of(mail)[0] == State.SENT


def test_the_kind_may_say_that_it_is_not_wanted(inbox, mail, register):
    register(why_not=lambda mail, now: "bought")
    drain()
    assert (state_of(mail), mail.settled_at, inbox.mails) == ((State.SUPPRESSED, "bought"), NOW, [])


def test_the_kind_is_asked_after_the_server_agreed(inbox, mail, register):
    inbox.answers["RCPT"] = ["250 agreed"]
    register(why_not=lambda mail, now: "" if inbox.answers["RCPT"] else "bought")
    drain()
    assert (state_of(mail), mail.handed_off_at, inbox.mails) == ((State.SUPPRESSED, "bought"), None, [])


@pytest.mark.parametrize(
    ("is_advertising", "end"), [(True, (State.SUPPRESSED, "opted_out")), (False, (State.SENT, ""))]
)
def test_what_is_said_of_an_address_meanwhile_counts(inbox, sender, monkeypatch, is_advertising, end):
    """Nobody has told the mail itself, and the server has agreed to take it."""
    mail, take = make_mail(team=sender.team, is_advertising=is_advertising), Smtp.take

    def take_while_he_opts_out(self: Smtp, mail: OutgoingMail) -> None:
        take(self, mail)
        Suppression.record(team=sender.team, hashed=mail.address_hash, reason="opted_out", now=NOW)

    monkeypatch.setattr(Smtp, "take", take_while_he_opts_out)
    drain()
    assert (state_of(mail), len(inbox.mails)) == (end, end[0] == State.SENT)
    assert AdvertisingTurn.objects.count() == 0


def test_withdrawn_between_claim_and_hand_over_it_stays(inbox, mail, register):
    def buy(mail, now):
        OutgoingMail.objects.filter(pk=mail.pk).withdraw(reason=Reason.WITHDRAWN, now=NOW)
        return ""

    register(why_not=buy)
    drain()
    assert (state_of(mail), inbox.mails) == ((State.SUPPRESSED, Reason.WITHDRAWN), [])


def test_a_fault_in_a_kind_keeps_no_other_mail_back(inbox, mail, register, caplog):
    def fail(mail, now):
        raise ValueError(mail.to_name)

    register("broken", why_not=fail)
    broken = make_mail(team=mail.team, kind="broken", not_before=NOW - timedelta(hours=1))
    drain()
    assert (state_of(broken)[0], broken.detail, state_of(mail)[0]) == (State.RETRY, "ValueError", State.SENT)
    assert "Kessler" not in caplog.text


def test_a_team_that_pauses_sends_nothing(inbox, mail, sender, lead):
    sender.pause(by=lead, now=NOW)
    drain()
    assert (state_of(mail), inbox.mails) == ((State.QUEUED, ""), [])
    sender.go_on()
    drain()
    assert state_of(mail)[0] == State.SENT


def test_a_pause_also_stops_what_is_claimed(inbox, mail, sender, lead, register):
    register(why_not=lambda mail, now: sender.pause(by=lead, now=NOW) or "")
    drain()
    rounds.sweep(NOW + timedelta(hours=1))
    assert (state_of(mail), inbox.mails) == ((State.QUEUED, ""), [])


def test_pausing_stops_no_other_team(inbox, mail, sender, lead):
    other = make_mail(team=make_sender().team)
    sender.pause(by=lead, now=NOW)
    drain()
    assert (state_of(mail)[0], state_of(other)[0]) == (State.QUEUED, State.SENT)


# --- at most one advertising mail in seven days


def two_to_one_address(sender) -> list[OutgoingMail]:
    return [
        make_mail(
            team=sender.team,
            is_advertising=True,
            to_email="barbara@kessler.example",
            valid_until=NOW + timedelta(days=30),
        )
        for _ in range(2)
    ]


def test_the_second_advertising_mail_waits_seven_days(inbox, sender):
    first, second = two_to_one_address(sender)
    drain()
    assert (state_of(first)[0], state_of(second)) == (State.SENT, (State.QUEUED, Reason.TURN))
    assert second.not_before == NOW + timedelta(days=7)
    drain(second.not_before - timedelta(seconds=1))
    assert len(inbox.mails) == 1
    drain(second.not_before)
    assert (state_of(second), len(inbox.mails)) == ((State.SENT, ""), 2)


def test_what_is_no_advertising_does_not_wait(inbox, sender):
    first, _ = two_to_one_address(sender)
    plain = make_mail(team=sender.team, to_email=first.to_email)
    drain()
    assert state_of(plain)[0] == State.SENT


def test_it_expires_if_its_turn_would_come_too_late(inbox, sender):
    _, second = two_to_one_address(sender)
    OutgoingMail.objects.filter(pk=second.pk).update(valid_until=NOW + timedelta(days=6))
    drain()
    assert state_of(second) == (State.EXPIRED, Reason.TOO_LATE)


@pytest.mark.parametrize("answer", ["550 5.7.1 never", "451 4.3.0 not now"])
def test_a_mail_that_did_not_leave_leaves_its_turn_to_another(inbox, sender, answer):
    first, second = two_to_one_address(sender)
    inbox.answers["DATA"] = [answer]
    drain()
    assert (state_of(first)[0] != State.SENT, state_of(second)[0]) == (True, State.SENT)
    assert list(AdvertisingTurn.objects.values_list("mail", flat=True)) == [second.pk]


def test_a_mail_that_may_have_left_keeps_its_turn(settings, sender):
    first, second = two_to_one_address(sender)
    with breaking_server("dot") as server:
        leave_by(settings, server.port)
        drain()
        drain()
    assert (state_of(first)[0], state_of(second)) == (State.UNKNOWN, (State.QUEUED, Reason.TURN))


# --- quiet hours; test_quiet.py has the clocks


def test_automatic_mail_waits_for_the_morning(inbox, mail):
    night = NOW.replace(hour=22)
    drain(night)
    assert (state_of(mail), mail.not_before) == (
        (State.QUEUED, Reason.QUIET),
        NOW.replace(day=18, hour=7, minute=0),
    )
    drain(mail.not_before)
    assert state_of(mail) == (State.SENT, "")


@pytest.mark.parametrize(("is_advertising", "state"), [(False, State.SENT), (True, State.QUEUED)])
def test_written_by_hand_it_does_not_unless_it_is_advertising(inbox, sender, register, is_advertising, state):
    register(is_automatic=False)
    mail = make_mail(team=sender.team, is_advertising=is_advertising)
    drain(NOW.replace(hour=22))
    assert (state_of(mail)[0], len(inbox.mails)) == (state, state == State.SENT)
    drain(NOW.replace(day=18))
    assert (state_of(mail)[0], len(inbox.mails)) == (State.SENT, 1)


# --- workers that die, and those that come to know


def test_what_a_dead_worker_had_claimed_is_taken_up_again(inbox, sender):
    mail = make_mail(team=sender.team, state=State.CLAIMED, lease_until=NOW)
    assert not rounds.sweep(NOW)
    drain()
    assert (state_of(mail)[0], inbox.mails) == (State.CLAIMED, [])
    assert rounds.sweep(NOW + timedelta(seconds=1))
    drain(NOW + timedelta(seconds=1))
    assert (state_of(mail)[0], len(inbox.mails)) == (State.SENT, 1)


def test_what_a_dead_worker_was_handing_over_is_not_certain(inbox, sender):
    mail = make_mail(team=sender.team, state=State.HANDOFF, lease_until=NOW)
    rounds.sweep(NOW)
    assert state_of(mail)[0] == State.HANDOFF
    later = NOW + timedelta(seconds=1)
    rounds.sweep(later)
    drain(later)
    assert (state_of(mail), mail.settled_at, inbox.mails) == ((State.UNKNOWN, Reason.CUT_OFF), later, [])


def claimed(sender) -> OutgoingMail:
    make_mail(team=sender.team)
    [mail] = OutgoingMail.objects.claim(now=NOW, lease=timedelta(minutes=1))
    return mail


def test_a_worker_that_comes_late_may_still_tell_what_the_server_said(sender):
    mail = claimed(sender)
    mail.hand_off(now=NOW, lease=timedelta(minutes=1))
    rounds.sweep(NOW + timedelta(hours=1))
    assert mail.has_left(now=NOW, detail="250 OK", provider_id="")
    assert state_of(mail) == (State.SENT, "")


def test_but_not_after_a_person_has_decided(sender, lead):
    mail = claimed(sender)
    mail.hand_off(now=NOW, lease=timedelta(minutes=1))
    rounds.sweep(NOW + timedelta(hours=1))
    OutgoingMail.objects.get().resend(by=lead, now=NOW)
    assert not mail.has_left(now=NOW, detail="250 OK", provider_id="")
    assert state_of(mail)[0] == State.QUEUED


def test_a_worker_whose_claim_expired_may_not_begin_to_hand_over(sender):
    mail = claimed(sender)
    rounds.sweep(NOW + timedelta(hours=1))
    assert OutgoingMail.objects.claim(now=NOW, lease=timedelta(minutes=1)) == [mail]
    assert not mail.hand_off(now=NOW, lease=timedelta(minutes=1))
    assert not mail.give_back()
    assert state_of(mail)[0] == State.CLAIMED


def test_what_was_not_handed_over_is_given_back(sender):
    mail = claimed(sender)
    mail.hand_off(now=NOW, lease=timedelta(minutes=1))
    assert mail.give_back()
    assert (state_of(mail)[0], mail.handed_off_at) == (State.QUEUED, None)


def test_the_kind_hears_that_it_has_left(inbox, mail, register):
    heard = []
    register(sent=lambda mail, now: heard.append((mail.pk, now, mail.state)))
    drain()
    assert heard == [(mail.pk, NOW, State.SENT)]


def test_a_kind_that_fails_to_hear_changes_nothing_about_it(inbox, mail, register, caplog):
    def fail(mail, now):
        make_mail(team=mail.team, kind="unfinished")
        raise ValueError(mail.to_name)

    register(sent=fail)
    drain()
    assert state_of(mail) == (State.SENT, "")
    assert not OutgoingMail.objects.filter(kind="unfinished").exists()
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        f"What became of mail {mail.pk} could not be told: ValueError"
    ]


def test_sending_takes_the_same_few_queries_for_each_mail(inbox, sender):
    def in_queries(number: int) -> int:
        for _ in range(number):
            make_mail(team=sender.team, is_advertising=True)
        with CaptureQueriesContext(connection) as queries:
            drain()
        return len(queries)

    in_queries(1)
    one, three = in_queries(1), in_queries(3)
    assert (three - one) // 2 == 7
    assert (three - one) % 2 == 0


# --- the log-in


def authenticate(server, session, envelope, mechanism, login) -> AuthResult:
    # Not handled: it is the server that answers.
    return AuthResult(success=(login.login, login.password) == (b"crm", b"p@ss"), handled=False)


@pytest.mark.parametrize(
    ("password", "state", "detail"),
    [
        ("p@ss", State.SENT, "250 2.0.0 OK"),
        ("wrong", State.RETRY, "535 5.7.8 Authentication credentials invalid"),
    ],
)
def test_the_server_wants_a_log_in(settings, mail, password, state, detail):
    only_plain = {"auth_require_tls": False, "auth_exclude_mechanism": ["LOGIN"]}
    with smtp_server(authenticator=authenticate, **only_plain) as server:
        leave_by(settings, server.port)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "crm", password
        drain()
    assert (state_of(mail)[0], mail.detail, mail.attempts) == (state, detail, int(state == State.SENT))


def test_a_server_that_cannot_encrypt_gets_nothing_where_encryption_is_asked_for(settings, inbox, mail):
    settings.EMAIL_USE_TLS = True
    drain()
    assert (state_of(mail)[0], mail.attempts, inbox.mails) == (State.RETRY, 0, [])
    assert mail.detail == "The mail server could not be reached (SMTPNotSupportedError)."


# --- in a large outbox


def test_what_is_due_and_what_was_left_lying_are_found_by_their_indexes(sender):
    rows = [make_mail(team=sender.team) for _ in range(2)]
    fields = {
        f.attname: getattr(rows[0], f.attname)
        for f in OutgoingMail._meta.concrete_fields
        if not f.primary_key
    }
    OutgoingMail.objects.bulk_create(
        OutgoingMail(**fields | {"idempotency_key": f"n{n}", "public_id": f"{n}", "message_id": f"{n}"})
        for n in range(1000)
    )
    with connection.cursor() as cursor:
        # What PostgreSQL's own counting found at some moment must not decide.
        cursor.execute("ANALYZE mail_outgoingmail")
    assert "mail_due" in OutgoingMail.objects.due(at=NOW)[:1].explain()
    assert "mail_leased" in OutgoingMail.objects.all()._leased_before(NOW).explain()
