"""How sure shares and their differences are: intervals that stay honest with few answers and near 0 or 1."""

from dataclasses import dataclass
from math import sqrt

from django.utils.formats import number_format
from django.utils.translation import gettext as _

Z = 1.959963984540054  # of a 95 % interval
MINUS = "−"
Interval = tuple[float, float]


@dataclass(frozen=True)
class Share:
    """So many of so many: `k` of `n`."""

    n: int = 0
    k: int = 0

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of none."""
        return self.k / self.n if self.n else 0.0

    def interval(self) -> Interval:
        """The 95 % score interval of the share (E. B. Wilson 1927)."""
        n, p = self.n, self.share
        middle, reach = 2 * n * p + Z**2, Z * sqrt(Z**2 + 4 * n * p * (1 - p))
        return (middle - reach) / (2 * (n + Z**2)), (middle + reach) / (2 * (n + Z**2))


def difference(one: Share, other: Share) -> Interval:
    """The 95 % interval of the first share less the second; neither may be of none.

    The hybrid score interval, method 10 in R. G. Newcombe, Interval estimation for the difference between
    independent proportions: comparison of eleven methods, Statistics in Medicine 17 (1998), 873–890.
    """
    p, q = one.share, other.share
    (low_p, high_p), (low_q, high_q) = one.interval(), other.interval()
    below, above = sqrt((p - low_p) ** 2 + (high_q - q) ** 2), sqrt((high_p - p) ** 2 + (q - low_q) ** 2)
    return max(p - q - below, -1.0), min(p - q + above, 1.0)


def net_score(n: int, promoters: int, detractors: int) -> Interval:
    """The 95 % interval of promoters less detractors, as a share of `n` answers, from −1 to 1.

    The adjusted Wald interval AW(¾, 3) in B. Rocks, Interval Estimation for the “Net Promoter Score”, The American
    Statistician 70 (2016), 365–372: three answers are added, ¾ of them promoters, ¾ detractors, and the variance is
    that of a difference within one multinomial sample, p + d − (p − d)².
    """
    n, p, d = n + 3, (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    reach = Z * sqrt((p + d - (p - d) ** 2) / n)
    return max(p - d - reach, -1.0), min(p - d + reach, 1.0)


def is_certain(interval: Interval) -> bool:
    """Nought lies outside."""
    low, high = interval
    return low > 0 or high < 0


def signed(share: float) -> str:
    """A share as points with their sign, "−2", "+25"; less than one with as many of two decimals as say something.

    Rounded to nought, the end of an interval that is certain would look as if it were not.
    """
    points = 100 * share
    digits = 0 if abs(points) >= 0.95 else next((n for n in (1, 2) if round(points, n)), 0)
    text = number_format(abs(round(points, digits)), digits)
    sign = "" if not float(round(points, digits)) else MINUS if points < 0 else "+"
    return f"{sign}{text}"


def how_sure(about: str, interval: Interval) -> str:
    """ "about 11 points more; not certain yet: between −2 and +25"; `about` is its first part."""
    words = _("%(about)s; certain enough: between %(low)s and %(high)s")
    if not is_certain(interval):
        words = _("%(about)s; not certain yet: between %(low)s and %(high)s")
    low, high = map(signed, interval)
    return words % {"about": about, "low": low, "high": high}
