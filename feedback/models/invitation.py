"""What a customer is asked, and every word that comes back."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer
from crm.mail.models import IN_HAND, WAITING, OutgoingMail, State
from crm.team.models import Team, User
from feedback.models.ticket import Ticket

MAY_CHANGE = timedelta(days=14)  # since the first counted word
LIVES = timedelta(days=28)  # of a link, since it was sent or printed
SCORES = range(11)  # how likely one is to recommend the team
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another


def new_public_id() -> str:
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """Short enough to be typed from paper: 12 signs, 59 bits."""
    return "".join(secrets.choice(_SIGNS) for _ in range(12))


def read_code(typed: str) -> str:
    """A code as somebody typed it: in large letters, or in groups. What cannot be one is ""."""
    code = typed.replace("-", "").lower()
    return code if set(code) <= set(_SIGNS) else ""


class Value(models.TextChoices):
    BAD = "bad", _("Bad")
    NEUTRAL = "neutral", _("Neutral")
    GOOD = "good", _("Good")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        """The team's, for its leads; to others what they were rated for themselves."""
        mine = self.filter(team_id=user.team_id)
        return mine if user.is_lead else mine.filter(employee=user)

    def whole(self) -> Self:
        """With all that its public page and its mail say."""
        return self.select_related("team__sender", "customer", "employee", "ticket__assignee", "mail")

    def printed_for(self, ticket: Ticket, *, at: datetime) -> "Invitation | None":
        """What stands on paper about a ticket as it was settled last, if its link lives."""
        sheets = self.whole().filter(ticket=ticket, resolution=ticket.resolution, channel="sheet")
        return sheets.filter(revoked_at__isnull=True, asked_at__gt=at - LIVES).order_by("pk").last()

    def doubted_recommendations(self) -> Self:
        """Whose answer whether they recommend us looks as if a machine had sent it, also if a lead let it count."""
        words = Word.objects.filter(invitation=OuterRef("pk"))
        by_lead = Exists(words.filter(confirmed_by__isnull=False))
        asked = self.filter(question=Invitation.Question.RECOMMEND)
        return asked.filter(Exists(words), Q(recommendation__isnull=True) | by_lead)

    def pending(self) -> Self:
        """Whose mail is on its way, or waits to be."""
        return self.filter(
            asked_at__isnull=True, revoked_at__isnull=True, mail__state__in=(*WAITING, *IN_HAND)
        )

    def asked(self, *, since: datetime) -> Self:
        """By which a customer was asked since that instant, or may have been: nobody knows of some mails."""
        return self.filter(_asked(since))

    def made_or_asked(self, *, since: datetime) -> Self:
        """The same, and by which he is about to be asked."""
        waits = self.pending().order_by().values("pk")
        return self.filter(_asked(since) | Q(pk__in=waits))


def _asked(since: datetime) -> Q:
    # Whether a sheet was handed over, only its answer tells: else whoever is rated could print it to be left in peace.
    has_come = ~Q(channel=Invitation.Channel.SHEET) | Exists(Word.objects.filter(invitation=OuterRef("pk")))
    doubtful = Invitation.objects.filter(mail__state=State.UNKNOWN, mail__handed_off_at__gt=since)
    return Q(asked_at__gt=since) & has_come | Q(pk__in=doubtful.values("pk"))


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
        "feedback.Rating", on_delete=models.SET_NULL, null=True, blank=True, related_name="asked_again"
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

    @property
    def rated(self) -> User | None:
        """Whom the customer's word is about; before it was asked for, who answers for the ticket now."""
        return self.employee if self.asked_at or not self.ticket else self.ticket.assignee

    def counting(self) -> list["Word"]:
        """Its words that count, in the order in which they were meant."""
        heard = [word for word in self.words.all() if word.counts]
        return sorted(heard, key=lambda word: (word.spoken_at, word.pk))

    def freeze(self, *, group: str, at: datetime) -> bool:
        """It has reached the customer: keep whom and what it is about. False if that is known already."""
        fields: dict[str, object] = {"asked_at": at, "group": group}
        if self.ticket:
            fields |= {
                "employee": self.ticket.assignee,
                "ticket_kind": self.ticket.kind,
                "product_group": self.ticket.product_group,
            }
        if not Invitation.objects.filter(pk=self.pk, asked_at__isnull=True).update(**fields):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        return True


class Word(models.Model):
    """Every form that was sent, the last one last. A suspect one counts only once it is confirmed, or a lead says so.

    `value` is one of Value, `score` from 0 to 10 where it was asked for that; one of the two is there.
    `confirmed_by` is the lead who let it count, None where its writer pressed once more himself.
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

    @property
    def spoken_at(self) -> datetime:
        """When its writer meant it, by which the last one is told: a lead who lets it count does not speak for him."""
        by_himself = self.confirmed_at and not self.confirmed_by_id
        return self.confirmed_at if by_himself else self.said_at

    def says_other_than(self, other: "Word") -> bool:
        return (self.value, self.score) != (other.value, other.score)
