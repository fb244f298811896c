"""What customers read is there in every language that a team can write in."""

import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

from crm.mail.models import LANGUAGES

TEMPLATES = settings.BASE_DIR / "templates"
TRANSLATED = [code for code, _own in LANGUAGES if code != "en"]
# What Python says to customers: see contacts.letters.
SAID = {("in a letter", "Dear %(name)s,"), ("in a letter", "Good day,"), ("in a letter", "Kind regards,")}
# And feedback.asking_words.
SAID |= {
    (None, f"{what} of %(day)s") for what in ("Your question", "Your complaint", "Your service request")
} | {(None, "The call you asked for on %(day)s")}
_CALL = re.compile(r"\b(?:gettext|_)\(u?(?P<quote>['\"])(?P<words>.*?)(?<!\\)(?P=quote)\)", re.DOTALL)


def read_by_customers() -> list[Path]:
    """Their mails and those to colleagues, and pages that need no login and stand on the customers' bare base."""
    pages = [path for path in TEMPLATES.rglob("*.html") if "base_customer.html" in path.read_text()]
    asked = [*TEMPLATES.glob("feedback/rate/*.html"), *TEMPLATES.glob("feedback/mail/*.*")]
    return [
        *pages,
        *asked,
        TEMPLATES / "feedback/sheet_paper.html",
        *(TEMPLATES / name for name in ("base_customer.html", "mail/letter.html", "mail/letter.txt")),
    ]


def words_of(path: Path) -> set[str]:
    """The strings that a template has translated."""
    source = templatize(path.read_text(), origin=str(path))
    return {match["words"].replace("\\n", "\n") for match in _CALL.finditer(source)}


def catalogue(code: str, suffix: str) -> dict[tuple[str | None, str], str]:
    read = {"po": read_po, "mo": read_mo}[suffix]
    with (settings.BASE_DIR / f"locale/{code}/LC_MESSAGES/django.{suffix}").open("rb") as file:
        messages = [each for each in read(file) if each.id]
    return {
        (_decoded(each.context), words): said
        for each in messages
        for words, said in zip(_forms(each.id), _forms(each.string), strict=True)
    }


def _forms(words: str | tuple[str, ...]) -> tuple[str, ...]:
    """One, or singular and plural."""
    return (words,) if isinstance(words, str) else tuple(words)


def _decoded(context: bytes | str | None) -> str | None:
    return context.decode() if isinstance(context, bytes) else context


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_string_that_customers_read_is_translated(code):
    wanted = {(None, words) for path in read_by_customers() for words in words_of(path)} | SAID
    known = catalogue(code, "po")
    assert len(wanted) >= 6
    assert [key for key in sorted(wanted, key=str) if not known.get(key)] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_catalogue_is_the_written_one(code):
    assert catalogue(code, "mo") == catalogue(code, "po")


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_name_the_same_values(code):
    values = re.compile(r"%\(\w+\)s")
    told = {key: sorted(values.findall(said)) for key, said in catalogue(code, "po").items()}
    assert told == {key: sorted(values.findall(key[1])) for key in told}


def test_strings_of_a_template_are_found():
    assert words_of(TEMPLATES / "mail/letter.txt") == {
        "You get this mail because you are our customer or have asked for it.",
        "No more such mail:",
    }
