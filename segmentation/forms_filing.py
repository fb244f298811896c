"""Where the ticked dossiers of a list shall go."""

from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.team.models import User
from followups.dates import DAY, Tab, UnreadableDate, quick_dates, read_date
from followups.models import FollowUp

DUE = "due"


class FilingForm(forms.Form):
    """Under each dossier's due date, one of the quick dates, or a date as it is written, which counts first.

    `tab` is None where each goes under its own due date. `is_sure` once the plan has been shown.
    """

    to = forms.ChoiceField(label=_("Where to"), required=False)
    when = forms.CharField(label=_("or write a date"), required=False, max_length=100)
    instead = forms.CharField(required=False, max_length=20)
    sure = forms.CharField(required=False, max_length=1)

    def __init__(self, *args: object, user: User, now: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.today = user, user.today(now)
        keys = [(key, label) for key, label, _day in self.quick]
        self.fields["to"].choices = [(DUE, _("Under their due date")), *keys]

    @cached_property
    def quick(self) -> list[tuple[str, str, date]]:
        """(key, label, day) of the dates one press away, none on which the user will be away."""
        return quick_dates(self.today, self.user.calendar_from(self.today))

    @property
    def offered(self) -> list[tuple[str, str, date, int, int]]:
        """The same, each with how many lie there in the user's own binder, and how many he can work through."""
        mine = (
            FollowUp.objects.of(self.user).open().filter(due_on__in=[day for _key, _label, day in self.quick])
        )
        loads = {day: n for day, precision, n in mine.counts() if precision == DAY}
        return [
            (key, label, day, loads.get(day, 0), self.user.capacity_on(day)) for key, label, day in self.quick
        ]

    def clean(self) -> dict:
        data = super().clean()
        try:
            data["tab"] = self._tab(data.get("instead") or data.get("when", ""), data.get("to", ""))
        except UnreadableDate as error:
            self.add_error("when", str(error))
        return data

    def _tab(self, written: str, key: str) -> Tab | None:
        if written:
            tab = read_date(written, today=self.today)
            if tab.at:
                raise ValidationError(
                    {"when": _("A time is agreed with one customer: name a day for several.")}
                )
            return tab
        return next((Tab(day) for each, _label, day in self.quick if each == key), None)

    @property
    def was_offered(self) -> bool:
        """It is one of the quick dates."""
        data = self.cleaned_data
        return not (data["when"] or data["instead"]) and data["to"] != DUE

    @property
    def is_sure(self) -> bool:
        return bool(self.cleaned_data["sure"])
