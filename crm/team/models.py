"""Who works here: the team (the boundary that nothing crosses), its people and their absences."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
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

from crm.team.calendar import FORESEEN_DAYS, WorkCalendar


def is_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


MOST_A_DAY = 200
capacity_limits = [MinValueValidator(1), MaxValueValidator(MOST_A_DAY)]
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
    # By ISO digit: {"5": 8}. A weekday that is not named is as every other.
    weekday_capacity = models.JSONField(_("on single weekdays"), default=dict, blank=True)
    managers_see = models.CharField(_("managers see"), max_length=4, choices=Sees, default=Sees.TEAM)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def calendar(self) -> WorkCalendar:
        return WorkCalendar(country=self.country, region=self.region, working_days=self.working_days)


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, user: "User") -> Self:
        """Colleagues of the same team."""
        return self.filter(team_id=user.team_id)

    def leads_of(self, team: Team) -> Self:
        """Who is told what concerns the whole team."""
        return self.active().filter(team=team, role__in=(User.Role.LEAD, User.Role.ADMIN))

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

    class Tabs(models.IntegerChoices):
        NUMBERS = 0, _("31 numbers, rolling on")
        ONE_MONTH = 1, _("dates of working days, one month ahead")
        TWO_MONTHS = 2, _("dates of working days, two months ahead")
        THREE_MONTHS = 3, _("dates of working days, three months ahead")

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
    own_weekday_capacity = models.JSONField(_("on single weekdays"), default=dict, blank=True)
    own_days_off = models.JSONField(_("days off"), default=list, blank=True)  # "2026-12-24", in order
    tabs = models.PositiveSmallIntegerField(_("day tabs"), choices=Tabs, default=Tabs.NUMBERS)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def hold(self) -> Self:
        """Read anew; until the transaction ends, this login is not closed. ValidationError if it is."""
        held = User.objects.select_related("team").select_for_update(of=("self",)).get(pk=self.pk)
        if not held.is_active:
            raise ValidationError(_("%s can no longer log in.") % held.name)
        return held

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
        """Dossiers this person can work through on a day like most others."""
        return self.own_capacity or self.team.day_capacity

    def capacity_on(self, day: date) -> int:
        """Dossiers this person can work through on that day. What he has set himself, be it for all days, is nearer
        to the truth than the team's weekdays."""
        weekday = str(day.isoweekday())
        own = self.own_weekday_capacity.get(weekday) or self.own_capacity
        return own or self.team.weekday_capacity.get(weekday) or self.team.day_capacity

    @cached_property
    def calendar(self) -> WorkCalendar:
        return WorkCalendar(
            country=self.own_country or self.team.country,
            region=self.own_region if self.own_country else self.own_region or self.team.region,
            working_days=self.own_working_days or self.team.working_days,
            days_off=frozenset(map(date.fromisoformat, self.own_days_off)),
        )

    @cached_property
    def _calendars(self) -> dict[date, WorkCalendar]:
        return {}

    def calendar_from(self, today: date) -> WorkCalendar:
        """The calendar without the days on which he will be away. Days of an absence that has begun are days of work as
        long as somebody looks after the binder. Asked once for each day; of many users at once, see `foresee`."""
        if today not in self._calendars:
            self._know_away(self.absences.days_closed(on=today).get(self.pk, frozenset()), today)
        return self._calendars[today]

    def _know_away(self, days: frozenset[date], today: date) -> None:
        self._calendars[today] = replace(self.calendar, away=days)

    @staticmethod
    def foresee(users: Collection["User"], *, now: datetime) -> None:
        """Read what `calendar_from` would ask for each of them on his day at that instant, in a query for each day."""
        by_day = defaultdict(list)
        for user in users:
            by_day[user.today(now)].append(user)
        for today, group in by_day.items():
            closed = Absence.objects.filter(user__in=group).days_closed(on=today)
            for user in group:
                user._know_away(closed.get(user.pk, frozenset()), today)

    def take_off(self, first: date, last: date) -> None:
        """No work on these days, both included. Nothing that lies there moves by itself."""
        days = {(first + timedelta(n)).isoformat() for n in range((last - first).days + 1)}
        self._keep_days_off(days.union(self.own_days_off))

    def work_again(self, first: date, last: date) -> None:
        """Take these days off back, both included."""
        span = first.isoformat(), last.isoformat()
        self._keep_days_off(day for day in self.own_days_off if not span[0] <= day <= span[1])

    def _keep_days_off(self, days: Iterable[str]) -> None:
        self.own_days_off = sorted(days)
        self.save(update_fields=["own_days_off"])
        for known in ("calendar", "_calendars"):
            vars(self).pop(known, None)

    def days_off_from(self, day: date) -> list[tuple[date, date]]:
        """First and last of each run of days off that is not over on `day`."""
        runs: list[tuple[date, date]] = []
        for each in map(date.fromisoformat, self.own_days_off):
            if runs and each == runs[-1][1] + timedelta(1):
                runs[-1] = runs[-1][0], each
            else:
                runs.append((each, each))
        return [run for run in runs if run[1] >= day]

    def today(self, now: datetime | None = None) -> date:
        """The day it is for this person at the instant `now`."""
        return (now or timezone.now()).astimezone(self.zone).date()

    def lent_by(self, *, on: date) -> models.QuerySet:
        """Ids of the colleagues whose binders, or parts of them, this user looks after on that day."""
        return Absence.objects.running(on=on).looked_after_by(self).values("user_id")

    def stands_in_for(self, owner_id: int, *, now: datetime) -> int | None:
        """The owner's id while this user looks after his binder, else None: then he works in his own name."""
        is_lent = owner_id != self.pk and self.lent_by(on=self.today(now)).filter(user=owner_id).exists()
        return owner_id if is_lent else None


