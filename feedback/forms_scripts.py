"""The words a team keeps for common situations."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import complain_of_length
from contacts.letters import check_body
from feedback.models import Script


class ScriptForm(forms.ModelForm):
    class Meta:
        model = Script
        fields = ["name", "kind", "language", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 12, "spellcheck": "true"})}
        help_texts = {
            "name": gettext_lazy("Such as “Goods arrived damaged”: this is what one chooses by."),
            "language": gettext_lazy("It is offered for customers who are written to in this language."),
        }
        error_messages = {
            "name": {"required": gettext_lazy("For which situation are these words?")},
            "text": {"required": gettext_lazy("Write the words.")},
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("any ticket")), *self.fields["kind"].choices[1:]]
        self.fields["text"].validators.append(check_body)
        complain_of_length(self)
