"""The outbox: a mail is a row, written in the transaction of the business that it tells of."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.mail.addresses import address_hash
from crm.mail.models.sender import LANGUAGES
from crm.team.models import Team, User


class State(models.TextChoices):
    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("taken up")
    HANDOFF = "handoff", _("being handed over")
    SENT = "sent", _("sent")
    UNKNOWN = "unknown", _("not certain")
    RETRY = "retry", _("to be tried again")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("held back")
    EXPIRED = "expired", _("too late")


class Reason(models.TextChoices):
    """Why a mail waits or did not leave, as far as the outbox knows itself; kinds of mail add their own."""

    OPTED_OUT = "opted_out", _("the customer wants no advertising")
    COMPLAINED = "complained", _("the customer complained of a mail as spam")
    BOUNCED = "bounced", _("the address does not exist")
    WITHDRAWN = "withdrawn", _("taken out by a colleague")
    ERASED = "erased", _("the customer was erased")
    TURN = "turn", _("another letter went to this address less than 7 days before")
    QUIET = "quiet", _("it is night, a Sunday or a holiday at the customer’s")
    TOO_LATE = "too_late", _("it could not leave while it was of use")
    REFUSED = "refused", _("the mail server refused it")
    UNREACHABLE = "unreachable", _("the mail server could not be reached")
    CUT_OFF = "cut_off", _("the connection broke while it was handed over")
    BY_HAND = "by_hand", _("marked as delivered by a colleague")


WAITING = (State.QUEUED, State.RETRY)
IN_HAND = (State.CLAIMED, State.HANDOFF)


def new_public_id() -> str:
    return secrets.token_urlsafe(16)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def visible_to(self, user: User) -> Self:
        """The team's mail, for its leads; to others nothing."""
        return self.filter(team_id=user.team_id) if user.is_lead else self.none()

    def waiting(self) -> Self:
        return self.filter(state__in=WAITING)

    def due(self, *, at: datetime) -> Self:
        """What may leave at that instant, as far as its own dates and its team's switch tell; the oldest first."""
        rows = self.waiting().filter(not_before__lte=at, team__sender__paused_at__isnull=True)
        return rows.order_by("not_before", "pk")

    def about(self, recipient_ids: Iterable[int], *, team: Team) -> Self:
        return self.filter(team=team, recipient_id__in=recipient_ids)

    def to_address(self, address: str, *, team: Team) -> Self:
        return self.filter(team=team, address_hash=address_hash(address))

    def withdraw(self, *, reason: str, now: datetime, by: User | None = None) -> int:
        """Keep these from leaving. Returns how many were kept back; what is being handed over already is not.

        In the transaction of the cause (a purchase, an opt-out), it also takes a mail from the worker who has
        claimed it but has not begun to hand it over.
        """
        rows = self.filter(state__in=(*WAITING, State.CLAIMED))
        return rows.update(
            state=State.SUPPRESSED,
            reason=reason,
            claim="",
            lease_until=None,
            settled_at=now,
            settled_by=by,
            detail="",
        )


class OutgoingMail(models.Model):
    """One mail to one address. `kind` is one of crm.mail.kinds; `recipient_id` is the customer's id, if it has one.

    `idempotency_key` names the occasion: the same occasion is never told twice. Until `not_before` it waits, after
    `valid_until` it expires. `claim` is the token of the worker who has it, until `lease_until`. `handed_off_at` is
    committed before the first byte that the server could deliver; `settled_at` is when its end was known.
    An advertising mail always says on which legal `basis` it is sent.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="mails", db_index=False)
    kind = models.CharField(max_length=20)
    idempotency_key = models.CharField(max_length=120, unique=True)
    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    recipient_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    to_name = models.CharField(max_length=200, blank=True)
    to_email = models.EmailField()
    address_hash = models.CharField(max_length=64)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="en")
    from_name = models.CharField(max_length=200)
    from_email = models.EmailField()
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    is_advertising = models.BooleanField(default=False)
    basis = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    dated_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField()
    valid_until = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=36, blank=True)
    lease_until = models.DateTimeField(null=True)
    handed_off_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    provider_id = models.CharField(max_length=200, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_advertising=False) | ~Q(basis=""), name="advertising_has_a_legal_basis"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=IN_HAND) | Q(lease_until__isnull=False) & ~Q(claim=""),
                name="mail_in_hand_is_leased",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.HANDOFF, State.UNKNOWN)) | Q(handed_off_at__isnull=False),
                name="mail_was_handed_off",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], name="mail_due", condition=Q(state__in=WAITING)),
            models.Index(fields=["lease_until"], name="mail_leased", condition=Q(state__in=IN_HAND)),
            models.Index(fields=["team", "state", "-id"], name="mail_of_team"),
            models.Index(fields=["team", "recipient_id"], name="mail_to_customer"),
            models.Index(fields=["team", "address_hash"], name="mail_to_address"),
            models.Index(fields=["team", "-id"], name="mail_newest"),
            models.Index(fields=["team", "-settled_at", "state"], name="mail_settled"),
            models.Index(fields=["provider_id"], name="mail_at_provider", condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

    def resend(self, *, by: User, now: datetime) -> bool:
        """Let it leave once more, as itself: with its Message-ID. False if nobody is to decide about it any longer."""
        lasts = self.valid_until - self.not_before
        return self._decide(
            (State.UNKNOWN, State.FAILED),
            state=State.QUEUED,
            reason="",
            not_before=now,
            valid_until=now + lasts,
            attempts=0,
            handed_off_at=None,
            settled_at=None,
            settled_by=by,
        )

    def mark_delivered(self, *, by: User, now: datetime) -> bool:
        """Somebody knows that it arrived. False if nobody is to decide about it any longer."""
        return self._decide(
            (State.UNKNOWN,), state=State.SENT, reason=Reason.BY_HAND, settled_at=now, settled_by=by
        )

    def _decide(self, states: Iterable[str], **fields: object) -> bool:
        """Change the row if it is in one of those states; of any number who try, one does."""
        rows = OutgoingMail.objects.filter(pk=self.pk, state__in=states)
        if not rows.update(detail="", **fields):
            return False
        self.refresh_from_db()
        return True
