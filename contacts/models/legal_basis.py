"""On what ground the law lets one write to a customer."""

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.markup import written
from crm.team.models import Team, User


class LegalBasis(models.Model):
    """One statement, true of one customer or of a whole list: what they were told, when, and where.

    It is never changed afterwards: who states something else gets another row.
    """

    class Kind(models.TextChoices):
        CONSENT = "consent", _("consent")
        CUSTOMER = "customer", _("existing customer, with notice")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("ground"), max_length=10, choices=Kind, default=Kind.CONSENT)
    text = models.TextField(_("what they agreed to, or were told"), max_length=2000)
    source = models.CharField(_("where"), max_length=200)
    given_on = models.DateField(_("on"))
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.in_words

    @cached_property
    def in_words(self) -> str:
        """ "consent, 3 May 2026, order form"."""
        return ", ".join((str(self.get_kind_display()), written(self.given_on, "j M Y"), self.source))
