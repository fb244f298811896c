"""The words and drawings of pages that read ratings."""

from django import template
from django.utils.safestring import SafeString

from crm.markup import fill
from crm.statistics import Share
from crm.templatetags.ringbinder import number
from feedback.reading import drawings, words
from feedback.reading.award import Standing
from feedback.reading.lines import Line

register = template.Library()

register.filter("duration", words.duration)
register.filter("bar", drawings.bar)
register.filter("whisker", drawings.whisker)
register.filter("spark", drawings.spark)
register.filter("span_of", words.span_of)

POINTS = '<span class="rb-points{look}">{points}</span>'


@register.filter
def of_100(share: Share) -> str:
    """ "83 %", a dash of none."""
    return words.percent(share.share) if share.n else "–"


@register.filter
def points(line: Line) -> SafeString:
    """By how much its share has changed, in points; bold where that is certain enough."""
    if line.points is None:
        return fill(POINTS, look="", points="–")
    sign = "+" if line.points > 0 else "−" if line.points < 0 else "±"
    sure = words.is_change(line.now.share, line.before.share)
    return fill(POINTS, look=" is-sure" if sure else "", points=f"{sign}{number(abs(line.points))}")


@register.filter
def arithmetic(standing: Standing) -> str:
    """ "0.89 × 60 + 0.95 × 25 + 1.00 × 15 = 92.2"."""
    parts = " + ".join(f"{share:.2f} × {weight}" for share, weight in standing.parts)
    return f"{parts} = {standing.points:.1f}"
