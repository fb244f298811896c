"""What a customer writes on the public contact page."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from feedback.models import ServiceRules, Ticket

KINDS = (
    (Ticket.Kind.QUESTION, _("I have a question")),
    (Ticket.Kind.COMPLAINT, _("I am not content")),
    (Ticket.Kind.CALLBACK, _("Please call me back")),
    (Ticket.Kind.SERVICE, _("Something needs service")),
)
DAYS, MOST_LETTERS = 7, 5000
_FEWEST_DIGITS = 5
TOO_LONG = {"max_length": _("That is too long: at most %(limit_value)d letters, please.")}


class ContactForm(forms.Form):
    """`website` is for machines: people do not see it. `stamp` is of the page on which it was written."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=KINDS, widget=forms.RadioSelect)
    call_on = forms.ChoiceField(label=_("Day"), required=False)
    call_at = forms.ChoiceField(label=_("Time"), required=False)
    about = forms.CharField(
        label=_("Order number or subject"), required=False, max_length=200, error_messages=TOO_LONG
    )
    message = forms.CharField(
        label=_("Your message"), max_length=MOST_LETTERS, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages=TOO_LONG | {"required": _("Please write a few words.")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages=TOO_LONG | {"required": _("Please tell us your name.")},
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=TOO_LONG | {"invalid": _("This is not an e-mail address.")},
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=60, error_messages=TOO_LONG,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    website = forms.CharField(
        label=_("Leave this empty"), required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )  # fmt: skip
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, rules: ServiceRules, now: datetime, **kwargs: object) -> None:
        super().__init__(*args, **{"initial": {"kind": Ticket.Kind.QUESTION}} | kwargs)
        self.rules, self.now, self.zone = rules, now, ZoneInfo(rules.team.time_zone)
        for name in ("kind", "call_on", "call_at"):
            again = _("Please choose one.")
            self.fields[name].error_messages |= {"required": again, "invalid_choice": again}
        self.fields["call_on"].choices = [("", _("as soon as possible")), *self._days()]
        self.fields["call_at"].choices = [("", _("any time")), *((at, at) for at in self._hours())]

    @property
    def place(self) -> str:
        """Where the clocks are by which we call."""
        return self.rules.team.time_zone.rpartition("/")[2].replace("_", " ")

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_message(self) -> str:
        return self.cleaned_data["message"].replace("\r\n", "\n")

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone and sum(map(str.isdigit, phone)) < _FEWEST_DIGITS:
            raise ValidationError(_("This is not a phone number."))
        return phone

    def clean(self) -> dict:
        said = super().clean()
        if not {"email", "phone"} & self.errors.keys():
            self._check_ways(said)
        said["call"] = call = self._call(said)
        if call and call <= self.now:
            self.add_error("call_at", _("That time is over. Please choose a later one."))
        return said

    def _check_ways(self, said: dict) -> None:
        if said.get("kind") == Ticket.Kind.CALLBACK and not said["phone"]:
            self.add_error("phone", _("Please leave the number under which we can call you."))
        elif not (said["email"] or said["phone"]):
            words = _("Please leave an e-mail address or a phone number, so that we can answer.")
            self.add_error("email", words)

    def _call(self, said: dict) -> datetime | None:
        """When he wants to be called: on that day at that time, or as soon as there is such a time."""
        if said.get("kind") != Ticket.Kind.CALLBACK or not (said.get("call_on") or said.get("call_at")):
            return None
        days = [said["call_on"]] if said.get("call_on") else [day.isoformat() for day in self._working_days()]
        times = [said["call_at"]] if said.get("call_at") else list(self._hours())
        calls = [
            datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=self.zone) for day in days for at in times
        ]
        return next((call for call in calls if call > self.now), calls[-1] if calls else None)

    def _working_days(self) -> Iterator[date]:
        """The next days on which somebody works here, today as long as it is not over."""
        today = self.now.astimezone(self.zone)
        is_over = today.time() >= self.rules.closes_at
        first = today.date() + timedelta(days=is_over)
        days = (first + timedelta(days=n) for n in range(DAYS * 5))
        return islice(filter(self.rules.hours.calendar.is_working, days), DAYS)

    def _days(self) -> Iterator[tuple[str, str]]:
        # Written when the page is: then its language is known.
        for day in self._working_days():
            yield day.isoformat(), date_format(day, gettext("D j M"))

    def _hours(self) -> Iterator[str]:
        """Every hour from the first on at which somebody is here."""
        opens, closes = (each.hour * 60 + each.minute for each in (self.rules.opens_at, self.rules.closes_at))
        return (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(opens, closes, 60))
