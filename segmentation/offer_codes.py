"""Which letters name an offer code: only a series that says how its codes begin has one for them."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from contacts.models import Letter
from segmentation.models import Series

_CODE = re.compile(r"\{\s*code\s*\}")


def names_a_code(letter: Letter) -> bool:
    """It has the field of the offer code in any of its languages."""
    return are_with_code(text.subject + text.body for text in letter.texts.all())


def are_with_code(said: Iterable[str]) -> bool:
    return any(map(_CODE.search, said))


def no_code_for(letter: Letter, said: Iterable[str]) -> str:
    """An objection to a letter that would leave with nothing in the place of its code."""
    if not are_with_code(said):
        return ""
    series = Series.objects.filter(steps__letter=letter, code_prefix="").first()
    words = _(
        "The series “%(series)s” sends this letter and has no offer code. Say there first how codes begin."
    )
    return words % {"series": series.name} if series else ""
