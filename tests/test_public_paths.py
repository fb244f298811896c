"""What stands in the log of pages that customers open: that something went wrong, never a link that can be pressed."""

import io
import logging

import pytest

from crm.mail.tokens import UNSUBSCRIBE, token_for
from crm.public_paths import PREFIXES, WithoutLinks
from tests.factories import make_mail


@pytest.fixture
def console(monkeypatch):
    """What the handler of the settings writes."""
    handlers = [h for h in logging.root.handlers if any(isinstance(f, WithoutLinks) for f in h.filters)]
    (handler,) = handlers
    monkeypatch.setattr(handler, "stream", io.StringIO())
    return lambda: handler.stream.getvalue().replace("\n", "").partition(" ")[2].partition(" ")[2]


@pytest.mark.django_db
def test_a_link_that_is_asked_for_too_often_is_not_named(client, console):
    token = token_for(make_mail().public_id, purpose=UNSUBSCRIBE)
    statuses = [client.get(f"/u/{token}/").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert console() == "WARNING django.request: Too Many Requests: /u/…"


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("Gone: %s", ("{}token/",)),
        ("Internal Server Error: %s", ("{}token/more",)),
        ("Method Not Allowed (%s): %s", ("PUT", "{}token/")),
        ('"%s" %s', ("GET {}token/?a=b HTTP/1.1", 404)),
        ("Forbidden (%s): /", ("Referer checking failed - https://crm.example{}token/ does not match",)),
        ("Gone: {}token/", ()),
    ],
)
def test_no_link_of_a_customer_is_named(console, prefix, message, args):
    filled = [arg.format(prefix) if isinstance(arg, str) else arg for arg in args]
    logging.getLogger("django.request").error(message.format(prefix), *filled)
    assert f"{prefix}…" in console()
    assert "token" not in console()


@pytest.mark.parametrize("path", ["/customers/7/", "/letters/u/7/", "/u/", "/undo/7/"])
def test_other_paths_are_named(console, path):
    logging.getLogger("django.request").warning("Not Found: %s", path)
    assert console() == f"WARNING django.request: Not Found: {path}"
