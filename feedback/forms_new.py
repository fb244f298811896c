"""A ticket that a colleague takes down while the customer speaks."""

from datetime import datetime
from uuid import uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms import complain_of_length
from contacts.models import Customer, Person
from crm.team.models import User
from feedback.forms import NamesItsDay, PromiseField, token_field
from feedback.models import Ticket

NAMED_WHILE_WRITTEN = {
    "hx-get": "",
    "hx-trigger": "input changed delay:150ms",
    "hx-target": "#ticket-do",
    "hx-swap": "outerHTML",
    "hx-sync": "this:replace",
}


class NewTicketForm(NamesItsDay):
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=Ticket.Kind.choices,
        initial=Ticket.Kind.QUESTION,
        widget=forms.RadioSelect,
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": _("In a few words: what is it about?")},
    )
    text = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    person = forms.ModelChoiceField(
        label=_("Who asks"), queryset=Person.objects.none(), required=False, empty_label=_("the company")
    )
    product_group = forms.CharField(
        label=_("Product group"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "product-groups", "autocomplete": "off"}),
    )
    assignee = forms.ModelChoiceField(
        label=_("Who answers for it"), queryset=User.objects.none(), required=False
    )
    answered = forms.CharField(
        label=_("Answered at once, on the phone"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What you said. Leave it empty if the answer is still to come."),
    )
    is_settled = forms.BooleanField(label=_("And with that it is settled"), required=False)
    token = token_field()

    def __init__(
        self, *args: object, customer: Customer, user: User, now: datetime, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.customer, self.owner, self.user, self.now = customer, customer.owner, user, now
        self.fields["person"].queryset = customer.people.all()
        self.initial["person"] = customer.main_person_id
        self.fields["assignee"].queryset = User.objects.visible_to(user).active()
        self.fields["assignee"].empty_label = _("the dossier’s owner, or who stands in for him")
        self.fields["when"] = PromiseField(
            label=_("Answer or call promised for"),
            user=user,
            now=now,
            help_text=_("With a time, it is a call."),
        )
        self.fields["when"].widget.attrs |= NAMED_WHILE_WRITTEN
        complain_of_length(self)

    @property
    def message_id(self) -> str:
        """The id of these words from this page."""
        words = repr([self.data.get(name, "") for name in self.fields if name not in ("token", "named")])
        return f"<{uuid5(self.cleaned_data['token'], words)}@form.invalid>"

    def clean(self) -> dict:
        data = super().clean()
        if data.get("is_settled") and not data.get("answered"):
            self.add_error("answered", _("Say what you answered, if it is settled already."))
        if (
            data.get("kind") == Ticket.Kind.CALLBACK
            and "when" in data
            and not (data["when"] or data.get("answered"))
        ):
            self.add_error("when", _("When shall we call back? Such as “tomorrow 10:15”."))
        return data
