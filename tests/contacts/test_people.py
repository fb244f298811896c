import pytest

from contacts.models import Customer, Person
from crm.mail.addresses import address_hash
from tests.factories import make_customer, make_dossier, make_person


@pytest.fixture
def kessler(nino):
    return make_customer(owner=nino, name="Weingut", country="DE", person="Barbara Kessler")


def url(customer, tail):
    return f"/customers/{customer.pk}/people/{tail}"


def test_a_person_is_added_and_found(client_of, nino, kessler):
    response = client_of(nino).post(
        url(kessler, "new/"),
        {
            "name": "Irina Schuster", "position": "accounts", "role": "uses", "phone": "069 231250",
            "birthday": "1980-02-29",
        },
    )  # fmt: skip
    person = kessler.people.get(name="Irina Schuster")
    assert (response.status_code, response.url) == (302, f"/customers/{kessler.pk}/")
    assert (person.phone, person.role, person.birthday.day) == ("+49 69 231250", "uses", 29)
    assert list(Customer.objects.matching("schuster")) == [kessler]
    kessler.refresh_from_db()
    assert kessler.main_person.name == "Barbara Kessler"


def test_the_first_person_is_the_one_to_call(client_of, nino):
    customer = make_customer(owner=nino)
    client_of(nino).post(url(customer, "new/"), {"name": "Irina Schuster"})
    customer.refresh_from_db()
    assert customer.main_person.name == "Irina Schuster"


def test_the_one_to_call_can_be_chosen(client_of, nino, kessler):
    irina = make_person(customer=kessler, name="Irina Schuster")
    client_of(nino).post(url(kessler, f"{irina.pk}/"), {"name": "Irina Schuster", "is_main": "on"})
    kessler.refresh_from_db()
    assert kessler.main_person == irina


@pytest.mark.parametrize("company", ["", "office@kessler.example"])
def test_with_nobody_to_call_first_letters_go_to_the_company(client_of, nino, company):
    customer = make_customer(owner=nino, email=company, person="Barbara Kessler")
    fields = {"name": "Barbara Kessler", "email": "barbara@kessler.example"}
    for is_main, email in (({"is_main": "on"}, fields["email"]), ({}, company)):
        client_of(nino).post(url(customer, f"{customer.people.get().pk}/"), fields | is_main)
        customer = Customer.objects.get(pk=customer.pk)
        assert customer.letter_email == email
        assert customer.letter_hash == (address_hash(email) if email else "")


def test_a_changed_person_is_found_by_the_new_name_alone(client_of, nino, kessler):
    client_of(nino).post(
        url(kessler, f"{kessler.main_person_id}/"), {"name": "Barbara Maas", "is_main": "on"}
    )
    assert [list(Customer.objects.matching(text)) for text in ("maas", "kessler barbara")] == [[kessler], []]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "B", "email": "x"},
        {"name": "B", "role": "boss"},
        {"name": "B", "birthday": "x"},
    ],
)
def test_bad_input_is_named_and_nothing_is_lost(client_of, nino, kessler, fields):
    response = client_of(nino).post(url(kessler, "new/"), {"note": "ask at noon"} | fields)
    assert (response.status_code, kessler.people.count()) == (422, 1)
    assert "ask at noon" in response.content.decode()


def test_taking_somebody_off_asks_first(client_of, nino, kessler):
    irina = make_person(customer=kessler, name="Irina Schuster")
    kessler.write()
    client = client_of(nino)
    asked = client.get(url(kessler, f"{kessler.main_person_id}/remove/"))
    assert ("Take Barbara Kessler off the card?" in asked.content.decode(), kessler.people.count()) == (
        True,
        2,
    )
    response = client.post(url(kessler, f"{kessler.main_person_id}/remove/"))
    kessler.refresh_from_db()
    assert (response.status_code, kessler.main_person, list(kessler.people.all())) == (302, irina, [irina])
    assert list(Customer.objects.matching("barbara")) == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("tail", ["new/", "{}/", "{}/remove/"])
def test_strangers_find_nobody(client_of, stranger, kessler, method, tail):
    response = getattr(client_of(stranger), method)(url(kessler, tail.format(kessler.main_person_id)))
    assert (response.status_code, Person.objects.count()) == (404, 1)


def test_a_person_belongs_to_one_dossier(client_of, nino, kessler):
    other = make_customer(owner=nino)
    assert client_of(nino).get(url(other, f"{kessler.main_person_id}/")).status_code == 404


@pytest.mark.parametrize("tail", ["new/", "{}/", "{}/remove/"])
def test_wrong_methods_are_refused(client_of, nino, kessler, tail):
    assert client_of(nino).put(url(kessler, tail.format(kessler.main_person_id))).status_code == 405


def test_a_birthday_stands_with_the_person(client_of, nino):
    kessler, today = make_dossier(owner=nino).customer, nino.today()
    make_person(customer=kessler, name="Irina", birthday=today.replace(year=1980, day=1))
    page = client_of(nino).get(f"/customers/{kessler.pk}/").content.decode()
    assert f"Birthday 1 {today:%B} 1980" in page
    person = make_person(customer=kessler, name="Otto", birthday=today)
    page = client_of(nino).get(f"/customers/{kessler.pk}/").content.decode()
    assert f'Birthday {person.birthday.day} {today:%B %Y} <span class="rb-tag">today</span>' in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("birthday", "2999-01-01", "This day is yet to come: write the day of birth."),
        ("phone", "abc", "Write a phone number, such as +49 69 231250."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(client_of, nino, kessler, field, value, sentence):
    response = client_of(nino).post(url(kessler, "new/"), {"name": "Irina", field: value})
    assert (response.status_code, response.context["form"].errors) == (422, {field: [sentence]})


def test_words_in_place_of_a_number_are_shown_but_not_called(client_of, nino):
    customer = make_dossier(owner=nino, phone="by post only").customer
    make_person(customer=customer, phone="no phone")
    client = client_of(nino)
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert ["by post only" in page, "no phone" in page, 'href=""' in page] == [True, True, False]
    assert 'href=""' not in client.get("/customers/").content.decode()
