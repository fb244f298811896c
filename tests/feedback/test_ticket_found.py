"""Merging tickets, saying whose one is, and taking down a new one."""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from contacts.models import Customer
from crm.team.models import Team, User
from feedback.models import Message, Ticket
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_customer, make_dossier, make_person, make_purchase
from tests.feedback.makers import make_message, make_ticket

NEW = reverse("feedback:ticket_new")


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kessler(nino):
    return make_dossier(
        owner=nino, name="Weingut Kessler", email="office@kessler.example", person="Barbara"
    ).customer


def at(name, ticket, **query):
    return reverse(f"feedback:{name}", args=[ticket.pk], query=query)


def page_of(response):
    return response.content.decode()


# --- merge


def test_tickets_of_the_same_customer_are_offered_first(client_of, nino, kessler):
    ticket, other = (
        make_ticket(customer=kessler),
        make_ticket(customer=kessler, subject="Again: where is it?"),
    )
    make_ticket(customer=kessler, subject="Closed", closed_at=NOW)
    elsewhere = make_ticket(customer=make_customer(owner=nino), subject="Lid")
    get = client_of(nino).get
    assert list(get(at("merge", ticket)).context["others"]) == [other]
    assert list(get(at("merge", ticket, q="lid")).context["others"]) == [elsewhere]
    assert list(get(at("merge", ticket, q=f"#{elsewhere.number}")).context["others"]) == [elsewhere]
    assert "No other open ticket says “zzz”." in page_of(get(at("merge", ticket, q="zzz")))


def test_one_ticket_becomes_a_part_of_the_other(client_of, nino, kessler):
    ticket, other = make_ticket(customer=kessler), make_ticket(customer=kessler)
    make_message(ticket=ticket, text="It should have come.")
    client = client_of(nino)
    response = client.post(at("merge", ticket), {"into": other.pk})
    assert response.url == other.get_absolute_url()
    ticket.refresh_from_db()
    assert (ticket.merged_into, ticket.is_open) == (other, False)
    assert other.messages.filter(kind=Message.Kind.IN).get().text == "It should have come."
    page = page_of(client.get(ticket.get_absolute_url()))
    assert (f"A part of ticket {other.number} now" in page, "Reopen" in page) == (True, False)
    assert client.post(at("merge", ticket), {"into": other.pk}).status_code == 409
    assert client.post(at("merge", other), {"into": ticket.pk}).status_code == 404


def test_tickets_of_two_customers_stay_two(client_of, nino, kessler):
    ticket, other = make_ticket(customer=kessler), make_ticket(customer=make_customer(owner=nino))
    response = client_of(nino).post(at("merge", ticket), {"into": other.pk})
    assert (response.status_code, "The tickets are of two customers" in page_of(response)) == (422, True)


@pytest.mark.parametrize("into", ["", "x", "itself", "stranger"])
def test_it_is_not_merged_into_itself_or_what_one_may_not_see(client_of, nino, stranger, kessler, into):
    ticket = make_ticket(customer=kessler)
    pks = {"itself": ticket.pk, "stranger": make_ticket(customer=make_customer(owner=stranger)).pk}
    assert client_of(nino).post(at("merge", ticket), {"into": pks.get(into, into)}).status_code == 404
    assert Ticket.objects.get(pk=ticket.pk).is_open


# --- whose is it?


@pytest.fixture
def unknown(nino, kessler):
    ticket = make_ticket(
        customer=kessler, from_name="Grete Harms", from_email="grete@kontor.example", from_phone="+49 40 1"
    )
    Ticket.objects.filter(pk=ticket.pk).update(customer=None, assignee=None)
    return ticket


def test_the_page_asks_whose_it_is_and_offers_who_it_may_be(client_of, nino, kessler, unknown):
    likely = make_customer(owner=nino, name="Kontor", email="grete@kontor.example")
    client = client_of(nino)
    assert at("file_under", unknown) in page_of(client.get(unknown.get_absolute_url()))
    page = client.get(at("file_under", unknown))
    assert (page.context["dossiers"], "Name on the dossier" in page_of(page)) == ([likely], True)
    assert client.get(at("file_under", unknown, q="kess")).context["dossiers"] == [kessler]
    assert "No dossier says “zzz”." in page_of(client.get(at("file_under", unknown, q="zzz")))


def test_it_is_put_into_a_dossier_once(client_of, nino, kessler, unknown):
    client = client_of(nino)
    response = client.post(at("file_under", unknown), {"customer": kessler.pk})
    assert (response.url, Ticket.objects.get().customer) == (unknown.get_absolute_url(), kessler)
    assert kessler.entries.filter(source="ticket", source_id=unknown.pk).exists()
    assert client.post(at("file_under", unknown), {"customer": kessler.pk}).status_code == 409


@pytest.mark.parametrize("customer", ["", "x", "stranger"])
def test_it_is_put_into_no_dossier_that_one_may_not_see(client_of, nino, stranger, unknown, customer):
    pk = make_customer(owner=stranger).pk if customer == "stranger" else customer
    assert client_of(nino).post(at("file_under", unknown), {"customer": pk}).status_code == 404


def test_no_dossier_is_made_for_somebody_whose_login_was_closed(client_of, nino, levan, unknown):
    Ticket.objects.filter(pk=unknown.pk).update(assignee=levan)
    User.objects.filter(pk=levan.pk).update(is_active=False)
    answer = client_of(nino).post(at("file_under", unknown), {"do": "new", "name": "Kontor"}, follow=True)
    assert f"{levan.name} can no longer log in." in answer.content.decode()
    assert (Customer.objects.filter(name="Kontor").exists(), Ticket.objects.get().customer) == (False, None)


