"""Phone numbers: kept in one notation, found in any."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

_LOOKS_LIKE_A_PHONE = re.compile(r"[+\d\s()/.\-–]+")
_NOT_DIGITS = re.compile(r"\D+")
_SEVERAL_NUMBERS = re.compile(r"[,;]|/\s*[0+]")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_FEWEST_DIGITS = 3
_MOST_DIGITS = 40  # the width of Customer.phone_digits


@lru_cache(maxsize=4096)
def _parse(text: str, country: str) -> PhoneNumber | None:
    if _SEVERAL_NUMBERS.search(text):
        return None
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _digits(text: str) -> str:
    return _NOT_DIGITS.sub("", text)


def normal_phone(text: str, country: str) -> str:
    """`text` as +49 69 231250 (an extension behind it), or as it was written where that is no possible number.

    `country` (ISO, two letters) is where a number without country code is dialled from.
    """
    written = " ".join(text.split())
    number = _parse(written, country)
    if not number:
        return written
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def phone_digits(text: str, country: str) -> str:
    """Digits that are equal for two notations of the same number; an extension does not count."""
    number = _parse(" ".join(text.split()), country)
    whole = phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else text
    return _digits(whole)[:_MOST_DIGITS]


def stored_digits(text: str, country: str) -> list[str]:
    """The digits under which a number is found: as dialled from abroad and from its own country."""
    number = _parse(" ".join(text.split()), country)
    if not number:
        return [_digits(text)]
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    if number.extension:
        national = national.removesuffix(number.extension)
    return [phone_digits(text, country), _digits(national)]


def query_digits(text: str) -> list[str]:
    """Digits to look for when `text` was typed as a number, in any notation; empty if it is not one."""
    if not _LOOKS_LIKE_A_PHONE.fullmatch(text.strip()):
        return []
    plain = _digits(text)
    forms = {plain, _digits(_TRUNK_ZERO.sub("", text))}
    forms |= {form[2:] for form in forms if form.startswith("00")}
    return sorted(form for form in forms if len(form) >= _FEWEST_DIGITS)
