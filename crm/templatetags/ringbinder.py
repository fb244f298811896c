"""The words every template may use: icons, dates as tabs, money, telephone links."""

import re
from copy import copy
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import NumberPattern, format_compact_currency
from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

register = template.Library()

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "rest", "rest")


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Markup of one symbol of the sprite, hidden from screen readers: ``{% icon "call" %}``."""
    return _icon(name, extra)


@lru_cache(maxsize=256)
def _icon(name: str, extra: str) -> SafeString:
    return format_html(
        '<svg class="rb-i{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f" {extra}" if extra else "",
        static("img/icons.svg"),
        name,
    )


@register.filter
def weekday_key(day: date | None) -> str:
    """``mon`` to ``fri``, ``rest`` at the weekend, nothing without a day: the hue of a tab."""
    return WEEKDAYS[day.weekday()] if day else ""


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """The amount in its currency and the reader's language; cents only where they matter."""
    if amount is None:
        return ""
    whole = abs(amount) >= 100 and amount == int(amount)
    locale, pattern, whole_pattern = _money_patterns(get_language() or "en")
    if whole:
        return whole_pattern.apply(amount, locale, currency=currency, currency_digits=False)
    return pattern.apply(amount, locale, currency=currency)


@register.filter
def money_short(amount: Decimal | int, currency: str) -> str:
    """The amount rounded to what a glance takes in: "€950", "€58K", "58.000 €" where a language has no short form."""
    language = get_language() or "en"
    if abs(amount) < 1000:
        return money(round(amount), currency).removesuffix(".00")
    digits = 1 if 1_000_000 <= abs(amount) < 10_000_000 else 0
    text = format_compact_currency(amount, currency, locale=to_locale(language), fraction_digits=digits)
    return text if len(re.sub(r"\D", "", text)) < 4 else money(round(amount), currency)


@register.filter
def number(value: int) -> str:
    """With a mark between thousands: 23,570."""
    return number_format(value, force_grouping=True)


@lru_cache(maxsize=16)
def _money_patterns(language: str) -> tuple[Locale, NumberPattern, NumberPattern]:
    locale = Locale.parse(to_locale(language))
    pattern = locale.currency_formats["standard"]
    whole = copy(pattern)
    whole.frac_prec = (0, 0)
    return locale, pattern, whole


@register.filter
def tel(phone: str) -> str:
    """``tel:`` link of a number as somebody wrote it: its digits, and the plus if there is one."""
    phone, _, extension = phone.partition(" ext. ")
    plus = "+" if phone.lstrip(" (").startswith("+") else ""
    # "+49 (0)69 …": the bracketed nought is dialled only at home
    digits = re.sub(r"\D", "", phone.replace("(0)", "") if plus else phone)
    if not digits:
        return ""
    return f"tel:{plus}{digits}" + (f";ext={extension}" if extension.isdecimal() else "")
