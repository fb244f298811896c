"""Today's tab as a page for a phone. What the browser keeps of it is in tests/browser/test_out_of_the_house.py."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, TODAY, make_dossier, make_slip

PAGE = "/binder/pocket/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def test_it_shows_today_and_what_was_left_behind_only_to_be_read(client_of, nino, levan):
    kessler = make_dossier(
        owner=nino, at="10:15", kind="visit", name="Kessler", person="Barbara", phone="069 1234",
        plan="600 cartons?", street="Rheinstraße 14",
    )  # fmt: skip
    make_slip(customer=kessler.customer, reason="Barbara turns 50")
    make_dossier(owner=nino, due_on=TODAY - timedelta(1), name="Bergmann")
    make_dossier(owner=nino, due_on=TODAY + timedelta(1), name="Tomorrow")
    make_dossier(owner=levan, name="Of a colleague")
    content = client_of(nino).get(PAGE).content.decode()
    for words in ("Kessler", "Barbara turns 50", "600 cartons?", "tel:0691234", "Rheinstraße 14", "Bergmann"):
        assert words in content
    assert "binder as it was on Tue 17 Nov at 10:03" in content
    assert ("Tomorrow" in content, "Of a colleague" in content, "<form" in content) == (False,) * 3


def test_it_says_whose_it_is_and_is_kept_by_nobody_else(client_of, nino):
    response = client_of(nino).get(PAGE)
    assert (response["X-Kept-For"], response["X-Kept-At"]) == (str(nino.pk), str(int(NOW.timestamp() * 1000)))
    assert "no-store" in response["Cache-Control"]
    assert client_of(nino).post(PAGE).status_code == 405


def test_it_asks_the_database_as_often_for_ten_as_for_two(client_of, nino):
    page, counts = client_of(nino), []
    for more in (2, 8):
        for _ in range(more):
            make_slip(customer=make_dossier(owner=nino, person="Barbara").customer)
            make_dossier(owner=nino, due_on=TODAY - timedelta(1))
        with CaptureQueriesContext(connection) as queries:
            page.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def test_the_worker_stands_at_the_root_for_all_addresses(client_of, nino):
    response = Client().get("/worker.js")
    assert (response.status_code, response["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert b"fetch" in response.getvalue()
    assert "worker-src 'self'" in response["Content-Security-Policy"]


def test_logging_out_clears_what_the_browser_keeps(client_of, nino):
    page = client_of(nino)
    assert "Clear-Site-Data" not in page.get("/account/logout/")
    assert page.post("/account/logout/")["Clear-Site-Data"] == '"storage"'


def test_no_network_never_means_somebody_elses_tab(client_of, nino, levan):
    """By this each page knows whose copy may stay."""
    assert f'data-user="{nino.pk}"' in client_of(nino).get("/help/").content.decode()
    assert "data-user" not in Client().get("/account/login/").content.decode()
    assert "js/pocket.js" in Client().get("/account/login/").content.decode()
