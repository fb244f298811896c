"""What is written on a ticket: an answer, a note, who answers for it, what was promised, how it was settled."""

from datetime import datetime
from functools import partial
from uuid import UUID, uuid4, uuid5

from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import complain_of_length
from contacts.forms_letters import body_field
from contacts.models import Purchase
from crm.team.models import Team, User
from feedback.answering import LONGEST_SUBJECT, Answering
from feedback.due import at_time, day_words
from feedback.models import Script, Ticket
from followups.binder import Binder
from followups.dates import Tab, UnreadableDate, read_date
from followups.destination import Destination

MOST_GROUPS, LATELY = 30, 200
KEPT = 300  # seconds


def seen_field() -> forms.IntegerField:
    """The newest piece of the conversation that the page showed: what is newer, its reader has not seen."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


def token_field() -> forms.UUIDField:
    """Of one page: what it sends a second time was sent before."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def word_field(label: str, **more: object) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=500, widget=widget, **more)


class AnswerForm(forms.Form):
    """One answer: by mail to one of the addresses, or said on the phone."""

    to = forms.ChoiceField(label=gettext_lazy("To"), required=False)
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=LONGEST_SUBJECT,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    script = forms.ModelChoiceField(
        label=gettext_lazy("Words for common situations"), queryset=Script.objects.none(), required=False
    )
    text = body_field(
        gettext_lazy("Answer"), error_messages={"required": gettext_lazy("Write the answer first.")}
    )
    token = token_field()
    seen = seen_field()

    def __init__(self, *args: object, answering: Answering, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.answering = answering
        addresses = answering.addresses
        self.fields["to"].choices = [(key, f"{each.name} <{each.email}>") for key, each in addresses.items()]
        team_scripts = Script.objects.visible_to(answering.by)
        self.fields["script"].queryset = team_scripts.fitting(answering.ticket, answering.language)
        self.initial |= {"subject": answering.subject}
        complain_of_length(self)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write something before you add it.")},
    )
    token = token_field()

    @property
    def key(self) -> UUID:
        """Of these words from this page."""
        return uuid5(self.cleaned_data["token"], self.cleaned_data["text"])


class AssignForm(forms.Form):
    """Who answers for it from now on. `was` is who did on the page."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"), queryset=User.objects.none(), empty_label=gettext_lazy("nobody yet")
    )
    text = word_field(gettext_lazy("With a word"), required=False)
    was = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.visible_to(user).active()
        self.fields["to"].required = False


class EscalateForm(forms.Form):
    text = word_field(
        gettext_lazy("Why the lead should look at it"),
        error_messages={"required": gettext_lazy("Say in a word why the lead should look at it.")},
    )


class CloseForm(forms.Form):
    done = word_field(
        gettext_lazy("What was done"),
        error_messages={"required": gettext_lazy("Say in a line what was done: the dossier keeps it.")},
    )
    seen = seen_field()


class KindForm(forms.ModelForm):
    class Meta:
        model = Ticket
        fields = ["kind", "product_group"]


class SenderForm(forms.Form):
    """The name on a dossier that is made of a sender."""

    name = forms.CharField(
        label=gettext_lazy("Name on the dossier"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("How is the customer called?")},
    )


class PromiseField(forms.CharField):
    """A day, perhaps with a time, as one writes it; its value is (day, instant or None), or None if it is empty."""

    def __init__(self, *, user: User, now: datetime, **kwargs: object) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("tomorrow, Thursday 10:15")})
        super().__init__(**{"max_length": 100, "required": False, "widget": widget} | kwargs)
        self.user, self.now = user, now

    def clean(self, value: object) -> tuple | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            tab = read_date(text, today=self.user.today(self.now))
        except UnreadableDate as error:
            raise ValidationError(str(error)) from error
        if tab.is_month or tab.is_cabinet:
            raise ValidationError(_("Promise a day, such as “tomorrow”, “Thursday 10:15” or “5 July”."))
        return tab.due_on, tab.at and at_time(tab.due_on, tab.at, self.user.zone)


class NamesItsDay(forms.Form):
    """A form with a PromiseField `when`, on a page that names the day, and how full it is for the dossier's `owner`,
    before it counts. `named` is what the page has named."""

    named = forms.CharField(widget=forms.HiddenInput, required=False)
    user: User
    now: datetime
    owner: User | None

    @property
    def key(self) -> str:
        """What the page has to name; "" while there is no day that can be read."""
        day, at = self.cleaned_data.get("when") or (None, None)
        return (at or day).isoformat() if day else ""

    @property
    def name(self) -> str:
        day, at = self.cleaned_data.get("when") or (None, None)
        if not day:
            return ""
        words = day_words(day, self.user.today(self.now))
        return f"{words}, {at:%H:%M}" if at else words

    @property
    def load(self) -> str:
        """How full that day is in the owner's binder, in words; "" without a day or a dossier."""
        day, _at = self.cleaned_data.get("when") or (None, None)
        if not (day and self.owner):
            return ""
        return Destination(Tab(day), Binder(self.owner, now=self.now)).fullness

    @property
    def was_named(self) -> bool:
        return self.key == self.cleaned_data["named"]


class PromiseForm(NamesItsDay):
    """When an answer or a call is promised for."""

    def __init__(
        self, *args: object, user: User, now: datetime, owner: User | None = None, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now, self.owner = user, now, owner
        self.fields["when"] = PromiseField(
            label=_("Promise an answer or a call for"),
            required=True,
            user=user,
            now=now,
            error_messages={"required": _("Name a day, such as “tomorrow” or “Thursday 10:15”.")},
        )


def product_groups(team: Team) -> list[str]:
    """What the team called its groups of products lately, in tickets and purchases; known for some minutes."""
    return cache.get_or_set(f"product_groups:{team.pk}", partial(_product_groups, team), KEPT)


def _product_groups(team: Team) -> list[str]:
    asked = Ticket.objects.filter(team=team).latest_first().values_list("product_group", flat=True)
    bought = Purchase.objects.filter(team=team).order_by("-pk").values_list("product_group", flat=True)
    return sorted({*asked[:LATELY], *bought[:LATELY]} - {""})[:MOST_GROUPS]
