"""What is written beside a condition: its field on the page, how it is kept, and how it reads in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from contacts.forms import MoneyField, day_input
from contacts.importing.values import read_country
from crm.templatetags.ringbinder import money
from segmentation.filters.moment import Find, Moment
from segmentation.quarters import last_day, quarter_of, quarters_back

LONGEST = 200
YEARS = range(1900, 3000)
QUARTERS = 8

Json = str | int | list[str]


@dataclass(frozen=True)
class Input:
    """`kept` is what stands in the segment's JSON: `keep` makes it of a value, `value` reads it again."""

    name: str
    label: str | Promise

    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        raise NotImplementedError

    def keep(self, value: Any) -> Json:
        return value

    def value(self, kept: Json) -> Any:
        """ValueError or TypeError if this is nothing one could have kept."""
        return kept

    def written(self, kept: Json) -> str | list[str]:
        """As it stands in the field."""
        return str(kept)

    def words(self, value: Any, moment: Moment) -> str:
        return str(value)


@dataclass(frozen=True)
class Number(Input):
    least: int = 0
    most: int = 100_000

    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        limits = {"least": self.least, "most": self.most}
        message = _("Write a whole number from %(least)d to %(most)d.") % limits
        return forms.IntegerField(
            label=self.label,
            min_value=self.least,
            max_value=self.most,
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), message),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6, "autocomplete": "off"}),
        )

    def value(self, kept: Json) -> int:
        number = int(kept)
        if not self.least <= number <= self.most:
            raise ValueError(kept)
        return number


@dataclass(frozen=True)
class Amount(Input):
    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        attrs = {"inputmode": "decimal", "size": 10, "autocomplete": "off"}
        return MoneyField(
            label=f"{self.label} ({moment.team.currency})",
            max_length=30,
            error_messages={"required": _("Write an amount, such as 12,500 or 1234.50.")},
            widget=forms.TextInput(attrs=attrs),
        )

    def keep(self, value: Decimal) -> str:
        return str(value)

    def value(self, kept: Json) -> Decimal:
        try:
            amount = Decimal(str(kept))
        except ArithmeticError as error:
            raise ValueError(kept) from error
        if not amount.is_finite():
            raise ValueError(kept)
        return amount

    def words(self, value: Decimal, moment: Moment) -> str:
        return money(value, moment.team.currency)


def day_field(label: str | Promise) -> forms.DateField:
    """A day that one can reckon with."""
    message = _("Write a day.")
    return forms.DateField(
        label=label,
        widget=day_input(),
        error_messages={"required": message, "invalid": message},
        validators=[
            MinValueValidator(date(YEARS[0], 1, 1), message),
            MaxValueValidator(date(YEARS[-1], 12, 31), message),
        ],
    )


@dataclass(frozen=True)
class Day(Input):
    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        return day_field(self.label)

    def keep(self, value: date) -> str:
        return value.isoformat()

    def value(self, kept: Json) -> date:
        day = date.fromisoformat(kept)
        if day.year not in YEARS:
            raise ValueError(kept)
        return day

    def words(self, value: date, moment: Moment) -> str:
        return date_format(value, "j M Y")


@dataclass(frozen=True)
class Text(Input):
    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        return forms.CharField(
            label=self.label,
            max_length=LONGEST,
            error_messages={"required": _("Write what to look for.")},
            widget=forms.TextInput(attrs={"size": 24, "autocomplete": "off"}),
        )

    def value(self, kept: Json) -> str:
        return str(kept)

    def words(self, value: str, moment: Moment) -> str:
        return f"“{value}”"


class ListField(forms.CharField):
    """Several words in one line, with commas between them."""

    def clean(self, value: object) -> list[str]:
        text = super().clean(value)
        parts = list(dict.fromkeys(" ".join(part.split()) for part in text.split(",")))
        if not (found := [self.read(part) for part in parts if part]):
            raise ValidationError(self.error_messages["required"], code="required")
        return found

    def read(self, part: str) -> str:
        return part


