"""The words of pages on segments."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from segmentation import words
from segmentation.rows import Rows

register = template.Library()

for word in (words.group_name, words.group_chip, words.signed, words.counted):
    register.filter(word)


@register.simple_tag(takes_context=True)
def listed(context: Context) -> SafeString:
    """The rows of the page of `listing`, those in `ticked` ticked, without the money if `compact`."""
    rows = Rows(
        currency=context["user"].team.currency,
        ticked=context.get("ticked") or [],
        compact=bool(context.get("compact")),
    )
    return rows.of(context["listing"].rows)
