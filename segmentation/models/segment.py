"""A named choice of customers."""

from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.team.models import Team, User


class SegmentQuerySet(models.QuerySet["Segment"]):
    def visible_to(self, user: User) -> Self:
        """The team's; whoever may not see all dossiers finds in each the ones he may."""
        return self.filter(team_id=user.team_id)


class Segment(models.Model):
    """`filters` are conditions that must all hold, as segmentation.filters reads them."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="segments", db_index=False)
    name = models.CharField(_("name"), max_length=80)
    filters = models.JSONField(default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [models.UniqueConstraint("team", Lower("name"), name="segment_name_once_in_team")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segmentation:own_members", args=[self.pk])

    def may_be_changed_by(self, user: User) -> bool:
        return user.is_lead or self.made_by_id == user.pk
