"""What came back to a mail."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.mail.models.outgoing import OutgoingMail


class Return(models.Model):
    """A report of a mail server or provider on a mail, or an answer to it.

    `key` names the message that told it, so that one read twice counts once. An answer itself is not kept here.
    """

    class What(models.TextChoices):
        BOUNCED = "bounced", _("the address does not exist")
        REFUSED = "refused", _("refused by the customer’s mail server")
        DELAYED = "delayed", _("delayed by the customer’s mail server")
        COMPLAINED = "complained", _("the customer complained of it as spam")
        ANSWERED = "answered", _("answered")

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="returns", db_index=False)
    what = models.CharField(max_length=10, choices=What)
    key = models.CharField(max_length=64)
    detail = models.CharField(max_length=300, blank=True)
    came_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mail", "key"], name="returned_once")]

    def __str__(self) -> str:
        return f"mail {self.mail_id}: {self.what}"
