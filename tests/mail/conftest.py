from collections.abc import Iterator

import pytest

from crm.mail import kinds
from crm.mail.kinds import Kind
from tests.mail.dovecot import PATIENCE, Dovecot, Mailbox, running_dovecot
from tests.mail.servers import Inbox, smtp_server


@pytest.fixture(scope="session")
def _server():
    with smtp_server() as inbox:
        yield inbox


@pytest.fixture
def inbox(_server, settings) -> Inbox:
    """An SMTP server that mail leaves by."""
    _server.answers.clear()
    _server.mails.clear()
    _server.raw.clear()
    _server.senders.clear()
    _server.sessions.clear()
    leave_by(settings, _server.port)
    return _server


def leave_by(settings, port: int) -> None:
    settings.MAIL_CARRIER, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", port
    settings.EMAIL_HOST_USER = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


@pytest.fixture
def register(monkeypatch):
    """Registers a kind for one test: register(name, why_not=..., sent=...)."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))

    def _register(name: str = "note", **fields: object) -> Kind:
        kind = Kind(**{"name": name, "label": "A note"} | fields)
        kinds.register(kind)
        return kind

    return _register


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def mailbox(dovecot, settings, monkeypatch) -> Iterator[Mailbox]:
    """An empty mailbox on a real IMAP server, and the product looks into it."""
    monkeypatch.setattr("crm.mail.mailbox.PATIENCE", PATIENCE)
    box = dovecot.mailbox()
    settings.BOUNCE_IMAP_URL = box.url
    yield box
    box.client.logout()
