"""Mail by a provider's API: Anymail, and a real HTTP server in place of the provider's."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import NAMESPACE_URL, uuid5

import pytest
from django.db import connection

from crm.mail import rounds
from crm.mail.models import AdvertisingTurn, OutgoingMail, State
from crm.mail.models.outgoing import Reason
from tests.factories import NOW, make_mail, make_sender

pytestmark = pytest.mark.django_db


@dataclass
class Provider:
    """Answers (status, body) in turn, then that all is well; `None` closes the connection instead."""

    port: int = 0
    answers: list = field(default_factory=list)
    requests: list[tuple[str, dict, bytes]] = field(default_factory=list)
    on_request: Callable[[], None] = lambda: None
    is_over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def provider():
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.on_request()
            found.requests.append((self.path, dict(self.headers), body))
            answer = found.answers.pop(0) if found.answers else (200, {"id": "at-provider-1"})
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if answer == "slow":
                found.is_over.wait()  # longer than anybody waits
                answer = (200, {"id": "late"})
            status, said = answer
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield found
    found.is_over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def leave_by(settings, port: int, name: str, **more: object) -> None:
    settings.MAIL_CARRIER, settings.EMAIL_BACKEND = "anymail", f"anymail.backends.{name}.EmailBackend"
    settings.ANYMAIL = {
        "IGNORE_UNSUPPORTED_FEATURES": True,
        f"{name.upper()}_API_KEY": "key",
        f"{name.upper()}_API_URL": f"http://127.0.0.1:{port}/",
    } | more


@pytest.fixture
def resend(provider, settings):
    """One that knows keys, as a header of the request."""
    leave_by(settings, provider.port, "resend")
    return provider


@pytest.fixture
def brevo(provider, settings):
    """One that knows keys, as a header of the mail."""
    leave_by(settings, provider.port, "brevo")
    return provider


@pytest.fixture(autouse=True)
def note(register):
    return register()


@pytest.fixture
def mail(db):
    return make_mail(
        team=make_sender().team,
        to_name="Ludmila Ó Cinnéide",
        is_advertising=True,
        reply_to="nino@carton.example",
    )


def drain(now=NOW) -> None:
    rounds.drain(clock=lambda: now)


def state_of(mail: OutgoingMail) -> tuple[str, str, str]:
    mail.refresh_from_db()
    return mail.state, mail.reason, mail.detail


def test_a_mail_leaves_by_the_api(resend, mail):
    drain()
    assert state_of(mail) == (State.SENT, "", "queued")
    assert mail.provider_id == "at-provider-1"
    [(path, headers, body)] = resend.requests
    sent = json.loads(body)
    assert path == "/emails"
    assert sent["to"] == [f"Ludmila Ó Cinnéide <{mail.to_email}>"]
    assert (sent["subject"], sent["text"], sent["html"]) == (mail.subject, mail.text, mail.html)
    told = sent["headers"]
    assert told["Message-ID"] == mail.message_id
    assert told["Auto-Submitted"] == "auto-generated"
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert json.loads(told["X-Metadata"]) == {
        "mail": mail.public_id,
        "idempotency_key": headers["Idempotency-Key"],
    }
    assert sent["reply_to"] in ("nino@carton.example", ["nino@carton.example"])


def test_each_mail_has_its_own_key(resend, mail):
    make_mail(team=mail.team)
    drain()
    assert len({headers["Idempotency-Key"] for _, headers, _ in resend.requests}) == 2


@pytest.mark.parametrize("name", ["resend", "brevo"])
def test_the_key_does_not_tell_the_provider_who_bought_when(provider, settings, mail, name):
    leave_by(settings, provider.port, name)
    OutgoingMail.objects.update(idempotency_key="repurchase:471108154711:2026-10-08:1")
    drain()
    [(_, headers, body)] = provider.requests
    for fact in ("471108154711", "2026-10-08", "repurchase"):
        assert fact not in f"{headers}{body}"
    plain = uuid5(NAMESPACE_URL, "repurchase:471108154711:2026-10-08:1")
    assert str(plain) not in f"{body}"


def test_brevo_is_told_the_key_in_its_own_way(brevo, mail):
    brevo.answers = [(201, {"messageId": "<1@brevo>"})]
    drain()
    assert (state_of(mail)[0], mail.provider_id) == (State.SENT, "<1@brevo>")
    key = json.loads(brevo.requests[0][2])["headers"]["idempotencyKey"]
    assert len(key) == 36


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_mail_that_the_provider_does_not_take_has_failed(brevo, mail, status):
    brevo.answers = [(status, {"message": "no such thing"})]
    drain()
    assert state_of(mail) == (State.FAILED, Reason.REFUSED, f'{status} {{"message": "no such thing"}}')


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_provider_that_takes_no_mail_now_costs_no_attempt(brevo, mail, status):
    other = make_mail(team=mail.team)
    brevo.answers = [(status, {})]
    drain()
    assert (state_of(mail)[:2], mail.attempts) == ((State.RETRY, Reason.UNREACHABLE), 0)
    assert (state_of(other)[0], len(brevo.requests)) == (State.QUEUED, 1)


@pytest.mark.parametrize("answer", [(500, {}), (502, {}), (408, {}), None, (200, ["what is this"])])
def test_after_a_doubt_a_person_decides(brevo, mail, answer):
    brevo.answers = [answer]
    drain()
    assert state_of(mail)[:2] == (State.UNKNOWN, Reason.CUT_OFF)


@pytest.mark.parametrize("answer", [(500, {}), (409, {}), None])
def test_a_provider_that_knows_keys_is_asked_again_by_nobody_but_a_person(resend, mail, lead, answer):
    other = make_mail(team=mail.team, is_advertising=True, to_email=mail.to_email)
    resend.answers = [answer]
    for day in range(3):
        drain(NOW + timedelta(days=day))
    assert state_of(mail)[:2] == (State.UNKNOWN, Reason.CUT_OFF)
    assert (AdvertisingTurn.objects.get().mail_id, state_of(other)[0]) == (mail.pk, State.EXPIRED)
    assert len(resend.requests) == 1
    assert mail.resend(by=lead, now=NOW)
    drain()
    assert state_of(mail)[0] == State.SENT
    first, second = resend.requests
    assert first[1]["Idempotency-Key"] == second[1]["Idempotency-Key"]
    assert first[2] == second[2]


def test_an_answer_that_takes_too_long_is_a_doubt(provider, settings, mail):
    leave_by(settings, provider.port, "brevo", REQUESTS_TIMEOUT=0.1)
    provider.answers = ["slow"]
    drain()
    assert state_of(mail) == (State.UNKNOWN, Reason.CUT_OFF, "ReadTimeout")


def test_a_provider_that_cannot_be_reached_costs_no_attempt(settings, mail):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        leave_by(settings, probe.getsockname()[1], "brevo")
        drain()
    assert (state_of(mail)[:2], mail.attempts) == ((State.RETRY, Reason.UNREACHABLE), 0)


def test_a_missing_key_is_said(provider, settings, mail):
    leave_by(settings, provider.port, "brevo")
    settings.ANYMAIL = {}
    drain()
    state, reason, detail = state_of(mail)
    assert (state, reason, mail.attempts) == (State.RETRY, Reason.UNREACHABLE, 0)
    assert "BREVO_API_KEY" in detail
    assert provider.requests == []


@pytest.mark.django_db(transaction=True)
def test_the_database_knows_of_the_hand_over_before_the_provider_does(brevo):
    def look() -> None:
        seen.append(OutgoingMail.objects.values_list("state", flat=True).get())
        connection.close()

    seen, brevo.on_request = [], look
    make_mail(team=make_sender().team)
    drain()
    assert seen == [State.HANDOFF]
