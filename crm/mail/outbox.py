"""The outbox as its page shows it: heaps by what became of the mail, each read only as far as it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.mail import recipients
from crm.mail.kinds import kinds
from crm.mail.models import IN_HAND, WAITING, OutgoingMail, Reason, State
from crm.mail.models.outgoing import OutgoingMailQuerySet
from crm.mail.words import kind_words, state_words, why
from crm.team.models import User

PAGE = 50
COUNTED = 10_000  # a heap is counted no further
DECISIONS = 5  # are shown at the top


class Heap(models.TextChoices):
    """What a lead looks for: several states of the machine can be one to him."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    UNKNOWN = "unknown", _("not certain")
    FAILED = "failed", _("failed")
    HELD = "held", _("held back")
    LATE = "late", _("too late")


STATES = {
    Heap.WAITING: (*WAITING, *IN_HAND),
    Heap.SENT: (State.SENT,),
    Heap.UNKNOWN: (State.UNKNOWN,),
    Heap.FAILED: (State.FAILED,),
    Heap.HELD: (State.SUPPRESSED,),
    Heap.LATE: (State.EXPIRED,),
}
HEAPS = {state: heap for heap, states in STATES.items() for state in states}
ICONS = {
    Heap.WAITING: "clock",
    Heap.SENT: "check",
    Heap.UNKNOWN: "help",
    Heap.FAILED: "alert",
    Heap.HELD: "pause",
    Heap.LATE: "x",
}


@dataclass(frozen=True)
class Row:
    """A mail as a line. `to` is the (name, address) of the recipient, `about` that of what it is about for its kind;
    None where nobody knows."""

    mail: OutgoingMail
    to: tuple[str, str] | None
    about: tuple[str, str] | None

    @property
    def name(self) -> str:
        return self.to[0] if self.to else self.mail.to_name or self.mail.to_email

    @property
    def heap(self) -> Heap:
        return HEAPS[self.mail.state]

    @property
    def icon(self) -> str:
        return ICONS[self.heap]

    @property
    def when(self) -> datetime:
        """When its end was known; before that, when it was or may be handed over."""
        return self.mail.settled_at or self.mail.handed_off_at or self.mail.not_before

    @property
    def can_be_taken_out(self) -> bool:
        return self.mail.state in (*WAITING, State.CLAIMED)

    @property
    def can_be_put_back(self) -> bool:
        return self.mail.state == State.SUPPRESSED and self.mail.reason == Reason.WITHDRAWN

    @property
    def kind(self) -> str:
        return kind_words(self.mail)

    @property
    def state(self) -> str:
        return state_words(self.mail)

    @property
    def why(self) -> str:
        return why(self.mail)


class Outbox:
    """The team's mail for a lead: one heap or all, the newest first, of whom `text` names in part."""

    most = COUNTED

    def __init__(self, user: User, *, heap: str = "", text: str = "") -> None:
        self.user = user
        self.mails = OutgoingMail.objects.visible_to(user)
        self.heap, self.text = heap, text

    def page(self, *, after: int | None = None, before: int | None = None) -> "Page":
        """PAGE rows behind or before a mail, without counting the others."""
        found = self._found
        if before:
            rows = _read(found.filter(pk__gt=before).order_by("pk"))
            return Page(rows[:PAGE][::-1], has_previous=len(rows) > PAGE, has_next=True)
        rows = _read((found.filter(pk__lt=after) if after else found).order_by("-pk"))
        return Page(rows[:PAGE], has_previous=bool(after), has_next=len(rows) > PAGE)

    @property
    def _found(self) -> OutgoingMailQuerySet:
        mails = self.mails.filter(state__in=STATES[self.heap]) if self.heap else self.mails
        return mails.filter(self._named) if self.text else mails

    @property
    def _named(self) -> Q:
        theirs = self.mails.filter(recipient_id__in=recipients.called(self.user, self.text))
        in_mail = Q(to_email__icontains=self.text) | Q(to_name__icontains=self.text)
        # By their ids, so that the index of what is searched need not be left.
        return in_mail | Q(pk__in=theirs.values("pk"))

    def count(self, heap: str) -> int:
        """How many lie there, at most one more than COUNTED."""
        return self.mails.filter(state__in=STATES[heap])[: COUNTED + 1].count()

    @cached_property
    def counts(self) -> dict[str, int]:
        return {heap: self.count(heap) for heap in Heap.values}

    @property
    def counted(self) -> list[tuple[Heap, int]]:
        return [(heap, self.counts[heap]) for heap in Heap]

    @property
    def is_moving(self) -> bool:
        return self.counts[Heap.WAITING] > 0

    @cached_property
    def decisions(self) -> list[Row]:
        """What nobody but a person can decide, the oldest first."""
        mails = self.mails.filter(state=State.UNKNOWN).defer("text", "html").order_by("pk")
        return rows_of(mails[:DECISIONS])


class Page:
    """Some rows; `previous` and `next` are the ids to page from, None at the ends."""

    def __init__(self, mails: list[OutgoingMail], *, has_previous: bool, has_next: bool) -> None:
        self.rows = rows_of(mails)
        self.previous = mails[0].pk if mails and has_previous else None
        self.next = mails[-1].pk if mails and has_next else None

    @property
    def is_whole(self) -> bool:
        return not self.previous and not self.next


def _read(found: OutgoingMailQuerySet) -> list[OutgoingMail]:
    """One more than a page. What is sorted are ids only: the text of a mail is long."""
    ids = found.values("pk")[: PAGE + 1]
    mails = OutgoingMail.objects.filter(pk__in=ids).defer("text", "html").prefetch_related("returns")
    return list(mails.order_by(*found.query.order_by))


def rows_of(mails: Iterable[OutgoingMail]) -> list[Row]:
    """In one query, and one for each kind of mail among them, however many there are."""
    mails = list(mails)
    about: dict[int, tuple[str, str]] = {}
    for kind in kinds():
        mine = [mail for mail in mails if mail.kind == kind.name]
        if mine and kind.about:
            about |= kind.about(mine)
    known = recipients.named(mails)
    return [Row(mail, known.get(mail.recipient_id), about.get(mail.pk)) for mail in mails]
