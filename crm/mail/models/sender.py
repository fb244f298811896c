"""As whom a team writes to its customers."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.team.models import Team, User

# In which customers can be written to; each language is named in itself.
LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("ka", "ქართული"))


class Sender(models.Model):
    """What stands on every letter of a team. Without it nothing can be queued.

    With `stays_here` no mail leaves this machine: it lands in a local folder. While `paused_at` is set, nothing
    is sent, and what is queued waits.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="sender")
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("address mail comes from"))
    reply_to = models.EmailField(_("address for answers"), blank=True)
    postal_address = models.TextField(_("postal address"), max_length=300)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    dkim_selector = models.CharField(_("DKIM selector"), max_length=60, blank=True)
    stays_here = models.BooleanField(_("keep all mail on this machine"), default=False)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    def pause(self, *, by: User, now: datetime) -> None:
        Sender.objects.filter(pk=self.pk, paused_at__isnull=True).update(paused_at=now, paused_by=by)

    def go_on(self) -> None:
        Sender.objects.filter(pk=self.pk).update(paused_at=None, paused_by=None)
