"""A letter read once and filled in for each customer."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from urllib.parse import quote

from contacts.letters.fields import NAMES, marked, replaced
from contacts.letters.markdown import IN_LINK, MARKS, read
from crm.mail.actions import Content

_MARK = re.compile(f"[{chr(MARKS.start)}-{chr(IN_LINK.stop - 1)}]")
_ESCAPED_BRACE = re.compile(r"\\([{}])")
# What Markdown would take for markup: at the beginning of a line, or anywhere.
_LEADING = re.compile(r"^(\d*)([-+.)])(?=\s|$)")
_MARKUP = re.compile(r"\\(?=[^\w\s]|_|$)|\*|(?<![^\W_])_|_(?![^\W_])|\](?=\(|$)|<(?=\w)|[{}]")


class Compiled:
    """Subject, HTML and text with gaps. `fields` are those it names, in the order of FIELDS."""

    def __init__(self, *, subject: str, html: str, text: str) -> None:
        marks = set(map(ord, _MARK.findall(subject + html + text)))
        self._in_links = tuple(name for name, mark in zip(NAMES, IN_LINK, strict=False) if mark in marks)
        plain = (name for name, mark in zip(NAMES, MARKS, strict=False) if mark in marks)
        self.fields = tuple(sorted({*plain, *self._in_links}, key=NAMES.index))
        self._subject, self._html, self._text = map(self._pattern, (subject, html, text))

    def _pattern(self, text: str) -> str:
        """For str.format(): first what each field says, then those again that are a part of an address."""
        return _MARK.sub(self._gap, text.replace("{", "{{").replace("}", "}}"))

    def _gap(self, mark: re.Match[str]) -> str:
        code = ord(mark[0])
        if code in MARKS:
            position = self.fields.index(NAMES[MARKS.index(code)])
        else:
            position = len(self.fields) + self._in_links.index(NAMES[IN_LINK.index(code)])
        return f"{{{position}}}"

    def fill(self, values: Mapping[str, str]) -> Content:
        """What one customer reads; values stand as they are, whatever signs are in them. KeyError if one is missing."""
        said = [values[name] for name in self.fields]
        addresses = [quote(values[name], safe="@") for name in self._in_links]
        return Content(
            subject=self._subject.format(*said),
            text=self._text.format(*said, *addresses),
            html=self._html.format(*map(escape, said), *addresses),
        )

    def missing(self, values: Mapping[str, str]) -> list[str]:
        """Fields of the letter for which there is nothing to say."""
        return [name for name in self.fields if not values.get(name)]


@lru_cache(maxsize=256)
def compiled(subject: str, body: str) -> Compiled:
    """Reads the Markdown of `body`. KeyError if there are unknown fields: check what people type in before."""
    reading = read(marked(body))
    return Compiled(subject=_ESCAPED_BRACE.sub(r"\1", marked(subject)), html=reading.html, text=reading.text)


def written_out(text: str, values: Mapping[str, str]) -> str:
    """`text` with the words of its fields, for someone to work on; they are written so that they say just the same.

    Fields for which there is nothing to say stay in their braces.
    """

    def words(name: str, leads: bool) -> str:
        said = _MARKUP.sub(r"\\\g<0>", values.get(name) or "")
        return (_LEADING.sub(r"\1\\\2", said) if leads else said) or f"{{{name}}}"

    return replaced(text, words)
