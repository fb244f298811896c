import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Customer
from contacts.views.find import HITS
from tests.factories import make_customer, make_dossier, make_person

HTMX = {"HTTP_HX_REQUEST": "true"}
URL = "/find/"


@pytest.fixture
def kessler(nino):
    customer = make_customer(
        owner=nino, name="Weingut Kessler & Söhne", number="K-1001", phone="069 90009-142", country="DE",
        email="office@kessler.example", town="Oppenheim", person="Barbara Großmann",
    )  # fmt: skip
    make_person(customer=customer, name="ნინო ბერიძე", phone="+995 32 255 10 73", email="nb@kessler.example")
    customer.write()
    make_customer(owner=nino, name="Maas")
    return customer


@pytest.mark.parametrize(
    "text",
    [
        "kessler", "KESS", "weingut söhne", "weingut soehne", "sohne", "grossmann", "GROẞMANN",
        "ბერიძე", "ნინო", "oppenheim", "office@kessler", "nb@kessler.example", "k-1001", "1001",
        "we", "k", "kessler 69",
        "069 90009 142", "+49 69 90009 142", "+49 (0)69 90009142", "0049 69 90009142", "90009-142",
        "069 / 90009-142", "069 – 90009142", "kessler - 069 90009",
        "255 10 73", "kessler 069 90009", "kessler oppenheim barbara", "  kessler   söhne ",
    ],
)  # fmt: skip
def test_found_by_whatever_one_remembers(nino, kessler, text):
    assert list(Customer.objects.visible_to(nino).matching(text)) == [kessler]


@pytest.mark.parametrize(
    "text", ["essler maas", "kessler 70", "ss", "%", "_", "+49 70 90009", "oppenheim bonn"]
)
def test_not_found_by_anything_else(nino, kessler, text):
    assert list(Customer.objects.visible_to(nino).matching(text)) == []


def test_nothing_asked_is_everything(nino, kessler):
    assert Customer.objects.visible_to(nino).matching("  ").count() == 2


def test_hits_lead_to_the_dossiers_and_say_where_they_lie(client_of, nino):
    place = make_dossier(owner=nino, name="Kessler", person="Barbara", town="Oppenheim", due_on=nino.today())
    customer = place.customer
    page = client_of(nino).get(URL, {"q": "oppen"}, **HTMX).content.decode()
    assert page.count("rb-hit") == 1
    assert [
        f'href="/customers/{customer.pk}/"' in page,
        "rb-chip is-today" in page,
        "Barbara · Oppenheim" in page,
    ] == [True] * 3


def test_names_that_begin_so_come_first(client_of, nino):
    for name in ("Alte Mühle", "Mühlbach", "Zur Mühle"):
        make_customer(owner=nino, name=name)
    hits = client_of(nino).get(URL, {"q": "mühl"}, **HTMX).context["hits"]
    assert [hit.name for hit in hits] == ["Mühlbach", "Alte Mühle", "Zur Mühle"]


def test_names_that_have_it_come_before_names_of_people(client_of, nino):
    make_customer(owner=nino, name="Apotheke Fischer", person="Oliver Köhler")
    make_customer(owner=nino, name="Druckerei Köhler")
    for text in ("köhler", "koehler"):
        hits = client_of(nino).get(URL, {"q": text}, **HTMX).context["hits"]
        assert [hit.name for hit in hits] == ["Druckerei Köhler", "Apotheke Fischer"]


def test_the_field_says_what_it_searches(client_of, nino):
    page = client_of(nino).get("/customers/").content.decode()
    assert 'placeholder="Find a dossier, person, phone"' in page
    assert 'placeholder="Name, person, phone, e-mail, town"' in page


def test_strangers_find_nothing(client_of, kessler, stranger):
    assert client_of(stranger).get(URL, {"q": "kessler"}, **HTMX).context["hits"] == []


def test_nothing_typed_finds_nothing(client_of, nino, kessler):
    assert client_of(nino).get(URL, {"q": " "}, **HTMX).content.strip() == b""


