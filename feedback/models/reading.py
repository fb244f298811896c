"""What is read of tickets and ratings: figures that are kept, and the employee of the month."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.team.models import Team, User
from feedback.reading.periods import Span


class Reading(models.Model):
    """A team's figures of one period, kept where working them out would keep a reader waiting.

    `size` is of how many rows they speak. Who reads and writes these is feedback/reading/kept.py.
    """

    class About(models.TextChoices):
        RATINGS = "ratings"
        TICKETS = "tickets"
        RECOMMENDED = "nps"
        AWARD = "award"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=7, choices=About)
    span = models.CharField(max_length=7, choices=Span)
    begins_on = models.DateField()
    size = models.PositiveIntegerField()
    figures = models.JSONField()
    worked_out_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "about", "span", "begins_on"], name="reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.about} {self.span} {self.begins_on}"


def _weight() -> list:
    return [MinValueValidator(0), MaxValueValidator(100)]


class Weights(models.Model):
    """What a month's points are made of: three parts that come to 100, and how many answers one needs at least."""

    good = models.PositiveSmallIntegerField(_("good ratings"), default=60, validators=_weight())
    in_time = models.PositiveSmallIntegerField(_("first answers in time"), default=25, validators=_weight())
    kept_up = models.PositiveSmallIntegerField(
        _("nothing left behind over a day"), default=15, validators=_weight()
    )
    least = models.PositiveSmallIntegerField(
        _("answers needed"), default=10, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )

    class Meta:
        abstract = True


class AwardRule(Weights):
    """A team's rule for the employee of the month, as its lead has set it."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="award_rule")

    def __str__(self) -> str:
        return f"{self.team_id}: {self.good} + {self.in_time} + {self.kept_up}"

    @classmethod
    def of(cls, team: Team) -> "AwardRule":
        """The team's; where nobody has changed anything yet, one that is not saved."""
        return cls.objects.filter(team=team).first() or cls(team=team)


class AwardQuerySet(models.QuerySet["Award"]):
    def of_month(self, team: Team, month: date) -> Self:
        return self.filter(team=team, month=month)


class Award(Weights):
    """A month that is over, by the rule that was in force when it ended. `month` is its first day."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="awards", db_index=False)
    month = models.DateField()
    worked_out_at = models.DateTimeField(default=timezone.now)

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["team", "month"], name="award_once_a_month")]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.month}"


class AwardLine(models.Model):
    """What one employee did in that month: the facts from which the points follow.

    `good` of `rated` counted ratings were good, `in_time` of `answered` first answers came in time, and `behind` of
    `dossiers` were left behind for more than a working day.
    """

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="lines")
    employee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    rated = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    in_time = models.PositiveIntegerField(default=0)
    dossiers = models.PositiveIntegerField(default=0)
    behind = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["award", "employee"], name="award_line_once")]

    def __str__(self) -> str:
        return f"{self.award_id}: {self.employee_id}"
