"""Relieving a day, and dealing out a month."""

import re
from collections.abc import Mapping
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from followups.dealing import Deal
from followups.levelling import SPREAD, Levelling

CHOSEN = re.compile(r"day-([0-9]{1,18})")


class LevelForm(forms.Form):
    """Which dossiers leave, and whereto; without `chosen` the choice is left to Levelling."""

    chosen = forms.BooleanField(required=False)
    f = forms.MultipleChoiceField(required=False)
    to = forms.ChoiceField(required=False)
    note = forms.CharField(label=_("Note for each timeline, if you like"), required=False, max_length=500)

    def __init__(self, data: Mapping, *, levelling: Levelling) -> None:
        super().__init__(data)
        self.fields["f"].choices = [(str(place.pk), "") for place in levelling.places]
        self.fields["to"].choices = [(day.isoformat(), "") for day in levelling.days] + [(SPREAD, "")]

    @property
    def ticked(self) -> list[int] | None:
        """What has left the day meanwhile is no choice any more, and falls out."""
        known = dict(self.fields["f"].choices)
        return [int(pk) for pk in self.data.getlist("f") if pk in known] if self.data.get("chosen") else None

    @property
    def to_day(self) -> str:
        to = self.data.get("to", "")
        return to if to in dict(self.fields["to"].choices) else SPREAD


class DealForm(forms.Form):
    """A day for each dossier of a deal, as it is proposed unless another was chosen."""

    def __init__(self, data: Mapping, *, deal: Deal) -> None:
        super().__init__(data)
        self.deal = deal
        for place in deal.places:
            self.fields[f"day-{place.pk}"] = forms.DateField(required=False)

    @property
    def wanted(self) -> dict[int, date]:
        """Days of the deal that were chosen, by the id of the place."""
        chosen = {pk: self.cleaned_data.get(f"day-{pk}") for pk in (place.pk for place in self.deal.places)}
        return {pk: day for pk, day in chosen.items() if day in self.deal.days}


def chosen_days(data: Mapping) -> dict[int, date]:
    """The day of each place, by its id, of fields day-<id>. What is no such thing falls out."""
    fields = ((CHOSEN.fullmatch(name), value) for name, value in data.items())
    found = {int(match[1]): _day(value) for match, value in fields if match}
    return {pk: day for pk, day in found.items() if day}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
