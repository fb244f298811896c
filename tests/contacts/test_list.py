from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Customer
from contacts.templatetags.contacts import chip
from contacts.views.customers import PAGE
from crm.team.models import Team
from followups.models import FollowUp
from tests.factories import TODAY, make_customer, make_dossier, make_person

HTMX = {"HTTP_HX_REQUEST": "true"}
URL = "/customers/"


def names(response):
    return [customer.name for customer in response.context["page"].rows]


def test_the_list_stands_in_alphabetical_order(client_of, nino):
    for name in ("zebra", "Öl & Co", "Orion", "აბრეშუმი", "Anker"):
        make_dossier(owner=nino, name=name)
    assert names(client_of(nino).get(URL)) == ["Anker", "Öl & Co", "Orion", "zebra", "აბრეშუმი"]


def test_a_row_says_who_where_and_under_which_tab(client_of, nino):
    make_dossier(
        owner=nino, name="Kessler", person="Barbara Kessler", phone="+49 69 231250", town="Oppenheim"
    )
    page = client_of(nino).get(URL).content.decode()
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    shown = [
        word in row for word in ("Kessler", "Barbara Kessler", "+49 69 231250", "Oppenheim", "Nino Beridze")
    ]
    assert (shown, 'class="rb-chip' in row) == ([True] * 5, True)


def test_strangers_find_an_empty_list_that_invites_them(client_of, nino, stranger):
    make_dossier(owner=nino, name="Kessler")
    page = client_of(stranger).get(URL)
    assert (names(page), "There is no dossier yet." in page.content.decode()) == ([], True)


def test_whoever_may_see_only_his_own_sees_only_these(client_of, team, nino, levan):
    team.managers_see = Team.Sees.OWN
    team.save()
    make_dossier(owner=nino, name="Mine")
    make_dossier(owner=levan, name="His")
    assert names(client_of(nino).get(URL)) == ["Mine"]


def test_the_owner_narrows_the_list(client_of, nino, levan):
    make_dossier(owner=nino, name="Mine")
    make_dossier(owner=levan, name="His")
    client = client_of(nino)
    assert [names(client.get(URL, {"owner": owner})) for owner in (nino.pk, levan.pk, "")] == [
        ["Mine"],
        ["His"],
        ["His", "Mine"],
    ]


def test_who_has_left_is_not_offered(client_of, nino, levan):
    levan.is_active = False
    levan.save()
    assert client_of(nino).get(URL).context["owners"] == [(nino.pk, "Mine")]


@pytest.mark.parametrize(
    "query", ["owner=x", "owner=99999999999999999999", "after=x", "before=99999999999", "q=%00"]
)
def test_nonsense_counts_as_not_asked(client_of, nino, query):
    make_dossier(owner=nino, name="Kessler")
    assert names(client_of(nino).get(f"{URL}?{query}")) == ["Kessler"]


def test_nothing_found_offers_a_dossier_of_that_name(client_of, nino):
    make_dossier(owner=nino, name="Kessler")
    page = client_of(nino).get(URL, {"q": "Maas & Co"}).content.decode()
    assert f"{reverse('followups:new')}?name=Maas%20%26%20Co" in page


def test_htmx_gets_the_results_alone(client_of, nino):
    make_dossier(owner=nino, name="Kessler")
    client = client_of(nino)
    part = client.get(URL, {"q": "kess"}, **HTMX).content.decode()
    back = client.get(URL, {"q": "kess"}, HTTP_HX_HISTORY_RESTORE_REQUEST="true", **HTMX).content.decode()
    assert (part.strip().startswith('<div id="results">'), "<html" in part, "<html" in back) == (
        True,
        False,
        True,
    )


def test_pages_lead_on_and_back_without_counting(client_of, nino):
    for number in range(2 * PAGE + 1):
        make_customer(owner=nino, name=f"Customer {number:03}")
    client = client_of(nino)
    first = client.get(URL).context["page"]
    second = client.get(URL, {"after": first.next}).context["page"]
    third = client.get(URL, {"after": second.next}).context["page"]
    back = client.get(URL, {"before": third.previous}).context["page"]
    assert [len(page.rows) for page in (first, second, third)] == [PAGE, PAGE, 1]
    assert (first.previous, third.next, back.rows == second.rows) == (None, None, True)


def test_pages_keep_the_question(client_of, nino):
    for number in range(PAGE + 1):
        make_customer(owner=nino, name=f"Kessler {number:03}")
    page = client_of(nino).get(URL, {"q": "Kessler", "owner": nino.pk})
    assert f"?q=Kessler&amp;owner={nino.pk}&amp;after=" in page.content.decode()


