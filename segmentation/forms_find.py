"""Which customers of the overview shall be listed."""

from django import forms
from django.utils.translation import gettext_lazy as _

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
