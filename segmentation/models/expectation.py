"""What is expected of each customer, and what a team's expectations go by."""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer
from crm.team.models import Team, User

# Worked out from the purchases like the scores, for which constraints between tables cost more than they guard.
_DERIVED = {"on_delete": models.CASCADE, "db_constraint": False}


TWO_WEEKS = timedelta(weeks=2)


class Forecast(models.Model):
    """What a team's expectations go by since `learnt_on`; they hold as of `as_of`.

    `learnt` is what expectation.Learnt keeps. `weeks` says how expectations came true: [day, buyers expected within
    two weeks, buyers observed or null] for each week, the oldest first. While `missing_weeks` of history or
    `missing_buyers` (purchases of returning customers) are not 0, no chances are told.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="forecast")
    as_of = models.DateField(null=True)
    learnt_on = models.DateField(null=True)
    kind = models.CharField(max_length=10, blank=True)
    learnt = models.JSONField(default=dict)
    weeks = models.JSONField(default=list)
    missing_weeks = models.PositiveIntegerField(default=0)
    missing_buyers = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Forecast of team {self.team_id} as of {self.as_of}"


class TypicalInterval(models.Model):
    """How long a team's customers take to come back, as of a day; one row for each product group, "" being all.

    `second` and `later` are what typical.Kept keeps of the curves after the first and after later purchases.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="intervals", db_index=False)
    product_group = models.CharField(_("product group"), max_length=100, blank=True)
    as_of = models.DateField()
    second = models.JSONField()
    later = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "product_group"], name="interval_once_per_product_group")
        ]

    def __str__(self) -> str:
        return f"Interval of team {self.team_id}, {self.product_group or 'all'}"


class ExpectationQuerySet(models.QuerySet["Expectation"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        return self.filter(team_id=user.team_id, customer__in=Customer.objects.visible_to(user, on=on))

    def due_soon(self, *, on: date) -> Self:
        """Due within two weeks of that day, before or after it."""
        return self.filter(due_on__gte=on - TWO_WEEKS, due_on__lte=on + TWO_WEEKS)


class Expectation(models.Model):
    """One row for each customer who has bought, as soon as anybody of the team has come back.

    The next purchase is expected from `window_from` to `window_to`, both included; `due_on`, in between, is the day
    after the usual interval. `p14` and `p28` are the chances
    to buy within so many days of the forecast's day, null as long as there is too little history; `cases` is the
    number of cases that `p14` was learnt from.
    """

    customer = models.OneToOneField(Customer, primary_key=True, related_name="expectation", **_DERIVED)
    team = models.ForeignKey(Team, related_name="+", db_index=False, **_DERIVED)
    purchases = models.PositiveIntegerField(_("days with a purchase"))
    usual_days = models.PositiveIntegerField(_("usual interval"))
    window_from = models.DateField(_("expected from"))
    window_to = models.DateField(_("expected until"))
    due_on = models.DateField(_("due"))
    p14 = models.FloatField(_("chance within 14 days"), null=True)
    p28 = models.FloatField(_("chance within 28 days"), null=True)
    cases = models.PositiveIntegerField(default=0)

    objects = ExpectationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["team", "due_on", "customer"], name="expectation_due"),
            models.Index(fields=["team", "p14", "due_on"], name="expectation_chance"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.window_from} – {self.window_to}"

    @property
    def reason(self) -> str:
        """Where the figures come from, in a sentence. Reads the team’s forecast."""
        from segmentation.reasons import Missing, reason

        forecast = self.team.forecast
        missing = Missing(forecast.missing_weeks, forecast.missing_buyers)
        return reason(
            kind=forecast.kind, chance=self.p14, cases=self.cases, purchases=self.purchases, missing=missing
        )