NOTICE = timedelta(days=7)  # how long before the first day a lead hears that nobody stands in
WELCOME = timedelta(days=7)  # how long the board tells of what was done meanwhile


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def running(self, *, on: date) -> Self:
        return self.filter(starts_on__lte=on, ends_on__gte=on)

    def not_over(self, *, on: date) -> Self:
        return self.filter(ends_on__gte=on)

    def visible_to(self, user: User) -> Self:
        return self.filter(user__team_id=user.team_id)

    def with_stand_ins(self) -> Self:
        """With who looks after the binder, in as many queries however many there are."""
        shares = models.Prefetch("split__shares", Share.objects.select_related("user__team"))
        return self.select_related("stand_in__team", "split").prefetch_related(shares)

    def covered(self) -> Self:
        return self.filter(Q(stand_in__isnull=False) | Q(split__isnull=False))

    def looked_after_by(self, user: User) -> Self:
        """For which the user stands in, or has a share of the binder."""
        shared = Share.objects.filter(user=user, split__absence__isnull=False).values("split__absence")
        return self.filter(Q(stand_in=user) | Q(pk__in=shared))

    def uncovered(self, *, on: date) -> Self:
        """Going on or coming within NOTICE, and nobody looks after the binder."""
        near = self.not_over(on=on).filter(starts_on__lte=on + NOTICE)
        return near.filter(user__is_active=True, stand_in__isnull=True, split__isnull=True)

    def days_closed(self, *, on: date) -> dict[int, frozenset[date]]:
        """By user, the days from then on that are nobody's: those of absences to come, and of one that goes on
        uncovered. Looks FORESEEN_DAYS ahead."""
        days, horizon = defaultdict(set), on + timedelta(FORESEEN_DAYS)
        rows = self.not_over(on=on).values_list("user", "starts_on", "ends_on", "stand_in", "split")
        for user, first, last, *cover in rows:
            if first > on or cover == [None, None]:
                span = (min(last, horizon) - max(first, on)).days + 1
                days[user].update(max(first, on) + timedelta(n) for n in range(span))
        return {user: frozenset(away) for user, away in days.items()}

    def just_over(self, *, on: date) -> Self:
        """Ended not long ago, and what was done meanwhile has not been put aside."""
        return self.filter(ends_on__lt=on, ends_on__gte=on - WELCOME, welcomed_at__isnull=True)


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
    welcomed_at = models.DateTimeField(null=True, blank=True)

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

    @property
    def is_split(self) -> bool:
        """Several colleagues look after the binder. A query of its own unless read with `split`."""
        return hasattr(self, "split")

    @property
    def deputy(self) -> User | None:
        """Who answers for the absent one: the stand-in, or who keeps the rest of a split binder."""
        if not self.is_split:
            return self.stand_in
        return next((share.user for share in self.split.shares.all() if share.keeps_rest), self.stand_in)

    @property
    def is_covered(self) -> bool:
        return self.stand_in_id is not None or self.is_split

    def welcome(self, *, now: datetime) -> None:
        """The owner has seen what was done meanwhile; the board need not say so any longer."""
        self.welcomed_at = now
        self.save(update_fields=["welcomed_at"])


class Split(models.Model):
    """A binder in several hands: for the days of `absence`, or for good if there is none."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="splits")
    absence = models.OneToOneField(Absence, on_delete=models.CASCADE, null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id}, {self.made_at:%Y-%m-%d}"


class Share(models.Model):
    """What one colleague has of a split binder. One of them keeps the rest: whatever is in nobody's share."""

    split = models.ForeignKey(Split, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shares")
    keeps_rest = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["split", "user"], name="share_once_per_split"),
            models.UniqueConstraint(
                fields=["split"], condition=Q(keeps_rest=True), name="share_one_keeps_the_rest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.split_id}: {self.user_id}"


class JobRun(models.Model):
    """When a periodic job last ran. The row is also what a run is claimed by."""

    name = models.CharField(max_length=50, unique=True)
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name
