"""What a team has resolved for each group of its customers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.team.models import Team
from segmentation.models.score import Group


class Advice(models.Model):
    """Tone, offers and rhythm for one group. A row exists once a lead has changed what we propose."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="advice", db_index=False)
    group = models.CharField(_("group"), max_length=10, choices=Group)
    should = models.TextField(_("what they should get"), max_length=1000, blank=True)
    should_not = models.TextField(_("what they should not get"), max_length=1000, blank=True)
    contact_every = models.PositiveIntegerField(
        _("contact every so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
    )
    slip_when_due = models.BooleanField(_("a slip when the next purchase is due"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "group"], name="advice_once_per_group")]

    def __str__(self) -> str:
        return f"Advice for {self.group}, team {self.team_id}"
