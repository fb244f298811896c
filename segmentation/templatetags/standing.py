"""The words of the dossier's panels: scores as blocks, kinds of relationship."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from segmentation import words
from segmentation.models import Relationship

register = template.Library()

for word in (words.due_words, words.short_day, words.percent):
    register.filter(word)

BEST = 5
Kind = Relationship.Kind


@register.simple_tag
def meter(score: int | None) -> SafeString:
    """A score as five blocks, so many of them filled; nothing bought in the period is said in words."""
    if score is None:
        return format_html('<span class="rb-muted">{}</span>', _("none in the period,"))
    on, off = mark_safe('<i class="on"></i>'), mark_safe("<i></i>")
    blocks = format_html_join("", "{}", ((on if n < score else off,) for n in range(BEST)))
    said = _("%(n)s of 5") % {"n": score}
    return format_html('<span class="rb-dots" role="img" aria-label="{}">{}</span>', said, blocks)


@register.simple_tag
def dots(n: int) -> SafeString:
    return mark_safe("<i></i>" * n)  # noqa: S308 - nothing of it comes from anybody


@register.filter
def piercy_name(kind: str) -> str:
    """The kind as the cell of the four is headed."""
    return {
        Kind.SEEKER: _("Seeker"),
        Kind.EXPLOITER: _("Exploiter"),
        Kind.LOYAL: _("Loyal buyer"),
        Kind.ARMS_LENGTH: _("Arm’s length"),
    }[kind]


@register.filter
def piercy_words(kind: str) -> str:
    """What that means, in three words."""
    return {
        Kind.SEEKER: _("close, for years"),
        Kind.EXPLOITER: _("close, no loyalty"),
        Kind.LOYAL: _("years, at a distance"),
        Kind.ARMS_LENGTH: _("price, once"),
    }[kind]
