from collections.abc import Iterator

import pytest

from tests.mail.dovecot import Dovecot, Mailbox, running_dovecot


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def mailbox(dovecot, settings) -> Mailbox:
    """An empty mailbox on a real server, and the product looks into it."""
    box = dovecot.mailbox()
    settings.BOUNCE_IMAP_URL = box.url
    yield box
    box.client.logout()
