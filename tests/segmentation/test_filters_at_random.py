"""Conditions at random, one by one and together, against what plain Python finds in the same dossiers."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Customer
from segmentation.filters import Chain, Clause, registry
from segmentation.groups import DEFAULT
from segmentation.models import Group, Rules
from tests.factories import TODAY, make_lead, make_team, make_user
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
    seen_by,
)
from tests.segmentation.test_filters import ids, moment_on
from tests.segmentation.test_scores import taken_back

IS_THOROUGH = settings.get_current_profile_name() == "thorough"


def test_every_condition_is_told_once_more_here():
    declared = {f"{c.key} {o.key}" for c in registry._conditions.values() for o in c.operators}
    assert declared == set(MEANING)


DAYS = [TODAY - timedelta(ago) for ago in (-20, 0, 5, 60, 90, 400)]
VALUES = {
    "names": lambda r, key: r.sample(TAGS if key == "tags" else [*TOWNS[:5], "DE", "GE", "055", "fair"], 2),
    "groups": lambda r, key: r.sample(Group.values, 2),
    "kinds": lambda r, key: r.choice([["loyal", "consent"], ["company", "customer"], ["seeker", "person"]]),
    "owners": lambda r, key: [r.choice(r.owners)],
    "what": lambda r, key: r.choice([[], ["wine"], ["wine", "boxes"]]),
    "quarter": lambda r, key: QUARTER,
    "ticket_kinds": lambda r, key: r.choice([[], ["question"], ["complaint", "service"]]),
    "verdicts": lambda r, key: r.choice([["bad"], ["neutral"], ["good"], ["bad", "neutral"]]),
    "leanings": lambda r, key: r.choice([["promoter"], ["passive"], ["detractor", "passive"]]),
    "text": lambda r, key: r.choice(["cust", "r 1", "ÜS", "customer"]),
    "amount": lambda r, key: Decimal(r.choice(["-1", "0", "0.29", "100.10", "1100.10"])),
    "score": lambda r, key: r.randint(1, 5),
    "times": lambda r, key: r.choice(TIMES[1:] if key in ("purchases", "tickets") else TIMES),
    "days": lambda r, key: r.choice(AGO),
    "percent": lambda r, key: r.choice([0, 5, 31, 50, 100]),
    "day": lambda r, key: r.choice(DAYS),
    "since": lambda r, key: TODAY - timedelta(r.choice([5, 60, 400])),
    "until": lambda r, key: TODAY + timedelta(r.choice([-5, 0, 30])),
}  # fmt: skip


def random_clause(random, condition, operator):
    values = {each.name: VALUES[each.name](random, condition.key) for each in operator.inputs}
    clause = Clause(condition, operator, values, is_alternative=random.random() < 0.4)
    return Clause.of(clause.keep())  # what is kept comes back as it was


def holds(dossier, chain, on):
    return all(any(means(dossier, clause, on) for clause in group) for group in chain.groups)


@pytest.fixture(scope="module", params=range(5 if IS_THOROUGH else 1))
def world(request, django_db_setup, django_db_blocker):
    """Dossiers of two, made once; groups are by the default limits, scores by fifths."""
    with django_db_blocker.unblock(), taken_back():
        team = make_team()
        one_time, lost, vip = DEFAULT.one_time_after, DEFAULT.lost_after, DEFAULT.vip_from
        Rules.objects.create(
            team=team, quintiles_from=1, one_time_after=one_time, lost_after=lost, vip_from=vip
        )
        yield make_world(make_user(team=team), make_user(team=team), make_lead(team=team), request.param)


def random_for(world, seed):
    random = Random(seed)
    random.owners = [str(keeper.pk) for keeper in world.keepers]
    return random


@given(seed=st.integers(0, 10**6))
@settings(max_examples=10 if IS_THOROUGH else 5, deadline=None)
@pytest.mark.django_db
def test_each_condition_finds_whom_python_finds(world, seed):
    """In each of its ways."""
    random = random_for(world, seed)
    for on in (TODAY, TODAY - timedelta(random.choice([1, 1, 30, 100]))):
        know_scores(world.dossiers, on)
        viewer = seen_by(world.dossiers, random.choice(world.viewers))
        for condition in registry._conditions.values():
            for operator in condition.operators:
                clause = random_clause(random, condition, operator)
                expected = {d.customer.pk for d in world.dossiers if means(d, clause, on)}
                said = (on, condition.key, operator.key, clause.values)
                assert (said, ids(Chain([clause]), moment_on(viewer, on))) == (said, expected)


@given(seed=st.integers(0, 10**6), number=st.integers(1, 6))
@settings(max_examples=100 if IS_THOROUGH else 25, deadline=None)
@pytest.mark.django_db
def test_many_conditions_together_are_one_query(world, seed, number):
    random = random_for(world, seed)
    know_scores(world.dossiers, TODAY)
    viewer = seen_by(world.dossiers, random.choice(world.viewers))
    conditions = random.sample(list(registry._conditions.values()), number)
    chain = Chain([random_clause(random, each, random.choice(each.operators)) for each in conditions])
    expected = {d.customer.pk for d in world.dossiers if holds(d, chain, TODAY)}
    with CaptureQueriesContext(connection) as queries:
        found = ids(chain, moment_on(viewer))
    assert found == expected, chain.keep()
    assert len(queries) <= 1  # none, where it is known beforehand that nobody is found
    others = {d.customer.pk for d in world.dossiers} - expected
    left = Customer.objects.filter(~chain.q(moment_on(viewer).beside_others()), team=viewer.team)
    assert {c.pk for c in left} == others
