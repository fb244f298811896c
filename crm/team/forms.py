"""The forms of the team's screens."""

from collections.abc import Mapping
from datetime import date

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from crm.team.actions import check_still_led
from crm.team.calendar import FORESEEN_DAYS, countries
from crm.team.choices import currencies, region_choices, short_weekdays, time_zones, weekdays
from crm.team.models import Absence, Team, User
from crm.team.summaries import keeps_amounts, lying_on
from crm.team.week import WeekdayNumbersField

DAY_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
AT_LEAST_ONE = {"min_value": __("Write a number of at least 1.")}


class WorkingDaysField(forms.MultipleChoiceField):
    """Ticks for the seven days; its value is a string of ISO digits, "12345"."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: object) -> None:
        super().__init__(choices=weekdays, **kwargs)

    def prepare_value(self, value: object) -> object:
        return list(value) if isinstance(value, str) else value

    def clean(self, value: list[str]) -> str:
        return "".join(sorted(super().clean(value)))


class PasswordField(forms.CharField):
    """A new password, checked for strength against what is known of `user` when its form is cleaned."""

    def __init__(self, **kwargs: object) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(strip=False, widget=widget, help_text=password_validators_help_text_html, **kwargs)


def _country_field(**kwargs: object) -> forms.ChoiceField:
    return forms.ChoiceField(label=__("Country"), choices=countries, **kwargs)


def _region_field() -> forms.ChoiceField:
    message = __("Choose a region of the country you have chosen, or none.")
    return forms.ChoiceField(label=__("Region"), required=False, error_messages={"invalid_choice": message})


def _follow_country(form: forms.BaseForm, country: str, region: str) -> None:
    """Ask for the regions anew when another country is chosen; without scripts a save brings them."""
    form.fields[country].widget.attrs |= {
        "hx-get": "",
        "hx-target": f"#id_{region}",
        "hx-select": f"#id_{region}",
        "hx-swap": "outerHTML",
    }


class InColumns(FormHelper):
    """Fields side by side where there is room; the page itself has the form's tag and buttons."""

    form_tag = False


# --- the team


class TeamForm(forms.ModelForm):
    helper = InColumns()
    currency = forms.ChoiceField(
        label=__("Currency"),
        choices=currencies,
        help_text=__("Written beside amounts; nothing is converted."),
    )
    time_zone = forms.ChoiceField(label=__("Time zone"), choices=time_zones)
    country = _country_field(help_text=__("Its public holidays are rest days."))
    region = _region_field()
    working_days = WorkingDaysField(label=__("Working days"))
    weekday_capacity = WeekdayNumbersField(
        label=__("On single weekdays"),
        help_text=__("Where it differs. What is left empty is as on every day."),
    )
    amounts_stay = forms.BooleanField(
        label=__("All amounts written down so far have always been in that currency"), required=False
    )

    class Meta:
        model = Team
        fields = (
            "name", "currency", "amounts_stay", "time_zone", "country", "region", "working_days", "day_capacity",
            "weekday_capacity", "managers_see",
        )  # fmt: skip
        help_texts = {"day_capacity": __("How many one person can work through on a day.")}
        error_messages = {"day_capacity": AT_LEAST_ONE}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = region_choices(self["country"].value())
        _follow_country(self, "country", "region")
        self.fields["weekday_capacity"].otherwise(dict.fromkeys("1234567", self.instance.day_capacity))
        self._before = self.instance.currency
        if self["currency"].value() == self._before or not keeps_amounts(self.instance):
            del self.fields["amounts_stay"]

    def clean(self) -> dict:
        cleaned = super().clean()
        if "amounts_stay" in self.fields and not cleaned["amounts_stay"]:
            message = _(
                "There are purchases in %(currency)s. They would not be converted: "
                "confirm below that this is only a correction, or leave the currency as it is."
            )
            self.add_error("currency", message % {"currency": self._before})
        return cleaned


