"""The words of pages on reminder series."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.models import Letter
from crm.templatetags.ringbinder import weekday_key
from segmentation import series_words
from segmentation.models import Variant
from segmentation.words import percent

register = template.Library()

for word in (series_words.whom, series_words.begins, series_words.nth_letter):
    register.filter(word)


@register.filter
def subjects(variant: Variant, letter: Letter) -> list[tuple[str, str]]:
    """(language, what its reader finds as the subject) for each text of the letter."""
    return [
        (text.language, variant.subjects.get(text.language) or text.subject) for text in letter.texts.all()
    ]


@register.simple_tag
def day_chip(day: date, today: date) -> SafeString:
    """A day as a tab: "24 Tue", in the hue of its weekday; what should have left before is today's."""
    if day <= today:
        return format_html('<span class="rb-chip is-today"><b>{}</b>{}</span>', today.day, _("today"))
    word = date_format(day, "D" if (day.year, day.month) == (today.year, today.month) else "M, D")
    return format_html(
        '<span class="rb-chip" data-wd="{}"><b>{}</b>{}</span>', weekday_key(day), day.day, word
    )


@register.filter
def hundred(share: float) -> str:
    """A share as a width of 100."""
    return f"{100 * share:.2f}"


@register.filter
def of_100(share: float) -> str:
    """ "49 %"; nobody is "0 %", where a chance would be "< 0.1 %"."""
    return percent(share) if share else _("0 %")
