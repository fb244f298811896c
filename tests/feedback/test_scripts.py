"""The team's scripts: words for common situations."""

import pytest
from django.urls import reverse

from feedback.models import Script
from tests.factories import make_customer, make_sender
from tests.feedback.makers import make_script

SCRIPTS, NEW, PREVIEW = (reverse(f"feedback:{name}") for name in ("scripts", "script_new", "script_preview"))
FIELDS = {"name": "Late", "kind": "", "language": "en", "text": "{name}, we are sorry."}


def page_of(response):
    return response.content.decode()


def at(script, name="script"):
    return reverse(f"feedback:{name}", args=[script.pk])


def test_an_empty_team_is_offered_some_to_begin_with(client_of, nino, lead):
    page = page_of(client_of(lead).get(SCRIPTS))
    assert ("The team has no scripts yet." in page, page.count("?like=")) == (True, 9)
    assert "?like=" not in page_of(client_of(nino).get(SCRIPTS))
    page = page_of(client_of(lead).get(NEW, {"like": "damaged", "language": "de"}))
    assert ("Beschädigtes ersetzen wir kostenlos." in page, "Goods arrived damaged" in page) == (True, True)


def test_a_script_is_written_read_changed_and_deleted(client_of, lead, nino):
    client = client_of(lead)
    assert client.post(NEW, FIELDS).url == SCRIPTS
    script = Script.objects.get()
    assert "we are sorry" in page_of(client_of(nino).get(at(script)))
    client.post(at(script), FIELDS | {"text": "Sorry!"})
    script.refresh_from_db()
    assert (script.text, script.team) == ("Sorry!", lead.team)
    assert "Delete the script “Late”?" in page_of(client.get(at(script, "script_delete")))
    assert client.post(at(script, "script_delete")).url == SCRIPTS
    assert not Script.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "Hello {nmae}"}, "There is no field {nmae}. Did you mean {name}?"),
        ({"text": "A { alone"}, "A brace stands alone."),
        ({"text": ""}, "Write the words."),
        ({"name": ""}, "For which situation are these words?"),
        ({"language": "fr"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_it_is_said_when_it_is_saved(client_of, lead, fields, words):
    response = client_of(lead).post(NEW, FIELDS | fields)
    assert (response.status_code, words in page_of(response), Script.objects.count()) == (422, True, 0)


def test_it_is_looked_at_with_a_real_customer(client_of, nino, lead):
    make_sender(team=nino.team)
    make_customer(owner=lead, name="Kessler", person="Barbara Kessler")
    make_customer(owner=lead, name="Anker", person="Anna Anker")
    page = page_of(client_of(lead).post(PREVIEW, FIELDS | {"who": "Kess"}))
    assert ("Dear Barbara Kessler," in page, "Barbara Kessler, we are sorry." in page) == (True, True)
    assert "Dear Anna Anker," in page_of(client_of(lead).post(PREVIEW, FIELDS))
    assert "Kind regards," in page
    problems = page_of(client_of(lead).post(PREVIEW, FIELDS | {"text": "{nmae}"}))
    assert "There is no field {nmae}" in problems


def test_only_leads_change_scripts_and_strangers_find_none(client_of, nino, lead, stranger):
    script = make_script(team=nino.team)
    for path in (NEW, at(script, "script_delete")):
        assert client_of(nino).get(path).status_code == 403
    assert client_of(nino).post(at(script), FIELDS).status_code == 403
    for name in ("script", "script_delete"):
        assert client_of(stranger).get(at(script, name)).status_code in (403, 404)
    assert "Delivery is late" not in page_of(client_of(stranger).get(SCRIPTS))
    assert client_of(lead).get(PREVIEW).status_code == 405
