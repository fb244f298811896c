from datetime import date
from decimal import Decimal

import pytest

from contacts import registry
from contacts.actions import remove_person, save_card, save_person
from contacts.forms import CardForm
from contacts.models import Customer
from crm.team.models import Team
from tests.factories import NOW, make_customer, make_dossier, make_person, make_user


@pytest.fixture
def kessler(nino):
    return make_dossier(owner=nino, name="Kessler", number="K-1", country="DE").customer


def url(customer):
    return f"/customers/{customer.pk}/edit/"


def card(**changes):
    return {"name": "Kessler", "kind": "company", "number": "K-1", "country": "DE"} | changes


def test_the_whole_card_can_be_changed(client_of, nino, kessler):
    response = client_of(nino).post(
        url(kessler),
        card(
            name="Kessler & Sohn", kind="person", number="K-2", about="winery", phone="069 90009142",
            owner=nino.pk, email="office@kessler.example", website="kessler.example", best_time="before noon",
            street="Rheinstraße 14", postcode="55276", town="Oppenheim", country="Germany",
            vat_id="DE1", source="fair", annual_revenue="12.500,50", customer_since="2024-02-01",
        ),
    )  # fmt: skip
    kessler.refresh_from_db()
    assert (response.status_code, response.url) == (302, f"/customers/{kessler.pk}/")
    assert (kessler.phone, kessler.annual_revenue, kessler.country) == (
        "+49 69 90009142",
        Decimal("12500.50"),
        "DE",
    )
    assert (kessler.customer_since, kessler.kind, kessler.town) == (date(2024, 2, 1), "person", "Oppenheim")


def test_letters_are_in_a_language_of_their_own_or_that_of_the_country(client_of, nino, kessler):
    client = client_of(nino)
    for language in ("ka", ""):
        client.post(url(kessler), card(language=language, owner=nino.pk))
        kessler.refresh_from_db()
        assert kessler.language == language
    assert client.post(url(kessler), card(language="fr", owner=nino.pk)).status_code == 422


