"""Between which two days a segment is compared."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from segmentation.filters.inputs import day_field

USUAL = timedelta(days=30)


class CompareForm(forms.Form):
    """?from=…&to=…; whatever is left out follows from the last 30 days."""

    def __init__(self, asked: QueryDict, *, today: date) -> None:
        usual = {"from": today - USUAL, "to": today}
        given = {name: asked.get(name) or day for name, day in usual.items()}
        super().__init__(given, use_required_attribute=False)
        self.today = today
        self.fields = {"from": day_field(_("between")), "to": day_field(_("and"))}

    def clean(self) -> dict:
        data = super().clean()
        since, until = data.get("from"), data.get("to")
        if until and until > self.today:
            self.add_error("to", ValidationError(_("This day is yet to come: what is known ends today.")))
        elif since and until and since >= until:
            self.add_error("from", ValidationError(_("Write a day before the other one.")))
        return data

    @property
    def since(self) -> date:
        return self.cleaned_data["from"]

    @property
    def until(self) -> date:
        return self.cleaned_data["to"]
