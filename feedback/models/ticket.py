"""A ticket: what a customer asks for, and the talk about it until it is settled."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _say
from django.utils.translation import gettext_lazy as _

from contacts.folding import search_text
from contacts.models import Customer, Person
from crm.mail.models import LANGUAGES
from crm.markup import written
from crm.team.models import Team, User
from feedback.clock import Span
from feedback.models.rules import ServiceRules
from feedback.models.ticket_queryset import OPEN, OUR_MOVE, TicketQuerySet

WARNED_AT = 0.25  # of the working time that was promised


class Standing(models.TextChoices):
    ON_TIME = "on_time", _("on time")
    DUE_SOON = "due_soon", _("due soon")
    LATE = "late", _("late")


class Ticket(models.Model):
    """What a customer asks for. `number` counts in each team.

    Unknown senders have no `customer` until somebody says who they are. `assignee` is who answers for it, and is
    who is rated. While it waits for the customer (`waiting_since`) its clock stands still, and its due instants mean
    nothing; they are worked out anew when it goes on. `answered_in` and `solved_in` are minutes of working time,
    kept when the ticket was answered first and closed last. `resolution` counts how often it was closed.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        COMPLAINT = "complaint", _("Complaint")
        CALLBACK = "callback", _("Call back")
        SERVICE = "service", _("Service")

    class Channel(models.TextChoices):
        DOSSIER = "dossier", _("taken down by us")
        PAGE = "page", _("contact page")
        MAIL = "mail", _("e-mail")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, related_name="tickets", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.QUESTION)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.DOSSIER)
    subject = models.CharField(_("subject"), max_length=200)
    from_name = models.CharField(_("name"), max_length=200, blank=True)
    from_email = models.EmailField(_("e-mail"), blank=True)
    from_phone = models.CharField(_("phone"), max_length=60, blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, blank=True)
    product_group = models.CharField(_("product group"), max_length=100, blank=True)
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets", db_index=False,
        verbose_name=_("answers for it"),
    )  # fmt: skip
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    call_at = models.DateTimeField(_("call back at"), null=True, blank=True)
    promised_on = models.DateField(_("answer promised for"), null=True, blank=True)

    first_answered_at = models.DateTimeField(null=True)
    first_answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_in = models.PositiveIntegerField(null=True)
    answer_due_at = models.DateTimeField()
    solution_due_at = models.DateTimeField()
    next_due_at = models.DateTimeField(
        null=True
    )  # the earlier of those that still count, None while it waits
    waiting_since = models.DateTimeField(null=True)

    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    done = models.TextField(_("what was done"), blank=True)
    solved_in = models.PositiveIntegerField(null=True)
    resolution = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    passed_on = models.PositiveSmallIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True)
    escalated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    merged_into = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="merged")
    search_text = models.TextField(
        blank=True, editable=False
    )  # kept by save(): the same search on both databases

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "number"], name="ticket_number_once_in_team"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(waiting_since__isnull=True),
                name="closed_ticket_waits_for_nothing",
            ),
            models.CheckConstraint(
                condition=Q(OUR_MOVE, next_due_at__isnull=False) | Q(~OUR_MOVE, next_due_at__isnull=True),
                name="ticket_is_due_while_it_is_our_move",
            ),
            models.CheckConstraint(
                condition=Q(first_answered_at__isnull=True, answered_in__isnull=True)
                | Q(first_answered_at__isnull=False, answered_in__isnull=False),
                name="answered_ticket_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(closed_at__isnull=False),
                name="merged_ticket_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="ticket_is_not_merged_into_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "next_due_at", "id"], name="ticket_due", condition=OPEN),
            models.Index(fields=["assignee", "next_due_at", "id"], name="ticket_of_assignee", condition=OPEN),
            models.Index(fields=["customer", "-opened_at"], name="ticket_of_customer"),
            models.Index(fields=["team", "-opened_at", "-id"], name="ticket_newest"),
            # Not "not open": SQLite takes a partial index only where it reads its condition.
            models.Index(
                fields=["team", "closed_at", "id"], name="ticket_closed", condition=Q(closed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.refresh_search()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("feedback:ticket", args=[self.pk])

    def refresh_search(self) -> None:
        """Bring what a search reads up to the other fields."""
        said = (self.subject, self.from_name, self.from_email)
        self.search_text = search_text(*said, phones=[self.from_phone])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_waiting(self) -> bool:
        return self.waiting_since is not None

    @property
    def owes_call(self) -> bool:
        """A call is promised, be it for no certain time of its day."""
        on_its_day = self.kind == Ticket.Kind.CALLBACK and self.promised_on is not None
        return self.call_at is not None or on_its_day

    @property
    def promise(self) -> str:
        """What was promised to the customer, in words and by the team's clock; "" if nothing was."""
        if self.call_at:
            at = self.call_at.astimezone(ZoneInfo(self.team.time_zone))
            return _say("Call back on %(day)s at %(time)s") % {
                "day": written(at.date(), "D j M"),
                "time": f"{at:%H:%M}",
            }
        if self.owes_call:
            return _say("Call back on %(day)s") % {"day": written(self.promised_on, "D j M")}
        if self.promised_on:
            return _say("Answer promised for %(day)s") % {"day": written(self.promised_on, "D j M")}
        return ""

    def standing(self, *, at: datetime, rules: ServiceRules) -> str:
        """Where it stands with what is due next: a Standing; "" while its clock stands still, or for good."""
        if self.next_due_at is None:
            return ""
        if self.next_due_at < at:
            return Standing.LATE
        promised = rules.solution_time if self.first_answered_at else rules.answer_time
        is_soon = self.next_due_at < rules.hours.due(at, promised * WARNED_AT)
        return Standing.DUE_SOON if is_soon else Standing.ON_TIME

    # Verbs of one row. Each says False when somebody else was quicker; what is told beside them stands in actions.py.
    # Those that reckon with pauses are to be called for a ticket that is held.

    def hold(self) -> None:
        """Read the row anew, and let nobody else change it until the transaction ends.

        Ticket.DoesNotExist if it was erased meanwhile.
        """
        whole = Ticket.objects.select_related("team", "customer__owner__team", "assignee__team")
        self.refresh_from_db(from_queryset=whole.select_for_update(of=("self",)))

    def note_answer(self, *, by: User | None, rules: ServiceRules, now: datetime) -> bool:
        """The first answer was given. False if there was one before."""
        answered_in = minutes(rules.hours.worked(self.opened_at, now, pauses=self.spans(now)))
        return self._change(
            self._as_read(first_answered_at__isnull=True),
            first_answered_at=now,
            first_answered_by=by,
            answered_in=answered_in,
            answer_due_at=self.answer_due_at if self.is_running else self.answer_due(rules, at=now),
            next_due_at=self.solution_due_at if self.is_running else None,
        )

    def keep_promise(self, *, called: bool) -> bool:
        """What was promised is done: the answer, and the call if that is how it was given."""
        if called:
            return self._change(self._own(), promised_on=None, call_at=None)
        return self.kind != Ticket.Kind.CALLBACK and self._change(self._own(), promised_on=None)

    def set_promise(self, *, promised_on: date | None, call_at: datetime | None) -> bool:
        """False if it says so."""
        if (promised_on, call_at) == (self.promised_on, self.call_at):
            return False
        return self._change(self._own(), promised_on=promised_on, call_at=call_at)

    def set_kind(self, kind: str, product_group: str) -> bool:
        """False if it says so."""
        if (kind, product_group) == (self.kind, self.product_group):
            return False
        return self._change(self._own(), kind=kind, product_group=product_group)

    def wait(self, *, now: datetime) -> bool:
        """Stop the clock until the customer speaks."""
        return self._change(self._own(OUR_MOVE), waiting_since=now, next_due_at=None)

    def go_on(self, *, rules: ServiceRules, now: datetime) -> bool:
        """Let the clock run again. What is due is due later by the working time that it stood still."""
        began = self.waiting_since
        if not began or not self._change(
            self._as_read(), waiting_since=None, **self.due_by(rules, (began, now))
        ):
            return False
        self.pauses.create(began_at=began, ended_at=now)
        return True

    def close(self, *, done: str, by: User | None, rules: ServiceRules, now: datetime) -> bool:
        """Settle it; `done` says how. If it waited, it is due later by that time, too."""
        began = self.waiting_since
        changes = self.due_by(rules, (began, now)) if began else {}
        changes |= self._closed(by, now) | {
            "done": done,
            "solved_in": minutes(rules.hours.worked(self.opened_at, now, pauses=self.spans(now))),
            "resolution": self.resolution + 1,
        }
        if not self._change(self._as_read(OPEN), **changes):
            return False
        if began:
            self.pauses.create(began_at=began, ended_at=now)
        return True

    def merge(self, *, into: "Ticket", done: str, by: User, now: datetime) -> bool:
        """Close it as a part of another: it was not solved, and nobody is asked about it."""
        return self._change(self._own(OPEN), **self._closed(by, now), merged_into=into, done=done)

    def reopen(self, *, rules: ServiceRules, now: datetime) -> bool:
        """The time in which it was closed does not count."""
        closed = self.closed_at
        if not closed or self.merged_into_id:
            return False
        changes = {"closed_at": None, "closed_by": None, "reopened": self.reopened + 1}
        if not self._change(self._as_read(), **changes, **self.due_by(rules, (closed, now))):
            return False
        self.pauses.create(began_at=closed, ended_at=now)
        return True

    def assign(self, *, to: User | None) -> bool:
        """Let somebody else answer for it. The first who does has not got it from anybody."""
        before = self.assignee_id
        if before == (to and to.pk):
            return False
        passed_on = self.passed_on + (before is not None)
        return self._change(self._own(OPEN, assignee=before), assignee=to, passed_on=passed_on)

    def escalate(self, *, by: User, now: datetime) -> bool:
        return self._change(self._own(OPEN, escalated_at__isnull=True), escalated_at=now, escalated_by=by)

    def calm(self) -> bool:
        """The lead need not look at it any longer. False if nobody asked him to, or somebody took it back before."""
        return self._change(self._own(escalated_at__isnull=False), escalated_at=None, escalated_by=None)

    @property
    def is_running(self) -> bool:
        return self.is_open and not self.is_waiting

    def spans(self, until: datetime | None = None) -> list[Span]:
        """The pauses, with the one that still goes on as one until that instant, if it is given.

        A closed ticket pauses, too, should it go on.
        """
        since = self.waiting_since or self.closed_at
        going_on = [(since, until)] if until and since and since < until else []
        return [pause.span for pause in self.pauses.all()] + going_on

    def due_by(self, rules: ServiceRules, last: Span | None = None) -> dict[str, datetime | None]:
        """What is due when, with the pause that ends now, if one does. An answer that was given keeps its day."""
        pauses = [*self.spans(), *([last] if last else [])]
        solution = rules.hours.due(self.opened_at, rules.solution_time, pauses=pauses)
        if self.first_answered_at:
            answer = self.answer_due_at
            following = solution
        else:
            answer = rules.hours.due(self.opened_at, rules.answer_time, pauses=pauses)
            following = min(answer, solution)
        runs = last is not None or self.is_running
        return {
            "answer_due_at": answer,
            "solution_due_at": solution,
            "next_due_at": following if runs else None,
        }

    def answer_due(self, rules: ServiceRules, *, at: datetime) -> datetime:
        """By when an answer of that instant was due, with the pause in which it was given, if it was in one."""
        return rules.hours.due(self.opened_at, rules.answer_time, pauses=self.spans(at))

    @staticmethod
    def _closed(by: User | None, now: datetime) -> dict[str, object]:
        return {"closed_at": now, "closed_by": by, "waiting_since": None, "next_due_at": None}

    def _own(self, *conditions: Q, **more: object) -> TicketQuerySet:
        return Ticket.objects.filter(*conditions, pk=self.pk, **more)

    def _as_read(self, *conditions: Q, **more: object) -> TicketQuerySet:
        """This row, as long as it is in the state in which it was read."""
        return self._own(*conditions, closed_at=self.closed_at, waiting_since=self.waiting_since, **more)

    def _change(self, rows: TicketQuerySet, **fields: object) -> bool:
        """Change the row if it is among `rows`, and this object with it."""
        if not rows.update(**fields):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        return True


def minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)
