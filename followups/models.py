"""The binder: where each dossier lies, and the slips that speak up."""

import secrets
from datetime import date, datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from contacts import registry
from contacts.models import Customer, Entry
from crm.team.models import Share, User
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

    def shared_with(self, share: Share) -> Self:
        """Of a split binder, what is in that share."""
        if not share.keeps_rest:
            return self.filter(customer__in=Lot.objects.filter(share=share).values("customer"))
        others = Lot.objects.filter(share__split=share.split_id).exclude(share=share)
        return self.exclude(customer__in=others.values("customer"))

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        """Places that a dossier has left."""
        return self.filter(closed_at__isnull=False)

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
        """To which dossiers were dealt out from behind that month, by its first day, and still are their owner's."""
        return self.filter(
            previous__result=FollowUp.Result.DEALT,
            previous__due_on=month,
            # What follows from these, or nearly so, lets an index find them.
            previous__precision=FollowUp.Precision.MONTH,
            previous__closed_at__isnull=False,
            previous__owner=F("owner"),
        )

    def in_order(self) -> Self:
        """As one works: agreed times first, then the rest, each by name; what was skipped last."""
        return self.order_by(
            F("skipped_at").asc(nulls_first=True),
            F("at").asc(nulls_last=True),
            "customer__sort_name",
            "customer_id",
        )

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
    skipped_at = models.DateTimeField(null=True, blank=True)
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
            models.Index(
                fields=["owner", "closed_at"], condition=Q(closed_at__isnull=False), name="followup_closed"
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

    @property
    def was_pulled(self) -> bool:
        """A slip brought it here, by itself, and nobody has moved it since."""
        return (
            self.opened_by_id is None and bool(self.previous) and self.previous.result == self.Result.PULLED
        )

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

    def reopen(self, *, owner_id: int) -> None:
        """Let the dossier lie here again, in the binder of whoever has it now. The place after it must be gone."""
        self.closed_at = self.closed_by = self.entry = None
        self.result = ""
        self.owner_id = owner_id
        self.version += 1
        self.save()

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

    def skip(self, *, now: datetime) -> None:
        """Lay it at the end of its stack. It is no movement: nothing happens if somebody has moved it on."""
        FollowUp.objects.open().filter(pk=self.pk).update(skipped_at=now)

    def can_be_undone(self, *, by: User) -> bool:
        """The one who put it here may put it back, as long as it still lies here."""
        return self.closed_at is None and self.previous_id is not None and self.opened_by_id == by.pk


IGNORED = timedelta(days=7)  # after which a slip that still waits is ignored


class SlipQuerySet(models.QuerySet["Slip"]):
    def visible_to(self, user: User) -> Self:
        """On the dossiers of one's own; for a lead, on all of the team."""
        if user.is_lead:
            return self.filter(customer__team=user.team_id)
        return self.filter(customer__owner=user)

    def wanted(self) -> Self:
        """Of the kinds that the dossier's owner has not switched off."""
        off = SlipWish.objects.filter(what=SlipWish.What.OFF, source=OuterRef("source"))
        return self.exclude(Exists(off.filter(user=OuterRef("customer__owner"))))

    def ignored(self, *, on: date) -> Self:
        """They have waited for more than a week."""
        return self.waiting(on=on - IGNORED - timedelta(days=1))

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


class SlipWishQuerySet(models.QuerySet["SlipWish"]):
    def by_user(self, source: str) -> dict[int, str]:
        """What each who has a wish wants of that kind."""
        return dict(self.filter(source=source).values_list("user_id", "what"))

    def by_source(self, user_id: int) -> dict[str, str]:
        return dict(self.filter(user=user_id).values_list("source", "what"))


class SlipWish(models.Model):
    """What one kind of slip may do in somebody's binder, where that is not what it does by itself."""

    class What(models.TextChoices):
        OFF = "off", _("off")
        SHOW = "show", _("show")
        PULL = "pull", _("pull forward")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="slip_wishes")
    source = models.CharField(max_length=30)
    what = models.CharField(max_length=4, choices=What)

    objects = SlipWishQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "source"], name="slip_wish_once_per_source")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.source}: {self.what}"


class Lot(models.Model):
    """One dossier in somebody's share of a split binder."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="lots")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="lots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share", "customer"], name="lot_once_per_share")]

    def __str__(self) -> str:
        return f"{self.share_id}: {self.customer_id}"

    @property
    def looked_after_by(self) -> str:
        return self.share.user.name

    @property
    def since(self) -> datetime:
        return self.share.split.made_at


class LeftBehind(models.Model):
    """How many dossiers somebody had left behind by the end of a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="left_behind")
    day = models.DateField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="left_behind_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.day}: {self.number}"


def new_public_id() -> str:
    return secrets.token_urlsafe(16)


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def open(self) -> Self:
        """Whose owner may still log in."""
        return self.filter(user__is_active=True)


class CalendarFeed(models.Model):
    """That somebody's agreed times may be read, without a login, by whoever has its signed address."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    public_id = models.CharField(max_length=22, unique=True, default=new_public_id)
    made_at = models.DateTimeField(default=timezone.now)

    objects = CalendarFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_id}, {self.made_at:%Y-%m-%d}"

    @classmethod
    def renew(cls, *, of: User, now: datetime) -> Self:
        """A new address; an earlier one is dead from now on."""
        made = {"public_id": new_public_id(), "made_at": now}
        return cls.objects.update_or_create(user=of, defaults=made)[0]