def test_pages_of_a_search_lead_through_both_parts_and_back(client_of, nino):
    for number in range(PAGE // 2 + 10):
        make_customer(owner=nino, name=f"Kessler {number:03}")
        make_customer(owner=nino, name=f"Alt Kessler {number:03}")
    client = client_of(nino)
    first = client.get(URL, {"q": "kessler"}).context["page"]
    second = client.get(URL, {"q": "kessler", "after": first.next}).context["page"]
    back = client.get(URL, {"q": "kessler", "before": second.previous}).context["page"]
    ordered = [f"{old}Kessler {number:03}" for old in ("", "Alt ") for number in range(PAGE // 2 + 10)]
    assert [customer.name for customer in first.rows + second.rows] == ordered
    assert (back.rows == first.rows, back.previous, second.next) == (True, None, None)


@pytest.mark.parametrize("rows", [3, 50])
def test_the_number_of_queries_does_not_grow(client_of, nino, rows):
    for number in range(rows):
        customer = make_dossier(owner=nino, name=f"Kessler {number}", due_on=TODAY).customer
        customer.main_person = make_person(customer=customer)
        customer.save()
    client = client_of(nino)
    client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        client.get(URL, {"q": "kessler"})
    # Session, who asks, names that begin so, names that have it, the others, their places, the owners, the tags.
    assert len(queries) == 8


def test_pages_of_a_search_lead_back_through_all_three_parts(client_of, nino):
    for number in range(PAGE // 3):
        make_customer(owner=nino, name=f"Kessler {number:03}")
        make_customer(owner=nino, name=f"Alt Kessler {number:03}")
    for number in range(PAGE):
        make_customer(owner=nino, name=f"Alpha {number:03}", person="Barbara Kessler")
    client = client_of(nino)
    first = client.get(URL, {"q": "kessler"}).context["page"]
    second = client.get(URL, {"q": "kessler", "after": first.next}).context["page"]
    back = client.get(URL, {"q": "kessler", "before": second.previous}).context["page"]
    assert [row.name for row in first.rows][PAGE // 3 * 2] == "Alpha 000"
    assert (back.rows == first.rows, back.previous, second.next) == (True, None, None)


def test_a_lead_is_offered_to_hand_over_all_of_a_colleague(client_of, lead, nino):
    make_dossier(owner=nino)
    link = f'href="/customers/of/{nino.pk}/hand-over/"'
    asked = [(lead, {"owner": nino.pk}), (lead, {}), (nino, {"owner": nino.pk})]
    shown = [link in client_of(who).get(URL, query).content.decode() for who, query in asked]
    assert shown == [True, False, False]


def test_only_reading(client_of, nino):
    assert client_of(nino).post(URL).status_code == 405


def test_long_names_do_no_harm(client_of, nino):
    make_dossier(owner=nino, name="W" * 200, town="T" * 100)
    assert client_of(nino).get(URL).status_code == 200
    assert Customer.objects.get().sort_name == "w" * 200


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({"due_on": TODAY}, '<span class="rb-chip is-today" data-wd=""><b>17</b>today</span>'),
        ({"due_on": date(2026, 11, 19)}, '<span class="rb-chip" data-wd="thu"><b>19</b>Thu</span>'),
        (
            {"due_on": date(2026, 12, 8)},
            '<span class="rb-chip is-next" data-wd="tue"><b>8</b>Dec, Tue</span>',
        ),
        ({"due_on": date(2027, 7, 5)}, '<span class="rb-chip is-next" data-wd="mon"><b>5</b>Jul 2027</span>'),
        (
            {"due_on": date(2026, 12, 1), "precision": "month"},
            '<span class="rb-chip" data-wd="month"><b>Dec</b>month</span>',
        ),
        (
            {"due_on": date(2027, 1, 1), "precision": "month"},
            '<span class="rb-chip" data-wd="month"><b>Jan</b>2027</span>',
        ),
        (
            {"due_on": date(2026, 11, 16)},
            '<span class="rb-chip is-behind" data-wd=""><span class="visually-hidden">left behind: </span>'
            "<b>16</b>Nov, Mon</span>",
        ),
    ],
)
def test_a_chip_says_where_a_dossier_lies(place, shown):
    assert chip(FollowUp(**place), TODAY) == shown


def test_a_chip_knows_the_cabinet_and_nowhere():
    assert "Cabinet" in chip(FollowUp(rest_reason="sold"), TODAY)
    assert chip(None, TODAY) == '<span class="rb-muted">–</span>'
