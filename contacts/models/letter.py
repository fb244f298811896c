"""Letters a team writes again and again, in the languages of its customers."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.mail.models import LANGUAGES
from crm.team.models import Team, User


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(team_id=user.team_id)


class Letter(models.Model):
    """A template. One that advertises is sent on a legal basis only, with a way to opt out."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="letters", db_index=False)
    name = models.CharField(_("name"), max_length=100)
    is_advertising = models.BooleanField(_("it advertises"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="letter_name_unique_in_team")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("contacts:letter", args=[self.pk])

    def text_in(self, language: str, *, otherwise: str) -> "LetterText":
        """The text for a customer of that language: its own, else that in `otherwise`, else any there is."""
        texts = {text.language: text for text in self.texts.all()}
        return texts.get(language) or texts.get(otherwise) or next(iter(texts.values()))


class LetterText(models.Model):
    """Subject and body in one language, with fields in braces: “Dear {name}”. See contacts.letters."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"), max_length=10_000)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "language"], name="letter_once_per_language"),
            models.CheckConstraint(condition=~Q(subject=""), name="letter_has_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.subject}"