class ProfileForm(forms.ModelForm):
    """What one person sets for himself. Whatever is left empty is as the team has it."""

    helper = InColumns()
    own_time_zone = forms.ChoiceField(label=__("Time zone"), required=False)
    own_country = forms.ChoiceField(label=__("Country"), required=False)
    own_region = _region_field()
    own_working_days = WorkingDaysField(label=__("Working days"), required=False)
    own_weekday_capacity = WeekdayNumbersField(
        label=__("On single weekdays"),
        help_text=__("Where it differs. What is left empty is as on every day."),
    )

    class Meta:
        model = User
        fields = (
            "name", "theme", "tabs", "keys_enabled", "own_time_zone", "own_country", "own_region",
            "own_working_days", "own_capacity", "own_weekday_capacity",
        )  # fmt: skip
        error_messages = {"own_capacity": AT_LEAST_ONE}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        team, own_country = self.instance.team, self["own_country"].value()
        names = dict(countries())
        self._as_team("own_time_zone", team.time_zone.replace("_", " "), time_zones())
        self._as_team("own_country", names.get(team.country, team.country), countries())
        nothing = None
        if not own_country and team.region:
            region = dict(region_choices(team.country)).get(team.region, team.region)
            nothing = _("as the team: %s") % region
        self.fields["own_region"].choices = region_choices(own_country or team.country, nothing=nothing)
        week = short_weekdays(team.working_days)
        self.fields["own_working_days"].help_text = _("None ticked means: as the team, %s.") % week
        self.fields["own_capacity"].widget.attrs["placeholder"] = _("as the team: %s") % team.day_capacity
        general = self.instance.own_capacity
        week = {day: general or team.weekday_capacity.get(day, team.day_capacity) for day in "1234567"}
        self.fields["own_weekday_capacity"].otherwise(week)
        _follow_country(self, "own_country", "own_region")

    def _as_team(self, name: str, value: str, choices: list) -> None:
        self.fields[name].choices = [("", _("as the team: %s") % value), *choices]


class TellsWhatLies:
    """For a form of days on which `person` will be away: `by`, who fills it in, is told what lies on them before they
    are saved. The page says by a field `told` of which days it has told."""

    person: User
    by: User

    @cached_property
    def lying(self) -> list[str]:
        if not self.is_bound or not self.is_valid():
            return []
        data = self.cleaned_data
        about = {"stand_in": data.get("stand_in"), "by": self.by, "now": timezone.now()}
        return lying_on(self.person, data["starts_on"], data["ends_on"], **about)

    @property
    def key(self) -> str:
        """Of which days and which stand-in it tells."""
        return " ".join(str(self.cleaned_data.get(name)) for name in ("starts_on", "ends_on", "stand_in"))

    @property
    def was_told(self) -> bool:
        return not self.lying or self.data.get("told") == self.key


class DaysOffForm(TellsWhatLies, forms.Form):
    """Days off of one's own, at most `most` at once; one day if no last is named."""

    starts_on = forms.DateField(label=__("First day"), widget=DAY_INPUT)
    ends_on = forms.DateField(label=__("Last day"), widget=DAY_INPUT, required=False)

    def __init__(self, data: Mapping | None = None, *, person: User, most: int | None = None) -> None:
        super().__init__(data)
        self.person, self.by, self.most = person, person, most
        self.today = person.today()

    def clean(self) -> dict:
        data = super().clean()
        first = data.get("starts_on")
        if not first or "ends_on" in self.errors:
            return data
        last = data["ends_on"] = data.get("ends_on") or first
        if last < first:
            self.add_error("ends_on", _("The last day lies before the first."))
        elif last < self.today:
            self.add_error("ends_on", _("These days are over."))
        elif self.most and (last - first).days >= self.most:
            self.add_error("ends_on", _("Write at most %(n)s days, or note an absence.") % {"n": self.most})
        return data


# --- the first start, step by step


class NameStep(forms.ModelForm):
    title = __("Team")
    currency = TeamForm.base_fields["currency"]

    class Meta:
        model = Team
        fields = ("name", "currency")
        labels = {"name": __("Name of your team or company")}


class PlaceStep(forms.ModelForm):
    title = __("Place")
    country = TeamForm.base_fields["country"]
    time_zone = TeamForm.base_fields["time_zone"]

    class Meta:
        model = Team
        fields = ("country", "time_zone")


