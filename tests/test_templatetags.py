from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from crm.templatetags.ringbinder import icon, money, tel, weekday_key


def test_icon_is_one_symbol_of_the_sprite_and_silent_for_screen_readers():
    drawn = Template('{% icon "call" "rb-tl__i" %}').render(Context())
    assert drawn.startswith('<svg class="rb-i rb-tl__i" aria-hidden="true"><use href="')
    assert drawn.endswith('#i-call"/></svg>')


def test_icon_escapes_what_it_is_given():
    assert '"><script>' not in icon('x"><script>')


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 11, 16), "mon"),
        (date(2026, 11, 20), "fri"),
        (date(2026, 11, 21), "rest"),
        (date(2026, 11, 22), "rest"),
        (None, ""),
    ],
)
def test_weekday_key_is_the_hue_of_a_tab(day, key):
    assert weekday_key(day) == key


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en-gb", Decimal("2480.00"), "€2,480"),
        ("en-gb", Decimal("2480.50"), "€2,480.50"),
        ("en-gb", Decimal("99.00"), "€99.00"),
        ("en-gb", Decimal("-100"), "-€100"),
        ("de", Decimal("1234567.80"), "1.234.567,80\xa0€"),
        ("en-gb", 0, "€0.00"),
        ("en-gb", None, ""),
    ],
)
def test_money_is_written_in_the_readers_language(language, amount, written):
    with translation.override(language):
        assert money(amount, "EUR") == written


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("+49 69 90009 142", "tel:+496990009142"),
        ("(069) 900 09-142", "tel:06990009142"),
        ("+49 (0)69 90009 142", "tel:+496990009142"),
        ("", ""),
        ("ask for Anna", ""),
    ],
)
def test_tel_dials_what_was_written(phone, link):
    assert tel(phone) == link


@pytest.mark.parametrize("page", ["403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_neither_request_nor_database(page):
    written = render_to_string(page)
    assert written.count("<h1>") == 1
    assert written.count(' href="/"') == 1
