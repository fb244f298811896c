"""What templates say of customers: phone numbers, web addresses, and the parts other apps add."""

from datetime import date

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from contacts import card, registry
from contacts.lines import timeline_lines
from crm.templatetags.ringbinder import icon, weekday_key

register = template.Library()
register.simple_tag(timeline_lines)
register.simple_tag(card.on_page, name="card_lines")
register.simple_tag(card.legal_standing)
register.simple_tag(registry.mark)


@register.simple_tag
def chip(place: object, today: date) -> SafeString:
    """Where a dossier lies, by the `tab` of its place: None is nowhere. A page shows fifty of them."""
    if place is None:
        return mark_safe('<span class="rb-muted">–</span>')
    day = place.tab.due_on
    if day is None:
        return format_html('<span class="rb-chip" data-wd="rest">{}{}</span>', icon("cabinet"), _("Cabinet"))
    if place.tab.is_month:
        year = day.year if day.year != today.year else _("month")
        return _chip("", "month", date_format(day, "M"), year)
    if day <= today:
        word = _("today") if day == today else date_format(day, "M, D")
        return _chip("is-today" if day == today else "is-behind", "", day.day, word)
    if (day.year, day.month) == (today.year, today.month):
        return _chip("", weekday_key(day), day.day, date_format(day, "D"))
    return _chip(
        "is-next", weekday_key(day), day.day, date_format(day, "M, D" if day.year == today.year else "M Y")
    )


def _chip(state: str, hue: str, number: object, word: object) -> SafeString:
    behind = (
        format_html('<span class="visually-hidden">{} </span>', _("left behind:"))
        if state == "is-behind"
        else ""
    )
    markup = '<span class="{}" data-wd="{}">{}<b>{}</b>{}</span>'
    return format_html(markup, f"rb-chip {state}".strip(), hue, behind, number, word)


@register.simple_tag(takes_context=True)
def panels(context: Context, slot: str) -> SafeString:
    """The panels that other apps add to this slot of `customer`'s dossier, each with its own context."""
    request, customer = context["request"], context["customer"]
    pieces = []
    for panel in registry.panels(slot):
        with context.push(**panel.context(request, customer)):
            pieces.append(get_template(panel.template).template.render(context))
    return mark_safe("".join(pieces))  # noqa: S308 - rendered by templates, which have escaped
