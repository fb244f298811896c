import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from contacts.actions import set_tags
from contacts.importing.columns import guess
from contacts.importing.customers import import_customers
from contacts.importing.readers import read_table
from contacts.models import Customer, Tag
from contacts.models.tag import LONGEST_TAG, read_tags, write_tags
from tests.contacts.test_edit import card, opened, url
from tests.factories import NOW, make_customer, make_dossier

LIST = "/customers/"


@pytest.fixture
def kessler(nino):
    return make_dossier(owner=nino, name="Kessler", number="K-1", country="DE").customer


def tag(customer, *names):
    set_tags(customer=customer, names=names)


def tags_of(customer):
    return Customer.objects.with_tags().get(pk=customer.pk).tag_names


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        (" , ;; |", []),
        ("fair 2026, wine", ["fair 2026", "wine"]),
        ("wine;Fair|  wood ", ["Fair", "wine", "wood"]),
        ("Wine, WINE, wine", ["Wine"]),
        ("Öl, Obst, äpfel", ["äpfel", "Obst", "Öl"]),
    ],
)
def test_tags_are_read_from_one_line(text, tags):
    assert read_tags(text) == tags


def test_a_tag_too_long_is_named():
    with pytest.raises(ValueError, match=f"longer than {LONGEST_TAG} letters"):
        read_tags("wine, " + "x" * (LONGEST_TAG + 1))


@given(st.text(max_size=200))
def test_what_is_written_is_read_again(text):
    try:
        tags = read_tags(text)
    except ValueError:
        return
    assert read_tags(write_tags(tags)) == tags


def test_a_tag_is_one_of_the_team_however_it_is_written(nino, stranger, kessler):
    other, elsewhere = make_customer(owner=nino), make_customer(owner=stranger)
    tag(kessler, "Wine")
    tag(other, "WINE", "fair")
    tag(elsewhere, "wine")
    assert (tags_of(kessler), tags_of(other), tags_of(elsewhere)) == (["Wine"], ["fair", "Wine"], ["wine"])
    assert Tag.objects.count() == 3


def test_a_tag_that_nobody_has_any_more_is_gone(nino, kessler):
    other = make_customer(owner=nino)
    tag(kessler, "wine", "fair")
    tag(other, "wine")
    tag(kessler)
    assert list(Tag.objects.values_list("name", flat=True)) == ["wine"]


def test_what_is_the_same_already_writes_nothing(kessler):
    tag(kessler, "wine", "fair")
    with CaptureQueriesContext(connection) as queries:
        tag(kessler, "Fair", "WINE")
    assert [
        q["sql"].split()[0] for q in queries if q["sql"].split()[0] in ("INSERT", "DELETE", "UPDATE")
    ] == []


# --- the card


def test_tags_are_written_on_the_card_and_stand_on_it(client_of, nino, kessler):
    client = client_of(nino)
    client.post(url(kessler), card(owner=nino.pk, tags="wine; Fair 2026"))
    page = client.get(kessler.get_absolute_url()).content.decode()
    assert '<span class="rb-tag">Fair 2026</span><span class="rb-tag">wine</span>' in page


def test_the_form_offers_the_teams_other_tags(client_of, nino, stranger, kessler):
    tag(kessler, "wine")
    tag(make_customer(owner=nino), "fair")
    tag(make_customer(owner=stranger), "secret")
    form = client_of(nino).get(url(kessler)).context["form"]
    assert (form["tags"].value(), form.lines_of_tags()) == ("wine", ["wine, fair"])


def test_a_tag_too_long_is_said_and_nothing_is_lost(client_of, nino, kessler):
    response = client_of(nino).post(url(kessler), card(owner=nino.pk, tags="wine, " + "x" * 41))
    errors = response.context["form"].errors
    assert (response.status_code, list(errors)) == (422, ["tags"])
    assert "wine, xxx" in response.content.decode()
    assert Tag.objects.count() == 0


