"""Conditions, one by one and together, against what plain Python finds in the same dossiers."""

from datetime import timedelta

import pytest
from django.db.models import Q

from contacts.models import Customer
from segmentation.filters import Chain, Clause, Condition, Moment, NotKnown, Operator, register, registry
from segmentation.models import Rules
from segmentation.scores import score_everything
from tests.factories import TODAY, make_customer, make_purchase


def ids(chain, moment):
    return set(Customer.objects.filter(chain.q(moment), team=moment.team).values_list("pk", flat=True))


def moment_on(viewer, on=TODAY):
    return Moment(viewer, on=on, today=TODAY)


# --- what may go wrong


@pytest.fixture
def weather():
    """A condition of another app, which is gone afterwards."""
    q = Q(name="Liked")
    condition = Condition(
        "weather", "Weather", "last weather", (Operator("good", "was good", lambda moment: q),)
    )
    register(condition)
    yield condition
    del registry._conditions["weather"]


def test_other_apps_register_conditions(nino, weather):
    liked = make_customer(owner=nino, name="Liked")
    make_customer(owner=nino)
    chain = Chain.of([{"condition": "weather", "operator": "good", "values": {}}])
    assert (ids(chain, moment_on(nino)), chain.sentence(moment_on(nino))) == (
        {liked.pk},
        "last weather was good",
    )
    assert chain.as_of_today == ["last weather"]
    assert registry.sections()["Weather"] == [weather]


def test_a_condition_that_is_gone_is_not_asked(nino):
    chain = Chain.of([{"condition": "weather", "operator": "good", "values": {}}])
    assert chain.lost == ["weather"]
    with pytest.raises(NotKnown):
        chain.q(moment_on(nino))


@pytest.mark.parametrize(
    ("condition", "operator", "values"),
    [
        ("ever", "least", {"times": 10**9}),
        ("ever", "least", {"times": "many"}),
        ("last_purchase", "ago", {"days": -1}),
        ("last_purchase", "from", {"day": "0001-01-01"}),
        ("money", "least", {"amount": "NaN"}),
        ("group", "is", {"groups": []}),
        ("town", "is", {"names": [1]}),
        ("group_before", "was", {"quarter": "soon", "groups": ["vip"]}),
    ],
)
def test_values_that_nobody_can_have_kept_are_lost(condition, operator, values):
    assert Clause.of({"condition": condition, "operator": operator, "values": values}) is None


def test_nothing_asked_is_everybody(team, nino):
    customer = make_customer(owner=nino)
    assert ids(Chain([]), moment_on(nino)) == {customer.pk}


def test_a_day_to_come_is_today(nino):
    assert moment_on(nino, TODAY + timedelta(9)).is_now


def test_the_limits_of_groups_are_those_in_force(team, nino):
    """Also for the past, so that only what customers did makes a difference."""
    customer = make_customer(owner=nino)
    make_purchase(customer=customer, bought_on=TODAY - timedelta(50))
    Rules.objects.create(team=team, one_time_after=10)
    score_everything(team, as_of=TODAY)
    once = Chain.of([{"condition": "group", "operator": "is", "values": {"groups": ["one_time"]}}])
    days = [TODAY, TODAY - timedelta(39), TODAY - timedelta(40), TODAY - timedelta(51)]
    assert [bool(ids(once, moment_on(nino, on))) for on in days] == [True, True, False, False]


@pytest.mark.parametrize("quarters", [None, 4])
def test_scores_of_the_past_are_of_the_period_of_then(team, nino, quarters):
    old, fresh = make_customer(owner=nino), make_customer(owner=nino)
    make_purchase(customer=old, bought_on=TODAY - timedelta(800))
    make_purchase(customer=fresh, bought_on=TODAY - timedelta(100))
    Rules.objects.create(team=team, quarters=quarters, quintiles_from=1)
    score_everything(team, as_of=TODAY)
    scored = Chain.of([{"condition": "score_m", "operator": "least", "values": {"score": 1}}])
    found = ids(scored, moment_on(nino, TODAY - timedelta(50)))
    assert found == ({fresh.pk} if quarters else {old.pk, fresh.pk})


def test_a_return_is_money_and_no_purchase(team, nino):
    customer = make_customer(owner=nino)
    make_purchase(customer=customer, bought_on=TODAY - timedelta(9), amount="100")
    make_purchase(customer=customer, bought_on=TODAY - timedelta(2), amount="-30")
    asked = {
        "often_last": {"times": 1, "days": 5, "what": []},
        "none_last": {"days": 5, "what": []},
        "worth_last": {"amount": "70", "days": 30, "what": []},
    }
    found = {
        operator: bool(ids(Chain.of([{"condition": "purchases", "operator": operator, "values": values}]),
                           moment_on(nino)))
        for operator, values in asked.items()
    }  # fmt: skip
    assert found == {"often_last": False, "none_last": True, "worth_last": True}
