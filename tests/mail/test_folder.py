"""Mail that stays on this machine."""

from email import message_from_bytes, policy

import pytest

from crm.mail import rounds
from crm.mail.models import Sender, State
from crm.mail.models.outgoing import Reason
from tests.factories import NOW, make_mail, make_sender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def note(register):
    return register()


@pytest.fixture
def folder(settings, tmp_path):
    settings.MAIL_FOLDER, settings.MAIL_CARRIER = tmp_path / "mails", "folder"
    return settings.MAIL_FOLDER


def drain() -> None:
    rounds.drain(clock=lambda: NOW)


def test_a_mail_lands_in_a_file(folder):
    mail = make_mail(team=make_sender().team)
    drain()
    mail.refresh_from_db()
    [path] = folder.iterdir()
    assert (mail.state, mail.detail) == (State.SENT, path.name)
    assert path.name == f"20261117-090300-{mail.public_id}.eml"
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (message["Subject"], message["Message-ID"]) == (mail.subject, mail.message_id)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_sent_again_it_replaces_itself(folder, lead):
    mail = make_mail(team=make_sender().team, state=State.FAILED)
    for _ in range(2):
        type(mail).objects.update(state=State.FAILED)
        mail.resend(by=lead, now=NOW)
        drain()
    assert len(list(folder.iterdir())) == 1


def test_a_team_that_keeps_its_mail_here_does_while_others_send(folder, inbox, settings):
    here, there = make_sender(stays_here=True), make_sender()
    for sender in (here, there, here):
        make_mail(team=sender.team)
    drain()
    assert (len(list(folder.iterdir())), len(inbox.mails)) == (2, 1)


def test_it_does_even_while_no_server_answers(folder, inbox):
    here, there = make_sender(stays_here=True), make_sender()
    first, kept = make_mail(team=there.team), make_mail(team=here.team)
    second = make_mail(team=there.team)
    inbox.answers["MAIL"] = ["421 not today"]
    drain()
    for mail in (first, kept, second):
        mail.refresh_from_db()
    assert [mail.state for mail in (first, kept, second)] == [State.RETRY, State.SENT, State.QUEUED]


@pytest.mark.parametrize("stays_here", [True, False])
def test_who_says_so_while_a_mail_is_in_hand_is_heard(folder, inbox, register, stays_here):
    sender = make_sender(stays_here=not stays_here)
    mail = make_mail(team=sender.team)
    register(why_not=lambda mail, now: Sender.objects.update(stays_here=stays_here) and "")
    drain()
    mail.refresh_from_db()
    files = list(folder.iterdir()) if folder.exists() else []
    assert (mail.state, mail.attempts, len(files), len(inbox.mails)) == (
        State.SENT,
        1,
        int(stays_here),
        int(not stays_here),
    )


def test_a_folder_that_cannot_be_written_costs_no_attempt(folder):
    folder.write_text("a file is in the way")
    mail = make_mail(team=make_sender().team)
    drain()
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.attempts) == (State.RETRY, Reason.UNREACHABLE, 0)
    assert mail.detail == "The folder for mail cannot be written (File exists)."
