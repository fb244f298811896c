"""One way of writing for words that people write in several: case, accents, umlauts."""

import re
import unicodedata
from collections.abc import Iterable

from contacts.phones import stored_digits

# Letters that Unicode does not take apart into a letter and an accent.
_WHOLE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
    | dict.fromkeys("’‘ʼ`´", "'")
    | dict.fromkeys("“”„", '"')
    | dict.fromkeys("‐‑‒–—", "-")
)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_PAIRS = re.compile("([aou])e|aa")


def fold(text: str) -> str:
    """`text` in lower case, without accents, single-spaced: “ MÜLLER  Straße” becomes “muller strasse”."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().translate(_WHOLE_LETTERS).split())


def spell_out(text: str) -> str:
    """`text` folded with its umlauts as German spells them without: “Müller” becomes “mueller”."""
    if text.isascii():
        return fold(text)
    return fold(unicodedata.normalize("NFC", text).lower().translate(_SPELT_OUT))


def contract(folded: str) -> str:
    """The folded text as if its ae, oe, ue had been umlauts: “mueller” becomes “muller”."""
    return _PAIRS.sub(lambda pair: pair[1] or "a", folded)


def search_forms(word: str) -> set[str]:
    """What to look for in `search_text` when somebody types `word`; any one of them is a hit."""
    return {fold(word), spell_out(word)}


def search_text(*parts: str, phones: Iterable[str] = (), country: str = "") -> str:
    """What is searched instead of `parts`: all their spellings, and `phones` (of `country`) as digits."""
    spellings = [spelling for part in parts if part for spelling in _spellings(part)]
    digits = [form for phone in phones if phone for form in stored_digits(phone, country)]
    return "\n".join(dict.fromkeys(spellings + digits))


def _spellings(part: str) -> tuple[str, str, str]:
    plain, spelt_out = fold(part), spell_out(part)
    return plain, spelt_out, contract(spelt_out)
