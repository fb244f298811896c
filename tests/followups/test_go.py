"""The command box: what a line may mean, and that reading it changes nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from followups.commands import Command
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_dossier, make_user

URL = "/go/"
HTMX = {"HX-Request": "true", "HX-Target": "go-hits"}


@pytest.fixture(autouse=True)
def tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kessler(nino):
    make_dossier(owner=nino, name="Maas")
    return make_dossier(owner=nino, name="Weingut Kessler", person="Barbara Kessler", town="Oppenheim")


def command(text, user, *, owner=None, opened=None):
    return Command(text, user=user, owner=owner or user, now=NOW, opened=opened)


def labels(text, user, **kw):
    return [offer.label for offer in command(text, user, **kw).offers]


@pytest.mark.parametrize(
    ("text", "label", "slug"),
    [
        ("8", "Open the tab Tue 8 Dec", "2026-12-08"),
        ("tomorrow", "Open the tab Wed 18 Nov", "2026-11-18"),
        ("tomorrow 10:30", "Open the tab Wed 18 Nov", "2026-11-18"),
        ("July", "Open the tab July", "2027-07"),
        ("cabinet", "Open the tab the cabinet", "cabinet"),
    ],
)
def test_a_day_or_a_month_opens_its_tab(nino, text, label, slug):
    offers = command(text, nino).offers
    assert [offer.label for offer in offers] == [label, f"New dossier “{text}”"]
    assert offers[0].href == f"/binder/{nino.pk}/{slug}/"


def test_it_says_where_the_tab_is_and_what_lies_there(nino):
    make_dossier(owner=nino, due_on=TODAY + timedelta(5))
    assert command("sunday", nino).offers[0].about == "Tab 22 · 1 dossier · rest day (Sunday)"
    assert command("July", nino).offers[0].about == "July tab · 0 dossiers"


def test_a_name_finds_dossiers_and_offers_a_new_one(kessler, nino):
    offers = command("kess", nino).offers
    assert [(offer.label, offer.about) for offer in offers] == [
        ("Weingut Kessler", "Barbara Kessler · Oppenheim"),
        ("New dossier “kess”", ""),
    ]
    assert offers[0].href == kessler.customer.get_absolute_url()
    assert offers[1].href == "/customers/new/?name=kess"


def test_nothing_is_offered_for_nothing(nino):
    assert command("  ", nino).offers == []


def test_the_sign_moves_the_open_dossier_or_one_that_is_named(kessler, nino):
    assert labels("> 8", nino, opened=kessler.customer_id) == ["Move Weingut Kessler to Tue 8 Dec"]
    assert labels("kess > 8", nino) == ["Move Weingut Kessler to Tue 8 Dec"]
    assert labels("kess>sunday", nino) == [
        "Move Weingut Kessler to Sun 22 Nov",
        "Move Weingut Kessler to Mon 23 Nov",
    ]


def test_of_many_with_that_name_a_few_are_offered(nino):
    for n in range(5):
        make_dossier(owner=nino, name=f"Hotel {n}")
    assert labels("hotel > 8", nino) == [f"Move Hotel {n} to Tue 8 Dec" for n in range(3)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("> 8", "Which dossier? Write its name before the sign, such as “Kessler > 5 July”."),
        ("nobody > 8", "No dossier says “nobody”."),
        ("kess > asdf", "“asdf” is no date we know."),
        ("kess > yesterday", "Yesterday has passed: name a day from today on."),
        ("kess >", "Name a day, such as"),
    ],
)
def test_what_is_missing_is_said(kessler, nino, text, problem):
    asked = command(text, nino)
    assert (asked.offers, asked.problem[: len(problem)]) == ([], problem)


def test_the_tab_is_that_of_the_binder_that_lies_open(levan, nino, client_of):
    page = client_of(nino).get(URL, {"q": "8", "who": levan.pk}, headers=HTMX).content.decode()
    assert f'href="/binder/{levan.pk}/2026-12-08/"' in page


def test_a_binder_of_strangers_is_not_opened_nor_a_dossier_found(kessler, nino, stranger, client_of):
    client = client_of(stranger)
    page = client.get(URL, {"q": "8", "who": nino.pk}, headers=HTMX).content.decode()
    assert f'href="/binder/{stranger.pk}/2026-12-08/"' in page
    for text in ("kessler", "kessler > 8", "> 8"):
        page = client.get(URL, {"q": text, "open": kessler.customer_id}, headers=HTMX).content.decode()
        assert "Weingut" not in page


def test_a_movement_is_a_form_and_reading_it_moves_nothing(kessler, nino, client_of):
    client = client_of(nino)
    page = client.get(URL, {"q": "kess > 8"}, headers=HTMX).content.decode()
    assert FollowUp.objects.get(customer=kessler.customer) == kessler
    assert f'action="{reverse("followups:move")}"' in page
    fields = {"f": f"{kessler.pk}:1", "tab": str(TODAY), "when": "2026-12-08"}
    assert [f'name="{name}" value="{value}"' in page for name, value in fields.items()] == [True] * 3
    answer = client.post(reverse("followups:move"), fields)
    placed = FollowUp.objects.open().get(customer=kessler.customer)
    assert answer.url == f"/binder/{nino.pk}/{TODAY}/?placed={placed.pk}"
    assert placed.due_on.isoformat() == "2026-12-08"


def test_on_its_own_page_one_stays_there(kessler, nino, client_of):
    asked = {"q": "> 8", "open": kessler.customer_id, "page": "dossier"}
    client = client_of(nino)
    assert 'name="page" value="dossier"' in client.get(URL, asked, headers=HTMX).content.decode()
    asked["q"] = "maas > 8"
    assert 'name="page" value="dossier"' not in client.get(URL, asked, headers=HTMX).content.decode()


def test_the_page_without_a_script_says_the_same(kessler, nino, client_of):
    page = client_of(nino).get(URL, {"q": "kess > 8", "open": "7"}).content.decode()
    assert "Move Weingut Kessler to Tue 8 Dec" in page
    assert 'name="open" value="7"' in page
    assert page.count('id="go"') == 1


@pytest.mark.parametrize(
    "asked", [{}, {"q": "x" * 5000}, {"q": "<b>", "open": "x", "who": "9" * 40, "page": "<i>"}]
)
def test_odd_questions_are_answered(nino, client_of, asked):
    page = client_of(nino).get(URL, asked)
    assert (page.status_code, b"<b>&lt;" in page.content, b"<i>" in page.content) == (200, False, False)


def test_it_cannot_be_posted_to(nino, client_of):
    assert client_of(nino).post(URL, {"q": "8"}).status_code == 405


def test_every_page_inside_has_the_box_and_none_outside(nino, client_of, client):
    assert 'id="go"' in client_of(nino).get("/customers/").content.decode()
    assert 'id="go"' not in client.get("/account/login/").content.decode()


@pytest.mark.parametrize(("text", "number"), [("hotel", 4), ("hotel > 8", 6), ("8", 7)])
def test_the_same_few_queries_for_any_number(nino, client_of, django_assert_num_queries, text, number):
    client = client_of(nino)
    for size in (7, 20):
        for _ in range(size):
            make_dossier(owner=nino, name="Hotel", person="Barbara")
        make_user(team=nino.team)
        client.get(URL, {"q": text}, headers=HTMX)
        with django_assert_num_queries(number):
            client.get(URL, {"q": text}, headers=HTMX)