def test_a_change_is_found_at_once(client_of, nino, kessler):
    client_of(nino).post(url(kessler), card(name="Müller", owner=nino.pk))
    assert [list(Customer.objects.matching(text)) for text in ("mueller", "kessler")] == [[kessler], []]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "no address"}, "email"),
        ({"annual_revenue": "much"}, "annual_revenue"),
        ({"country": "Atlantis"}, "country"),
        ({"customer_since": "32.1.2024"}, "customer_since"),
        ({"phone": "1" * 61}, "phone"),
        ({"phone": "abc"}, "phone"),
        ({"vat_id": "D" * 31}, "vat_id"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_bad_input_is_named_and_nothing_is_lost(client_of, nino, kessler, changes, field):
    response = client_of(nino).post(url(kessler), card(owner=nino.pk, source="the fair in Mainz", **changes))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert "the fair in Mainz" in response.content.decode()
    kessler.refresh_from_db()
    assert (kessler.name, kessler.source) == ("Kessler", "")


def test_a_number_belongs_to_one_dossier_of_the_team(client_of, nino, stranger, kessler):
    make_customer(owner=nino, name="Maas", number="K-2")
    make_customer(owner=stranger, name="Elsewhere", number="K-3")
    client = client_of(nino)
    taken = client.post(url(kessler), card(number="K-2", owner=nino.pk))
    free = client.post(url(kessler), card(number="K-3", owner=nino.pk))
    assert (taken.status_code, free.status_code) == (422, 302)
    assert taken.context["form"].errors["number"] == ["Maas already has the number K-2."]


def test_a_dossier_one_may_not_see_is_not_named(client_of, team, nino, levan, kessler):
    team.managers_see = Team.Sees.OWN
    team.save()
    make_customer(owner=levan, name="Secret", number="K-2")
    response = client_of(nino).post(url(kessler), card(number="K-2", owner=nino.pk))
    assert response.context["form"].errors["number"] == [
        "Another dossier of the team already has the number K-2."
    ]


def test_a_number_taken_in_the_same_moment_is_said_too(nino, kessler):
    form = CardForm(card(number="K-2", owner=nino.pk), instance=kessler, user=nino)
    assert form.is_valid()
    make_customer(owner=nino, name="Maas", number="K-2")
    assert (form.write(now=NOW), form.errors["number"]) == (False, ["Maas already has the number K-2."])


def test_the_owner_gives_his_dossier_and_its_place_away(client_of, nino, levan, kessler):
    client_of(nino).post(url(kessler), card(owner=levan.pk))
    kessler.refresh_from_db()
    assert (kessler.owner, kessler.followups.get().owner) == (levan, levan)
    assert kessler.entries.get().text == "Handed over from Nino Beridze to Levan Gelashvili."


def test_a_lead_gives_any_dossier_away_and_others_do_not(client_of, lead, nino, levan, kessler):
    client_of(levan).post(url(kessler), card(owner=levan.pk))
    kessler.refresh_from_db()
    assert kessler.owner == nino
    client_of(lead).post(url(kessler), card(owner=levan.pk))
    kessler.refresh_from_db()
    assert kessler.owner == levan


def test_nobody_is_offered_who_is_elsewhere_or_has_left(client_of, nino, levan, stranger, kessler):
    make_user(team=nino.team, name="Gone", is_active=False)
    form = client_of(nino).get(url(kessler)).context["form"]
    assert list(form.fields["owner"].queryset.order_by("pk")) == [nino, levan]
    assert client_of(nino).post(url(kessler), card(owner=stranger.pk)).status_code == 422


def test_who_has_left_keeps_his_dossiers_until_somebody_takes_them(client_of, lead, nino, kessler):
    nino.is_active = False
    nino.save()
    response = client_of(lead).post(url(kessler), card(owner=nino.pk, town="Mainz"))
    assert (response.status_code, Customer.objects.get().town) == (302, "Mainz")


def test_who_gives_his_last_look_away_comes_to_the_list(client_of, team, nino, levan, kessler):
    team.managers_see = Team.Sees.OWN
    team.save()
    levan_is_chosen = client_of(nino).post(url(kessler), card(owner=levan.pk))
    assert levan_is_chosen.url == "/customers/"


def test_a_part_that_fails_keeps_the_owner(nino, levan, kessler):
    def fail(customers, **of_it):
        raise RuntimeError("no place")

    registry.register(registry.Part(name="failing", handed_over=fail))
    try:
        with pytest.raises(RuntimeError, match="no place"):
            save_card(customer=kessler, owner=levan, by=nino, now=NOW)
    finally:
        del registry._registry.parts["failing"]
    assert Customer.objects.get().owner == nino


# --- two people, one card


def opened(client, customer):
    """What the browser of somebody who opened the card would send if he changed nothing."""
    form = client.get(url(customer)).context["form"]
    shown = {bound.html_name: bound.value() for bound in form}
    data = shown | {bound.html_initial_name: shown[bound.html_name] for bound in form}
    return {name: "" if value is None else value for name, value in data.items()}


def test_what_a_card_said_when_it_was_opened_is_sent_along(client_of, nino, kessler):
    page = client_of(nino).get(url(kessler)).content.decode()
    assert page.count('name="initial-name" value="Kessler"') == 1
    assert "maxlength" not in page[page.index('name="vat_id"') :][:200]


def test_two_people_change_different_things_and_both_stay(client_of, nino, lead, levan, kessler):
    his, hers = client_of(nino), client_of(lead)
    his_card, her_card = opened(his, kessler), opened(hers, kessler)
    her_card |= {"town": "Oppenheim", "annual_revenue": "12.500,50", "owner": levan.pk}
    answers = [
        his.post(url(kessler), his_card | {"about": "winery"}).status_code,
        hers.post(url(kessler), her_card).status_code,
        his.post(url(kessler), his_card | {"about": "winery"}).status_code,
    ]
    kessler.refresh_from_db()
    assert (answers, kessler.about, kessler.town, kessler.owner) == ([302] * 3, "winery", "Oppenheim", levan)
    assert kessler.annual_revenue == Decimal("12500.50")


@pytest.fixture
def contested(client_of, nino, lead, kessler):
    """Her client, and the page after she wrote into the field in which he has just written."""
    hers = client_of(lead)
    card_of_hers = opened(hers, kessler)
    Customer.objects.filter(pk=kessler.pk).update(about="winery", source="fair")
    answer = hers.post(url(kessler), card_of_hers | {"about": "vineyard", "town": "Mainz"})
    assert answer.status_code == 409
    return hers, answer


def again(answer):
    form = answer.context["form"]
    return {name: form.data.get(name) or "" for name in form.data}


def test_who_changed_the_same_sees_both_and_nothing_is_saved(kessler, contested):
    page = contested[1].content.decode()
    assert "In a few words: the card says “winery” by now, you wrote “vineyard”." in page
    kessler.refresh_from_db()
    assert (kessler.about, kessler.town, kessler.source) == ("winery", "", "fair")


@pytest.mark.parametrize(("choice", "about"), [({}, "vineyard"), ({"theirs": "about "}, "winery")])
def test_one_press_chooses_and_the_rest_is_saved(kessler, contested, choice, about):
    client, answer = contested
    assert client.post(url(kessler), again(answer) | choice).status_code == 302
    kessler.refresh_from_db()
    assert (kessler.about, kessler.town, kessler.source) == (about, "Mainz", "fair")


def test_the_same_change_twice_is_no_conflict(client_of, nino, kessler):
    client = client_of(nino)
    mine = opened(client, kessler) | {"about": "winery"}
    assert [client.post(url(kessler), mine).status_code for _ in range(2)] == [302, 302]


def test_a_person_saved_meanwhile_leaves_the_card_alone(nino, kessler):
    person = make_person(customer=kessler)
    Customer.objects.filter(pk=kessler.pk).update(about="winery")
    save_person(person=person, is_main=True)
    remove_person(person=person)
    assert Customer.objects.get().about == "winery"
