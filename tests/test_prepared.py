"""Queries that are written once and asked many times."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from django.db.models import DateField

from contacts.models import Customer, Purchase
from crm.prepared import Blank, Prepared
from tests.factories import make_customer, make_person, make_purchase

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def of_customer():
    return Purchase.objects.filter(customer=Blank("customer")).select_related("customer").latest_first()


def test_each_time_the_values_are_those_of_that_time(django_assert_num_queries):
    first, second = make_purchase(), make_purchase()
    ask = Prepared(of_customer)
    with django_assert_num_queries(2):
        rows = [*ask(customer=first.customer_id), *ask(customer=second.customer_id)]
        assert [row.customer.name for row in rows] == [first.customer.name, second.customer.name]
    assert rows == [first, second]


def test_it_is_put_together_once():
    made = []
    ask = Prepared(lambda: made.append("made") or of_customer())
    for _ in range(3):
        assert ask(customer=make_purchase().customer_id) != []
    assert made == ["made"]


def test_values_are_converted_as_their_field_wants_them():
    customer = make_customer()
    make_purchase(customer=customer, bought_on=MONDAY, amount=10)
    make_purchase(customer=customer, bought_on=TUESDAY, amount=20)
    rows = Purchase.objects.filter(customer=Blank("customer"), bought_on__lte=Blank("day", DateField()))
    ask = Prepared(lambda: rows.order_by("pk").values_list("bought_on", "amount"))
    assert ask(customer=customer.pk, day=MONDAY) == [(MONDAY, 10)]
    assert ask(customer=customer.pk, day=TUESDAY) == [(MONDAY, 10), (TUESDAY, 20)]


def test_what_belongs_to_the_rows_is_fetched_too():
    customer = make_customer()
    person = make_person(customer=customer)
    ask = Prepared(lambda: Customer.objects.filter(pk=Blank("pk")).prefetch_related("people"))
    assert [list(each.people.all()) for each in ask(pk=customer.pk)] == [[person]]


@pytest.mark.parametrize("pk", [2**63, 10**30])
def test_no_row_has_an_id_too_large_for_the_database(pk):
    assert Prepared(of_customer)(customer=pk) == []


@pytest.mark.django_db(transaction=True)
def test_several_threads_share_it():
    purchases = [make_purchase() for _ in range(4)]
    ask = Prepared(of_customer)

    def found(purchase):
        try:
            return [ask(customer=purchase.customer_id) for _ in range(5)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(found, purchases)) == [[[purchase]] * 5 for purchase in purchases]
