from datetime import date, timedelta

import pytest
import time_machine

from contacts.models import Customer, Person
from crm.team.models import User
from followups.forms_new import NewDossierForm
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_customer, make_user

HTMX = {"HTTP_HX_REQUEST": "true"}
URL = "/customers/new/"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def filled(**changes):
    return {"name": "Kessler", "kind": "call", "next": "1d"} | changes


def test_a_name_and_a_day_are_enough(client_of, nino):
    response = client_of(nino).post(URL, filled())
    followup = FollowUp.objects.get()
    assert (response.status_code, response.url) == (302, f"/customers/{followup.customer_id}/")
    assert (followup.customer.name, followup.owner, followup.due_on) == (
        "Kessler",
        nino,
        TODAY + timedelta(1),
    )


def test_everything_typed_is_kept(client_of, nino):
    client_of(nino).post(
        URL,
        filled(
            person="Barbara",
            phone="069 231250",
            email="b@k.example",
            town="Mainz",
            kind="visit",
            plan="600 cartons",
        ),
    )
    followup = FollowUp.objects.get()
    customer = followup.customer
    assert (customer.phone, customer.email, customer.town) == ("+49 69 231250", "b@k.example", "Mainz")
    assert (customer.main_person.name, customer.team, customer.country) == ("Barbara", nino.team, "DE")
    assert (followup.kind, followup.plan, followup.opened_by) == ("visit", "600 cartons", nino)
    assert list(Customer.objects.matching("barbara 231250")) == [customer]


def test_no_day_is_pressed_upon_anybody(client_of, nino):
    response = client_of(nino).post(URL, filled(next="", plan="600 cartons"))
    page = response.content.decode()
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["when"])
    assert ("600 cartons" in page, 'value="1w"' in page, Customer.objects.count()) == (True, True, 0)


def test_a_written_day_is_named_before_it_counts(client_of, nino):
    client = client_of(nino)
    asked = client.post(URL, filled(next="", when="5 July"))
    assert (asked.status_code, Customer.objects.count()) == (200, 0)
    assert "File under Mon 5 Jul" in asked.content.decode()
    client.post(URL, filled(next="", when="5 July", named="2027-07-05"))
    assert FollowUp.objects.get().due_on == date(2027, 7, 5)


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "n" * 201}, {"email": "x"}, {"kind": "fax"}, {"when": "someday"}]
)
def test_bad_input_is_named_and_nothing_is_lost(client_of, nino, changes):
    response = client_of(nino).post(URL, filled(plan="600 cartons", **changes))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [*changes])
    assert ("600 cartons" in response.content.decode(), Customer.objects.count()) == (True, 0)


def test_a_dossier_may_rest_at_once_with_its_reason(client_of, nino):
    client = client_of(nino)
    resting = filled(next="", when="cabinet", named="cabinet")
    refused = client.post(URL, resting)
    client.post(URL, resting | {"plan": "builds until spring"})
    assert (refused.status_code, FollowUp.objects.get().rest_reason) == (422, "builds until spring")


def test_dossiers_like_it_are_shown_before_it_is_made(client_of, nino):
    known = make_customer(owner=nino, name="Weingut Kessler")
    client = client_of(nino)
    warned = client.post(URL, filled())
    assert (warned.status_code, Customer.objects.count()) == (200, 1)
    assert f'name="seen" value="{known.pk}"' in warned.content.decode()
    client.post(URL, filled(seen=known.pk))
    assert Customer.objects.count() == 2


def test_another_one_like_it_is_shown_as_well(client_of, nino):
    seen = make_customer(owner=nino, name="Weingut Kessler")
    make_customer(owner=nino, name="Kessler Bau")
    client_of(nino).post(URL, filled(seen=seen.pk))
    assert Customer.objects.count() == 2


def test_while_one_writes_the_button_names_the_day(client_of, nino):
    client = client_of(nino)
    named = client.get(URL, {"when": "5 July", "kind": "call"}, **HTMX).content.decode()
    unread = client.get(URL, {"when": "someday"}, **HTMX).content.decode()
    assert ("File under Mon 5 Jul" in named, "<html" in named) == (True, False)
    assert ("is no date we know" in unread, Customer.objects.count()) == (True, 0)


def test_a_name_that_was_looked_for_stands_in_the_field(client_of, nino):
    page = client_of(nino).get(URL, {"name": "Maas & Co"}).content.decode()
    assert 'value="Maas &amp; Co"' in page


def test_a_lead_makes_dossiers_for_colleagues(client_of, lead, nino, stranger):
    make_user(team=nino.team, name="Gone", is_active=False)
    client = client_of(lead)
    offered = client.get(URL).context["form"].fields["owner"].queryset
    client.post(URL, filled(owner=nino.pk, whose=nino.pk))
    assert (set(offered), FollowUp.objects.get().owner) == ({nino, lead}, nino)
    assert client.post(URL, filled(name="Other", owner=stranger.pk)).status_code == 422


def test_a_manager_makes_his_own(client_of, nino, levan):
    client_of(nino).post(URL, filled(owner=levan.pk))
    assert Customer.objects.get().owner == nino


@pytest.mark.parametrize(("who", "field"), [("lead", "owner"), ("nino", "__all__")])
def test_nothing_is_made_for_somebody_whose_login_was_closed_meanwhile(request, nino, who, field):
    maker = request.getfixturevalue(who)
    form = NewDossierForm(filled(owner=nino.pk, whose=nino.pk), user=maker, now=NOW)
    assert form.is_valid()
    User.objects.filter(pk=nino.pk).update(is_active=False)
    assert form.write(now=NOW) is None
    assert form.errors[field] == ["Nino Beridze can no longer log in."]
    assert Customer.objects.count() == 0


def test_strangers_dossiers_warn_nobody(client_of, nino, stranger):
    make_customer(owner=nino, name="Kessler")
    client_of(stranger).post(URL, filled())
    assert Customer.objects.filter(team=stranger.team).count() == 1


def test_wrong_methods_are_refused(client_of, nino):
    assert client_of(nino).put(URL).status_code == 405
    assert Person.objects.count() == 0
