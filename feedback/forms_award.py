"""The lead's rule for the employee of the month."""

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import AwardRule

WHOLE = 100


class AwardRuleForm(forms.ModelForm):
    class Meta:
        model = AwardRule
        fields = ("good", "in_time", "kept_up", "least")
        help_texts = {
            "good": _("times the share of good ratings, at the lower end of its 95 % interval"),
            "in_time": _("times the share of first answers that came in time"),
            "kept_up": _("times the share of dossiers not left behind for over a working day"),
            "least": _("who has fewer in the month is not compared"),
        }

    def clean(self) -> dict:
        weights = [self.cleaned_data.get(name) for name in ("good", "in_time", "kept_up")]
        if None not in weights and sum(weights) != WHOLE:
            raise forms.ValidationError(
                _("The three weights must come to 100, so that points are of 100; they come to %(sum)s."),
                params={"sum": sum(weights)},
            )
        return self.cleaned_data
