"""HTML for what a page shows dozens of times, where templates and format_html take too long."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString


def fill(markup: str, **values: object) -> SafeString:
    """`markup` with its {names} replaced by `values`, each escaped unless it is safe."""
    escaped = {
        name: value if isinstance(value, SafeString) else escape(str(value)) for name, value in values.items()
    }
    return SafeString(markup.format_map(escaped))


def join(pieces: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(pieces))
