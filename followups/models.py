"""The binder: where each dossier lies, and the slips that speak up."""

from datetime import date, datetime
from typing import Self

from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from contacts import registry
from contacts.models import Customer, Entry
from crm.team.models import User
from followups.dates import Tab


class MovedMeanwhile(Exception):
    """Somebody else moved this dossier first. `followup` is its place as it was seen by the one who lost."""

    def __init__(self, followup: "FollowUp") -> None:
        super().__init__(followup.pk)
        self.followup = followup


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        if user.sees_team:
            return self.filter(customer__team=user.team_id)
        return self.filter(customer__in=Customer.objects.visible_to(user, on=on))

    def of(self, owner: User) -> Self:
        """What lies in this person's binder."""
        return self.filter(owner=owner)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def due(self, *, on: date) -> Self:
        """Behind the tab of exactly that day."""
        return self.filter(due_on=on, precision=FollowUp.Precision.DAY)

    def left_behind(self, *, today: date) -> Self:
        """Behind tabs of days that have passed."""
        return self.filter(due_on__lt=today, precision=FollowUp.Precision.DAY)

    def to_deal_out(self, *, today: date) -> Self:
        """Behind the tab of a month that has begun."""
        return self.filter(due_on__lte=today.replace(day=1), precision=FollowUp.Precision.MONTH)

    def resting(self) -> Self:
        return self.filter(due_on__isnull=True)

    def moved_at(self, instant: datetime, *, by: User) -> Self:
        """Places to which this person moved dossiers, without a talk, in one go."""
        return self.filter(
            opened_by=by,
            opened_at=instant,
            previous__closed_at=instant,
            previous__result__in=(FollowUp.Result.MOVED, FollowUp.Result.DEALT),
        )

    def dealt_from(self, month: date) -> Self:
        """To which dossiers were dealt out from behind that month, by its first day."""
        return self.filter(previous__result=FollowUp.Result.DEALT, previous__due_on=month)

    def in_order(self) -> Self:
        """As one works: agreed times first, then the rest, each by name."""
        return self.order_by(F("at").asc(nulls_last=True), "customer__sort_name", "customer_id")

    def with_dossier(self) -> Self:
        return self.select_related("customer__main_person", *registry.reads("customer__"))

    def counts(self) -> "models.QuerySet[FollowUp, tuple[date | None, str, int]]":
        """How many lie behind each tab: (due_on, precision, n) each."""
        return self.order_by().values_list("due_on", "precision").annotate(n=Count("*"))


