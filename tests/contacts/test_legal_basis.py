import pytest

from contacts.models import Customer
from crm.mail.models import Suppression
from tests.factories import make_customer, make_legal_basis, make_person, make_suppression

EMAIL = "info@kessler.example"


@pytest.fixture
def kessler(nino):
    customer = make_customer(owner=nino, name="Kessler", email=EMAIL)
    make_legal_basis(customers=[customer])
    return customer


def open_to_advertising():
    return [customer.name for customer in Customer.objects.open_to_advertising()]


def test_who_consented_and_has_an_address_may_be_written_to(kessler):
    assert open_to_advertising() == ["Kessler"]


def test_the_main_persons_address_is_one_too(kessler):
    kessler.email = ""
    kessler.main_person = make_person(customer=kessler, email="barbara@kessler.example")
    kessler.write()
    assert open_to_advertising() == ["Kessler"]


def test_without_a_legal_basis_or_an_address_nobody_may_be_written_to(nino, kessler):
    make_customer(owner=nino, email="other@kessler.example")
    kessler.email = ""
    kessler.write()
    assert open_to_advertising() == []


@pytest.mark.parametrize("reason", Suppression.Why.values)
def test_a_suppressed_address_is_not_written_to(kessler, reason):
    make_suppression(customer=kessler, reason=reason)
    assert open_to_advertising() == []


def test_what_another_team_was_told_does_not_count(kessler, stranger):
    make_suppression(customer=make_customer(owner=stranger, email=EMAIL))
    assert open_to_advertising() == ["Kessler"]


def test_an_opt_out_of_the_former_address_does_not_follow_to_a_new_one(kessler):
    make_suppression(customer=kessler)
    kessler.email = "new@kessler.example"
    kessler.write()
    assert open_to_advertising() == ["Kessler"]


def test_those_suppressed_are_told_apart_by_reason(nino, kessler):
    make_suppression(customer=kessler, reason=Suppression.Why.BOUNCED)
    make_customer(owner=nino)
    found = [Customer.objects.suppressed(*why).count() for why in ((), ("bounced",), ("opted_out",))]
    assert found == [1, 1, 0]


def test_the_question_is_one_query(kessler, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert Customer.objects.open_to_advertising().count() == 1
