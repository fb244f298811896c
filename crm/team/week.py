"""A number for each weekday, in a form."""

from collections.abc import Mapping

from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from crm.team.models import MOST_A_DAY

DIGITS = "1234567"


class WeekdayNumbers(forms.MultiWidget):
    """Seven small fields side by side, Monday first."""

    template_name = "ringbinder/weekday_numbers.html"

    def __init__(self) -> None:
        limits = {"min": 1, "max": MOST_A_DAY}
        super().__init__([forms.NumberInput({"weekday": name} | limits) for name in WEEKDAYS_ABBR.values()])

    def decompress(self, value: Mapping[str, int] | None) -> list[int | None]:
        return [(value or {}).get(digit) for digit in DIGITS]


class WeekdayNumbersField(forms.MultiValueField):
    """Its value names only the weekdays that were filled in, by ISO digit: {"5": 8}."""

    widget = WeekdayNumbers

    def __init__(self, **kwargs: object) -> None:
        errors = {
            "min_value": _("Write a number of at least 1."),
            "max_value": _("Write a number of at most %(limit_value)s."),
        }
        numbers = [
            forms.IntegerField(required=False, min_value=1, max_value=MOST_A_DAY, error_messages=errors)
            for _digit in DIGITS
        ]
        super().__init__(numbers, required=False, require_all_fields=False, **kwargs)

    def compress(self, values: list[int | None]) -> dict[str, int]:
        return {digit: number for digit, number in zip(DIGITS, values, strict=False) if number}

    def otherwise(self, numbers: Mapping[str, int]) -> None:
        """Show what holds where nothing is written."""
        for digit, widget in zip(DIGITS, self.widget.widgets, strict=True):
            widget.attrs["placeholder"] = numbers[digit]
