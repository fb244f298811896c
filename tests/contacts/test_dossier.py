from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Entry
from contacts.timeline import PAGE
from tests.factories import NOW, TODAY, make_dossier, make_entry, make_person, make_purchase

HTMX = {"HTTP_HX_REQUEST": "true"}


def url(customer, tail=""):
    return f"/customers/{customer.pk}/{tail}"


@pytest.fixture
def kessler(nino):
    return make_dossier(
        owner=nino, name="Weingut Kessler & Sohn", phone="+49 69 90009142", email="office@kessler.example",
        about="winery", town="Oppenheim", street="Rheinstraße 14", postcode="55276",
        website="kessler.example", customer_since=date(2024, 2, 1), plan="The board decides on Monday",
        due_on=TODAY,
    ).customer  # fmt: skip


def test_the_sheet_shows_the_card_the_people_and_the_story(client_of, nino, kessler):
    make_person(customer=kessler, name="Irina Schuster", role="uses")
    make_entry(customer=kessler, kind="call", text="Likes the window carton", next_on=TODAY)
    make_purchase(customer=kessler, reference="B-1907", amount="2480")
    page = client_of(nino).get(url(kessler)).content.decode()
    expected = [
        "Weingut Kessler &amp; Sohn", "winery · Oppenheim · customer since February 2024",
        'href="tel:+496990009142"',
        "mailto:office@kessler.example", "Rheinstraße 14, 55276 Oppenheim", 'href="https://kessler.example"',
        "Irina Schuster", "uses it", "Likes the window carton", "Order B-1907", "€2,480", 'data-wd="tue"',
        "The board decides on Monday", "rb-hole--2",
    ]  # fmt: skip
    assert [words for words in expected if words not in page] == []


def test_the_dossier_prints_on_one_sheet_with_lines_for_the_result(client_of, nino, kessler):
    make_entry(customer=kessler, text="Likes the window carton")
    page = client_of(nino).get(url(kessler, "print/")).content.decode()
    expected = [
        "Likes the window carton",
        "The board decides on Monday",
        "rb-a4__write",
        "rb-a4__tab",
        "Print</button>",
    ]
    assert [words for words in expected if words not in page] == []
    part = client_of(nino).get(url(kessler, "print/"), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<article class="rb-a4"')


@pytest.mark.parametrize("tail", ["", "edit/", "people/new/", "print/"])
def test_strangers_find_no_such_dossier(client_of, stranger, kessler, tail):
    assert client_of(stranger).get(url(kessler, tail)).status_code == 404


def test_strangers_write_no_note(client_of, stranger, kessler):
    assert client_of(stranger).post(url(kessler, "note/"), {"text": "x"}).status_code == 404
    assert kessler.entries.count() == 0


@pytest.mark.parametrize(("method", "tail"), [("post", ""), ("get", "note/"), ("put", "edit/")])
def test_wrong_methods_are_refused(client_of, nino, kessler, method, tail):
    assert getattr(client_of(nino), method)(url(kessler, tail)).status_code == 405


def test_a_number_too_large_is_no_dossier(client_of, nino):
    assert client_of(nino).get(f"/customers/{10**30}/").status_code == 404


@pytest.mark.parametrize(("size", "number"), [(2, 13), (14, 13), (25, 15), (60, 15)])
def test_the_number_of_queries_does_not_grow(client_of, nino, levan, kessler, size, number):
    for n in range(size):
        make_person(customer=kessler, name=f"Person {n}")
        make_entry(customer=kessler, author=levan, on_behalf_of=nino, happened_at=NOW - timedelta(days=n))
        make_purchase(customer=kessler, bought_on=TODAY - timedelta(days=n))
    client = client_of(nino)
    client.get(url(kessler))
    with CaptureQueriesContext(connection) as queries:
        client.get(url(kessler))
    # Six for what the binder adds, one for the last rating; what scores add comes with the customer.
    # A story longer than a page is counted by the database, with two more.
    assert len(queries) == number


def test_notes_are_text_and_nothing_else(client_of, nino, kessler):
    make_entry(
        customer=kessler,
        text="<script>alert(1)</script>\nsee https://example.com/?a=1&b=2 javascript:alert(1)",
    )
    page = client_of(nino).get(url(kessler), {"show": "note"}).content.decode()
    assert "<script>alert" not in page
    assert '&lt;/script&gt;<br>see <a href="https://example.com/?a=1&amp;b=2" rel="nofollow">' in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("website", ["javascript:alert(1)", "data:text/html,x", "kessler"])
def test_what_is_no_web_page_is_no_link(client_of, nino, website):
    customer = make_dossier(owner=nino, website=website).customer
    page = client_of(nino).get(url(customer)).content.decode()
    assert (f">{website}<" in page, f'href="{website}' in page) == (True, False)


def test_older_lines_come_by_link_and_by_htmx(client_of, nino, kessler):
    for n in range(PAGE + 1):
        make_entry(customer=kessler, text=f"talk {n};", happened_at=NOW - timedelta(days=n))
    client = client_of(nino)
    link = f"{url(kessler)}?before={client.get(url(kessler)).context['timeline'].older}"
    page = client.get(link).content.decode()
    part = client.get(link, HTTP_HX_TARGET="older", **HTMX).content.decode()
    assert ("<html" in page, f"talk {PAGE};" in page, "talk 0;" in page) == (True, True, False)
    assert ("<html" in part, f"talk {PAGE};" in part, "rb-filter" in part) == (False, True, False)


def test_a_filter_swaps_the_timeline_alone(client_of, nino, kessler):
    make_entry(customer=kessler, kind="call", text="called")
    make_entry(customer=kessler, kind="note", text="noted")
    part = (
        client_of(nino)
        .get(url(kessler), {"show": "call"}, HTTP_HX_TARGET="timeline", **HTMX)
        .content.decode()
    )
    assert (part.strip()[:21], "called" in part, "noted" in part) == ('<section id="timeline', True, False)


def test_a_note_stands_in_the_timeline_and_moves_nothing(client_of, nino, levan, kessler):
    place = kessler.followups.get()
    response = client_of(levan).post(url(kessler, "note/"), {"text": "Ramp is narrow"})
    entry = kessler.entries.get()
    assert (response.status_code, response.url) == (302, f"/customers/{kessler.pk}/#timeline")
    assert (entry.kind, entry.text, entry.author) == (Entry.Kind.NOTE, "Ramp is narrow", levan)
    assert kessler.followups.get() == place


def test_a_note_by_htmx_brings_the_new_timeline(client_of, nino, kessler):
    response = client_of(nino).post(url(kessler, "note/"), {"text": "Ramp is narrow"}, **HTMX)
    page = response.content.decode()
    assert (response.status_code, page.strip()[:21], "Ramp is narrow" in page) == (
        200,
        '<section id="timeline',
        True,
    )


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
def test_an_empty_or_endless_note_is_asked_for_again(client_of, nino, kessler, headers, text):
    response = client_of(nino).post(url(kessler, "note/"), {"text": text}, **headers)
    page = response.content.decode()
    assert (response.status_code, 'role="alert"' in page, kessler.entries.count()) == (422, True, 0)
    assert text.strip() in page


def test_a_dossier_without_anything_has_a_page(client_of, nino):
    customer = make_dossier(owner=nino, name="W" * 200).customer
    page = client_of(nino).get(url(customer)).content.decode()
    said = ["Nothing bought yet.", "Nobody yet. Who picks up the phone?", "Nothing here yet."]
    assert [words in page for words in said] == [True] * 3
