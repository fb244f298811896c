"""HTML for what a page shows dozens of times, where templates and format_html take too long."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from html import escape

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def fill(markup: str, **values: object) -> SafeString:
    """`markup` with its {names} replaced by `values`, each escaped unless it is safe."""
    escaped = {
        name: value if isinstance(value, SafeString) else escape(str(value)) for name, value in values.items()
    }
    return SafeString(markup.format_map(escaped))


def join(pieces: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(pieces))


def written(day: date, style: str) -> str:
    """The day in the reader's language. Every page says the same few days a hundred times."""
    return _written(day, style, get_language())


@lru_cache(maxsize=4096)
def _written(day: date, style: str, language: str) -> str:
    return date_format(day, style)
