"""Dossiers at random, and what each condition means told once more in plain Python."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from contacts.actions import set_tags
from contacts.folding import fold
from contacts.models import Customer, LegalBasis
from crm.mail.addresses import address_hash
from crm.mail.models import Suppression
from crm.team.models import User
from segmentation.groups import DEFAULT
from segmentation.models import Expectation, Relationship
from segmentation.quarters import last_day, quarter_of, quarters_back
from segmentation.scores import score_everything
from tests.factories import (
    NOW,
    TODAY,
    make_customer,
    make_entry,
    make_followup,
    make_legal_basis,
    make_person,
    make_purchase,
)
from tests.segmentation import purchases as by_hand
from tests.segmentation import tickets

PEOPLE = 100
TOWNS = ["Mainz", "Köln", "KÖLN", "mainz", "Trier", ""]
EMAILS = ["", "", "", *(f"{name}@b.example" for name in "abcdefgh")]
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
    suppressed: set[str] = field(default_factory=set)  # why nothing goes to the address
    voice: tickets.Voice | None = None
    viewer: User | None = None  # who asks
    zone = ZONE

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


@dataclass
class World:
    dossiers: list[Dossier]
    keepers: list[User]
    viewers: list[User]


def make_world(nino, levan, lead, seed):
    random, keepers = Random(seed), [nino, levan]
    suppressed = {email: make_random_suppressions(random, lead.team, email) for email in EMAILS if email}
    dossiers = [make_random(random, owner=random.choice(keepers)) for _ in range(PEOPLE)]
    for dossier in dossiers:
        dossier.voice = tickets.make_random_voice(dossier.customer, random, keepers, at)
        dossier.suppressed = suppressed.get(dossier.customer.email, set())
    score_everything(lead.team, as_of=TODAY)
    return World(dossiers, keepers, [*keepers, lead])


def make_random_suppressions(random, team, email):
    reasons = random.sample(Suppression.Why.values, random.choice([0, 0, 1, 2]))
    for reason in reasons:
        Suppression.record(team=team, hashed=address_hash(email), reason=reason, now=NOW)
    return set(reasons)


def make_random(random, owner):
    pick = random.choice
    customer = make_customer(
        owner=owner, town=pick(TOWNS), kind=pick(["company", "person"]), country=pick(["DE", "GE", ""]),
        phone=pick(["", "+49 69 1234567"]), email=pick(EMAILS), postcode=pick(["55116", "06108", ""]),
        annual_revenue=pick([None, Decimal("0.29"), Decimal(500)]), source=pick(["", "fair", "web"]),
        customer_since=pick([None, TODAY - timedelta(40), TODAY - timedelta(500)]),
        created_at=at(TODAY - timedelta(random.choice(AGO)), random),
    )  # fmt: skip
    if pick([True, False]):
        customer.main_person = make_person(customer=customer, phone=pick(["", "1234567"]))
        customer.save()
    if pick([True, False]):
        make_legal_basis(customers=[customer], kind=pick(LegalBasis.Kind.values))
    tags = random.sample(TAGS, random.randrange(3))
    set_tags(customer=customer, names=tags)
    bought = [make_random_purchase(customer, random) for _ in range(random.choice([0, 1, 1, 2, 4, 7]))]
    talks = [talk for _ in range(random.randrange(4)) if (talk := make_random_entry(customer, random))]
    dossier = Dossier(customer, tags, bought, talks, None)
    dossier.left = pick([None, TODAY - timedelta(5), TODAY, TODAY + timedelta(20)])
    place = {"due_on": dossier.left} if dossier.left else {"rest_reason": "closed"}
    make_followup(customer=customer, **place)
    if pick([True, False]):
        dossier.expectation = Expectation.objects.create(
            customer=customer, team=owner.team, purchases=1, usual_days=30, p14=pick([None, 0.05, 0.31]), p28=0.5,
            window_from=TODAY, window_to=TODAY + timedelta(pick([-9, -1, 0, 8])),
            due_on=TODAY + timedelta(pick([-9, -1, 0, 1, 30, 31, 39])),
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
    day = TODAY - timedelta(random.choice([*AGO, 2, 31, 59, 61, DEFAULT.lost_after, DEFAULT.lost_after + 1]))
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


def open_to_advertising(d):
    return bool(d.customer.legal_basis_id and d.customer.email) and not d.suppressed


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
    "legal_basis there": lambda d, on, v: bool(d.customer.legal_basis_id),
    "legal_basis missing": lambda d, on, v: not d.customer.legal_basis_id,
    "legal_basis is": lambda d, on, v: bool(d.customer.legal_basis_id)
    and d.customer.legal_basis.kind in v["kinds"],
    "advertising open": lambda d, on, v: open_to_advertising(d),
    "advertising shut": lambda d, on, v: not open_to_advertising(d),
    "advertising opted_out": lambda d, on, v: bool(d.suppressed & {"opted_out", "complained"}),
    "advertising bounced": lambda d, on, v: "bounced" in d.suppressed,
    **tickets.MEANING,
    **{f"score_{key} {how}": None for key in "rfm" for how in ("least", "most", "is")},
}  # fmt: skip
COMPARED = {"least": int.__ge__, "most": int.__le__, "is": int.__eq__}


def means(dossier, clause, on):
    condition, operator = clause.condition.key, clause.operator.key
    if condition.startswith("score_"):
        score = dossier.scores.get(condition[-1])
        return score is not None and COMPARED[operator](score, clause.values["score"])
    return MEANING[f"{condition} {operator}"](dossier, on, clause.values)


def know_scores(world, on):
    found = by_hand.scores(as_of=on)
    for dossier in world:
        _days, _f, _m, *scores = found.get(dossier.customer.pk, (0, 0, 0))
        dossier.scores = dict(zip("rfm", scores, strict=False))


def seen_by(world, viewer):
    """From now on, what the dossiers mean to this person, who is returned."""
    for dossier in world:
        dossier.viewer = viewer
    return viewer
