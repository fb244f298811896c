"""Whatever happens to purchases, what was worked out from them is what a full run would find."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts import registry
from contacts.importing.purchases import import_purchases
from contacts.importing.readers import read_table
from contacts.models import Customer, Purchase
from segmentation import groups, summaries
from segmentation.models import Expectation, GroupHistory, QuarterSummary, Score, Scoring
from segmentation.nightly_expectations import expect_team
from segmentation.scores import score_everything
from tests.factories import NOW, TODAY, make_customer, make_purchase, make_user
from tests.segmentation import purchases as by_hand
from tests.segmentation.logs import random_log
from tests.segmentation.test_scores import CHANGES, change, on_database, taken_back

STEPS = st.lists(
    st.tuples(
        st.sampled_from(CHANGES),
        st.integers(0, 59),
        st.integers(0, 59),
        st.integers(-3, 400),
    ),
    min_size=1,
    max_size=6,
)


def fill(owner):
    """Customers enough to learn chances from, with everything worked out."""
    log = random_log(8, customers=60)
    made = [make_customer(owner=owner, number=str(n)) for n in range(len(log.customers))]
    Purchase.objects.bulk_create(
        Purchase(team=owner.team, customer=made[who], bought_on=date.fromordinal(int(day)), amount=10)
        for who, day in zip(log.who, log.day, strict=True)
    )
    score_everything(owner.team, as_of=TODAY)
    expect_team(owner.team, on=TODAY)
    return made


def assert_right(team):
    """Everything stands as a full run would leave it."""
    limits = groups.in_force(Scoring.objects.get(team=team))
    known = by_hand.facts(Purchase.objects.filter(team=team, bought_on__lte=TODAY))
    found = {score.pk: (score.purchase_days, score.money, score.last_on) for score in Score.objects.all()}
    assert found == {who: (len(each.days), each.money, max(each.days)) for who, each in known.items()}
    assert summaries.out_of_step(team.pk) == []
    assert summaries.write_quarters(team.pk, as_of=TODAY) == (0, 0)
    assert groups.write_history(team.pk, as_of=TODAY, limits=limits) == 0
    assert expect_team(team, on=TODAY) == 0


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), taken_back():
        yield fill(make_user())


@pytest.fixture
def customers(filled, db):
    """Made once: what a test does to them is taken back. Each test has objects of its own."""
    return list(Customer.objects.filter(pk__in=[customer.pk for customer in filled]).order_by("pk"))


@pytest.fixture
def nino(customers):
    """Whose they are."""
    return customers[0].owner


@pytest.fixture
def team(nino):
    return nino.team


@given(steps=STEPS)
@on_database
def test_scores_and_expectations_follow_every_change(team, nino, customers, steps):
    with taken_back():
        present = list(customers)
        for what, one, other, ago in steps:
            if what == "erase":
                Customer.objects.get(pk=present[one].pk).delete()
                present[one] = make_customer(owner=nino)
            registry.purchases_changed(change(present, what, one, other, ago), now=NOW)
        assert_right(team)


def test_purchases_merged_into_another_dossier_leave_nothing_behind(team, customers):
    gone, stays = customers[:2]
    days = set(Purchase.objects.filter(customer__in=[gone, stays]).values_list("bought_on", flat=True))
    Purchase.objects.filter(customer=gone).update(customer=stays)
    registry.purchases_changed([gone.pk, stays.pk], now=NOW)
    gone_pk = gone.pk
    gone.delete()
    assert Score.objects.get(pk=stays.pk).purchase_days == len(days)
    assert Expectation.objects.get(pk=stays.pk).purchases == len(days)
    for model in (Score, QuarterSummary, GroupHistory, Expectation):
        assert not model.objects.filter(customer_id=gone_pk).exists()
    assert_right(team)


def test_an_import_that_is_taken_back_leaves_everything_as_it_was(team, customers):
    def state():
        models = (Score, QuarterSummary, GroupHistory, Expectation)
        return [sorted(model.objects.values_list(), key=str) for model in models]

    before = state()
    rows = "".join(f"{n},{TODAY - timedelta(n)},5.00,T-{n}\n" for n in range(30))
    table = read_table("list.csv", f"customer_id,date,amount,reference\n{rows}".encode())
    import_purchases(table, team=team, create_for=None, now=NOW)
    assert state() != before
    taken = Purchase.objects.filter(reference__startswith="T-")
    touched = set(taken.values_list("customer_id", flat=True))
    taken.delete()
    registry.purchases_changed(touched, now=NOW)
    assert state() == before


def test_erasing_leaves_nothing_of_a_customer(team, customers):
    gone = customers[3].pk
    customers[3].delete()
    for model in (Score, QuarterSummary, GroupHistory, Expectation):
        assert not model.objects.filter(customer_id=gone).exists()
    assert_right(team)


def test_a_customer_with_returns_only_is_nobody_yet(team, nino, customers):
    lone = make_customer(owner=nino)
    make_purchase(customer=lone, amount="-40.00")
    registry.purchases_changed([lone.pk], now=NOW)
    assert not Score.objects.filter(pk=lone.pk).exists()
    assert not Expectation.objects.filter(pk=lone.pk).exists()
    assert_right(team)


def test_what_turns_out_to_be_a_return_takes_the_score_with_it(team, nino, customers):
    lone = make_customer(owner=nino)
    for ago in (200, 3):
        make_purchase(customer=lone, bought_on=TODAY - timedelta(ago))
    registry.purchases_changed([lone.pk], now=NOW)
    assert GroupHistory.objects.filter(customer=lone).exists()
    Purchase.objects.filter(customer=lone).update(amount="-1.00")
    registry.purchases_changed([lone.pk], now=NOW)
    assert not Score.objects.filter(pk=lone.pk).exists()
    assert not GroupHistory.objects.filter(customer=lone).exists()
    assert_right(team)
