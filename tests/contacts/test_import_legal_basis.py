"""One statement for a whole list that comes in: on what ground its people may be written to."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from contacts.importing.columns import guess
from contacts.importing.customers import ListBasis, import_customers
from contacts.importing.readers import read_table
from contacts.legal_basis import Statement
from contacts.models import Customer, ImportFile, LegalBasis
from crm.mail.addresses import address_hash
from crm.mail.models import Suppression
from tests.factories import NOW, make_customer, make_legal_basis, make_suppression

LIST = "Firma;E-Mail\nA;a@list.example\nB;b@list.example\nKnown;known@list.example\n"
SAID = Statement("customer", "You can refuse letters at any time.", "order form", date(2026, 5, 3))
STATED = {
    "basis-kind": "customer",
    "basis-text": "You can refuse letters at any time.",
    "basis-source": "order form",
    "basis-given_on": "2026-05-03",
}


def take_in(owner, text=LIST, **basis):
    table = read_table("list.csv", text.encode())
    said = ListBasis(SAID, **basis)
    return import_customers(
        table, guess(table.headings), owner=owner, by=owner, undated="rest", now=NOW, basis=said
    )


def based():
    return [customer.name for customer in Customer.objects.filter(legal_basis__isnull=False)]


def test_all_that_are_new_stand_on_the_same_statement(nino):
    make_customer(owner=nino, name="Known", email="known@list.example")
    done = take_in(nino)
    assert (done.made, done.based, done.suppressed, based()) == (2, 2, 0, ["A", "B"])
    basis = LegalBasis.objects.get()
    assert (basis.team, basis.recorded_by, basis.recorded_at) == (nino.team, nino, NOW)
    assert Statement.of(basis) == SAID


def test_whoever_has_a_dossier_gets_it_by_choice_and_keeps_what_he_has(nino):
    make_customer(owner=nino, name="Known", email="known@list.example")
    other = make_customer(owner=nino, name="A", email="a@list.example")
    kept = make_legal_basis(customers=[other])
    assert take_in(nino, known=True).based == 2
    other.refresh_from_db()
    assert (based(), other.legal_basis) == (["A", "B", "Known"], kept)


def test_dossiers_that_one_may_not_see_are_left_alone(nino, levan):
    make_customer(owner=levan, name="Known", email="known@list.example")
    nino.team.managers_see = "own"
    nino.team.save()
    take_in(nino, known=True)
    assert based() == ["A", "B"]


def test_who_opted_out_stays_so_even_if_he_comes_back_with_a_list(nino):
    gone = make_customer(owner=nino, name="A", email="A@list.example")
    make_suppression(customer=gone)
    gone.delete()
    done = take_in(nino)
    assert (done.based, done.suppressed) == (3, 1)
    assert [customer.name for customer in Customer.objects.open_to_advertising()] == ["B", "Known"]


def test_a_statement_that_is_true_of_nobody_is_not_kept(nino):
    take_in(nino, "Firma\n;\n")
    assert LegalBasis.objects.count() == 0


@pytest.mark.parametrize("known", [True, False])
def test_the_number_of_queries_does_not_grow_with_the_list(nino, known):
    def queries(count, prefix):
        text = "Firma;E-Mail\n" + "".join(f"{prefix}{n};{prefix}{n}@list.example\n" for n in range(count))
        with CaptureQueriesContext(connection) as captured:
            take_in(nino, text, known=known)
        return len(captured)

    assert queries(3, "A") == queries(30, "B")


# --- the preview and the result


@pytest.fixture
def preview(client_of, nino, settings, tmp_path):
    settings.IMPORT_DIR = tmp_path / "imports"
    client = client_of(nino)
    file = SimpleUploadedFile("list.csv", LIST.encode())
    return client, client.post(reverse("contacts:import"), {"file": file, "undated": "rest"}).url


COLUMNS = {"0": "name", "1": "email"}


def words(response):
    return " ".join(strip_tags(response.content.decode()).split())


def test_the_preview_asks_and_nothing_said_means_no_basis(preview):
    client, path = preview
    assert "May we write to these people?" in words(client.get(path))
    assert "with a legal basis" not in words(
        client.post(path, COLUMNS | {"basis-kind": "", "import": "1"}, follow=True)
    )
    assert (Customer.objects.count(), based()) == (3, [])


def test_the_result_says_how_many_and_who_stays_suppressed(preview, nino):
    client, path = preview
    Suppression.record(team=nino.team, hashed=address_hash("a@list.example"), reason="opted_out", now=NOW)
    said = words(client.post(path, COLUMNS | STATED | {"import": "1"}, follow=True))
    assert "with a legal basis for letters3" in said
    assert "1 address of the list stays suppressed" in said
    assert LegalBasis.objects.get().given_on == date(2026, 5, 3)


def test_looking_again_loses_nothing_that_was_stated(preview):
    client, path = preview
    client.post(path, STATED | {"0": "name", "1": "keep"})
    text = client.get(path).content.decode()
    assert ('value="order form"' in text, "You can refuse letters at any time.</textarea>" in text) == (
        True,
        True,
    )
    client.post(path, COLUMNS | STATED | {"import": "1"})  # the columns mean something else: look again
    assert Customer.objects.count() == 0
    client.post(path, COLUMNS | {"basis-kind": "", "import": "1"})
    assert (Customer.objects.count(), based()) == (3, [])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"basis-text": ""}, "Write what they agreed to"),
        ({"basis-source": ""}, "Write where it was"),
        ({"basis-given_on": ""}, "Say on which day it was."),
        ({"basis-given_on": "2100-01-01"}, "This day is yet to come"),
        ({"basis-kind": "whatever"}, "Select a valid choice."),
    ],
)
def test_half_a_statement_imports_nothing(preview, wrong, said):
    client, path = preview
    assert said in words(client.post(path, COLUMNS | STATED | wrong | {"import": "1"}))
    assert (Customer.objects.count(), ImportFile.objects.get().options.get("basis")) == (0, None)


def test_known_customers_are_asked_about_only_where_there_are_any(preview, nino):
    client, path = preview
    assert b"basis-known" not in client.get(path).content
    make_customer(owner=nino, name="Known", email="known@list.example")
    assert b"basis-known" in client.get(path).content
    client.post(path, COLUMNS | STATED | {"basis-known": "on", "import": "1"})
    assert based() == ["A", "B", "Known"]


def test_today_is_not_yet_to_come(preview, nino):
    client, path = preview
    client.post(path, COLUMNS | STATED | {"basis-given_on": nino.today().isoformat(), "import": "1"})
    assert based() == ["A", "B", "Known"]
