"""Conditions, one by one and together, against what plain Python finds in the same dossiers."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Customer
from segmentation.filters import Chain, Clause, Condition, Moment, NotKnown, Operator, register, registry
from segmentation.groups import DEFAULT
from segmentation.models import Group, Rules
from segmentation.scores import score_everything
from tests.factories import TODAY, make_customer, make_purchase
from tests.segmentation.dossiers import (
    AGO,
    MEANING,
    QUARTER,
    TAGS,
    TIMES,
    TOWNS,
    know_scores,
    make_world,
    means,
)
from tests.segmentation.test_scores import taken_back


def test_every_condition_is_told_once_more_here():
    declared = {f"{c.key} {o.key}" for c in registry._conditions.values() for o in c.operators}
    assert declared == set(MEANING)


# --- conditions at random

DAYS = [TODAY - timedelta(ago) for ago in (-20, 0, 5, 60, 90, 400)]
VALUES = {
    "names": lambda r, key: r.sample(TAGS if key == "tags" else [*TOWNS[:5], "DE", "GE", "055", "fair"], 2),
    "groups": lambda r, key: r.sample(Group.values, 2),
    "kinds": lambda r, key: r.choice([["loyal", "consent"], ["company", "customer"], ["seeker", "person"]]),
    "owners": lambda r, key: [r.choice(r.owners)],
    "what": lambda r, key: r.choice([[], ["wine"], ["wine", "boxes"]]),
    "quarter": lambda r, key: QUARTER,
    "text": lambda r, key: r.choice(["cust", "r 1", "ÜS", "customer"]),
    "amount": lambda r, key: Decimal(r.choice(["-1", "0", "0.29", "100.10", "1100.10"])),
    "score": lambda r, key: r.randint(1, 5),
    "times": lambda r, key: r.choice(TIMES[1:] if key == "purchases" else TIMES),
    "days": lambda r, key: r.choice(AGO),
    "percent": lambda r, key: r.choice([0, 5, 31, 50, 100]),
    "day": lambda r, key: r.choice(DAYS),
    "since": lambda r, key: TODAY - timedelta(r.choice([5, 60, 400])),
    "until": lambda r, key: TODAY + timedelta(r.choice([-5, 0, 30])),
}  # fmt: skip


def random_clause(random, condition):
    operator = random.choice(condition.operators)
    values = {each.name: VALUES[each.name](random, condition.key) for each in operator.inputs}
    clause = Clause(condition, operator, values, is_alternative=random.random() < 0.4)
    return Clause.of(clause.keep())  # what is kept comes back as it was


def holds(dossier, chain, on):
    return all(any(means(dossier, clause, on) for clause in group) for group in chain.groups)


def ids(chain, moment):
    return set(Customer.objects.filter(chain.q(moment), team=moment.team).values_list("pk", flat=True))


def moment_on(team, on=TODAY):
    return Moment(team, on=on, today=TODAY)


@pytest.fixture
def limits(team):
    """Groups by the default limits, scores by fifths."""
    one_time, lost, vip = DEFAULT.one_time_after, DEFAULT.lost_after, DEFAULT.vip_from
    Rules.objects.create(team=team, quintiles_from=1, one_time_after=one_time, lost_after=lost, vip_from=vip)


on_database = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(seed=st.integers(0, 10**6))
@on_database
def test_each_condition_finds_whom_python_finds(team, nino, levan, limits, seed):
    with taken_back():
        world = make_world(team, nino, levan, seed)
        random = Random(seed)
        random.owners = [str(nino.pk), str(levan.pk)]
        for on in (TODAY, TODAY - timedelta(random.choice([1, 30, 100]))):
            know_scores(world, on)
            for condition in registry._conditions.values():
                clause = random_clause(random, condition)
                expected = {d.customer.pk for d in world if means(d, clause, on)}
                said = (on, clause.condition.key, clause.operator.key, clause.values)
                assert (said, ids(Chain([clause]), moment_on(team, on))) == (said, expected)


@given(seed=st.integers(0, 10**6), number=st.integers(1, 6))
@on_database
def test_many_conditions_together_are_one_query(team, nino, levan, limits, seed, number):
    with taken_back():
        world = make_world(team, nino, levan, seed)
        random = Random(seed)
        random.owners = [str(nino.pk), str(levan.pk)]
        know_scores(world, TODAY)
        conditions = random.sample(list(registry._conditions.values()), number)
        chain = Chain([random_clause(random, condition) for condition in conditions])
        expected = {d.customer.pk for d in world if holds(d, chain, TODAY)}
        with CaptureQueriesContext(connection) as queries:
            found = ids(chain, moment_on(team))
        assert (found, len(queries)) == (expected, 1), chain.keep()
        others = {d.customer.pk for d in world} - expected
        left = Customer.objects.filter(~chain.q(moment_on(team).beside_others()), team=team)
        assert {c.pk for c in left} == others


# --- what may go wrong


@pytest.fixture
def rating():
    """A condition of another app, which is gone afterwards."""
    q = Q(name="Liked")
    condition = Condition(
        "rating", "Ratings", "last rating", (Operator("good", "was good", lambda moment: q),)
    )
    register(condition)
    yield condition
    del registry._conditions["rating"]


def test_other_apps_register_conditions(team, nino, rating):
    liked = make_customer(owner=nino, name="Liked")
    make_customer(owner=nino)
    chain = Chain.of([{"condition": "rating", "operator": "good", "values": {}}])
    assert (ids(chain, moment_on(team)), chain.sentence(moment_on(team))) == (
        {liked.pk},
        "last rating was good",
    )
    assert chain.as_of_today == ["last rating"]
    assert registry.sections()["Ratings"] == [rating]


def test_a_condition_that_is_gone_is_not_asked(team):
    chain = Chain.of([{"condition": "rating", "operator": "good", "values": {}}])
    assert chain.lost == ["rating"]
    with pytest.raises(NotKnown):
        chain.q(moment_on(team))


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
    assert ids(Chain([]), moment_on(team)) == {customer.pk}


def test_a_day_to_come_is_today(team):
    assert moment_on(team, TODAY + timedelta(9)).is_now


def test_the_limits_of_groups_are_those_in_force(team, nino):
    """Also for the past, so that only what customers did makes a difference."""
    customer = make_customer(owner=nino)
    make_purchase(customer=customer, bought_on=TODAY - timedelta(50))
    Rules.objects.create(team=team, one_time_after=10)
    score_everything(team, as_of=TODAY)
    once = Chain.of([{"condition": "group", "operator": "is", "values": {"groups": ["one_time"]}}])
    days = [TODAY, TODAY - timedelta(39), TODAY - timedelta(40), TODAY - timedelta(51)]
    assert [bool(ids(once, moment_on(team, on))) for on in days] == [True, True, False, False]


@pytest.mark.parametrize("quarters", [None, 4])
def test_scores_of_the_past_are_of_the_period_of_then(team, nino, quarters):
    old, fresh = make_customer(owner=nino), make_customer(owner=nino)
    make_purchase(customer=old, bought_on=TODAY - timedelta(800))
    make_purchase(customer=fresh, bought_on=TODAY - timedelta(100))
    Rules.objects.create(team=team, quarters=quarters, quintiles_from=1)
    score_everything(team, as_of=TODAY)
    scored = Chain.of([{"condition": "score_m", "operator": "least", "values": {"score": 1}}])
    found = ids(scored, moment_on(team, TODAY - timedelta(50)))
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
                           moment_on(team)))
        for operator, values in asked.items()
    }  # fmt: skip
    assert found == {"often_last": False, "none_last": True, "worth_last": True}
