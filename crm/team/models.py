"""Who works here: the team (the boundary that nothing crosses), its people and their absences."""

from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.team.calendar import WorkCalendar


def is_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


capacity_limits = [MinValueValidator(1), MaxValueValidator(200)]
are_weekdays = RegexValidator(r"^1?2?3?4?5?6?7?$", _("Name working days as digits, Monday being 1."))


class Team(models.Model):
    class Sees(models.TextChoices):
        TEAM = "team", _("the whole team’s dossiers")
        OWN = "own", _("only their own and those they look after")

    name = models.CharField(_("name"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Berlin", validators=[is_time_zone]
    )
    country = models.CharField(_("country"), max_length=2, default="DE")
    region = models.CharField(_("region"), max_length=8, blank=True)
    working_days = models.CharField(
        _("working days"), max_length=7, default="12345", validators=[are_weekdays]
    )
    day_capacity = models.PositiveSmallIntegerField(
        _("dossiers a day"), default=16, validators=capacity_limits
    )
    managers_see = models.CharField(_("managers see"), max_length=4, choices=Sees, default=Sees.TEAM)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, user: "User") -> Self:
        """Colleagues of the same team."""
        return self.filter(team_id=user.team_id)

    def binders_open_to(self, user: "User", *, on: date) -> Self:
        """Whose binders `user` may open on that day: his own, and what the team or an absence lends him."""
        if user.sees_team:
            return self.visible_to(user)
        return self.visible_to(user).filter(Q(pk=user.pk) | Q(pk__in=user.lent_by(on=on)))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_queryset(self) -> UserQuerySet:
        # Zone, capacity and what one may see all ask the team: every page would pay a second query.
        return super().get_queryset().select_related("team")

    def create_user(self, *, email: str, password: str | None, team: Team, **fields: object) -> "User":
        """Make a user; without a password he can log in only after setting one."""
        user = self.model(email=self.normalize_email(email).lower(), team=team, **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    class Role(models.TextChoices):
        MANAGER = "manager", _("manager")
        LEAD = "lead", _("team lead")
        ADMIN = "admin", _("administrator")

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the system")
        LIGHT = "light", _("day")
        DARK = "dark", _("lamp")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="users")
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MANAGER)
    is_active = models.BooleanField(_("may log in"), default=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    keys_enabled = models.BooleanField(_("keyboard shortcuts"), default=True)
    own_time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[is_time_zone])
    own_country = models.CharField(_("country"), max_length=2, blank=True)
    own_region = models.CharField(_("region"), max_length=8, blank=True)
    own_working_days = models.CharField(
        _("working days"), max_length=7, blank=True, validators=[are_weekdays]
    )
    own_capacity = models.PositiveSmallIntegerField(
        _("dossiers a day"), null=True, blank=True, validators=capacity_limits
    )
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()

    @property
    def is_lead(self) -> bool:
        return self.role in (self.Role.LEAD, self.Role.ADMIN)

    @property
    def sees_team(self) -> bool:
        return self.is_lead or self.team.managers_see == Team.Sees.TEAM

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.own_time_zone or self.team.time_zone)

    @property
    def capacity(self) -> int:
        """Dossiers this person can work through on one day."""
        return self.own_capacity or self.team.day_capacity

    @cached_property
    def calendar(self) -> WorkCalendar:
        return WorkCalendar(
            country=self.own_country or self.team.country,
            region=self.own_region if self.own_country else self.own_region or self.team.region,
            working_days=self.own_working_days or self.team.working_days,
        )

    def today(self, now: datetime | None = None) -> date:
        """The day it is for this person at the instant `now`."""
        return (now or timezone.now()).astimezone(self.zone).date()

    def lent_by(self, *, on: date) -> models.QuerySet:
        """Ids of the colleagues whose binders this user looks after on that day."""
        return Absence.objects.running(on=on).filter(stand_in=self).values("user_id")


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def running(self, *, on: date) -> Self:
        return self.filter(starts_on__lte=on, ends_on__gte=on)

    def not_over(self, *, on: date) -> Self:
        return self.filter(ends_on__gte=on)

    def visible_to(self, user: User) -> Self:
        return self.filter(user__team_id=user.team_id)


class Absence(models.Model):
    """Days on which a stand-in, if one is named, looks after somebody's binder. Both ends included."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    stand_in = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="stands_in",
        verbose_name=_("stand-in"),
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("user")),
                name="absence_stand_in_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.starts_on} – {self.ends_on}"


class JobRun(models.Model):
    """When a periodic job last ran. The row is also what a run is claimed by."""

    name = models.CharField(max_length=50, unique=True)
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name