class FollowUp(models.Model):
    """A dossier's place in the binder.

    Law of the binder: every customer has exactly one open follow-up, always. A place is left by closing its row
    and opening the next, so the way of a dossier through the binder is its chain of rows.
    """

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        OFFER = "offer", _("Offer")
        EMAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")

    class Result(models.TextChoices):
        """How a place was left without a talk; after one, it is the talk's outcome."""

        MOVED = "moved", _("moved on")
        PULLED = "pulled", _("brought forward by a slip")
        DEALT = "dealt", _("dealt out to a day")

    Precision = Entry.Precision

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="followups")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="followups", db_index=False)
    due_on = models.DateField(null=True, blank=True)
    precision = models.CharField(max_length=5, choices=Entry.Precision, default=Entry.Precision.DAY)
    at = models.TimeField(_("time"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CALL)
    plan = models.TextField(_("plan"), blank=True)
    hint = models.CharField(max_length=10, blank=True)
    rest_reason = models.CharField(_("reason to rest"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    previous = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="next"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    result = models.CharField(max_length=10, choices=[*Entry.Outcome.choices, *Result.choices], blank=True)
    entry = models.OneToOneField(
        Entry, on_delete=models.SET_NULL, null=True, blank=True, related_name="followup"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(closed_at__isnull=True),
                name="one_open_followup_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False, rest_reason="")
                | (Q(due_on__isnull=True) & ~Q(rest_reason="")),
                name="followup_date_or_reason_to_rest",
            ),
            models.CheckConstraint(
                condition=Q(precision="day") | Q(due_on__isnull=False, at__isnull=True),
                name="followup_month_has_no_time",
            ),
            models.CheckConstraint(
                condition=Q(at__isnull=True) | Q(due_on__isnull=False), name="followup_time_needs_a_day"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, result="") | (Q(closed_at__isnull=False) & ~Q(result="")),
                name="followup_closed_with_a_result",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on", "precision"],
                condition=Q(closed_at__isnull=True),
                name="followup_board",
            ),
            models.Index(
                fields=["owner", "due_on", "precision"],
                condition=Q(closed_at__isnull=False),
                name="followup_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tab.slug}"

    # Django's own looks the word up in all choices, each translated first.
    def get_kind_display(self) -> str:
        return str(self.Kind(self.kind).label)

    @cached_property
    def tab(self) -> Tab:
        return Tab(due_on=self.due_on, precision=self.precision, at=self.at, hint=self.hint)

    @property
    def is_appointment(self) -> bool:
        """A time was agreed with the customer: nothing moves it without asking."""
        return self.at is not None

    def was_behind(self, *, today: date) -> bool:
        """It lay behind the tab of a day that has passed."""
        return self.due_on is not None and self.precision == "day" and self.due_on < today

    def close(self, *, result: str, by: User | None, now: datetime, entry: Entry | None = None) -> None:
        """Take the dossier from its tab. Raises MovedMeanwhile if somebody else did so since it was read."""
        claimed = (
            FollowUp.objects.open()
            .filter(pk=self.pk, version=self.version)
            .update(closed_at=now, closed_by=by, result=result, entry=entry, version=F("version") + 1)
        )
        if not claimed:
            raise MovedMeanwhile(self)
        self.closed_at, self.closed_by, self.result, self.entry = now, by, result, entry
        self.version += 1

    def open_next(self, to: Tab, *, by: User | None, now: datetime, **changes: object) -> "FollowUp":
        """Put the dossier behind `to`; kind and plan stay unless `changes` name them. The old place must be closed."""
        carried = {"kind": self.kind, "plan": self.plan} | changes
        return FollowUp.objects.create(
            customer_id=self.customer_id, owner_id=self.owner_id, previous=self, opened_by=by, opened_at=now,
            due_on=to.due_on, precision=to.precision, at=to.at, hint=to.hint, **carried,
        )  # fmt: skip

    def move(
        self, *, to: Tab, by: User | None, now: datetime, rest_reason: str = "", result: str = Result.MOVED
    ) -> "FollowUp":
        """Put the dossier behind another tab without having talked; returns its new place."""
        with transaction.atomic():
            self.close(result=result, by=by, now=now)
            return self.open_next(to, by=by, now=now, rest_reason=rest_reason)

    def can_be_undone(self, *, by: User) -> bool:
        """The one who put it here may put it back, as long as it still lies here."""
        return self.closed_at is None and self.previous_id is not None and self.opened_by_id == by.pk


class SlipQuerySet(models.QuerySet["Slip"]):
    def waiting(self, *, on: date) -> Self:
        """Not done yet, and their day has come."""
        return self.filter(done_at__isnull=True, speaks_on__lte=on)


class Slip(models.Model):
    """A reason to speak up, laid on the dossier: one line, done with the dossier's next save."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="slips")
    source = models.CharField(max_length=30)
    key = models.CharField(max_length=100)
    reason = models.CharField(_("reason"), max_length=200)
    speaks_on = models.DateField(_("speaks up on"))
    made_at = models.DateTimeField(default=timezone.now)
    pulled_from = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_with = models.ForeignKey(
        FollowUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="slips_done"
    )

    objects = SlipQuerySet.as_manager()

    class Meta:
        ordering = ["speaks_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "source", "key"], name="slip_once_per_reason")
        ]
        indexes = [models.Index(fields=["customer"], condition=Q(done_at__isnull=True), name="slip_waiting")]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
