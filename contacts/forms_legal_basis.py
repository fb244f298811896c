"""What a legal basis is stated with: for one customer, a whole list, or an import."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contacts.forms import complain_of_length, day_input
from contacts.legal_basis import Statement, lifts
from contacts.models import LegalBasis
from crm.markup import written

EARLIEST = 1970  # an earlier year is a slip


class StatementForm(forms.ModelForm):
    """`today` is the last day on which it can have been given."""

    class Meta:
        model = LegalBasis
        fields = ["kind", "text", "source", "given_on"]
        widgets = {
            "kind": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 3}),
            "given_on": day_input(),
        }
        help_texts = {
            "text": _("In their words or yours: it is what you show when somebody asks."),
            "source": _("Such as “order form”, “fair in Mainz” or “on the phone with Nino”."),
        }
        error_messages = {
            "text": {"required": _("Write what they agreed to, or what they were told.")},
            "source": {"required": _("Write where it was, such as “order form”.")},
            "given_on": {"required": _("Say on which day it was.")},
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["kind"].choices = LegalBasis.Kind.choices
        complain_of_length(self)

    def clean_given_on(self) -> date:
        given_on = self.cleaned_data["given_on"]
        if given_on > self.today:
            raise ValidationError(_("This day is yet to come: write the day on which it was."))
        if given_on.year < EARLIEST:
            raise ValidationError(
                _("Is the year %(year)s right? Write all four digits."), params={"year": given_on.year}
            )
        return given_on

    @property
    def statement(self) -> Statement:
        """What a valid form says."""
        return Statement(**{name: self.cleaned_data[name] for name in self._meta.fields})


class OneStatementForm(StatementForm):
    """For one customer, who may have objected on the day `objected`."""

    lift = forms.BooleanField(
        label=_("With this consent the customer takes back that he wants no advertising."), required=False
    )

    def __init__(self, *args: Any, objected: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.objected = objected
        if objected is None:
            del self.fields["lift"]

    def clean(self) -> dict:
        data = super().clean()
        if data.get("lift") and data.get("given_on") and not lifts(self.statement_so_far, self.objected):
            day = written(self.objected, "j M Y")
            self.add_error(
                "lift", _("Only a consent given on %(day)s or later takes that back.") % {"day": day}
            )
        return data

    @property
    def statement_so_far(self) -> Statement:
        data = self.cleaned_data
        return Statement(data.get("kind", ""), data.get("text", ""), data.get("source", ""), data["given_on"])


class ListStatementForm(StatementForm):
    """For all those on a list that comes in, where somebody says so: without a kind nothing is stated."""

    kind = forms.ChoiceField(
        label=_("Ground"),
        choices=[("", _("none that we know of: they get no advertising")), *LegalBasis.Kind.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    known = forms.BooleanField(
        label=_("also for those on the list who have a dossier already and no legal basis yet"),
        required=False,
    )

    def __init__(self, *args: Any, said: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, initial=said, prefix="basis", **kwargs)
        self.fields["kind"].choices = ListStatementForm.base_fields["kind"].choices
        if not self.is_stated:
            for field in self.fields.values():
                field.required = False

    @property
    def is_stated(self) -> bool:
        return bool(self["kind"].value())

    def clean_given_on(self) -> date | None:
        return super().clean_given_on() if self.cleaned_data["given_on"] else None

    @property
    def said(self) -> dict[str, Any]:
        """What a valid form says, to be kept; {} where nothing is stated."""
        if not self.is_stated:
            return {}
        kept = {name: self.cleaned_data[name] for name in self.fields}
        return kept | {"given_on": kept["given_on"].isoformat()}
