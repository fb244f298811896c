"""What a provider reports of mail that left by its API, in its own words."""

import hashlib
import hmac
import json
from base64 import b64encode

import pytest
from django.urls import reverse

from crm.mail.models import OutgoingMail, Return, State, Suppression
from tests.factories import make_mail

SECRET = "ringbinder:a-long-random-text"
POSTMARK_ID, MAILGUN_ID = "883953f4-6105-42a2-a16a-77a8eac79483", "<20261117090300.1.77A8@carton.example>"
SIGNING_KEY = "key-of-mailgun"
URLS = {name: reverse("mail:webhook", args=[f"{name}/tracking/"]) for name in ("postmark", "mailgun")}


@pytest.fixture
def mail(team):
    return make_mail(team=team, state=State.SENT, provider_id=POSTMARK_ID, is_advertising=True)


@pytest.fixture(autouse=True)
def postmark(settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL_WEBHOOK_SECRET = SECRET


def authorized(secret=SECRET):
    return {"authorization": f"Basic {b64encode(secret.encode()).decode()}"}


def post(client, payload, *, url=URLS["postmark"], secret=SECRET):
    return client.post(url, payload, content_type="application/json", headers=authorized(secret))


def bounce(**fields):
    return {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": POSTMARK_ID,
        "Metadata": {},
        "ServerID": 23,
        "MessageStream": "outbound",
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": "b@kessler.example",
        "From": "office@carton.example",
        "BouncedAt": "2026-11-17T09:05:00Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Your cartons",
    } | fields


COMPLAINT = bounce(RecordType="SpamComplaint", Type="SpamComplaint", TypeCode=100001, Details="", ID=42)
UNSUBSCRIBED = {
    "RecordType": "SubscriptionChange",
    "MessageID": POSTMARK_ID,
    "ServerID": 23,
    "MessageStream": "outbound",
    "ChangedAt": "2026-11-17T09:05:00Z",
    "Recipient": "b@kessler.example",
    "Origin": "Recipient",
    "SuppressSending": True,
    "SuppressionReason": "ManualSuppression",
    "Tag": "",
    "Metadata": {},
}


def outcome(mail):
    """Why nothing is sent there any more, and what is noted of the mail."""
    stopped = Suppression.objects.of(mail.team, mail.address_hash).values_list("reason", flat=True)
    return sorted(stopped), list(mail.returns.values_list("what", flat=True))


@pytest.mark.parametrize(
    ("payload", "stopped", "noted"),
    [
        (bounce(), ["bounced"], ["bounced"]),
        (bounce(Details="", Type="BadEmailAddress"), ["bounced"], ["bounced"]),
        (bounce(Details="smtp;552 5.2.2 Mailbox full"), [], ["refused"]),
        (
            bounce(
                Type="SoftBounce",
                Details="",
                Description="Unable to temporarily deliver message (mailbox full)",
            ),
            [],
            ["refused"],
        ),
        (bounce(Type="Blocked", Details="", Description="ISP block"), [], ["refused"]),
        (bounce(Type="Transient", Details=""), [], ["delayed"]),
        (COMPLAINT, ["complained"], ["complained"]),
        (UNSUBSCRIBED, ["opted_out"], []),
        (UNSUBSCRIBED | {"SuppressionReason": "SpamComplaint"}, ["complained"], ["complained"]),
        ({"RecordType": "Delivery", "MessageID": POSTMARK_ID, "Recipient": "b@kessler.example"}, [], []),
        ({"RecordType": "Open", "MessageID": POSTMARK_ID, "Recipient": "b@kessler.example"}, [], []),
    ],
)
def test_what_postmark_reports(client, mail, payload, stopped, noted):
    for _ in range(2):  # they repeat what they are not sure of
        assert post(client, payload).status_code == 200
    assert outcome(mail) == (stopped, noted)


def test_a_bounce_withdraws_what_waits_and_says_why(client, mail):
    waiting = make_mail(team=mail.team, to_email=mail.to_email)
    post(client, bounce())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.SUPPRESSED, "bounced")
    assert Return.objects.get().detail.startswith("smtp;550 5.1.1")


def test_a_mail_is_also_known_by_its_own_id(client, mail):
    OutgoingMail.objects.update(provider_id="")
    post(client, bounce(MessageID="other", Metadata={"mail": mail.public_id}))
    assert outcome(mail) == (["bounced"], ["bounced"])


def test_a_report_on_somebody_else_s_mail(client, mail):
    assert post(client, bounce(MessageID="other")).status_code == 200
    assert outcome(mail) == ([], [])


def mailgun(timestamp="1795000000", token="t" * 50, key=SIGNING_KEY, **fields):
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": timestamp, "token": token, "signature": signature},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "generic",
            "timestamp": 1795000000.5,
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "recipient": "b@kessler.example",
            "message": {"headers": {"message-id": MAILGUN_ID.strip("<>")}},
            "delivery-status": {"code": 550, "message": "5.1.1 User unknown", "description": ""},
            "user-variables": {},
        }
        | fields,
    }


@pytest.fixture
def by_mailgun(settings, mail):
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    OutgoingMail.objects.update(provider_id=MAILGUN_ID)


@pytest.mark.parametrize(
    ("fields", "stopped", "noted"),
    [
        ({}, ["bounced"], ["bounced"]),
        ({"severity": "temporary"}, [], ["delayed"]),
        ({"delivery-status": {"code": 550, "message": "5.7.1 Not wanted"}}, [], ["refused"]),
        ({"event": "complained"}, ["complained"], ["complained"]),
        ({"event": "unsubscribed"}, ["opted_out"], []),
    ],
)
def test_what_mailgun_reports_with_its_signature(client, mail, by_mailgun, fields, stopped, noted):
    assert post(client, mailgun(**fields), url=URLS["mailgun"]).status_code == 200
    assert outcome(mail) == (stopped, noted)


def test_a_wrong_signature_or_secret_is_refused(client, mail, by_mailgun):
    assert post(client, mailgun(key="guessed"), url=URLS["mailgun"]).status_code == 400
    assert post(client, mailgun(), url=URLS["mailgun"], secret="ringbinder:guessed").status_code == 400
    anonymous = client.post(URLS["mailgun"], json.dumps(mailgun()), content_type="application/json")
    assert anonymous.status_code == 400
    assert outcome(mail) == ([], [])


@pytest.mark.parametrize(
    ("backend", "secret", "path"),
    [
        ("django.core.mail.backends.smtp.EmailBackend", SECRET, "postmark/tracking/"),
        ("anymail.backends.mailgun.EmailBackend", SECRET, "postmark/tracking/"),
        ("anymail.backends.postmark.EmailBackend", "", "postmark/tracking/"),
        ("anymail.backends.postmark.EmailBackend", SECRET, "postmark/inbound/"),
        ("anymail.backends.postmark.EmailBackend", SECRET, "mailgun/tracking/"),
        ("anymail.backends.postmark.EmailBackend", SECRET, "postmark/"),
    ],
)
def test_only_the_provider_s_own_address_is_there(client, mail, settings, backend, secret, path):
    settings.EMAIL_BACKEND, settings.ANYMAIL_WEBHOOK_SECRET = backend, secret
    assert post(client, bounce(), url=reverse("mail:webhook", args=[path])).status_code == 404
    assert outcome(mail) == ([], [])


def test_nothing_is_to_be_read_there(client, mail):
    assert client.get(URLS["postmark"]).status_code == 405
    assert client.head(URLS["postmark"]).status_code == 200
