"""What scores, groups and summaries come to when one works them out by hand, row by row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from contacts.models import Purchase
from tests.factories import TODAY

FIFTHS = (Decimal("0.2"), Decimal("0.4"), Decimal("0.6"), Decimal("0.8"))


def put(customers, rows):
    """Purchases from (place of the customer, days ago, amount). Nobody is told of them."""
    Purchase.objects.bulk_create(
        Purchase(
            team=customers[who].team,
            customer=customers[who],
            bought_on=TODAY - timedelta(ago),
            amount=amount,
        )
        for who, ago, amount in rows
    )


@dataclass
class Facts:
    days: set[date] = field(default_factory=set)
    money: Decimal = Decimal(0)


def facts(purchases: Iterable[Purchase]) -> dict[int, Facts]:
    found = defaultdict(Facts)
    for purchase in purchases:
        if purchase.amount >= 0:
            found[purchase.customer_id].days.add(purchase.bought_on)
        found[purchase.customer_id].money += purchase.amount
    return {who: each for who, each in found.items() if each.days}


def score(values: dict[int, object]) -> dict[int, int]:
    """1 + the number of points strictly below, the points being the smallest values with enough not above."""
    rising = sorted(values.values())
    points = [rising[ceil(share * len(rising)) - 1] for share in FIFTHS] if rising else []
    return {who: 1 + sum(point < value for point in points) for who, value in values.items()}


def scores(*, as_of: date = TODAY, since: date = date.min) -> dict[int, tuple]:
    """By customer: recency in days, frequency, money, r, f, m."""
    rows = [p for p in Purchase.objects.all() if since <= p.bought_on <= as_of]
    found = facts(rows)
    days = {who: (as_of - max(each.days)).days for who, each in found.items()}
    frequency = {who: len(each.days) for who, each in found.items()}
    money = {who: each.money for who, each in found.items()}
    r, f, m = score({who: -n for who, n in days.items()}), score(frequency), score(money)
    return {who: (days[who], frequency[who], money[who], r[who], f[who], m[who]) for who in found}
