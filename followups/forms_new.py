"""A new dossier on one page: who it is, and when one talks first."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import PhoneField
from contacts.models import Customer, Person
from crm.team.models import User
from followups import actions
from followups.binder import Binder
from followups.forms import DateForm
from followups.models import FollowUp

# Another owner has other days, and they are full in another way.
WITH_HIS_DAYS = {
    "hx-get": reverse_lazy("followups:new"),
    "hx-target": "#file",
    "hx-swap": "outerHTML",
    "hx-include": "closest form",
    "hx-params": "not csrfmiddlewaretoken",
}


class NewDossierForm(DateForm):
    name = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("How is the customer called?")},
    )
    person = forms.CharField(label=gettext_lazy("Whom to talk to"), required=False, max_length=200)
    phone = PhoneField()
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    town = forms.CharField(label=gettext_lazy("Town"), required=False, max_length=100)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"), queryset=User.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=FollowUp.Kind, initial=FollowUp.Kind.CALL)
    plan = forms.CharField(label=gettext_lazy("What about"), required=False, max_length=2000)

    whose = forms.IntegerField(required=False)

    def __init__(self, *args: object, user: User, now: datetime, **kwargs: object) -> None:
        super().__init__(*args, binder=Binder(user, now=now), **kwargs)
        self.user = user
        if user.is_lead:
            self.fields["owner"].queryset = User.objects.visible_to(user).active()
            self.initial["owner"] = user.pk
            self.fields["owner"].widget.attrs |= WITH_HIS_DAYS
        else:
            del self.fields["owner"]

    def clean_owner(self) -> User:
        """A colleague's first contact goes into his binder: its loads are what counts."""
        owner = self.cleaned_data["owner"]
        self.binder = Binder(owner, now=self.binder.now)
        return owner

    def clean(self) -> dict:
        data = super().clean()
        if data.get("to") and data["to"].tab.is_cabinet and not data.get("plan"):
            self.add_error(
                "plan", ValidationError(_("Write why it rests: the reason stands on the dossier."))
            )
        return data

    @property
    def clues(self) -> dict[str, str]:
        """By what to look for dossiers like this one."""
        return {key: self.cleaned_data.get(key, "") for key in ("name", "phone", "email")}

    @property
    def date_was_seen(self) -> bool:
        """A day one presses says which it is, if the page showed its owner's days (`whose`); one that was written, or
        pressed among another's days, must have stood in the button."""
        whose = self.cleaned_data["whose"] or self.user.pk
        return self.was_named or (not self.cleaned_data["when"] and whose == self.binder.owner.pk)

    def write(self, *, now: datetime) -> FollowUp | None:
        """None, with the reason among the errors, if the owner's login was closed meanwhile."""
        data = self.cleaned_data
        customer = Customer(
            team=self.user.team,
            owner=data.get("owner") or self.user,
            country=self.user.team.country,
            **{key: data[key] for key in ("name", "phone", "email", "town")},
        )
        person = Person(name=data["person"]) if data["person"] else None
        try:
            return actions.new_dossier(
                customer=customer, person=person, to=data["to"].tab, kind=data["kind"], plan=data["plan"],
                by=self.user, now=now,
            )  # fmt: skip
        except ValidationError as error:
            self.add_error("owner" if "owner" in self.fields else None, error)
        return None
