from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail.conftest import _server, dovecot, inbox  # noqa: F401
from tests.mail.dovecot import PATIENCE, Dovecot, Mailbox


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """Where files of tickets lie."""
    settings.ATTACHMENT_DIR = tmp_path / "attachments"
    return settings.ATTACHMENT_DIR


@pytest.fixture
def ticket_box(dovecot: Dovecot, settings, folder, monkeypatch) -> Iterator[Mailbox]:  # noqa: F811
    """An empty mailbox on a real IMAP server, and the product looks into it for tickets."""
    monkeypatch.setattr("crm.mail.mailbox.PATIENCE", PATIENCE)
    box = dovecot.mailbox()
    settings.TICKET_IMAP_URL = box.url
    yield box
    box.client.logout()
