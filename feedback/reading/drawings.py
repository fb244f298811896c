"""Small drawings in the lines of tables, as inline SVG. A page shows dozens of them."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.markup import fill, join
from crm.statistics import Share
from feedback.reading.lines import Counted

WIDTH, GAP, LEAST = 120, 2, 2  # in units of the view box
BAR = (
    '<svg class="rb-ratebar" viewBox="0 0 120 12" preserveAspectRatio="none" role="img" aria-label="{say}">'
    "{parts}</svg>"
)
PART = '<rect class="{value}" x="{x}" width="{width}" height="12" rx="2"/>'
WHISKER = (
    '<svg class="rb-whisker" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
    '<rect class="all" y="5" width="100" height="2"/><rect class="span" x="{low}" y="3" width="{width}" height="6"/>'
    '<rect class="mark" x="{at}" width="1.6" height="12"/></svg>'
)
SPARK = '<svg class="rb-spark" viewBox="0 0 80 22" aria-hidden="true">{lines}<circle cx="{x}" cy="{y}" r="2"/></svg>'
LINE = '<polyline points="{points}"/>'


def bar(counted: Counted) -> SafeString:
    """As wide as its cell; a dash for no answers."""
    if not counted.rated:
        return fill('<span class="rb-muted">{none}</span>', none="–")
    words = _("%(bad)s bad, %(neutral)s neutral, %(good)s good")
    numbers = {"bad": counted.bad, "neutral": counted.neutral, "good": counted.good}
    return fill(BAR, say=words % numbers, parts=join(_parts(numbers)))


def _parts(numbers: dict[str, int]) -> list[SafeString]:
    there = {value: n for value, n in numbers.items() if n}
    room = WIDTH - GAP * (len(there) - 1) - LEAST * len(there)
    x, found = 0.0, []
    for value, n in there.items():
        width = LEAST + room * n / sum(there.values())
        found.append(fill(PART, value=value, x=round(x, 1), width=round(width, 1)))
        x += width + GAP
    return found


def whisker(share: Share) -> SafeString:
    """The share and its interval on a line from 0 to 100 %."""
    low, high = (100 * end for end in share.interval())
    at = 100 * share.share - 0.8
    return fill(WHISKER, low=round(low, 1), width=round(high - low, 1), at=round(at, 1))


def spark(values: Sequence[float | None]) -> SafeString:
    """A line through them from left to right, from the least to the most; what is not known leaves a gap."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString()
    least, room = min(known), (max(known) - min(known)) or 1
    step = 74 / (len(values) - 1)
    stretches: list[list[str]] = [[]]
    for n, value in enumerate(values):
        if value is None:
            stretches.append([])
            continue
        x, y = round(3 + n * step, 1), round(19 - 16 * (value - least) / room, 1)
        stretches[-1].append(f"{x},{y}")
    lines = join(fill(LINE, points=" ".join(points)) for points in stretches if len(points) > 1)
    return fill(SPARK, lines=lines, x=x, y=y)