class CountriesField(ListField):
    def read(self, part: str) -> str:
        try:
            return read_country(part)
        except ValueError as error:
            raise ValidationError(_("“%(text)s” is no country we know.") % {"text": part}) from error


@dataclass(frozen=True)
class Words(Input):
    """One or more of them is meant."""

    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        return self._field_class()(
            label=self.label,
            max_length=LONGEST,
            error_messages={"required": _("Write one or more, with commas between them.")},
            widget=forms.TextInput(attrs={"size": 24, "autocomplete": "off"}),
        )

    def _field_class(self) -> type[ListField]:
        return ListField

    def value(self, kept: Json) -> list[str]:
        return _strings(kept)

    def written(self, kept: Json) -> str:
        return ", ".join(kept)

    def words(self, value: list[str], moment: Moment) -> str:
        return one_of(value)


@dataclass(frozen=True)
class Countries(Words):
    def _field_class(self) -> type[ListField]:
        return CountriesField

    def words(self, value: list[str], moment: Moment) -> str:
        names = Locale.parse(to_locale(get_language() or "en")).territories
        return one_of(names.get(code, code) for code in value)


@dataclass(frozen=True)
class OneOf(Input):
    """Boxes to tick. `find` names what there is; what is called `any` may be left without a tick.

    `may_go`: what is no longer there may stay ticked.
    """

    find: Find = lambda moment: []
    any: str | Promise = ""
    may_go: bool = False

    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        known = self.find(moment)
        gone = [each for each in kept or [] if self.may_go and each not in dict(known) and _is_a_name(each)]
        return forms.MultipleChoiceField(
            label=self.label,
            choices=[*known, *((each, each) for each in gone)],
            required=not self.any,
            error_messages={"required": _("Tick one or more.")},
            widget=forms.CheckboxSelectMultiple,
        )

    def value(self, kept: Json) -> list[str]:
        return _strings(kept, may_be_none=bool(self.any))

    def written(self, kept: Json) -> list[str]:
        return list(kept)

    def words(self, value: list[str], moment: Moment) -> str:
        names = dict(self.find(moment))
        return one_of(str(names.get(each, each)) for each in value) if value else str(self.any)


@dataclass(frozen=True)
class People(OneOf):
    """Colleagues, by id."""

    find: Find = lambda moment: moment.people

    def value(self, kept: Json) -> list[str]:
        return [str(int(each)) for each in _strings(kept)]


@dataclass(frozen=True)
class Quarter(Input):
    """One of the quarters that are over, by its first day."""

    def field(self, moment: Moment, kept: Any = None) -> forms.Field:
        running = quarter_of(moment.today)
        days = {quarters_back(running, n) for n in range(1, QUARTERS + 1)} | self._kept(kept)
        choices = [(day.isoformat(), self.words(day, moment)) for day in sorted(days, reverse=True)]
        return forms.TypedChoiceField(label=self.label, choices=choices, coerce=date.fromisoformat)

    def _kept(self, kept: Any) -> set[date]:
        try:
            return {quarter_of(date.fromisoformat(kept))}
        except (TypeError, ValueError):
            return set()

    def keep(self, value: date) -> str:
        return value.isoformat()

    def value(self, kept: Json) -> date:
        return quarter_of(date.fromisoformat(kept))

    def words(self, value: date, moment: Moment) -> str:
        return date_format(last_day(value), "j M Y")


def _strings(kept: Json, *, may_be_none: bool = False) -> list[str]:
    if not isinstance(kept, list) or not all(isinstance(each, str) for each in kept):
        raise ValueError(kept)
    if not kept and not may_be_none:
        raise ValueError(kept)
    return kept


def _is_a_name(text: str) -> bool:
    return len(text) <= LONGEST and "\0" not in text


def one_of(names: Iterable[str]) -> str:
    """ "Mainz, Köln or Trier"."""
    *others, last = map(str, names)
    return _("%(others)s or %(last)s") % {"others": ", ".join(others), "last": last} if others else last
