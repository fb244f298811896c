"""The words, rows and drawings of pages that read ratings."""

from collections.abc import Collection

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from feedback.reading import drawings, rows, words
from feedback.reading.award import Standing
from feedback.reading.lines import Line
from feedback.reading.page import Comment

register = template.Library()

register.filter("duration", words.duration)
register.filter("span_of", words.span_of)
register.filter("of_100", rows.share_words)
register.filter("whisker", drawings.whisker)
register.filter("spark", drawings.spark)
register.filter("small_rows", rows.small)
register.filter("trend_columns", rows.trend_columns)
register.filter("trend_rows", rows.trend_rows)
register.filter("quarter_rows", rows.quarters)


@register.simple_tag(takes_context=True)
def people_rows(context: template.Context, lines: list[Line], won: Collection[str] = ()) -> SafeString:
    return rows.people(lines, with_rank=context["user"].is_lead, won=won)


@register.simple_tag(takes_context=True)
def comment_rows(context: template.Context, comments: list[Comment]) -> SafeString:
    return rows.comments(comments, context["user"])


@register.simple_tag
def standing_rows(standings: list[Standing], is_running: bool) -> SafeString:
    return rows.standings(standings, _("in front so far") if is_running else _("employee of the month"))
