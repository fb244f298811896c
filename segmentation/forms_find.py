"""Which customers of the overview shall be listed."""

from datetime import date

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.customer import CustomerQuerySet
from crm.team.models import User
from segmentation.due import only_too_late
from segmentation.models import Group


class CellForm(forms.Form):
    """A cell of recency and frequency, a row or column of it, or a group. What cannot be read asks for all."""

    r = forms.IntegerField(label=_("recency"), required=False, min_value=1, max_value=5)
    f = forms.IntegerField(label=_("frequency"), required=False, min_value=1, max_value=5)
    group = forms.ChoiceField(
        label=_("group"), required=False, choices=[("", _("all groups")), *Group.choices]
    )

    @property
    def wanted(self) -> dict[str, int | str]:
        """What was asked for and understood, by field."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


class DueForm(forms.Form):
    """Which of those due soon shall be listed, and how. What cannot be read counts as not asked."""

    class Sort(models.TextChoices):
        DUE = "due", _("by due date")
        CHANCE = "chance", _("by chance, the likeliest first")

    group = forms.ChoiceField(
        label=_("group"), required=False, choices=[("", _("All groups")), *Group.choices]
    )
    whose = forms.ChoiceField(
        label=_("whose"), required=False, choices=[("", _("Everybody’s")), ("mine", _("Mine"))]
    )
    late = forms.BooleanField(label=_("only too late"), required=False)
    sort = forms.ChoiceField(label=_("order"), required=False, choices=Sort)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in ("group", "whose", "sort"):
            self.fields[name].widget.attrs["class"] = "rb-select"
        self.full_clean()

    @property
    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in ("group", "whose", "sort")]

    @property
    def wanted(self) -> dict[str, str | bool]:
        """What was asked for and understood, by field."""
        asked = {name: self.cleaned_data.get(name) for name in ("group", "whose", "late")}
        return {name: value for name, value in asked.items() if value}

    @property
    def order(self) -> str:
        return self.cleaned_data.get("sort") or self.Sort.DUE

    def of(self, customers: CustomerQuerySet, user: User, *, today: date) -> CustomerQuerySet:
        """Those of the customers due soon that were asked for."""
        wanted = self.wanted
        group = {"score__group": wanted["group"]} if "group" in wanted else {}
        mine = {"owner": user} if "whose" in wanted else {}
        found = customers.filter(**group, **mine)
        return only_too_late(found, today=today) if "late" in wanted else found
