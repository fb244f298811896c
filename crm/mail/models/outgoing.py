"""The outbox: a mail is a row, written in the transaction of the business that it tells of."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.mail.bulk import adapted
from crm.mail.models.sender import LANGUAGES, Sender
from crm.team.models import Team, User

# Of the team, that it sends, this way; of the address, that nothing forbids to write to it.
_MAY_LEAVE = """
EXISTS (SELECT 1 FROM mail_sender WHERE team_id = %s AND paused_at IS NULL AND stays_here = %s)
AND NOT EXISTS (SELECT 1 FROM mail_suppression WHERE team_id = %s AND address_hash = %s
    AND (%s OR reason <> 'opted_out'))
"""


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
    TAKEN_BACK = "taken_back", _("taken back by its writer")
    ERASED = "erased", _("the customer was erased")
    NO_BASIS = "no_basis", _("there is no legal basis any more")
    TURN = "turn", _("another letter went to this address less than 7 days before")
    QUIET = "quiet", _("it is night, a Sunday or a holiday at the customer’s")
    TOO_LATE = "too_late", _("it could not leave while it was of use")
    REFUSED = "refused", _("the mail server refused it")
    UNREACHABLE = "unreachable", _("the mail server could not be reached")
    CUT_OFF = "cut_off", _("the connection broke while it was handed over")
    BY_HAND = "by_hand", _("marked as delivered by a colleague")


WAITING = (State.QUEUED, State.RETRY)
IN_HAND = (State.CLAIMED, State.HANDOFF)
TOLD = (State.HANDOFF, State.UNKNOWN)  # in which a worker may still tell what the server answered
SENT_AGAIN_KEEPS = timedelta(days=7)  # as long as its turn and most holidays keep it waiting


class Written(models.Value):
    """A word of ours that stands in the SQL itself: SQLite takes a partial index only where it reads its condition."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list]:
        return f"'{self.value}'", []


def new_public_id() -> str:
    return secrets.token_urlsafe(16)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def visible_to(self, user: User) -> Self:
        """The team's mail, for its leads; to others nothing."""
        return self.filter(team_id=user.team_id) if user.is_lead else self.none()

    def waiting(self) -> Self:
        return self.filter(state__in=[Written(state.value) for state in WAITING])

    def due(self, *, at: datetime) -> Self:
        """What may leave at that instant, as far as its own dates and its team's switch tell; the oldest first."""
        # Not a join, nor "in the unpaused teams": PostgreSQL, which seldom counts so small a table, would take it that
        # hardly a mail is left and sort all that is due to find the first.
        paused = Sender.objects.filter(paused_at__isnull=False).values("team")
        return self.waiting().exclude(team__in=paused).filter(not_before__lte=at).order_by("not_before", "pk")

    def claim(self, *, now: datetime, lease: timedelta, most: int = 1) -> list["OutgoingMail"]:
        """Take the first of these that are due; of any number who ask, each gets others. With team and sender."""
        rows = self.due(at=now).select_related("team__sender")
        with transaction.atomic():
            # Those who ask at once shall not wait for each other. SQLite knows no such lock, and needs none.
            mails = list(rows.select_for_update(skip_locked=True, of=("self",))[:most])
            if mails and not self.take_up(mails, now=now, lease=lease):
                transaction.set_rollback(True)
                return []
        return mails

    def take_up(self, mails: list["OutgoingMail"], *, now: datetime, lease: timedelta) -> bool:
        """Mark all of them as one worker's. False if another was quicker with one."""
        token = str(uuid4())
        rows = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails], state__in=WAITING)
        for mail in mails:
            mail.state, mail.claim = State.CLAIMED, token
        return rows.update(state=State.CLAIMED, claim=token, lease_until=now + lease) == len(mails)

    def _leased_before(self, instant: datetime) -> Self:
        return self.filter(state__in=[Written(state.value) for state in IN_HAND], lease_until__lt=instant)

    def let_go_expired(self, *, now: datetime) -> int:
        """Put back what a worker took up and never began to hand over: nothing of it has left."""
        stale = self._leased_before(now).filter(state=State.CLAIMED)
        return stale.update(state=State.QUEUED, claim="", lease_until=None)

    def doubt_expired(self, *, now: datetime) -> int:
        """Of what a worker began to hand over, and was not heard of since, nobody knows whether it has left.

        The claim stays: should the worker still learn the answer of the server, it may tell.
        """
        stale = self._leased_before(now).filter(state=State.HANDOFF)
        return stale.update(
            state=State.UNKNOWN,
            reason=Reason.CUT_OFF,
            lease_until=None,
            settled_at=now,
            attempts=F("attempts") + 1,
        )

    def staying_here(self) -> Self:
        """What leaves by no server."""
        return self.filter(team__in=Sender.objects.filter(stays_here=True).values("team"))

    def about(self, recipient_ids: Iterable[int], *, team: Team) -> Self:
        return self.filter(team=team, recipient_id__in=recipient_ids)

    def to_address(self, hashed: str, *, team: Team) -> Self:
        """All to one address, given its hash."""
        return self.filter(team=team, address_hash=hashed)

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

    def put_back(self, *, reason: str, now: datetime) -> int:
        """Undo withdraw() for what was withdrawn for that reason and is not too late. Returns how many wait again."""
        rows = self.filter(state=State.SUPPRESSED, reason=reason, valid_until__gt=now)
        return rows.update(state=State.QUEUED, reason="", settled_at=None, settled_by=None)


