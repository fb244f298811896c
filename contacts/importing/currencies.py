"""Which currency a cell speaks of: a code, a sign or a word beside the amount, or a column of its own."""

import re
from functools import lru_cache

from babel import Locale
from django.utils.translation import gettext as _

from contacts.folding import fold

_NOT_SAID = re.compile(r"[\d\s.,+\-()−–—'’]+")
_KRONER, _YEN = frozenset({"SEK", "NOK", "DKK", "ISK"}), frozenset({"JPY", "CNY"})
# What stands beside amounts besides codes and the signs of the library's English and German names.
_SIGNS = {
    "euro": {"EUR"}, "euros": {"EUR"}, "us$": {"USD"}, "c$": {"CAD"}, "fr": {"CHF"}, "sfr": {"CHF"}, "gel": {"GEL"},
    "₾": {"GEL"}, "zł": {"PLN"}, "kč": {"CZK"}, "ft": {"HUF"}, "₽": {"RUB"}, "₺": {"TRY"}, "₴": {"UAH"},
    "lei": {"RON"}, "kr": _KRONER, "¥": _YEN, "￥": _YEN,
}  # fmt: skip


def check_currency(*, own: str, amount: str, column: str) -> None:
    """Raise ValueError where the amount's cell, or that of the currency, names another currency than `own`."""
    for text, must_be_known in ((column, True), (amount, False)):
        said = _NOT_SAID.sub("", text)
        named = currencies_named(said)
        if not named and said and must_be_known:
            raise ValueError(_("the currency “%(value)s” is not known") % {"value": text[:40]})
        if named and own not in named:
            raise ValueError(
                _("this is in %(other)s, the team counts in %(own)s; nothing is converted, so it is left out")
                % {"other": said[:20], "own": own}
            )


@lru_cache
def currencies_named(said: str) -> frozenset[str]:
    """Codes that a sign or word may stand for: "$" is any dollar; empty where it names none."""
    code = said.upper()
    signs = _signs()
    if code in Locale("en").currencies:
        return frozenset({code})
    return signs.get(fold(said).rstrip("."), frozenset())


@lru_cache
def _signs() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language in ("en", "de"):
        for code, sign in Locale(language).currency_symbols.items():
            found.setdefault(fold(sign), set()).add(code)
            if sign.endswith("$"):
                found.setdefault("$", set()).add(code)
    for sign, codes in _SIGNS.items():
        found[fold(sign)] = found.get(fold(sign), set()) | codes
    return {sign: frozenset(codes) for sign, codes in found.items()}
