"""Reminder letters: whom a series is for, and its steps."""

from datetime import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Letter
from crm.team.models import Team, User
from segmentation.models.score import Group

MOST_STEPS, MOST_VARIANTS = 5, 3


def are_groups(value: object) -> None:
    if not isinstance(value, list) or not set(value) <= set(Group.values):
        raise ValidationError(_("These are not groups."))


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(team_id=user.team_id)

    def running(self) -> Self:
        return self.filter(running_since__isnull=False)


class Series(models.Model):
    """A rule and up to five letters. It begins for a customer `shift_days` after the point `begins` of his interval.

    `groups` and `product_group` (that of his last purchase) choose customers; empty, they choose all. Of those due,
    `held_out_percent` get no letter, so that one sees what the letters do.
    """

    class Begins(models.TextChoices):
        WINDOW_FROM = "window_from", _("the first day of the time in which the next purchase is expected")
        DUE_ON = "due_on", _("the day after the usual interval")
        WINDOW_TO = "window_to", _("the last day of the time in which the next purchase is expected")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="series", db_index=False)
    name = models.CharField(_("name"), max_length=80)
    groups = models.JSONField(_("groups"), default=list, blank=True, validators=[are_groups])
    product_group = models.CharField(_("product group"), max_length=100, blank=True)
    begins = models.CharField(_("begins on"), max_length=12, choices=Begins, default=Begins.WINDOW_FROM)
    shift_days = models.SmallIntegerField(
        _("days later"), default=0, validators=[MinValueValidator(-60), MaxValueValidator(365)]
    )
    held_out_percent = models.PositiveSmallIntegerField(
        _("without a letter, of 100"), default=20, validators=[MaxValueValidator(90)]
    )
    code_prefix = models.CharField(
        _("offer code begins with"), max_length=8, blank=True, validators=[RegexValidator(r"^[A-Z0-9]{2,8}$")]
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)
    running_since = models.DateTimeField(null=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"
        ordering = [Lower("name"), "pk"]
        constraints = [models.UniqueConstraint("team", Lower("name"), name="series_name_once_in_team")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segmentation:series", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.running_since is not None

    def start(self, *, now: datetime) -> bool:
        """From now on customers are enrolled; False if it ran already."""
        stopped = Series.objects.filter(pk=self.pk, running_since__isnull=True)
        return bool(stopped.update(running_since=now))

    @transaction.atomic
    def stop(self, *, by: User, now: datetime) -> int:
        """Enrol nobody any more, and send nothing more to those under way. Returns how many those were."""
        Series.objects.filter(pk=self.pk).update(running_since=None)
        under_way = self.reminders.under_way().count()
        self.reminders.end(self.reminders.model.Stopped.SERIES_STOPPED, by=by, now=now)
        return under_way


class Step(models.Model):
    """One letter of a series, `after_days` after the one before; of the first step they are 0."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_STEPS)]
    )
    after_days = models.PositiveSmallIntegerField(
        _("days after the letter before"), default=0, validators=[MaxValueValidator(365)]
    )
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+", verbose_name=_("letter"))

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["series", "position"], name="step_position_once")]

    def __str__(self) -> str:
        return f"{self.series_id}/{self.position}"


class Variant(models.Model):
    """One of up to three subject lines tried against each other; `subjects` by language, else the letter's own."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="variants")
    key = models.CharField(max_length=1, choices=[("A", "A"), ("B", "B"), ("C", "C")])
    subjects = models.JSONField(default=dict)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["step", "key"], name="variant_key_once")]

    def __str__(self) -> str:
        return f"{self.step_id}{self.key}"