class OutgoingMail(models.Model):
    """One mail to one address. `kind` is one of crm.mail.kinds; `recipient_id` is the customer's id, if it has one.

    `idempotency_key` names the occasion: the same occasion is never told twice. Until `not_before` it waits, after
    `valid_until` it expires. `claim` is the token of the worker who has it, until `lease_until`. `handed_off_at` is
    committed before the first byte that the server could deliver; `settled_at` is when its end was known.
    An advertising mail always says on which legal `basis` it is sent. `answers` are Message-IDs of the mails it goes on
    with, the oldest first: it stands below the last one in the reader's mail program.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="mails", db_index=False)
    kind = models.CharField(max_length=20)
    idempotency_key = models.CharField(max_length=120)
    public_id = models.CharField(max_length=22, default=new_public_id)
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
    message_id = models.CharField(max_length=200)
    answers = models.TextField(blank=True, default="")
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
            # Constraints, not unique=True: that makes a second index on PostgreSQL, for LIKE.
            models.UniqueConstraint(fields=["idempotency_key"], name="occasion_told_once"),
            models.UniqueConstraint(fields=["public_id"], name="mail_public_id_once"),
            models.UniqueConstraint(fields=["message_id"], name="message_id_once"),
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
            models.Index(fields=["team", "-id", "to_name", "to_email"], name="mail_newest"),
            models.Index(fields=["team", "-settled_at", "state"], name="mail_settled"),
            models.Index(fields=["provider_id"], name="mail_at_provider", condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

    def resend(self, *, by: User, now: datetime) -> bool:
        """Let it leave once more, as itself: with its Message-ID. False if nobody is to decide about it any longer."""
        return self._decide(
            (State.UNKNOWN, State.FAILED),
            state=State.QUEUED,
            reason="",
            not_before=now,
            valid_until=now + SENT_AGAIN_KEEPS,
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

    def take_out(self, *, by: User, now: datetime) -> bool:
        """Keep it from leaving. False if it has left, is being handed over, or will not leave anyway."""
        mine = OutgoingMail.objects.filter(pk=self.pk)
        return bool(mine.withdraw(reason=Reason.WITHDRAWN, now=now, by=by))

    def _decide(self, states: Iterable[str], **fields: object) -> bool:
        """Change the row if it is in one of those states; of any number who try, one does."""
        rows = OutgoingMail.objects.filter(pk=self.pk, state__in=states)
        if not rows.update(detail="", claim="", **fields):
            return False
        self.refresh_from_db()
        return True

    # What a worker does with a mail that it has claimed. Each says False when the mail is not its own any longer.

    def give_back(self) -> bool:
        """As if it had never been claimed, also when its hand-over was announced and then not begun."""
        state = State.RETRY if self.reason == Reason.UNREACHABLE else State.QUEUED
        return self._move(IN_HAND, state=state, claim="", lease_until=None, handed_off_at=None)

    def put_off(self, *, until: datetime, reason: str) -> bool:
        return self._move(
            (State.CLAIMED,), state=State.QUEUED, claim="", lease_until=None, not_before=until, reason=reason
        )

    def hold_back(self, *, reason: str, now: datetime) -> bool:
        """For good. Too late is a state of its own."""
        state = State.EXPIRED if reason == Reason.TOO_LATE else State.SUPPRESSED
        return self._settle((State.CLAIMED,), state=state, reason=reason, settled_at=now)

    def hand_off(self, *, now: datetime, lease: timedelta) -> bool:
        """To be committed before the first byte that the server could deliver.

        False also when it may not be written to the address, and when its team pauses, or said since the claim that
        its mail stays here, or leaves.
        """
        sender = (self.team_id, self.team.sender.stays_here)
        condition = (_MAY_LEAVE, (*sender, self.team_id, self.address_hash, self.is_advertising))
        return self._move(
            (State.CLAIMED,), condition, state=State.HANDOFF, handed_off_at=now, lease_until=now + lease
        )

    def has_left(self, *, now: datetime, detail: str, provider_id: str) -> bool:
        return self._settle(
            TOLD,
            state=State.SENT,
            reason="",
            detail=detail[:500],
            provider_id=provider_id[:200],
            attempts=self.attempts + 1,
            settled_at=now,
        )

    def may_have_left(self, *, now: datetime, detail: str) -> bool:
        return self._move(
            (State.HANDOFF,),
            state=State.UNKNOWN,
            reason=Reason.CUT_OFF,
            detail=detail[:500],
            lease_until=None,
            attempts=self.attempts + 1,
            settled_at=now,
        )

    def try_again(self, *, at: datetime, reason: str, detail: str, counts: bool) -> bool:
        """It has not left, for certain. `counts` as an attempt, unless the server as a whole was away."""
        return self._settle(
            (State.CLAIMED, *TOLD),
            state=State.RETRY,
            reason=reason,
            detail=detail[:500],
            not_before=at,
            attempts=self.attempts + counts,
            handed_off_at=None,
            settled_at=None,
        )

    def fail(self, *, reason: str, detail: str, now: datetime) -> bool:
        return self._settle(
            (State.CLAIMED, *TOLD),
            state=State.FAILED,
            reason=reason,
            detail=detail[:500],
            attempts=self.attempts + 1,
            settled_at=now,
        )

    def _settle(self, states: Sequence[str], **fields: object) -> bool:
        return self._move(states, claim="", lease_until=None, **fields)

    def _move(
        self, states: Sequence[str], condition: tuple[str, Sequence] = ("TRUE", ()), **fields: object
    ) -> bool:
        # Not by the ORM: twice for each of very many mails, it takes longer to say this than the database to do it.
        changes = ", ".join([f"{name} = %s" for name in fields])
        among = ", ".join(["%s"] * len(states))
        mine = f"id = %s AND claim = %s AND state IN ({among}) AND {condition[0]}"
        values = [*fields.values(), self.pk, self.claim, *states, *condition[1]]
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE mail_outgoingmail SET {changes} WHERE {mine}", list(map(adapted, values)))  # noqa: S608
            is_moved = cursor.rowcount == 1
        if is_moved:
            vars(self).update(fields)
        return is_moved
