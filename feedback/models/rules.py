"""How a team serves: its hours, what it promises, and when it asks whether the customer was satisfied."""

import secrets
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.team.calendar import WorkCalendar
from crm.team.models import Team
from feedback.clock import Hours


def new_slug() -> str:
    return secrets.token_urlsafe(9)


def _within(least: int, most: int) -> list:
    return [MinValueValidator(least), MaxValueValidator(most)]


class ServiceRulesQuerySet(models.QuerySet["ServiceRules"]):
    def with_page(self, slug: str) -> Self:
        """Whose public contact page lies there."""
        if "\0" in slug:  # which PostgreSQL does not even look up
            return self.none()
        return self.filter(slug=slug, has_contact_page=True).select_related("team__sender")


class ServiceRules(models.Model):
    """One row a team. `answer_within` and `solve_within` are working hours, `ask_after` is minutes.

    Under `slug` the contact page is found; what comes to `email` in the ticket mailbox becomes tickets.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="service")
    opens_at = models.TimeField(_("day begins"), default=time(9))
    closes_at = models.TimeField(_("day ends"), default=time(18))
    answer_within = models.PositiveSmallIntegerField(
        _("first answer within, in working hours"), default=10, validators=_within(1, 200)
    )
    solve_within = models.PositiveSmallIntegerField(
        _("solved within, in working hours"), default=45, validators=_within(1, 2000)
    )
    asks = models.BooleanField(_("ask after each ticket whether all was well"), default=True)
    ask_after = models.PositiveSmallIntegerField(
        _("minutes after closing"), default=60, validators=_within(0, 10_080)
    )
    asks_to_recommend = models.BooleanField(_("ask once a quarter whether they recommend us"), default=False)
    has_contact_page = models.BooleanField(_("public contact page"), default=False)
    slug = models.CharField(max_length=20, default=new_slug)
    email = models.EmailField(_("address of the ticket mailbox"), blank=True)
    last_number = models.PositiveIntegerField(default=0)

    objects = ServiceRulesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="contact_page_once"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="service_day_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"

    @classmethod
    def of(cls, team: Team) -> "ServiceRules":
        """The team's row; where nobody has changed anything yet, one that is not saved."""
        rules = cls.objects.filter(team=team).first() or cls()
        rules.team = team
        return rules

    @cached_property
    def hours(self) -> Hours:
        team = self.team
        calendar = WorkCalendar(country=team.country, region=team.region, working_days=team.working_days)
        return Hours(calendar, self.opens_at, self.closes_at, ZoneInfo(team.time_zone))

    def on_clock(self, instant: datetime) -> datetime:
        """As the team's clock shows it, for whoever reads it elsewhere."""
        return instant.astimezone(ZoneInfo(self.team.time_zone)).replace(tzinfo=None)

    @property
    def answer_time(self) -> timedelta:
        return timedelta(hours=self.answer_within)

    @property
    def solution_time(self) -> timedelta:
        return timedelta(hours=self.solve_within)


def hold(team: Team) -> ServiceRules:
    """The team's row, held until the transaction ends: of those who take something in, one comes after the other."""
    return ServiceRules.objects.select_for_update().get_or_create(team=team)[0]


@transaction.atomic
def next_number(team: Team) -> int:
    """The next ticket's, counted from 1 in each team. The row is held until the transaction ends, so none is twice."""
    rules = hold(team)
    ServiceRules.objects.filter(pk=rules.pk).update(last_number=F("last_number") + 1)
    return ServiceRules.objects.values_list("last_number", flat=True).get(pk=rules.pk)
