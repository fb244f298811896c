"""The stack of a tab as a PDF, read back with a second library."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from crm.team.models import User
from followups.board import Board
from followups.dates import Tab
from followups.stack_pdf import stack_pdf
from tests.factories import NOW, TODAY, make_dossier, make_slip


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def pdf_url(owner, slug=None):
    return reverse("followups:stack_pdf", args=[owner.pk, slug or TODAY.isoformat()])


def pages(content):
    """The words of each page."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def test_it_holds_what_lies_there_in_german_and_georgian_too(client_of, nino):
    kessler = make_dossier(
        owner=nino, at="10:15", name="Weingut Keßler & Söhne", person="Barbara Größl", phone="069 1234",
        plan="600 Kartons – ja oder nein?",
    )  # fmt: skip
    make_slip(customer=kessler.customer, reason="Barbara turns 50")
    make_dossier(owner=nino, kind="visit", name="ყველის სახლი", plan="აჩვენე ნიმუშები")
    make_dossier(owner=nino, due_on=TODAY - timedelta(1), name="Bergmann")
    response = client_of(nino).get(pdf_url(nino))
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == 'attachment; filename="2026-11-17.pdf"'
    assert "no-store" in response["Cache-Control"]
    (page,) = pages(response.content)
    for words in (
        "17 Tuesday November 2026 · 2 to do · 1 call, 1 visit", "1 left behind", "Mon 16", "Bergmann", "10:15 Call",
        "Weingut Keßler & Söhne Barbara Größl 600 Kartons – ja oder nein? • Barbara turns 50", "069 1234",
        "ყველის სახლი აჩვენე ნიმუშები", "any time Visit", f"{nino.name}’s binder",
    ):  # fmt: skip
        assert words in page


def test_what_is_taken_along_says_how_full_the_coming_days_are(client_of, nino):
    make_dossier(owner=nino, due_on=TODAY + timedelta(1))
    (page,) = pages(client_of(nino).get(pdf_url(nino)).content)
    assert "How full the coming days are: Wed 18 Nov: 1 of 16 · Thu 19 Nov: 0 of 16 · Fri 20 Nov" in page
    kept = client_of(nino).get("/binder/pocket/").content.decode()
    assert "<li>Wed 18 Nov: 1 of 16</li><li>Thu 19 Nov: 0 of 16</li>" in kept


def test_a_long_stack_goes_on_on_further_pages_and_no_row_is_torn(nino):
    names = [f"Customer number {n:02}" for n in range(40)]
    for name in names:
        make_dossier(owner=nino, name=name, plan="What was agreed last time. " * 20)
    found = pages(stack_pdf(Board(user=nino, owner=nino, tab=Tab(TODAY), now=NOW)))
    assert [sum(name in page for page in found) for name in names] == [1] * 40
    assert all(page.count("next date") == page.count("any time") for page in found)


@pytest.mark.parametrize(
    ("slug", "words"),
    [("2026-12", "December 2026"), ("cabinet", "resting"), ("2026-11-18", "Nothing lies here")],
)
def test_every_tab_can_be_taken_along(client_of, nino, slug, words):
    make_dossier(owner=nino, due_on=TODAY.replace(month=12, day=1), precision="month")
    make_dossier(owner=nino, rest_reason="Closed for the season")
    assert words in pages(client_of(nino).get(pdf_url(nino, slug)).content)[0]


def test_signs_that_no_font_has_and_words_without_end_break_nothing(client_of, nino):
    make_dossier(owner=nino, name="🎁 箱" * 40, plan="x" * 3000)
    assert client_of(nino).get(pdf_url(nino)).status_code == 200


def test_a_stranger_and_a_tab_that_is_none_are_not_found(client_of, nino, stranger):
    assert client_of(stranger).get(pdf_url(nino)).status_code == 404
    assert client_of(nino).get(pdf_url(nino, "yesterday")).status_code == 404
    assert client_of(nino).post(pdf_url(nino)).status_code == 405


def test_it_asks_the_database_as_often_for_ten_as_for_two(client_of, nino):
    counts = []
    for more in (2, 8):
        for _ in range(more):
            make_dossier(owner=nino, person="Barbara", due_on=TODAY)
            make_dossier(owner=nino, due_on=TODAY - timedelta(1))
        owner = User.objects.select_related("team").get(pk=nino.pk)  # who knows nothing yet
        with CaptureQueriesContext(connection) as queries:
            stack_pdf(Board(user=owner, owner=owner, tab=Tab(TODAY), now=NOW))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_the_board_leads_there(client_of, nino):
    make_dossier(owner=nino)
    assert pdf_url(nino) in client_of(nino).get(f"/binder/{nino.pk}/{TODAY}/").content.decode()