def test_nothing_found_offers_a_new_dossier(client_of, nino):
    page = client_of(nino).get(URL, {"q": "<b>Maas"}, **HTMX).content.decode()
    assert "/customers/new/?name=%3Cb%3EMaas" in page
    assert "<b>Maas" not in page


def test_enter_opens_the_only_one_that_is_found(client_of, nino, kessler):
    client = client_of(nino)
    make_customer(owner=nino, name="Maas Verpackung")
    answers = [client.get(URL, {"q": text}).url for text in ("oppenheim", "maas", "")]
    assert answers == [f"/customers/{kessler.pk}/", "/customers/?q=maas", "/customers/?q="]


def test_without_htmx_the_list_answers(client_of, nino):
    response = client_of(nino).get(URL, {"q": "maas & co"})
    assert (response.status_code, response.url) == (302, "/customers/?q=maas+%26+co")


@pytest.mark.parametrize("rows", [3, 50])
def test_the_number_of_queries_does_not_grow(client_of, nino, rows):
    for number in range(rows):
        make_dossier(owner=nino, name=f"Weingut Kessler {number}")
    client = client_of(nino)
    client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(URL, {"q": "kessler"}, **HTMX)
    assert (len(queries), len(response.context["hits"])) == (6 if rows < HITS else 5, min(rows, HITS))


def test_only_reading(client_of, nino):
    assert client_of(nino).post(URL).status_code == 405
    assert client_of(nino).post("/customers/similar/").status_code == 405


@pytest.mark.parametrize(
    "clues",
    [
        {"name": "Kessler GmbH"},
        {"name": "weingut kessler"},
        {"name": "KESSLER & SOEHNE"},
        {"name": "", "phone": "069 90009142"},
        {"name": "Another", "phone": "+995 32 2551073"},
        {"name": "", "email": "NB@kessler.example"},
    ],
)
def test_similar_dossiers_are_shown_while_one_types(client_of, nino, kessler, clues):
    response = client_of(nino).get("/customers/similar/", clues, **HTMX)
    assert response.context["similar"] == [kessler]


@pytest.mark.parametrize(
    ("clues", "ticks"),
    [
        ({"name": "weingut KESSLER & Soehne"}, 1),
        ({"name": "Other", "phone": "069 90009142"}, 1),
        ({"name": "Other", "email": "office@kessler.example"}, 1),
        ({"name": "Kessler"}, 0),
    ],
)
def test_whoever_makes_the_same_customer_again_ticks_that_it_is_another(
    client_of, nino, kessler, clues, ticks
):
    page = client_of(nino).get("/customers/similar/", clues, **HTMX).content.decode()
    assert page.count(f'type="checkbox" name="seen" value="{kessler.pk}"') == ticks
    assert page.count(f'type="hidden" name="seen" value="{kessler.pk}"') == 1 - ticks


def test_on_a_card_there_is_nothing_to_tick(client_of, nino, kessler):
    clues = {"name": kessler.name, "own": make_customer(owner=nino).pk}
    page = client_of(nino).get("/customers/similar/", clues, **HTMX).content.decode()
    assert ("rb-note" in page, "checkbox" in page) == (True, False)


@pytest.mark.parametrize(
    "clues", [{"name": "GmbH"}, {"name": "Oppenheim"}, {"phone": "142"}, {"email": "kessler"}, {}]
)
def test_what_many_have_in_common_makes_nobody_similar(client_of, nino, kessler, clues):
    response = client_of(nino).get("/customers/similar/", clues, **HTMX)
    assert (response.context["similar"], response.content.strip()) == ([], b"")


def test_a_dossier_is_not_similar_to_itself(client_of, nino, kessler):
    response = client_of(nino).get("/customers/similar/", {"name": "Kessler", "own": kessler.pk}, **HTMX)
    assert response.context["similar"] == []


def test_similar_dossiers_of_strangers_are_not_shown(client_of, stranger, kessler):
    response = client_of(stranger).get("/customers/similar/", {"name": "Kessler"}, **HTMX)
    assert response.context["similar"] == []


def test_similar_without_htmx_is_a_search(client_of, nino):
    assert client_of(nino).get("/customers/similar/", {"name": "Maas"}).url == "/customers/?q=Maas"
