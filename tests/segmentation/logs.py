"""Logs of purchases made by hand, without a database."""

import csv
import lzma
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from segmentation.log import Log

CDNOW = Path(__file__).parents[1] / "data" / "cdnow.csv.xz"
END = date(2026, 11, 17).toordinal()


def log_of(*pairs, until=END):
    """From pairs of customer and days before the end."""
    customers, days = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Log.of(customers, END - days, until=until)


@cache
def cdnow(until=date(1998, 6, 30)):
    """The purchases of 23,570 customers of a music shop that all began in the first quarter of 1997."""
    with lzma.open(CDNOW, "rt") as file:
        rows = [
            (int(row["customer_id"]), date.fromisoformat(row["date"]).toordinal())
            for row in csv.DictReader(file)
        ]
    customers, days = np.array(rows).T
    return Log.of(customers, days, until=until.toordinal())


@cache
def random_log(seed, *, customers=300, days=500, regular=False):
    """Customers who arrive at any time, buy at their own pace, and after some purchase no more."""
    rng = np.random.default_rng(seed)
    pairs = []
    for who in range(customers):
        at, gap, leaves = rng.integers(0, days), rng.gamma(2, 30), rng.beta(0.8, 8 if regular else 2.5)
        while at < days:
            pairs.append((who, days - int(at)))
            if rng.random() < leaves:
                break
            at += max(1, rng.gamma(20, gap / 20) if regular else rng.exponential(gap))
    return log_of(*pairs)