class WeekStep(forms.ModelForm):
    """`country` is the one chosen in the step before."""

    title = __("Working days")
    region = _region_field()
    working_days = TeamForm.base_fields["working_days"]

    class Meta:
        model = Team
        fields = ("region", "working_days")

    def __init__(self, *args: object, country: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = region_choices(country)
        self.fields["region"].help_text = dict(countries()).get(country, country)


class CapacityStep(forms.ModelForm):
    title = __("A day’s work")

    class Meta:
        model = Team
        fields = ("day_capacity",)
        labels = {"day_capacity": __("Dossiers one person can work through on a day")}
        error_messages = {"day_capacity": AT_LEAST_ONE}
        help_texts = {"day_capacity": __("Fuller days show in red. It can be changed for each person.")}


class FirstUserStep(forms.ModelForm):
    title = __("You")
    password = PasswordField(label=__("Password"))

    class Meta:
        model = User
        fields = ("name", "email", "password")
        labels = {"name": __("Your name"), "email": __("Your e-mail address")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "username"}),
        }

    def _post_clean(self) -> None:
        super()._post_clean()
        _check_password(self, self.instance)


def _check_password(form: forms.Form, user: User) -> None:
    if password := form.cleaned_data.get("password"):
        try:
            validate_password(password, user)
        except ValidationError as error:
            form.add_error("password", error)


# --- colleagues


class MemberForm(forms.ModelForm):
    """A colleague, new or known. Only an administrator makes another one, or changes one."""

    class Meta:
        model = User
        fields = ("name", "email", "role")
        help_texts = {
            "role": __("A lead sees everything, keeps the team’s settings and looks after its people."),
        }

    def __init__(self, *args: object, by: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if by.role != User.Role.ADMIN:
            self.fields["role"].choices = [c for c in User.Role.choices if c[0] != User.Role.ADMIN]
        if self.instance.pk and self.instance.has_usable_password():
            # He logs in with it: only its owner may change it.
            del self.fields["email"]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody logs in with this address already."))
        return email

    def clean_role(self) -> str:
        role = self.cleaned_data["role"]
        if self.instance.pk:
            check_still_led(self.instance, role=role)
        return role


class JoinForm(forms.Form):
    """The password that an invited colleague sets for himself."""

    password = PasswordField(label=__("Your password"))

    def __init__(self, data: Mapping | None = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean(self) -> None:
        _check_password(self, self.user)


class AbsenceForm(TellsWhatLies, forms.ModelForm):
    """Days somebody is away, filled in by `by`."""

    class Meta:
        model = Absence
        fields = ("starts_on", "ends_on", "stand_in")
        widgets = {"starts_on": DAY_INPUT, "ends_on": DAY_INPUT}
        help_texts = {"stand_in": __("Works through the binder on those days, in the name of its owner.")}

    def __init__(self, *args: object, by: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.by, self.today = self.instance.user, by, by.today()
        colleagues = User.objects.active().visible_to(self.instance.user).exclude(pk=self.instance.user_id)
        self.fields["stand_in"].queryset = colleagues
        self.fields["stand_in"].empty_label = _("nobody")

    def clean(self) -> None:
        starts_on, ends_on = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if not (starts_on and ends_on):
            return
        if ends_on < starts_on:
            self.add_error("ends_on", _("The last day lies before the first."))
        elif ends_on < self.today:
            self.add_error("ends_on", _("These days are over."))
        elif (ends_on - starts_on).days >= FORESEEN_DAYS:
            self.add_error("ends_on", _("An absence lasts three years at most. Is the year right?"))
        else:
            self._check_colleagues(starts_on, ends_on)

    def _check_colleagues(self, starts_on: date, ends_on: date) -> None:
        others = Absence.objects.exclude(pk=self.instance.pk).filter(
            starts_on__lte=ends_on, ends_on__gte=starts_on
        )
        if known := others.filter(user=self.instance.user).first():
            self.add_error("starts_on", _("Noted already: %s.") % _span(known))
        stand_in = self.cleaned_data.get("stand_in")
        if stand_in and (away := others.filter(user=stand_in).first()):
            message = _("%(name)s is away too, %(days)s.") % {"name": stand_in.name, "days": _span(away)}
            self.add_error("stand_in", message)


def _span(absence: Absence) -> str:
    first, last = date_format(absence.starts_on), date_format(absence.ends_on)
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
