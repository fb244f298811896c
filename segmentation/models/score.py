"""What each customer's purchases come to, how they score, and to which group they belong."""

from datetime import date
from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer
from crm.team.models import Team, User

# Rows below are worked out from the purchases, all at once and many at a time. Constraints between tables would
# cost more than the work itself and guard nothing that the next run does not put right; Django still deletes
# them with their customer.
_DERIVED = {"on_delete": models.CASCADE, "db_constraint": False}


class Group(models.TextChoices):
    """The activity matrix: purchases ever by days since the last."""

    VIP = "vip", _("VIP")
    GROWING = "growing", _("growing")
    BEGINNER = "beginner", _("beginner")
    ONE_TIME = "one_time", _("one-time")
    LOST = "lost", _("lost")


class Method(models.TextChoices):
    """What parts scores 1 to 5 from one another."""

    QUINTILES = "quintiles", _("fifths of your own customers")
    LIMITS = "limits", _("fixed limits")


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        return self.filter(team_id=user.team_id, customer__in=Customer.objects.visible_to(user, on=on))

    def of_team(self, team: Team) -> Self:
        return self.filter(team=team)

    def scored(self) -> Self:
        """With a purchase in the period of the scores."""
        return self.filter(r__isnull=False)


class Score(models.Model):
    """One row for each customer who has bought.

    Purchases of one day count once, returns not at all; all of them make the money. What was bought `ever` makes
    the group; `frequency` and `monetary`, within the team's period, make the scores. Without a purchase in the
    period r, f and m are null.
    """

    customer = models.OneToOneField(Customer, primary_key=True, related_name="score", **_DERIVED)
    team = models.ForeignKey(Team, related_name="+", db_index=False, **_DERIVED)
    purchase_days = models.PositiveIntegerField(_("days with a purchase, ever"))
    first_on = models.DateField(_("first purchase"))
    last_on = models.DateField(_("last purchase"))
    money = models.DecimalField(_("money, ever"), max_digits=18, decimal_places=2)
    frequency = models.PositiveIntegerField(_("days with a purchase"))
    monetary = models.DecimalField(_("money"), max_digits=18, decimal_places=2)
    r = models.PositiveSmallIntegerField(_("recency"), null=True)
    f = models.PositiveSmallIntegerField(_("frequency"), null=True)
    m = models.PositiveSmallIntegerField(_("money"), null=True)
    group = models.CharField(_("group"), max_length=10, choices=Group)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["team", "r", "f"], name="score_cell")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.r}{self.f}{self.m} {self.group}"

    def recency_days(self, on: date) -> int:
        """Days from the last purchase to that day."""
        return (on - self.last_on).days


class QuarterSummary(models.Model):
    """A customer's purchases of one calendar quarter. `quarter` is its first day.

    One with returns only has no days and no last day, but its money.
    """

    pk = models.CompositePrimaryKey("customer_id", "quarter")
    customer = models.ForeignKey(Customer, related_name="quarters", db_index=False, **_DERIVED)
    team = models.ForeignKey(Team, related_name="+", db_index=False, **_DERIVED)
    quarter = models.DateField()
    days = models.PositiveIntegerField(_("days with a purchase"))
    money = models.DecimalField(max_digits=18, decimal_places=2)
    last_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.customer_id}, {self.quarter}: {self.days}"


class GroupHistory(models.Model):
    """The group at the end of a quarter that is over, under the limits in force now. `quarter` is its first day."""

    pk = models.CompositePrimaryKey("customer_id", "quarter")
    customer = models.ForeignKey(Customer, related_name="groups", db_index=False, **_DERIVED)
    team = models.ForeignKey(Team, related_name="+", db_index=False, **_DERIVED)
    quarter = models.DateField()
    group = models.CharField(max_length=10, choices=Group)

    class Meta:
        indexes = [models.Index(fields=["team", "quarter", "group"], name="group_at_quarter")]

    def __str__(self) -> str:
        return f"{self.customer_id}, {self.quarter}: {self.group}"


