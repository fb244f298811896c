"""A mail from the row to the server: every way that its life can go."""

from datetime import datetime, timedelta

import pytest

from crm.mail import rounds
from crm.mail.models import OutgoingMail, State
from tests.factories import NOW, make_mail, make_sender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def note(register):
    return register()


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
