"""What is written about a rating: what was done, thanks, and why it counts or not."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import complain_of_length
from feedback.models import Rating

DONE = {
    "called": gettext_lazy("called"),
    "replaced": gettext_lazy("replaced"),
    "apologised": gettext_lazy("apologised"),
    "money": gettext_lazy("gave money back"),
    "explained": gettext_lazy("explained"),
}


class DoneForm(forms.Form):
    """What was done about a bad rating: by quick words, in one's own, or both."""

    quick = forms.MultipleChoiceField(
        label=gettext_lazy("What was done"), choices=list(DONE.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("In your words"), max_length=1800, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        complain_of_length(self)

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors and not data.get("quick") and not data.get("text"):
            self.add_error("text", _("Tick or write what was done."))
        return data

    @property
    def done(self) -> str:
        """ "Called, apologised. The new cartons leave tomorrow."."""
        said = ", ".join(str(DONE[key]) for key in DONE if key in self.cleaned_data["quick"])
        sentence = f"{said[:1].upper()}{said[1:]}." if said else ""
        return f"{sentence} {self.cleaned_data['text']}".strip()


class ThanksForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("A word of your own"), max_length=500, required=False)


class WhyForm(forms.ModelForm):
    """A decision of a lead is not made without saying why."""

    class Meta:
        model = Rating
        fields = ["set_aside_why"]
        labels = {"set_aside_why": gettext_lazy("Why")}
        error_messages = {"set_aside_why": {"required": gettext_lazy("Write why, in a few words.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["set_aside_why"].required = True
        complain_of_length(self)
