"""A ticket: what a customer asks for, and the talk about it until it is settled."""

from datetime import date, datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.folding import search_forms, search_text
from contacts.models import Customer, Person
from crm.mail.models import LANGUAGES
from crm.team.models import Team, User
from feedback.clock import Hours, Span
from feedback.models.rules import ServiceRules

OPEN = Q(closed_at__isnull=True)
OUR_MOVE = OPEN & Q(waiting_since__isnull=True)
UNANSWERED = OUR_MOVE & Q(first_answered_at__isnull=True)
_MOST_WORDS = 8
_MOST_CUSTOMERS = 200  # whose tickets a search also finds


def _beyond(column: str, sign: str, edge: "Ticket") -> Q:
    """Behind it ("gt") or before it ("lt") in the order of (column, id)."""
    # Not "beyond, or equal and": PostgreSQL would read the index from its beginning.
    value, back = getattr(edge, column), {"gt": "lte", "lt": "gte"}[sign]
    return Q(**{f"{column}__{sign}e": value}) & ~Q(**{column: value, f"pk__{back}": edge.pk})


def _occurs(word: str) -> Q:
    number = word.removeprefix("#")
    if number.isdecimal() and len(number) < 10:
        return Q(number=int(number)) | Q(search_text__contains=number)
    return reduce(or_, (Q(search_text__contains=form) for form in search_forms(word)))


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        """The team's tickets; where managers see only their own dossiers, those of these, and those assigned to him."""
        mine = self.filter(team_id=user.team_id)
        if user.sees_team:
            return mine
        dossiers = Customer.objects.visible_to(user, on=on)
        return mine.filter(Q(assignee=user) | Q(customer__in=dossiers))

    def of(self, user: User) -> Self:
        """Those assigned to this person."""
        return self.filter(assignee=user)

    def nobodys(self) -> Self:
        return self.filter(assignee__isnull=True)

    def open(self) -> Self:
        return self.filter(OPEN)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def waiting(self) -> Self:
        """For the customer: their clock stands still."""
        return self.filter(OPEN, waiting_since__isnull=False)

    def unanswered(self) -> Self:
        return self.filter(UNANSWERED)

    def late(self, *, at: datetime) -> Self:
        """Open, with an answer or a solution that should have been given before that instant."""
        return self.filter(OPEN, next_due_at__lt=at)

    def escalated(self) -> Self:
        """Open ones that a lead was asked to look at."""
        return self.filter(OPEN, escalated_at__isnull=False)

    def matching(self, text: str, *, user: User) -> Self:
        """Of that number, or with every word in subject, number or sender, or in the dossier of a customer."""
        words = reduce(and_, (_occurs(word) for word in text.split()[:_MOST_WORDS]), Q())
        customers = Customer.objects.visible_to(user).matching(text).order_by().values_list("pk", flat=True)
        # Read before, not within: then each half of the condition has its index.
        found = list(customers[:_MOST_CUSTOMERS]) if text.strip("# \t") else []
        return self.filter(words | Q(customer__in=found))

    def not_merged(self) -> Self:
        return self.filter(merged_into__isnull=True)

    def in_order(self) -> Self:
        """As one works: what is due first comes first; what waits for the customer comes last."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "pk")

    def latest_first(self) -> Self:
        return self.order_by("-opened_at", "-pk")

    def following(self, edge: "Ticket | None", *, closed: bool) -> list[Self]:
        """What comes behind `edge`, or from the beginning, in parts that are read one after the other.

        Open ones as in_order(), each part as an index has it; closed ones the last first.
        """
        if closed:
            rows = self.filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
            return [rows.filter(_beyond("closed_at", "lt", edge)) if edge and edge.closed_at else rows]
        due = self.filter(next_due_at__isnull=False).order_by("next_due_at", "pk")
        waiting = self.filter(next_due_at__isnull=True).order_by("pk")
        if edge and edge.next_due_at:
            return [due.filter(_beyond("next_due_at", "gt", edge)), waiting]
        return [waiting.filter(pk__gt=edge.pk)] if edge and edge.is_waiting else [due, waiting]

    def preceding(self, edge: "Ticket", *, closed: bool) -> list[Self]:
        """What comes before `edge`, the nearest first."""
        if closed:
            return [self.filter(_beyond("closed_at", "gt", edge)).order_by("closed_at", "pk")]
        due = self.filter(next_due_at__isnull=False).order_by("-next_due_at", "-pk")
        if edge.next_due_at:
            return [due.filter(_beyond("next_due_at", "lt", edge))]
        waiting = self.filter(next_due_at__isnull=True).order_by("-pk")
        return [waiting.filter(pk__lt=edge.pk), due] if edge.is_waiting else []


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
                condition=Q(closed_at__isnull=True) | Q(waiting_since__isnull=True, next_due_at__isnull=True),
                name="closed_ticket_waits_for_nothing",
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
        self.search_text = search_text(
            self.subject, self.from_name, self.from_email, phones=[self.from_phone]
        )
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("feedback:ticket", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_waiting(self) -> bool:
        return self.waiting_since is not None

    @property
    def answered_late(self) -> bool:
        """The first answer came after it was due; nothing is said of a ticket without one."""
        return self.first_answered_at is not None and self.first_answered_at > self.answer_due_at

    # Verbs of one row. Each says False when somebody else was quicker; what is told beside them stands in actions.py.

    def note_answer(self, *, by: User | None, hours: Hours, now: datetime) -> bool:
        """The first answer was given. False if there was one before."""
        answered_in = minutes(hours.worked(self.opened_at, now, pauses=self.spans(now)))
        rows = Ticket.objects.filter(pk=self.pk, first_answered_at__isnull=True)
        return self._change(
            rows,
            first_answered_at=now,
            first_answered_by=by,
            answered_in=answered_in,
            next_due_at=self.solution_due_at if self.is_running else None,
        )

    def wait(self, *, now: datetime) -> bool:
        """Stop the clock until the customer speaks."""
        return self._change(self._own(OUR_MOVE), waiting_since=now, next_due_at=None)

    def go_on(self, *, rules: ServiceRules, now: datetime) -> bool:
        """Let the clock run again. What is due is due later by the working time that it stood still."""
        began = self.waiting_since
        rows = self._own(OPEN, waiting_since=began) if began else Ticket.objects.none()
        if not self._change(rows, waiting_since=None):
            return False
        self.pauses.create(began_at=began, ended_at=now)
        return self.set_due(rules)

    def set_due(self, rules: ServiceRules) -> bool:
        """Work out what is due when, from the rules and the pauses that are over."""
        pauses, hours = self.spans(), rules.hours
        answer = hours.due(self.opened_at, rules.answer_time, pauses=pauses)
        solution = hours.due(self.opened_at, rules.solution_time, pauses=pauses)
        following = solution if self.first_answered_at else min(answer, solution)
        return self._change(
            Ticket.objects.filter(pk=self.pk),
            answer_due_at=answer,
            solution_due_at=solution,
            next_due_at=following if self.is_running else None,
        )

    def close(self, *, done: str, by: User | None, hours: Hours, now: datetime) -> bool:
        """Settle it; `done` says how."""
        solved_in = minutes(hours.worked(self.opened_at, now, pauses=self.spans(now)))
        if self.waiting_since:
            self.pauses.create(began_at=self.waiting_since, ended_at=now)
        return self._change(
            self._own(OPEN),
            closed_at=now,
            closed_by=by,
            done=done,
            solved_in=solved_in,
            resolution=self.resolution + 1,
            waiting_since=None,
            next_due_at=None,
        )

    def reopen(self, *, rules: ServiceRules, now: datetime) -> bool:
        """The time in which it was closed does not count."""
        closed = self.closed_at
        rows = Ticket.objects.filter(pk=self.pk, closed_at=closed, merged_into__isnull=True)
        if not closed or not self._change(rows, closed_at=None, closed_by=None, reopened=self.reopened + 1):
            return False
        self.pauses.create(began_at=closed, ended_at=now)
        return self.set_due(rules)

    def assign(self, *, to: User | None) -> bool:
        """Let somebody else answer for it. The first who does has not got it from anybody."""
        before = self.assignee_id
        passed_on = self.passed_on + (before is not None)
        return self._change(self._own(Q(assignee=before)), assignee=to, passed_on=passed_on)

    def escalate(self, *, by: User, now: datetime) -> bool:
        return self._change(self._own(OPEN, escalated_at__isnull=True), escalated_at=now, escalated_by=by)

    def calm(self) -> bool:
        """The lead need not look at it any longer. False if nobody asked him to, or somebody took it back before."""
        return self._change(self._own(escalated_at__isnull=False), escalated_at=None, escalated_by=None)

    @property
    def is_running(self) -> bool:
        return self.is_open and not self.is_waiting

    def spans(self, until: datetime | None = None) -> list[Span]:
        """The pauses, with the one that still goes on as one until that instant, if it is given."""
        going_on = [(self.waiting_since, until)] if until and self.waiting_since else []
        return [pause.span for pause in self.pauses.all()] + going_on

    def _own(self, *conditions: Q, **more: object) -> TicketQuerySet:
        return Ticket.objects.filter(*conditions, pk=self.pk, **more)

    def _change(self, rows: TicketQuerySet, **fields: object) -> bool:
        """Change the row if it is among `rows`, and this object with it."""
        if not rows.update(**fields):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        return True


def minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)


class Pause(models.Model):
    """A time in which a ticket waited for its customer; the one that still goes on is the ticket's `waiting_since`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="pauses")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("began_at")), name="pause_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.began_at} – {self.ended_at}"

    @property
    def span(self) -> Span:
        return self.began_at, self.ended_at
