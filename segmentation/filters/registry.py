"""The declared conditions, in the order in which they are offered."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from segmentation.filters.inputs import Input
from segmentation.filters.moment import Moment

_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Operator:
    """`words` follow the condition's label in a sentence, with the value of each input as %(name)s.

    `to_q` gets the moment and the values by name, and gives the condition on a Customer.
    """

    key: str
    words: str | Promise
    to_q: Callable[..., Q]
    inputs: tuple[Input, ...] = ()

    @property
    def label(self) -> str:
        return _PLACE.sub("…", str(self.words))

    def sentence(self, values: dict[str, Any], moment: Moment) -> str:
        said = {each.name: each.words(values[each.name], moment) for each in self.inputs}
        return str(self.words) % said


@dataclass(frozen=True)
class Condition:
    """Something a dossier can be asked. `section` is the heading under which it is offered.

    `knows_past`: of a day before today it tells what was known then, not what is known now. `to_others`: a sentence for
    those who are no leads, where they find less.
    """

    key: str
    section: str | Promise
    label: str | Promise
    operators: tuple[Operator, ...]
    knows_past: bool = False
    to_others: str | Promise = ""

    def operator(self, key: str) -> Operator | None:
        return next((each for each in self.operators if each.key == key), None)


_conditions: dict[str, Condition] = {}


def register(*conditions: Condition) -> None:
    for condition in conditions:
        _conditions[condition.key] = condition


def find(key: str) -> Condition | None:
    return _conditions.get(key)


def sections() -> dict[str, list[Condition]]:
    """All conditions under their headings."""
    found: dict[str, list[Condition]] = {}
    for condition in _conditions.values():
        found.setdefault(str(condition.section), []).append(condition)
    return found
