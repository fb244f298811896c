import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actions import hand_over, hand_over_all
from contacts.models import Customer, Entry
from crm.team.models import User
from feedback.models import Ticket
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_dossier, make_user
from tests.feedback.makers import make_ticket


@pytest.fixture
def three(nino):
    return [make_dossier(owner=nino) for _ in range(3)]


def url(owner):
    return f"/customers/of/{owner.pk}/hand-over/"


def test_the_page_says_how_many_and_changes_nothing(client_of, lead, nino, three):
    page = client_of(lead).get(url(nino)).content.decode()
    assert ("Hand over 3 dossiers" in page, Customer.objects.filter(owner=nino).count()) == (True, 3)


def test_all_dossiers_and_their_places_go_to_a_colleague(client_of, lead, nino, levan, three):
    kept = make_dossier(owner=lead)
    response = client_of(lead).post(url(nino), {"to": levan.pk}, follow=True)
    assert response.redirect_chain == [(f"/customers/?owner={levan.pk}", 302)]
    assert "3 dossiers of Nino Beridze are now with Levan Gelashvili." in response.content.decode()
    assert [Customer.objects.filter(owner=who).count() for who in (nino, levan, lead)] == [0, 3, 1]
    assert [FollowUp.objects.open().filter(owner=who).count() for who in (nino, levan)] == [0, 3]
    told = Entry.objects.values_list("text", "author")
    assert set(told) == {("Handed over from Nino Beridze to Levan Gelashvili.", lead.pk)}
    assert (Entry.objects.count(), kept.customer.entries.count()) == (3, 0)


def test_an_empty_binder_has_nothing_to_hand_over(client_of, lead, nino, levan):
    page = client_of(lead).get(url(nino)).content.decode()
    assert "Nino Beridze has no dossiers." in page
    assert hand_over_all(owner=nino, to=levan, by=lead, now=NOW) == 0


def test_nobody_gets_them_who_is_elsewhere_has_left_or_has_them(client_of, lead, nino, stranger, three):
    gone = make_user(team=nino.team, is_active=False)
    client = client_of(lead)
    answers = [client.post(url(nino), {"to": who.pk}).status_code for who in (stranger, gone, nino)]
    assert (answers, Customer.objects.filter(owner=nino).count()) == ([422] * 3, 3)


def test_a_manager_hands_over_nothing_but_his_own_one_by_one(client_of, nino, levan, three):
    assert client_of(nino).post(url(nino), {"to": levan.pk}).status_code == 403


def test_whose_login_is_to_be_closed_hands_over_from_there(client_of, lead, nino, three):
    client = client_of(lead)
    assert f'href="{url(nino)}"' in client.get(f"/team/{nino.pk}/").content.decode()
    FollowUp.objects.all().delete()
    assert url(nino) not in client.get(f"/team/{nino.pk}/").content.decode()


def test_resting_dossiers_and_those_behind_months_go_along(nino, levan, lead):
    places = [
        make_dossier(owner=nino, rest_reason="Closed"),
        make_dossier(owner=nino, due_on=TODAY.replace(day=1), precision="month"),
    ]
    assert hand_over_all(owner=nino, to=levan, by=lead, now=NOW) == 2
    assert [place.owner_id for place in FollowUp.objects.order_by("pk")] == [levan.pk] * len(places)


def test_open_tickets_go_along_and_closed_ones_stay(nino, levan, lead, three):
    his = make_ticket(customer=three[0].customer, assignee=nino)
    of_others = make_ticket(customer=make_dossier(owner=lead).customer, assignee=nino)
    closed = make_ticket(customer=three[0].customer, assignee=nino, closed_at=NOW)
    hand_over_all(owner=nino, to=levan, by=lead, now=NOW)
    assert [Ticket.objects.get(pk=t.pk).assignee for t in (his, of_others, closed)] == [levan, levan, nino]


def test_one_dossier_takes_its_owners_tickets_along_and_no_other(nino, levan, lead, three):
    first, second = (make_ticket(customer=place.customer, assignee=nino) for place in three[:2])
    hand_over(customer=three[0].customer, to=levan, by=lead, now=NOW)
    assert [Ticket.objects.get(pk=ticket.pk).assignee for ticket in (first, second)] == [levan, nino]


def test_tickets_alone_are_handed_over_too(client_of, lead, nino, levan):
    ticket = make_ticket(customer=make_dossier(owner=levan).customer, assignee=nino)
    client = client_of(lead)
    page = client.post(f"/team/{nino.pk}/close/").content.decode()
    assert "1 open ticket is assigned to Nino." in page
    assert f'href="{url(nino)}"' in page
    assert client.post(url(nino), {"to": levan.pk}).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).assignee == levan
    assert client.post(f"/team/{nino.pk}/close/").status_code == 302


def test_who_has_left_meanwhile_gets_nothing(nino, levan, lead, three):
    User.objects.filter(pk=levan.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        hand_over_all(owner=nino, to=levan, by=lead, now=NOW)
    assert Customer.objects.filter(owner=nino).count() == 3


def test_however_many_they_are_the_queries_stay(nino, levan, lead, three, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        hand_over_all(owner=nino, to=levan, by=lead, now=NOW)
    for _ in range(20):
        make_dossier(owner=levan)
    with django_assert_num_queries(len(few)):
        hand_over_all(owner=levan, to=nino, by=lead, now=NOW)
