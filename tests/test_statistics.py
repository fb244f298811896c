"""Intervals of shares, of their differences and of a net score, against the papers and against brute force."""

from itertools import product
from math import comb, factorial, sqrt

import pytest
from django.utils import translation

from crm.statistics import Share, Z, difference, how_sure, net_score, signed


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_the_difference_is_that_of_newcombes_table(a, m, b, n, low, high):
    """The examples (a) to (h) of table II, method 10, of the paper named there."""
    assert [round(end, 4) for end in difference(Share(m, a), Share(n, b))] == [low, high]


@pytest.mark.parametrize("n", [1, 7, 40])
def test_wilsons_interval_holds_just_the_shares_that_the_score_test_does_not_refuse(n):
    """Another way to the same: every share from 0 to 1 is asked whether k of n lie within Z of its own spread."""
    for k in range(n + 1):
        kept = [p for p in (i / 5000 for i in range(1, 5000)) if abs(k / n - p) <= Z * sqrt(p * (1 - p) / n)]
        low, high = Share(n, k).interval()
        assert (kept[0], kept[-1]) == (pytest.approx(low, abs=0.0003), pytest.approx(high, abs=0.0003))


def test_wilsons_interval_covers_about_95_of_100():
    """By the exact binomial chances, on average over shares, for as few as an employee has answers."""
    for n in (10, 30, 100):
        covered = [
            sum(
                comb(n, k) * p**k * (1 - p) ** (n - k)
                for k in range(n + 1)
                if Share(n, k).interval()[0] <= p <= Share(n, k).interval()[1]
            )
            for p in (i / 50 for i in range(1, 50))
        ]
        assert 0.94 < sum(covered) / len(covered) < 0.965


def test_the_interval_of_a_net_score_covers_about_95_of_100():
    """By the exact multinomial chances of all samples of 20, over splits of a clientele."""
    n, splits = 20, [(0.5, 0.2), (0.7, 0.1), (0.3, 0.3), (0.85, 0.05), (0.1, 0.6)]
    for p, d in splits:
        covered = sum(
            chance(n, k, m, p, d)
            for k, m in product(range(n + 1), repeat=2)
            if k + m <= n and net_score(n, k, m)[0] <= p - d <= net_score(n, k, m)[1]
        )
        assert 0.93 < covered < 0.985


def chance(n: int, k: int, m: int, p: float, d: float) -> float:
    ways = factorial(n) // (factorial(k) * factorial(m) * factorial(n - k - m))
    return ways * p**k * d**m * (1 - p - d) ** (n - k - m)


def test_even_a_net_score_of_all_promoters_is_not_certain():
    """The plain interval would have no width."""
    low, high = net_score(5, 5, 0)
    assert (low < 0.7, high) == (True, 1.0)


def test_a_difference_says_how_sure_it_is():
    assert how_sure("about 30 points", (0.18, 0.41)) == (
        "about 30 points; certain enough: between +18 and +41"
    )
    assert how_sure("about 3 points", (-0.02, 0.08)) == "about 3 points; not certain yet: between −2 and +8"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (-0.021, "−2"),
        (0.254, "+25"),
        (0, "0"),
        (0.0004, "+0.04"),
        (-0.0005, "−0.1"),
        (0.00001, "0"),
        (-0.004, "−0.4"),
        (0.0094, "+0.9"),
        (0.0096, "+1"),
    ],
)
def test_points_have_their_sign(share, said):
    assert signed(share) == said


def test_points_are_written_as_the_reader_writes_them():
    with translation.override("de"):
        assert signed(-0.004) == "−0,4"
