"""The customer's own word: what he was asked, what he said, and what became of it."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer
from crm.mail.models import OutgoingMail
from crm.team.models import Team, User
from feedback.models.ticket import Ticket

MAY_CHANGE = timedelta(days=14)  # since the first counted word
LIVES = timedelta(days=28)  # of a link, since it was sent or printed
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another


def new_public_id() -> str:
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """Short enough to be typed from paper: 12 signs, 59 bits."""
    return "".join(secrets.choice(_SIGNS) for _ in range(12))


class Value(models.TextChoices):
    BAD = "bad", _("Bad")
    NEUTRAL = "neutral", _("Neutral")
    GOOD = "good", _("Good")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        """The team's, for its leads; to others what they were rated for themselves."""
        mine = self.filter(team_id=user.team_id)
        return mine if user.is_lead else mine.filter(employee=user)


class Invitation(models.Model):
    """One customer was asked one thing, about a ticket or, once a quarter, whether he would recommend the team.

    From its sending (`asked_at`) on, `employee`, `ticket_kind`, `product_group` and `group` are what they were then,
    whatever becomes of ticket and customer. `again_after` is the bad rating after which he is asked once more.
    """

    class Question(models.TextChoices):
        TICKET = "ticket", _("Was all well?")
        RECOMMEND = "recommend", _("Would you recommend us?")

    class Channel(models.TextChoices):
        MAIL = "mail", _("by e-mail")
        SHEET = "sheet", _("on paper")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="invitations", db_index=False)
    question = models.CharField(max_length=10, choices=Question, default=Question.TICKET)
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.MAIL)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="invitations", db_index=False
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="invitations")
    resolution = models.PositiveSmallIntegerField(default=0)
    employee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ticket_kind = models.CharField(max_length=10, choices=Ticket.Kind, blank=True)
    product_group = models.CharField(max_length=100, blank=True)
    group = models.CharField(max_length=10, blank=True)
    public_id = models.CharField(max_length=22, default=new_public_id)
    code = models.CharField(max_length=12, default=new_code)
    mail = models.OneToOneField(
        OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    made_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    again_after = models.OneToOneField(
        "Rating", on_delete=models.SET_NULL, null=True, blank=True, related_name="asked_again"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="invitation_public_id_once"),
            models.UniqueConstraint(fields=["code"], name="invitation_code_once"),
            models.UniqueConstraint(
                fields=["ticket", "resolution"],
                condition=Q(channel="mail", again_after__isnull=True),
                name="asked_once_a_resolution",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-asked_at"], name="invitation_of_customer"),
            models.Index(fields=["team", "question", "asked_at"], name="invitation_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.pk}"

    def is_over(self, *, at: datetime) -> bool:
        """The link is dead: too old, or revoked."""
        return self.revoked_at is not None or at >= (self.asked_at or self.made_at) + LIVES


class Word(models.Model):
    """Every form that was sent, the last one last. A suspect one counts only once it is confirmed, or a lead says so.

    `value` is one of Value, `score` from 0 to 10 where it was asked for that; one of the two is there.
    """

    class Suspect(models.TextChoices):
        FAST = "fast", _("sent within 2 seconds of its page")
        EARLY = "early", _("sent within a minute of the mail")
        DIFFERENT = "different", _("different values within 10 seconds")

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="words")
    value = models.CharField(max_length=7, choices=Value, blank=True)
    score = models.PositiveSmallIntegerField(null=True)
    comment = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField(default=timezone.now)
    suspect = models.CharField(max_length=10, choices=Suspect, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["said_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(value="") & Q(score__isnull=True)) | (Q(value="") & Q(score__range=(0, 10))),
                name="word_is_a_value_or_a_score",
            )
        ]
        indexes = [
            models.Index(
                fields=["said_at"],
                name="word_not_certain",
                condition=~Q(suspect="") & Q(confirmed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id}: {self.value or self.score}"

    @property
    def counts(self) -> bool:
        return not self.suspect or self.confirmed_at is not None


class RatingQuerySet(models.QuerySet["Rating"]):
    def counted(self) -> Self:
        return self.filter(set_aside_at__isnull=True)

    def bad(self) -> Self:
        return self.filter(value=Value.BAD)

    def to_put_right(self) -> Self:
        """Bad ones, of which nobody has written yet what was done."""
        return self.counted().bad().filter(answered_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """The team's, for its leads; to others their own. What is said of a colleague is nobody else's business."""
        mine = self.filter(team_id=user.team_id)
        return mine if user.is_lead else mine.filter(employee=user)


class Rating(models.Model):
    """What an invitation's customer says in the end: his last word that counts, about a ticket.

    What reports ask for is kept here, too, so that they read one table. `answered_at`: somebody wrote what was done
    about a bad one. `set_aside_at`: the lead does not count it. `passed_on_at`: a good one reached its employee with
    thanks.
    """

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="rating")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="ratings", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="ratings")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="ratings")
    employee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="ratings", db_index=False
    )
    ticket_kind = models.CharField(max_length=10, choices=Ticket.Kind)
    product_group = models.CharField(max_length=100, blank=True)
    group = models.CharField(max_length=10, blank=True)
    value = models.CharField(max_length=7, choices=Value)
    comment = models.CharField(max_length=500, blank=True)
    rated_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answer = models.TextField(_("what was done"), max_length=2000, blank=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    set_aside_why = models.CharField(_("why it does not count"), max_length=200, blank=True)
    passed_on_at = models.DateTimeField(null=True)
    passed_on_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = RatingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["team", "rated_at"], name="rating_of_team"),
            models.Index(fields=["employee", "rated_at"], name="rating_of_employee"),
            models.Index(
                fields=["team", "rated_at"],
                name="rating_to_put_right",
                condition=Q(value="bad", answered_at__isnull=True, set_aside_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.value}"


class Recommendation(models.Model):
    """How likely a customer is to recommend the team, from 0 to 10: his last word that counts."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="recommendation")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="recommendations", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="recommendations")
    score = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=500, blank=True)
    rated_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__range=(0, 10)), name="recommendation_from_0_to_10")
        ]
        indexes = [models.Index(fields=["team", "rated_at"], name="recommendation_of_team")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.score}"


class Signature(models.Model):
    """A link that stands under all ordinary mails of one employee, or on paper; whoever has it may rate him.

    Nobody was asked, and nobody knows who answers: its words are shown by themselves and count in no share.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="signature")
    code = models.CharField(max_length=12, default=new_code, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.user_id}"


class OpenWord(models.Model):
    """What somebody said by a signature's link."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_words", db_index=False)
    value = models.CharField(max_length=7, choices=Value)
    comment = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-said_at"], name="open_words_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.value}"
