"""Conditions, one by one and together, against what plain Python finds in the same dossiers."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.actions import set_tags
from contacts.folding import fold
from contacts.models import Customer
from segmentation.filters import Chain, Clause, Condition, Moment, NotKnown, Operator, register, registry
from segmentation.groups import DEFAULT
from segmentation.models import Expectation, Group, Relationship, Rules
from segmentation.quarters import last_day, quarter_of, quarters_back
from segmentation.scores import score_everything
from tests.factories import TODAY, make_customer, make_entry, make_followup, make_person, make_purchase
from tests.segmentation import purchases as by_hand
from tests.segmentation.test_scores import taken_back

PEOPLE = 9
TOWNS = ["Mainz", "Köln", "KÖLN", "mainz", "Trier", ""]
TAGS = ["wine", "Fair 2026", "Äpfel"]
GOODS = ["wine", "boxes", ""]
ZONE = ZoneInfo("Europe/Berlin")
QUARTER = quarters_back(quarter_of(TODAY), 1)
TIMES = [0, 1, 2, 3, 5]
AGO = [0, 1, 30, 60, 90, 200, 400]


# --- dossiers at random


@dataclass
class Dossier:
    """What plain Python knows of one customer."""

    customer: Customer
    tags: list[str]
    bought: list[tuple[date, int, str]]  # day, cents, product group
    talks: list[date]
    due_on: date | None
    left: date | None = None  # None: rests
    expectation: Expectation | None = None
    relationship: str = ""
    scores: dict[str, int] = field(default_factory=dict)

    def until(self, on):
        return [row for row in self.bought if row[0] <= on]

    def days(self, on):
        return sorted({day for day, cents, _what in self.until(on) if cents >= 0})

    def cents(self, on):
        return sum(cents for _day, cents, _what in self.until(on)) if self.days(on) else None

    def group(self, on):
        days = self.days(on)
        if not days:
            return None
        return DEFAULT.group_of(purchases=len(days), days_since=(on - days[-1]).days)


def make_world(team, nino, levan, seed):
    random = Random(seed)
    cache.clear()  # what was taken back is not known there
    world = [make_random(random, owner=random.choice([nino, levan])) for _ in range(PEOPLE)]
    score_everything(team, as_of=TODAY)
    return world


def make_random(random, owner):
    pick = random.choice
    customer = make_customer(
        owner=owner, town=pick(TOWNS), kind=pick(["company", "person"]), country=pick(["DE", "GE", ""]),
        phone=pick(["", "+49 69 1234567"]), email=pick(["", "a@b.example"]), postcode=pick(["55116", "06108", ""]),
        annual_revenue=pick([None, Decimal("0.29"), Decimal(500)]), source=pick(["", "fair", "web"]),
        customer_since=pick([None, TODAY - timedelta(40), TODAY - timedelta(500)]),
        created_at=at(TODAY - timedelta(random.choice(AGO)), random),
    )  # fmt: skip
    if pick([True, False]):
        customer.main_person = make_person(customer=customer, phone=pick(["", "1234567"]))
        customer.save()
    tags = random.sample(TAGS, random.randrange(3))
    set_tags(customer=customer, names=tags)
    bought = [make_random_purchase(customer, random) for _ in range(random.choice([0, 1, 2, 4, 7]))]
    talks = [talk for _ in range(random.randrange(4)) if (talk := make_random_entry(customer, random))]
    dossier = Dossier(customer, tags, bought, talks, None)
    dossier.left = pick([None, TODAY - timedelta(5), TODAY, TODAY + timedelta(20)])
    place = {"due_on": dossier.left} if dossier.left else {"rest_reason": "closed"}
    make_followup(customer=customer, **place)
    if pick([True, False]):
        dossier.expectation = Expectation.objects.create(
            customer=customer, team=owner.team, purchases=1, usual_days=30, p14=pick([None, 0.05, 0.31]), p28=0.5,
            window_from=TODAY, window_to=TODAY + timedelta(random.randrange(-9, 9)),
            due_on=TODAY + timedelta(random.randrange(-9, 40)),
        )  # fmt: skip
    if pick([True, False]):
        dossier.relationship = pick(["loyal", "seeker"])
        Relationship.objects.create(
            customer=customer, kind=dossier.relationship, set_by=owner, set_at=customer.created_at
        )
    return dossier


def at(day, random):
    return datetime.combine(day, random.choice([time.min, time(12), time(23, 59, 59)]), tzinfo=ZONE)


def make_random_purchase(customer, random):
    day = TODAY - timedelta(random.choice([*AGO, 2, 31, 59, 61]))
    cents, what = random.choice([0, 29, 10_010, 100_000]), random.choice(GOODS)
    make_purchase(customer=customer, bought_on=day, amount=Decimal(cents) / 100, product_group=what)
    return day, cents, what


def make_random_entry(customer, random):
    """The day of a talk; None of what is none."""
    day = TODAY - timedelta(random.choice(AGO))
    kind, outcome = random.choice([("call", "agreed"), ("call", "missed"), ("note", ""), ("visit", "")])
    make_entry(customer=customer, kind=kind, outcome=outcome, happened_at=at(day, random))
    return None if kind == "note" or outcome == "missed" else day


# --- what conditions mean, told once more


def spelled(text):
    return text.casefold()


def has(dossier, column):
    person = dossier.customer.main_person
    return bool(getattr(dossier.customer, column) or (person and getattr(person, column)))


def span(dossier, on, values):
    """Purchases of what was asked, in the time that was asked."""
    since = values.get("since") or (on - timedelta(values["days"]) if "days" in values else date.min)
    until = values.get("until") or on
    what = values["what"]
    return [row for row in dossier.until(on) if since <= row[0] <= until and (not what or row[2] in what)]


def often(d, on, v):
    return len({day for day, cents, _w in span(d, on, v) if cents >= 0}) >= v["times"]


def worth(d, on, v):
    rows = span(d, on, v)
    return bool(rows) and sum(cents for _d, cents, _w in rows) >= v["amount"] * 100


def none(d, on, v):
    return not [1 for _d, cents, _w in span(d, on, v) if cents >= 0]


def last(d, on):
    return (d.days(on) or [None])[-1]


def made(d):
    return d.customer.created_at.astimezone(ZONE).date()


def talk(d, on):
    return max((day for day in d.talks if day <= on), default=None)


def line(key, operator):
    def value(d):
        return spelled(getattr(d.customer, key))

    return {
        "is": lambda d, on, v: value(d) in map(spelled, v["names"]),
        "is_not": lambda d, on, v: value(d) not in map(spelled, v["names"]),
        "begins": lambda d, on, v: any(value(d).startswith(spelled(name)) for name in v["names"]),
        "missing": lambda d, on, v: not value(d),
    }[operator]


MEANING = {
    "group is": lambda d, on, v: d.group(on) in v["groups"],
    "group is_not": lambda d, on, v: d.group(on) not in v["groups"],
    "group_before was": lambda d, on, v: d.group(last_day(v["quarter"])) in v["groups"],
    "relationship is": lambda d, on, v: d.relationship in v["kinds"],
    "relationship none": lambda d, on, v: not d.relationship,
    "last_purchase ago": lambda d, on, v: bool(last(d, on)) and (on - last(d, on)).days > v["days"],
    "last_purchase within": lambda d, on, v: bool(last(d, on)) and (on - last(d, on)).days <= v["days"],
    "last_purchase from": lambda d, on, v: bool(last(d, on)) and last(d, on) >= v["day"],
    "last_purchase before": lambda d, on, v: bool(last(d, on)) and last(d, on) < v["day"],
    "first_purchase from": lambda d, on, v: bool(d.days(on)) and d.days(on)[0] >= v["day"],
    "first_purchase before": lambda d, on, v: bool(d.days(on)) and d.days(on)[0] < v["day"],
    "ever least": lambda d, on, v: len(d.days(on)) >= v["times"],
    "ever most": lambda d, on, v: len(d.days(on)) <= v["times"],
    "ever is": lambda d, on, v: len(d.days(on)) == v["times"],
    "money least": lambda d, on, v: (d.cents(on) or 0) >= v["amount"] * 100,
    "money most": lambda d, on, v: (d.cents(on) or 0) <= v["amount"] * 100,
    "purchases often_last": often,
    "purchases often_span": often,
    "purchases often_ever": often,
    "purchases worth_last": worth,
    "purchases worth_span": worth,
    "purchases none_last": none,
    "purchases none_span": none,
    "purchases none_ever": none,
    "next_purchase within": lambda d, on, v: bool(d.expectation)
    and 0 <= (d.expectation.due_on - TODAY).days <= v["days"],
    "next_purchase overdue": lambda d, on, v: bool(d.expectation) and d.expectation.window_to < TODAY,
    "p14 least": lambda d, on, v: bool(d.expectation and d.expectation.p14 is not None)
    and d.expectation.p14 >= v["percent"] / 100,
    "p14 most": lambda d, on, v: bool(d.expectation and d.expectation.p14 is not None)
    and d.expectation.p14 <= v["percent"] / 100,
    "p28 least": lambda d, on, v: bool(d.expectation) and d.expectation.p28 >= v["percent"] / 100,
    "p28 most": lambda d, on, v: bool(d.expectation) and d.expectation.p28 <= v["percent"] / 100,
    "name contains": lambda d, on, v: fold(v["text"]) in fold(d.customer.name),
    "name contains_not": lambda d, on, v: fold(v["text"]) not in fold(d.customer.name),
    "tags any": lambda d, on, v: bool({*map(fold, v["names"])} & {*map(fold, d.tags)}),
    "tags all": lambda d, on, v: {*map(fold, v["names"])} <= {*map(fold, d.tags)},
    "tags none": lambda d, on, v: not {*map(fold, v["names"])} & {*map(fold, d.tags)},
    "tags missing": lambda d, on, v: not d.tags,
    "owner is": lambda d, on, v: str(d.customer.owner_id) in v["owners"],
    "owner is_not": lambda d, on, v: str(d.customer.owner_id) not in v["owners"],
    "kind is": lambda d, on, v: d.customer.kind in v["kinds"],
    "kind is_not": lambda d, on, v: d.customer.kind not in v["kinds"],
    **{f"{key} {how}": line(key, how) for key in ("town", "postcode", "source")
       for how in ("is", "is_not", "begins", "missing")},
    "country is": lambda d, on, v: d.customer.country in v["names"],
    "country is_not": lambda d, on, v: d.customer.country not in v["names"],
    "country missing": lambda d, on, v: not d.customer.country,
    "phone there": lambda d, on, v: has(d, "phone"),
    "phone missing": lambda d, on, v: not has(d, "phone"),
    "email there": lambda d, on, v: has(d, "email"),
    "email missing": lambda d, on, v: not has(d, "email"),
    "customer_since from": lambda d, on, v: (d.customer.customer_since or date.min) >= v["day"],
    "customer_since before": lambda d, on, v: (d.customer.customer_since or date.max) < v["day"],
    "customer_since missing": lambda d, on, v: not d.customer.customer_since,
    "annual_revenue least": lambda d, on, v: d.customer.annual_revenue is not None
    and d.customer.annual_revenue >= v["amount"],
    "annual_revenue most": lambda d, on, v: d.customer.annual_revenue is not None
    and d.customer.annual_revenue <= v["amount"],
    "annual_revenue missing": lambda d, on, v: d.customer.annual_revenue is None,
    "made within": lambda d, on, v: (on - made(d)).days <= v["days"],
    "made from": lambda d, on, v: made(d) >= v["day"],
    "made before": lambda d, on, v: made(d) < v["day"],
    "last_contact ago": lambda d, on, v: not talk(d, on) or (on - talk(d, on)).days > v["days"],
    "last_contact within": lambda d, on, v: bool(talk(d, on)) and (on - talk(d, on)).days <= v["days"],
    "last_contact none_since": lambda d, on, v: not talk(d, on) or talk(d, on) < v["day"],
    "last_contact never": lambda d, on, v: not talk(d, on),
    "place under": lambda d, on, v: bool(d.left) and v["since"] <= d.left <= v["until"],
    "place coming": lambda d, on, v: bool(d.left) and 0 <= (d.left - TODAY).days <= v["days"],
    "place rests": lambda d, on, v: d.left is None,
    "place behind": lambda d, on, v: bool(d.left) and d.left < TODAY,
    "binder is": lambda d, on, v: str(d.customer.owner_id) in v["owners"],
    "binder is_not": lambda d, on, v: str(d.customer.owner_id) not in v["owners"],
    **{f"score_{key} {how}": None for key in "rfm" for how in ("least", "most", "is")},
}  # fmt: skip
COMPARED = {"least": int.__ge__, "most": int.__le__, "is": int.__eq__}


def means(dossier, clause, on):
    condition, operator = clause.condition.key, clause.operator.key
    if condition.startswith("score_"):
        score = dossier.scores.get(condition[-1])
        return score is not None and COMPARED[operator](score, clause.values["score"])
    return MEANING[f"{condition} {operator}"](dossier, on, clause.values)


def test_every_condition_is_told_once_more_here():
    declared = {f"{c.key} {o.key}" for c in registry._conditions.values() for o in c.operators}
    assert declared == set(MEANING)


# --- conditions at random

DAYS = [TODAY - timedelta(ago) for ago in (-20, 0, 5, 60, 90, 400)]
VALUES = {
    "names": lambda r, key: r.sample(TAGS if key == "tags" else [*TOWNS[:5], "DE", "GE", "055", "fair"], 2),
    "groups": lambda r, key: r.sample(Group.values, 2),
    "kinds": lambda r, key: r.choice([["loyal"], ["company"], ["seeker", "person"]]),
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
    return {c.pk for c in Customer.objects.filter(chain.q(moment), team=moment.team)}


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


def know_scores(world, on):
    found = by_hand.scores(as_of=on)
    for dossier in world:
        _days, _f, _m, *scores = found.get(dossier.customer.pk, (0, 0, 0))
        dossier.scores = dict(zip("rfm", scores, strict=False))


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
