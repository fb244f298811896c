"""Splitting a binder: for how long, among whom, and who gets what."""

from collections.abc import Mapping
from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.numbers import number_in
from crm.team.models import Absence, User

GOOD = "good"


class SplitForm(forms.Form):
    """`span` is the id of an absence or GOOD; `among` the colleagues, all that are there if nothing was chosen."""

    span = forms.ChoiceField(label=_("For how long"))
    among = forms.ModelMultipleChoiceField(
        label=_("Among whom"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one colleague.")},
    )
    keeper = forms.ModelChoiceField(queryset=User.objects.none(), required=False)

    def __init__(self, data: Mapping, *, owner: User, absences: list[Absence]) -> None:
        self.absences = {str(absence.pk): absence for absence in absences}
        self.colleagues = User.objects.visible_to(owner).active().exclude(pk=owner.pk)
        super().__init__(data)
        self.fields["span"].choices = [*((pk, "") for pk in self.absences), (GOOD, "")]
        self.fields["among"].queryset = self.fields["keeper"].queryset = self.colleagues

    @classmethod
    def begun(cls, span: str = "", **about: object) -> Self:
        """As the page is opened: for the next absence, else for good, among the managers, or all if there are none."""
        form = cls({}, **about)
        managers = form.colleagues.filter(role=User.Role.MANAGER)
        among = [user.pk for user in managers or form.colleagues]
        return cls({"span": span or next(iter(form.absences), GOOD), "among": among}, **about)

    @property
    def absence(self) -> Absence | None:
        return self.absences.get(self.cleaned_data["span"])

    @property
    def wanted(self) -> dict[int, int]:
        """The colleague chosen for a place, by the id of the place."""
        chosen = {
            name.removeprefix("to-"): value for name, value in self.data.items() if name.startswith("to-")
        }
        read = {number_in(pk): number_in(str(to)) for pk, to in chosen.items()}
        return {pk: to for pk, to in read.items() if pk is not None and to is not None}