def test_two_people_tag_one_dossier_and_are_asked(client_of, nino, lead, kessler):
    his, hers = client_of(nino), client_of(lead)
    first, second = opened(his, kessler), opened(hers, kessler)
    assert his.post(url(kessler), first | {"tags": "wine"}).status_code == 302
    answer = hers.post(url(kessler), second | {"tags": "fair"})
    assert (answer.status_code, "the card says “wine” by now" in answer.content.decode()) == (409, True)
    assert hers.post(url(kessler), second | {"town": "Mainz"}).status_code == 302
    assert tags_of(kessler) == ["wine"]


# --- the list


def test_the_list_shows_tags_and_is_narrowed_by_one(client_of, nino, kessler):
    make_dossier(owner=nino, name="Anker")
    tag(kessler, "wine", "fair")
    client = client_of(nino)
    wine = Tag.objects.get(name="wine")
    page = client.get(LIST, {"tag": wine.pk})
    assert [row.name for row in page.context["page"].rows] == ["Kessler"]
    assert '<span class="rb-tag">fair</span> <span class="rb-tag">wine</span>' in page.content.decode()
    assert len(client.get(LIST).context["page"].rows) == 2


def test_another_teams_tag_counts_as_not_asked(client_of, nino, stranger, kessler):
    elsewhere = make_customer(owner=stranger)
    tag(elsewhere, "wine")
    page = client_of(nino).get(LIST, {"tag": Tag.objects.get().pk})
    assert ([row.name for row in page.context["page"].rows], list(page.context["tags"])) == (["Kessler"], [])


def test_a_tag_without_a_dossier_of_whom_one_asks_says_so(client_of, nino, levan, kessler):
    tag(kessler, "wine")
    page = client_of(nino).get(LIST, {"tag": Tag.objects.get().pk, "owner": levan.pk})
    assert "No such dossier has this tag." in page.content.decode()


@pytest.mark.parametrize("number", [1, 30])
def test_tags_cost_the_list_one_query_and_the_dossier_none(client_of, nino, kessler, number):
    for n in range(number):
        tag(make_dossier(owner=nino).customer, "wine", f"tag {n}")
    tag(kessler, *(f"tag {n}" for n in range(number)))
    client = client_of(nino)
    client.get(LIST)
    with CaptureQueriesContext(connection) as of_list:
        client.get(LIST)
    with CaptureQueriesContext(connection) as of_dossier:
        client.get(kessler.get_absolute_url())
    asked = [q["sql"] for q in of_dossier if 'FROM "contacts_tag"' in q["sql"]]
    assert (len(of_list), asked) == (6, [])


# --- lists that come in


def take_in(text, owner):
    table = read_table("list.csv", text.encode())
    return import_customers(table, guess(table.headings), owner=owner, by=owner, undated="rest", now=NOW)


def test_a_list_brings_its_tags(nino, kessler):
    tag(kessler, "Wine")
    take_in('Firma;Schlagworte\nA;wine, fair\nB;"fair;wood"\nC;\n', nino)
    found = {each.name: each.tag_names for each in Customer.objects.with_tags()}
    assert found == {"A": ["fair", "Wine"], "B": ["fair", "wood"], "C": [], "Kessler": ["Wine"]}


def test_tags_that_cannot_be_read_are_kept_in_the_note(nino):
    done = take_in(f"Firma;Tags\nA;{'x' * 41}\n", nino)
    assert [flaw.label for draft in done.plan.flawed for flaw in draft.flaws] == ["Tags"]
    assert "x" * 41 in Customer.objects.get().entries.get().text


def test_what_the_card_says_comes_back_through_a_list(nino, kessler):
    tag(kessler, "Äpfel & Birnen", "fair 2026", "wine “red”")
    said = write_tags(tags_of(kessler))
    take_in(f'Firma;Tags\nB;"{said}"\n', nino)
    assert tags_of(Customer.objects.get(name="B")) == tags_of(kessler)


@pytest.mark.parametrize("rows", [2, 40])
def test_queries_do_not_grow_with_the_tags_of_a_list(nino, rows):
    text = "Firma;Tags\n" + "".join(f"Firma {n};tag {n}, all\n" for n in range(rows))
    with CaptureQueriesContext(connection) as queries:
        take_in(text, nino)
    assert len([q for q in queries if "contacts_tag" in q["sql"] or "customer_tags" in q["sql"]]) == 3
