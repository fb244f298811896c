import re
from datetime import date

import pytest
from django.conf import settings

from crm.team.views.help import DATES, KEYS
from followups.dates import read_date


def test_the_page_tells_the_method_the_keys_and_the_dates(client_of, nino):
    page = client_of(nino).get("/help/").content.decode()
    assert [page.count(f'id="{part}"') for part in ("main", "keys", "dates")] == [1, 1, 1]


def test_the_keys_alone_come_for_a_script(client_of, nino):
    part = client_of(nino).get("/help/", headers={"HX-Request": "true"}).content.decode()
    assert (part.count("<kbd>j</kbd>"), part.count("<html"), part.count('id="dates"')) == (1, 0, 0)


@pytest.mark.parametrize("text", [text for texts, _meaning in DATES for text in texts])
def test_every_date_that_help_names_can_be_read(text):
    read_date(text, today=date(2026, 11, 17))


def test_every_key_that_does_something_is_named():
    """What static/js/keys.js listens to, and the digits and Ctrl+K, stand in the table."""
    script = (settings.BASE_DIR / "static" / "js" / "keys.js").read_text()
    table = script[script.index("const KEYS = {") :].partition("};")[0]
    pressed = set(re.findall(r'^ {4}"?([^\s":]+)"?:', table, re.MULTILINE))
    named = {key.replace("Esc", "Escape") for keys, _meaning in KEYS for key in keys}
    assert named == pressed | {"1", "…", "31", "Ctrl K", "Ctrl Enter"}
