"""Rating without being asked: by a link that stands under all mails of a colleague."""

from typing import Self

from django.db import models
from django.utils import timezone

from crm.team.models import User
from feedback.models.invitation import Value, new_code


class Signature(models.Model):
    """A link that stands under all ordinary mails of one employee, or on paper; whoever has it may rate him.

    Nobody was asked, and nobody knows who answers: its words are shown by themselves and count in no share.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="signature")
    code = models.CharField(max_length=12, default=new_code, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.user_id}"


class OpenWordQuerySet(models.QuerySet["OpenWord"]):
    def visible_to(self, user: User) -> Self:
        """The team's, for its leads; to others what was said of themselves."""
        return self.filter(user__team_id=user.team_id) if user.is_lead else self.filter(user=user)


class OpenWord(models.Model):
    """What somebody said by a signature's link."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_words", db_index=False)
    value = models.CharField(max_length=7, choices=Value)
    comment = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField(default=timezone.now)

    objects = OpenWordQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-said_at"], name="open_words_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.value}"
