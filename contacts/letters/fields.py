"""The fields of letters: “{name}”. Nothing else may stand in braces."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.letters.markdown import IN_LINK, MARKS, read


@dataclass(frozen=True)
class Field:
    label: str | Promise
    example: str


FIELDS = {
    "greeting": Field(gettext_lazy("greeting, with its comma"), "Dear Barbara Kessler,"),
    "name": Field(gettext_lazy("name of the person, else of the company"), "Barbara Kessler"),
    "company": Field(gettext_lazy("name on the dossier"), "Kessler Confectionery"),
    "number": Field(gettext_lazy("customer number"), "K-1042"),
    "town": Field(gettext_lazy("town"), "Graz"),
    "manager": Field(gettext_lazy("name of the customer’s manager"), "Nino Beridze"),
    "manager_email": Field(gettext_lazy("e-mail address of the manager"), "nino@lindner.example"),
    "team": Field(gettext_lazy("your team’s name as a sender"), "Lindner Packaging"),
    "last_purchase": Field(gettext_lazy("day of the last purchase"), "3 May 2026"),
    "product_group": Field(gettext_lazy("product group of the last purchase"), "Folding boxes"),
    "code": Field(gettext_lazy("offer code, in a series that has one"), "BOX7K2M"),
}
NAMES = list(FIELDS)
# A sign with a backslash before it, a field, or a brace that is neither.
_BRACES = re.compile(r"(?P<escaped>\\[^\n])|\{(?P<field>[^{}\n]*)\}|(?P<lone>[{}])")
_PRIVATE = re.compile(f"[{chr(MARKS.start)}-{chr(IN_LINK.stop - 1)}]")


def unknown_fields(text: str) -> list[str]:
    """What stands in braces and is no field, in the order of the text, each once."""
    return list(dict.fromkeys(name for name in _in_braces(text) if _normal(name) not in FIELDS))


def _in_braces(text: str) -> Iterator[str]:
    return (match["field"] for match in _BRACES.finditer(text) if match["field"] is not None)


def _normal(name: str) -> str:
    return name.strip().casefold()


def check_subject(text: str) -> None:
    """ValidationError that says what is wrong with the braces of `text`, and what may have been meant."""
    problems = [_no_field(name) for name in unknown_fields(text)]
    if any(match["lone"] for match in _BRACES.finditer(text)):
        problems.append(
            _(
                "A brace stands alone. Braces are for fields, such as {name}; the sign itself is written \\{ or \\}."
            )
        )
    if problems:
        raise ValidationError(problems)


def _no_field(name: str) -> str:
    near = get_close_matches(_normal(name), NAMES, n=1, cutoff=0.5)
    if near:
        return _("There is no field {%(name)s}. Did you mean {%(near)s}?") % {"name": name, "near": near[0]}
    return _("There is no field {%(name)s}.") % {"name": name}


def check_body(text: str) -> None:
    """The same, also for the links of `text`."""
    check_subject(text)
    if bad := read(marked(text)).bad_links:
        raise ValidationError(
            [
                _("The link to “%(address)s” leads nowhere. Begin its address with https:// or mailto:.")
                % {"address": _PRIVATE.sub(_in_words, address)}
                for address in bad
            ]
        )


def _in_words(mark: re.Match[str]) -> str:
    return f"{{{NAMES[MARKS.index(ord(mark[0]))]}}}"


def marked(text: str) -> str:
    """`text` with a mark of MARKS instead of each field. KeyError if one is unknown."""
    marks = dict(zip(NAMES, map(chr, MARKS), strict=False))
    return replaced(_PRIVATE.sub("", text.replace("\r\n", "\n")), lambda name, leads: marks[name])


def replaced(text: str, what: Callable[[str, bool], str]) -> str:
    """`text` with what `what` gives instead of each field; it is told whether the field leads its line."""

    def words(match: re.Match[str]) -> str:
        if match["field"] is None:
            return match[0]
        before = text[: match.start()].rpartition("\n")[2]
        return what(_normal(match["field"]), not before.strip())

    return _BRACES.sub(words, text)
