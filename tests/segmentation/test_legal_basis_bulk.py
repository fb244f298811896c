"""A legal basis recorded for all customers of a list, taken back, and looked for in segments."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Customer, LegalBasis
from crm.mail.models import Suppression
from segmentation import basing
from segmentation.filters import Chain
from segmentation.members import members, moment_of
from segmentation.models import Segment
from tests.factories import make_customer, make_lead, make_legal_basis, make_suppression
from tests.segmentation.buyers import make_buyer

LIST = reverse("segmentation:customers")
UNDO = reverse("segmentation:undo_basis")
STATED = {"kind": "consent", "text": "Yes", "source": "fair", "given_on": "2026-05-03"}


@pytest.fixture
def buyers(nino):
    """One free, one with a basis, one who opted out, one without an address."""
    made = {
        name: make_buyer(
            owner=nino, name=name, email=f"{name}@list.example" if name != "mute" else ""
        ).customer
        for name in ("free", "based", "gone", "mute")
    }
    make_legal_basis(customers=[made["based"]])
    make_suppression(customer=made["gone"])
    return made


def based():
    return [customer.name for customer in Customer.objects.filter(legal_basis__source="fair")]


def test_the_question_has_the_numbers(client_of, lead, buyers, django_assert_num_queries):
    client = client_of(lead)
    with django_assert_num_queries(5):  # session, user, scores, scoring, the numbers
        page = client.get(f"{LIST}?group=growing&basis=1")
    assert page.context["numbers"] == {"all": 4, "based": 1, "objected": 1, "fresh": 2, "without_address": 1}
    assert "Record for 2 customers" in page.content.decode()
    assert based() == []


def test_it_is_recorded_for_those_who_have_none_and_did_not_object(client_of, lead, buyers):
    client = client_of(lead)
    answer = client.post(f"{LIST}?group=growing&basis=1", STATED, follow=True)
    assert based() == ["free", "mute"]
    basis = LegalBasis.objects.get(source="fair")
    assert answer.redirect_chain == [(f"{LIST}?group=growing&based={basis.pk}", 302)]
    assert "Recorded for 2 customers" in answer.content.decode()
    assert (basis.team, basis.recorded_by) == (lead.team, lead)


def test_only_those_of_the_list_get_it(client_of, lead, nino, buyers):
    make_buyer(owner=nino, name="vip", email="vip@list.example", score={"group": "vip"})
    client_of(lead).post(f"{LIST}?group=vip&basis=1", STATED)
    assert based() == ["vip"]


def test_it_is_taken_back(client_of, lead, buyers):
    client = client_of(lead)
    page = client.post(f"{LIST}?group=growing&basis=1", STATED, follow=True).content.decode()
    back = re.search(r'undo-basis/">.*?name="back" value="([^"]*)"', page, re.DOTALL)[1]
    answer = client.post(UNDO, {"back": back}, follow=True)
    assert "The legal basis of 2 customers is taken back." in answer.content.decode()
    assert (answer.redirect_chain, LegalBasis.objects.count()) == ([(f"{LIST}?group=growing", 302)], 1)
    assert "nothing to take back" in client.post(UNDO, follow=True).content.decode()


def test_what_somebody_has_stated_anew_stays(client_of, lead, buyers):
    client = client_of(lead)
    client.post(f"{LIST}?basis=1", STATED)
    anew = make_legal_basis(team=lead.team, customers=[buyers["free"]], source="by phone")
    client.post(UNDO)
    buyers["free"].refresh_from_db()
    assert (buyers["free"].legal_basis, based()) == (anew, [])


def test_after_a_while_or_by_somebody_else_it_is_not_taken_back(client_of, lead, buyers):
    client = client_of(lead)
    client.post(f"{LIST}?basis=1", STATED)
    basis, now = LegalBasis.objects.get(source="fair"), timezone.now()
    assert basing.to_take_back(basis.pk, by=lead, now=now) == basis
    assert basing.to_take_back(basis.pk, by=make_lead(team=lead.team), now=now) is None
    assert basing.to_take_back(basis.pk, by=lead, now=now + timedelta(minutes=31)) is None
    LegalBasis.objects.filter(pk=basis.pk).update(recorded_at=now - timedelta(hours=1))
    client.post(UNDO)
    assert based() == ["free", "mute"]


def test_half_a_statement_records_nothing(client_of, lead, buyers):
    answer = client_of(lead).post(f"{LIST}?basis=1", STATED | {"text": ""})
    assert (answer.status_code, based()) == (422, [])
    assert 'value="fair"' in answer.content.decode()


def test_where_nobody_needs_one_nothing_is_asked(client_of, lead, nino):
    make_legal_basis(customers=[make_buyer(owner=nino, name="based").customer])
    page = client_of(lead).get(f"{LIST}?basis=1").content.decode()
    assert ("There is nobody here" in page, 'name="text"' in page) == (True, False)


def test_a_statement_that_is_true_of_nobody_any_more_is_not_kept(client_of, lead, nino):
    make_suppression(customer=make_buyer(owner=nino, email="a@list.example").customer)
    answer = client_of(lead).post(f"{LIST}?basis=1", STATED, follow=True)
    assert ("nothing was recorded" in answer.content.decode(), LegalBasis.objects.count()) == (True, 0)


def test_managers_are_not_asked(client_of, nino, buyers):
    client = client_of(nino)
    assert "Record a legal basis" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}?basis=1").status_code == 403
    assert client.post(f"{LIST}?basis=1", STATED).status_code == 403
    assert client.post(UNDO).status_code == 403
    assert based() == []


def test_another_teams_customers_are_not_touched(client_of, lead, buyers):
    client_of(make_lead()).post(f"{LIST}?basis=1", STATED)
    assert based() == []


@pytest.mark.parametrize("path", ["due/", "own/{segment}/", "own/{segment}/?basis"])
def test_every_list_offers_it(client_of, lead, nino, path):
    make_buyer(owner=nino, name="free", email="free@list.example", due=1, town="Mainz")
    mainz = [{"condition": "town", "operator": "is", "values": {"names": ["Mainz"]}}]
    segment = Segment.objects.create(team=lead.team, made_by=lead, name="Mainz", filters=mainz)
    page = client_of(lead).get(f"{LIST}../{path}".format(segment=segment.pk).replace("customers/../", ""))
    assert "Record a legal basis" in page.content.decode()


def test_queries_do_not_grow_with_the_list(client_of, lead, nino, django_assert_num_queries):
    client, made = client_of(lead), 0
    for rows in (1, 3):
        for _ in range(rows - made):
            make_buyer(owner=nino, email="x@list.example")
        made = rows
        with django_assert_num_queries(11):
            client.post(f"{LIST}?group=growing&basis=1", STATED)
        Customer.objects.update(legal_basis=None)


@pytest.mark.parametrize(
    ("condition", "operator", "values", "found"),
    [
        ("legal_basis", "there", {}, ["based"]),
        ("legal_basis", "missing", {}, ["free", "gone", "lost", "mute"]),
        ("legal_basis", "is", {"kinds": ["consent"]}, ["based"]),
        ("legal_basis", "is", {"kinds": ["customer"]}, []),
        ("advertising", "open", {}, ["based"]),
        ("advertising", "shut", {}, ["free", "gone", "lost", "mute"]),
        ("advertising", "opted_out", {}, ["gone"]),
        ("advertising", "bounced", {}, ["lost"]),
    ],
)
def test_segments_may_ask_for_it(lead, nino, buyers, condition, operator, values, found):
    lost = make_customer(owner=nino, name="lost", email="lost@list.example")
    make_suppression(customer=lost, reason=Suppression.Why.BOUNCED)
    chain = Chain.of([{"condition": condition, "operator": operator, "values": values}])
    asked = members(chain, user=lead, moment=moment_of(lead))
    assert sorted(customer.name for customer in asked) == found
