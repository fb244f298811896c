"""Reminder letters: whom a series is for, its steps, and what became of each customer it reached."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer, Letter
from crm.mail.models import OutgoingMail
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


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        return self.filter(team_id=user.team_id, customer__in=Customer.objects.visible_to(user, on=on))

    def going_on(self) -> Self:
        """With a letter still to come."""
        return self.filter(next_on__isnull=False)

    def due(self, *, on: date) -> Self:
        """Whose next letter is to be queued by that day."""
        return self.filter(next_on__lte=on)


class Reminder(models.Model):
    """One per customer and cycle; `cycle` is the day of the purchase that it began with.

    `begins_on` is the day of the first letter, also for those who get none. `steps_done` letters have been queued;
    the next is queued on `next_on`, null when none is to come. `bought_on` is the first purchase after the cycle
    began.
    """

    class Stopped(models.TextChoices):
        BOUGHT = "bought", _("bought again")
        ANSWERED = "answered", _("answered")
        COMPLAINED = "complained", _("complained")
        OPTED_OUT = "opted_out", _("wants no more letters")
        BOUNCED = "bounced", _("the address does not exist")
        NO_BASIS = "no_basis", _("no legal basis any more")
        TAKEN_OUT = "taken_out", _("taken out by a colleague")
        SERIES_STOPPED = "series", _("the series was stopped")
        OVER = "over", _("all letters are sent")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reminders")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="reminders", db_index=False)
    cycle = models.DateField()
    group = models.CharField(max_length=10, choices=Group)
    held_out = models.BooleanField()
    code = models.CharField(max_length=20, blank=True)
    enrolled_at = models.DateTimeField()
    begins_on = models.DateField()
    steps_done = models.PositiveSmallIntegerField(default=0)
    next_on = models.DateField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=10, choices=Stopped, blank=True)
    stopped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    bought_on = models.DateField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "cycle"], name="one_reminder_per_cycle"),
            models.UniqueConstraint(
                fields=["team", "code"], condition=~Q(code=""), name="offer_code_once_in_team"
            ),
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | Q(stopped_at__isnull=True, held_out=False),
                name="no_letter_after_the_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "next_on"], name="reminder_next", condition=Q(next_on__isnull=False)
            ),
            models.Index(fields=["series", "begins_on"], name="reminder_of_series"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}, {self.cycle}: {self.steps_done}"


class ReminderLetter(models.Model):
    """A letter that was queued. The mail itself may be gone from the outbox one day."""

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="letters")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="letters", null=True)
    mail = models.OneToOneField(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")
    queued_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reminder", "step"], name="one_letter_per_step")]

    def __str__(self) -> str:
        return f"{self.reminder_id}: step {self.step_id}"
