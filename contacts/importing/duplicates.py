"""Whether a row speaks of a customer who is known already, or of one that another row of the list brings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.folding import contract, fold, spell_out
from contacts.importing.drafts import Draft
from contacts.models import Customer
from contacts.phones import phone_digits
from crm.team.models import Team, User

_NOT_LETTERS = re.compile(r"[\W_]+")
_FEWEST_DIGITS = 6  # fewer are no phone number, but something like “ext. 12”
_LONG_FORMS = {
    "gesellschaftmitbeschrankterhaftung": "gmbh",
    "aktiengesellschaft": "ag",
    "kommanditgesellschaft": "kg",
    "limited": "ltd",
    "incorporated": "inc",
}

_SAME = {
    "number": _("same number"),
    "email": _("same e-mail"),
    "phone": _("same phone number"),
    "name": _("same name and town"),
}
Key = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Somebody who has a dossier, and so a `pk`, or gets one from a `line` of the list."""

    name: str
    number: str
    line: int | None = None
    pk: int | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class Duplicate:
    draft: Draft
    of: Known
    by: str  # a key of _SAME

    @property
    def reason(self) -> Promise:
        return _SAME[self.by]


def name_key(name: str) -> str:
    """What is the same in “Krüger G.m.b.H.”, “KRUEGER GMBH ” and “Krüger GmbH”."""
    key = _NOT_LETTERS.sub("", contract(spell_out(name))) or fold(name)
    for long, short in _LONG_FORMS.items():
        if key.endswith(long):
            return key.removesuffix(long) + short
    return key


class Register:
    """Everybody known so far, looked up by whatever makes two of them the same.

    The same number always does. An e-mail, phone number, or name and town do only where at least one of the
    two has no number: different numbers are different customers.
    """

    def __init__(self) -> None:
        self._by_number: dict[str, Known] = {}
        self._anybody: dict[Key, Known] = {}
        self._without_number: dict[Key, Known] = {}

    @classmethod
    def of(cls, team: Team, *, reader: User | None = None) -> "Register":
        """The team's customers; those that `reader` may not see count, but are not named to him."""
        register = cls()
        customers = Customer.objects.filter(team=team)
        hidden: set[int] = set()
        if reader and not reader.sees_team:
            visible = Customer.objects.visible_to(reader).values("pk")
            hidden = set(customers.exclude(pk__in=visible).values_list("pk", flat=True))
        columns = ("pk", "number", "name", "town", "email", "phone_digits")
        for pk, number, name, town, email, digits in customers.order_by("pk").values_list(*columns):
            register.add(Known(name, number, pk=pk, is_hidden=pk in hidden), _keys(name, town, email, digits))
        return register

    def add(self, known: Known, keys: Iterator[Key]) -> None:
        if known.number:
            self._by_number.setdefault(known.number, known)
        for key in keys:
            self._anybody.setdefault(key, known)
            if not known.number:
                self._without_number.setdefault(key, known)

    def admit(self, draft: Draft) -> Duplicate | None:
        """The duplicate that `draft` is; otherwise it is known from now on."""
        number = draft.text("number")
        if number in self._by_number:
            return Duplicate(draft, self._by_number[number], "number")
        keys = list(_keys(draft.name, draft.text("town"), draft.text("email"), _draft_digits(draft)))
        candidates = self._without_number if number else self._anybody
        for key in keys:
            if key in candidates:
                return Duplicate(draft, candidates[key], key[0])
        self.add(Known(draft.name, number, line=draft.line), iter(keys))
        return None


def _draft_digits(draft: Draft) -> str:
    return phone_digits(draft.text("phone"), draft.text("country"))


def _keys(name: str, town: str, email: str, digits: str) -> Iterator[Key]:
    if email:
        yield "email", email.casefold()
    if len(digits) >= _FEWEST_DIGITS:
        yield "phone", digits
    yield "name", name_key(name), name_key(town)