def test_a_dossier_is_made_of_the_sender(client_of, nino, unknown):
    client = client_of(nino)
    assert client.post(at("file_under", unknown), {"do": "new", "name": ""}).status_code == 422
    client.post(at("file_under", unknown), {"do": "new", "name": "Kontor Lübeck"})
    customer = Customer.objects.get(name="Kontor Lübeck")
    assert (customer.email, customer.phone, customer.owner) == ("grete@kontor.example", "+49 401", nino)
    place = FollowUp.objects.open().get(customer=customer)
    assert (place.due_on, place.plan) == (TODAY, unknown.subject)
    assert customer.main_person.name == "Grete Harms"
    assert Ticket.objects.get().customer == customer
    assert client.post(at("file_under", unknown), {"do": "new", "name": "Again"}).status_code == 409
    assert not Customer.objects.filter(name="Again").exists()


# --- new


def open_new(client, customer, **fields):
    data = {"kind": "question", "subject": "Saturday delivery?", "token": uuid4()} | fields
    return client.post(f"{NEW}?customer={customer.pk}", data)


def test_first_the_customer_is_found(client_of, nino, kessler):
    client = client_of(nino)
    assert "Find the dossier first." in page_of(client.get(NEW))
    page = page_of(client.get(NEW, {"q": "kess"}))
    assert f"{NEW}?customer={kessler.pk}" in page
    assert "New dossier “zzz”" in page_of(client.get(NEW, {"q": "zzz"}))
    assert client.post(NEW).status_code == 422


def test_a_ticket_is_taken_down(client_of, nino, kessler):
    make_purchase(customer=kessler, product_group="Boxes")
    page = page_of(client_of(nino).get(NEW, {"customer": kessler.pk}))
    assert ("Weingut Kessler" in page, '<option value="Boxes">' in page) == (True, True)
    person = make_person(customer=kessler, name="Matthias", email="m@kessler.example")
    response = open_new(
        client_of(nino),
        kessler,
        text="They pick up at 9.",
        person=person.pk,
        product_group="Boxes",
        when="Thursday 10:15",
        named="2026-11-19T10:15:00+01:00",
    )
    ticket = Ticket.objects.get()
    assert response.url == ticket.get_absolute_url()
    assert (ticket.customer, ticket.person, ticket.from_email) == (kessler, person, "m@kessler.example")
    assert (ticket.assignee, ticket.opened_by, ticket.product_group) == (nino, nino, "Boxes")
    assert (ticket.call_at.isoformat(), str(ticket.promised_on)) == (
        "2026-11-19T09:15:00+00:00",
        "2026-11-19",
    )
    assert ticket.messages.get(kind="in").text == "They pick up at 9."


def test_what_was_answered_at_once_is_kept_and_settles_it(client_of, nino, levan, kessler):
    open_new(client_of(nino), kessler, answered="Yes, for 40 euros", is_settled="on", assignee=levan.pk)
    ticket = Ticket.objects.get()
    assert (ticket.is_open, ticket.done, ticket.assignee, ticket.first_answered_by) == (
        False, "Answered on the phone", levan, nino,
    )  # fmt: skip
    assert [each.kind for each in ticket.messages.order_by("pk")] == ["in", "out", "event"]


def test_a_second_press_shows_the_ticket_of_the_first(client_of, nino, kessler):
    client = client_of(nino)
    token = client.get(NEW, {"customer": kessler.pk}).context["form"]["token"].value()
    fields = {"token": token, "answered": "Yes, for 40 euros", "is_settled": "on"}
    first, again = (open_new(client, kessler, **fields) for _press in range(2))
    assert first.url == again.url == Ticket.objects.get().get_absolute_url()
    assert Message.objects.count() == 3
    other = open_new(client, kessler, **fields | {"kind": "service"})
    assert (other.url != first.url, Ticket.objects.count()) == (True, 2)
    assert open_new(client, kessler).url not in (first.url, other.url)


def test_a_day_that_is_promised_is_named_with_its_load_before_it_counts(client_of, nino, kessler):
    client = client_of(nino)
    response = open_new(client, kessler, when="tomorrow")
    page = page_of(response)
    assert (response.status_code, Ticket.objects.count()) == (200, 0)
    assert ("Open the ticket, promised for tomorrow" in page, "0 of 16 that day" in page) == (True, True)
    named = response.context["form"].key
    assert open_new(client, kessler, when="tomorrow", named=named).status_code == 302
    part = page_of(client.get(NEW, {"customer": kessler.pk, "when": "tomorrow"}, HTTP_HX_REQUEST="true"))
    assert (f'name="named" value="{named}"' in part, "0 of 16 that day" in part) == (True, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subject": ""}, "In a few words: what is it about?"),
        ({"when": "whenever"}, "is no date we know"),
        ({"when": "July"}, "Promise a day"),
        ({"kind": "callback"}, "When shall we call back?"),
        ({"is_settled": "on"}, "Say what you answered"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(client_of, nino, kessler, fields, words):
    response = open_new(client_of(nino), kessler, text="They pick up at 9.", **fields)
    page = page_of(response)
    assert (response.status_code, words in page, "They pick up at 9." in page) == (422, True, True)
    assert not Ticket.objects.exists()


def test_nobody_opens_one_in_a_dossier_that_he_may_not_see(client_of, levan, stranger, kessler):
    assert open_new(client_of(stranger), kessler).status_code == 404
    Team.objects.update(managers_see="own")
    assert client_of(levan).get(NEW, {"customer": kessler.pk}).status_code == 404
