"""Which two days shall be compared, and which move."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from segmentation.models import Group
from segmentation.quarters import last_day


class MoversForm(forms.Form):
    """Two of the quarters' ends given, the latest first, or the last of them and today."""

    since = forms.ChoiceField(label=__("From"), required=False)
    until = forms.ChoiceField(label=__("To"), required=False)

    def __init__(self, data: Mapping[str, str], *, ends: list[date]) -> None:
        data = {name: data.get(name) or "" for name in ("since", "until", "old", "new")}
        data["since"] = data["since"] or (ends[0].isoformat() if ends else "")
        super().__init__(data)
        named = [(end.isoformat(), date_format(last_day(end), "j F Y")) for end in ends]
        self.fields["since"].choices = named
        self.fields["until"].choices = [("", _("today")), *named[:-1]]

    def clean(self) -> dict:
        data = super().clean()
        found = {
            name: date.fromisoformat(data[name]) if data.get(name) else None for name in ("since", "until")
        }
        if found["since"] and found["until"] and found["until"] <= found["since"]:
            self.add_error("until", _("Choose a day after the first one, or today."))
        return data | found

    @property
    def days(self) -> dict[str, date | None]:
        """The first days of the two quarters; None is today."""
        return {name: self.cleaned_data[name] for name in ("since", "until")}

    @property
    def asked(self) -> str:
        """The two days as an address says them."""
        return urlencode({name: self.data[name] for name in ("since", "until")})


class MoveForm(MoversForm):
    """One move between them; `old` is empty for those who are new."""

    old = forms.ChoiceField(required=False, choices=Group)
    new = forms.ChoiceField(choices=Group)