def are_four_rising(value: object) -> None:
    numbers = value if isinstance(value, list) else []
    try:
        rising = [Decimal(str(number)) for number in numbers]
    except ArithmeticError:
        rising = []
    if len(rising) != 4 or any(not number.is_finite() for number in rising) or rising != sorted(set(rising)):
        raise ValidationError(_("Four numbers are needed, each larger than the one before."))


_days = [MinValueValidator(1), MaxValueValidator(3650)]


class Rules(models.Model):
    """What a team's lead has set for scores and groups; whatever is empty follows the team's own purchases."""

    class Period(models.IntegerChoices):
        YEAR = 4, _("the running quarter and the three before it")
        TWO_YEARS = 8, _("the running quarter and the seven before it")

    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, primary_key=True, related_name="scoring_rules"
    )
    quarters = models.PositiveSmallIntegerField(_("period"), choices=Period, null=True, blank=True)
    quintiles_from = models.PositiveIntegerField(
        _("customers from which fifths are used"), default=100, validators=[MinValueValidator(5)]
    )
    recency_limits = models.JSONField(_("recency"), null=True, blank=True, validators=[are_four_rising])
    frequency_limits = models.JSONField(_("frequency"), null=True, blank=True, validators=[are_four_rising])
    money_limits = models.JSONField(_("money"), null=True, blank=True, validators=[are_four_rising])
    one_time_after = models.PositiveIntegerField(
        _("one-time after so many days"), null=True, blank=True, validators=_days
    )
    lost_after = models.PositiveIntegerField(
        _("lost after so many days"), null=True, blank=True, validators=_days
    )
    vip_from = models.PositiveIntegerField(
        _("VIP from so many purchases"), null=True, blank=True, validators=[MinValueValidator(2)]
    )

    thank_after_purchase = models.BooleanField(_("thank after a purchase"), default=True)

    def __str__(self) -> str:
        return f"Rules of team {self.team_id}"


class Scoring(models.Model):
    """What is in force for a team since its scores were last worked out. Whoever writes scores holds this row.

    The points are four values each that do not fall; a score is 1 + the number of points strictly below the value.
    `usual_*` are the limits of the groups as the team's purchases until `usual_until` suggest them. `version` counts
    the changes of any score: what is summed up of them and kept elsewhere holds for one version.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="scoring")
    version = models.PositiveIntegerField(default=0)
    as_of = models.DateField(null=True)
    period_from = models.DateField(null=True)
    customers = models.PositiveIntegerField(_("customers with a purchase in the period"), default=0)
    method = models.CharField(max_length=10, choices=Method, default=Method.LIMITS)
    recency_points = models.JSONField(default=list)
    frequency_points = models.JSONField(default=list)
    money_points = models.JSONField(default=list)
    one_time_after = models.PositiveIntegerField(default=0)
    lost_after = models.PositiveIntegerField(default=0)
    vip_from = models.PositiveIntegerField(default=0)
    usual_until = models.DateField(null=True)
    usual_one_time_after = models.PositiveIntegerField(null=True)
    usual_lost_after = models.PositiveIntegerField(null=True)
    usual_vip_from = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"Scores of team {self.team_id} as of {self.as_of}"

    @property
    def recency_limits(self) -> list[int]:
        """Days without a purchase up to which the score is 5, 4, 3 and 2."""
        days = [(self.as_of - date.fromisoformat(point)).days - 1 for point in self.recency_points]
        return days[::-1]


class Relationship(models.Model):
    """The kind of relationship (after Piercy) that somebody set by hand; it goes before what behaviour suggests."""

    class Kind(models.TextChoices):
        UNKNOWN = "unknown", _("not known yet")
        ARMS_LENGTH = "arms_length", _("arm’s-length")
        LOYAL = "loyal", _("loyal")
        SEEKER = "seeker", _("relationship seeker")
        EXPLOITER = "exploiter", _("relationship exploiter")

    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, related_name="relationship"
    )
    kind = models.CharField(_("relationship"), max_length=11, choices=Kind)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["unknown", "arms_length", "loyal", "seeker", "exploiter"]),
                name="relationship_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.kind}"
