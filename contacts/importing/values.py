"""What people write into cells: dates, money, addresses. Readers raise ValueError with a plain reason."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from contacts.folding import contract, fold
from crm.mail.models import LANGUAGES

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+)?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?: [\d:.]+)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YEARS = range(1900, 2101)
_CURRENCY = re.compile(r"[^\W\d_]+\.|[^\d.,+\-()]+")
_BETWEEN_DIGITS = re.compile(r"\d[^\W\d_]+\d")  # "1e5" is no amount, "CHF 5" is one
_NO_CENTS = re.compile(r"[.,]-+$")
_LARGEST = Decimal(10) ** 11
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
_CENT = Decimal("0.01")
_WHOLE = re.compile(r"\d*|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+")
_CENTS = re.compile(r"\d*")
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")


def read_date(text: str) -> date:
    """31.12.2025, 31.12.25, 2025-12-31; with slashes only where day and month cannot be mistaken."""
    year, month, day = _year_month_day(text)
    try:
        if year in _YEARS:
            return date(year, month, day)
    except ValueError:
        pass
    raise ValueError(_("there is no such day"))


def _year_month_day(text: str) -> tuple[int, int, int]:
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DOTTED.fullmatch(text):
        return _full_year(found[3]), int(found[2]), int(found[1])
    if found := _SLASHED.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        if first <= 12 and second <= 12 and first != second:
            raise ValueError(_("this could be either of two days"))
        return (int(found[3]), second, first) if first > 12 else (int(found[3]), first, second)
    raise ValueError(_("this is no date"))


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def read_money(text: str, decimal_mark: str = "") -> Decimal:
    """1.234,56 € or 1,234.56 or 15780,20, to the cent. `decimal_mark` settles 1.234, otherwise thousands."""
    if _BETWEEN_DIGITS.search("".join(text.split())):
        raise ValueError(_("this is no amount"))
    number = _bare(text)
    negative = number.startswith(("-", "(")) or number.endswith("-")
    number = number.strip("+-()")
    if not number or not re.fullmatch(r"\d[\d.,]*|[.,]\d+", number):
        raise ValueError(_("this is no amount"))
    mark = _own_mark(number) or (decimal_mark if number.count(decimal_mark) == 1 else "")
    whole, _mark, cents = number.rpartition(mark) if mark else (number, "", "")
    if not _WHOLE.fullmatch(whole) or not _CENTS.fullmatch(cents):
        raise ValueError(_("this is no amount"))
    amount = Decimal(f"{re.sub('[.,]', '', whole) or 0}.{cents or 0}")
    if amount >= _LARGEST:
        raise ValueError(_("this amount is too large"))
    return (-amount if negative else amount).quantize(_CENT, ROUND_HALF_UP)


def _bare(text: str) -> str:
    """Digits, marks and signs: without currency, spaces, and the dash for no cents."""
    return _CURRENCY.sub("", _NO_CENTS.sub("", text.replace("−", "-").strip()))


def _own_mark(number: str) -> str:
    """The decimal mark as far as this one number shows it."""
    marks = [c for c in number if c in ".,"]
    if not marks or (_GROUPED.fullmatch(number) and not number.startswith("0")):
        return ""
    return marks[-1]


def decimal_mark(numbers: Iterable[str]) -> str:
    """The mark that all clear amounts of a column share; empty if none is clear, or they differ."""
    marks = {_own_mark(_bare(number).strip("+-()")) for number in numbers}
    marks.discard("")
    return marks.pop() if len(marks) == 1 else ""


def read_email(text: str) -> str:
    address = text.removeprefix("mailto:").strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValueError(_("this is no e-mail address")) from error
    if len(address) > 254:
        raise ValueError(_("this is no e-mail address"))
    return address


def read_country(text: str) -> str:
    """The two letters of a country given so, or by its English or German name."""
    code = _countries().get(contract(fold(text)).strip("."))
    if not code:
        raise ValueError(_("this country is not known"))
    return code


@lru_cache
def _countries() -> dict[str, str]:
    known = {"d": "DE", "a": "AT", "england": "GB", "usa": "US", "holland": "NL"}
    for language in ("en", "de"):
        names = Locale(language).territories
        codes = {code: name for code, name in names.items() if re.fullmatch("[A-Z]{2}", code)}
        for code in codes.keys() - _NO_COUNTRIES:
            known |= {contract(fold(codes[code])): code, code.lower(): code}
    return known | {"uk": "GB"}


def read_language(text: str) -> str:
    """The two letters of a language in which we write, given so, as “de-AT”, or by one of its names."""
    name = contract(fold(text)).strip(".")
    code = _languages().get(name) or _languages().get(re.split("[-_]", name)[0])
    if not code:
        raise ValueError(_("letters are written in English, German or Georgian"))
    return code


@lru_cache
def _languages() -> dict[str, str]:
    names = {code: {code, own, *_names_of_language(code)} for code, own in LANGUAGES}
    return {contract(fold(name)): code for code, known in names.items() for name in known}


def _names_of_language(code: str) -> set[str]:
    return {Locale(reader).languages[code] for reader in ("en", "de")}
