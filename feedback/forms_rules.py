"""How a team serves: its hours, what it promises, and what it asks afterwards."""

from datetime import datetime

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import ServiceRules

FIELDS = (
    "opens_at", "closes_at", "answer_within", "solve_within", "email", "has_contact_page",
    "asks", "ask_after", "asks_to_recommend",
)  # fmt: skip


def _clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class ServiceRulesForm(forms.ModelForm):
    helper = FormHelper()
    helper.form_tag = False

    class Meta:
        model = ServiceRules
        fields = FIELDS
        widgets = {"opens_at": _clock(), "closes_at": _clock()}
        help_texts = {
            "opens_at": gettext_lazy(
                "Clocks of tickets run between these hours, on the team’s working days."
            ),
            "answer_within": gettext_lazy("A day from 9 to 18 o’clock has nine hours."),
            "solve_within": gettext_lazy("While a ticket waits for the customer, its time stands still."),
            "email": gettext_lazy(
                "What customers write there becomes tickets, and answers to us join theirs."
            ),
            "ask_after": gettext_lazy("Never at night, and nobody more than once in 30 days."),
            "asks_to_recommend": gettext_lazy("From 0 to 10; only of customers who agreed to such mail."),
        }

    def clean(self) -> dict:
        data = super().clean()
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", ValidationError(_("The day must end after it begins.")))
        return data

    def write(self) -> None:
        """Only what stands in the form: somebody may be taking the next number just now."""
        self.instance.save(update_fields=FIELDS)


def example(rules: ServiceRules, *, now: datetime) -> tuple[datetime, datetime]:
    """When the first answer and the solution of a ticket that came in now would be due."""
    return rules.hours.due(now, rules.answer_time), rules.hours.due(now, rules.solution_time)
