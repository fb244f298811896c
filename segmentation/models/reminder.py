"""What became of each customer whom a series reached."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from contacts.models import Customer, Entry, Purchase
from crm.mail.models import IN_HAND, WAITING, OutgoingMail
from crm.team.models import Team, User
from segmentation.models.score import Group
from segmentation.models.series import Series, Step, Variant
from segmentation.quarters import today_of

NOT_SPOKEN = ("", Entry.Outcome.MISSED)
# After a longer pause no letter leaves of which the day was before: neither whoever was ever due gets one, nor whoever
# has waited since.
REACHES_BACK = timedelta(days=14)
UNDER_WAY = Q(stopped_at__isnull=True, held_out=False)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: User, *, on: date | None = None) -> Self:
        return self.filter(team_id=user.team_id, customer__in=Customer.objects.visible_to(user, on=on))

    def under_way(self) -> Self:
        """With a letter still to come, or waiting in the outbox."""
        return self.filter(UNDER_WAY)

    def going_on(self) -> Self:
        """With a letter still to come."""
        return self.under_way().filter(next_on__isnull=False)

    def due(self, *, on: date) -> Self:
        """Whose next letter is to be queued by that day, if the one before it does not wait any more."""
        return self.going_on().filter(next_on__lte=on, next_on__gte=on - REACHES_BACK)

    def too_late(self, *, on: date) -> Self:
        """Whose next letter should have been queued so long before that day that it never is."""
        return self.filter(next_on__lt=on - REACHES_BACK)

    def settled(self) -> Self:
        """Without a letter that waits in the outbox or is being handed over."""
        return self.exclude(Exists(ReminderLetter.objects.unsettled().filter(reminder=OuterRef("pk"))))

    def note_purchases(self) -> int:
        """Bring `bought_on` up to the purchases. Returns how many rows were looked at."""
        rows = self.filter(Q(bought_on__isnull=False) | Exists(purchases_after()))
        return rows.update(
            bought_on=Subquery(purchases_after().order_by("bought_on").values("bought_on")[:1])
        )

    def stop(self, why: str, *, now: datetime, by: User | None = None) -> int:
        """Send no more letters to these, those that wait in the outbox included. Returns how many were under way.

        To be called with conditions that the stop itself does not change.
        """
        return self._stop(UNDER_WAY, why, now=now, by=by)

    def end(self, why: str, *, now: datetime, by: User | None = None) -> int:
        """stop() for good: whom a colleague has taken out for now cannot be put back any more, either.

        Returns how many were under way or taken out.
        """
        return self._stop(UNDER_WAY | Q(stopped_why=Reminder.Stopped.TAKEN_OUT), why, now=now, by=by)

    @transaction.atomic
    def _stop(self, which: Q, why: str, *, now: datetime, by: User | None) -> int:
        # First the reminders, then their mails: who queues letters holds the reminders, so none slips through.
        stopped = self.filter(which).update(stopped_at=now, stopped_why=why, stopped_by=by)
        if stopped:
            theirs = self.filter(stopped_at=now, stopped_why=why)
            ReminderLetter.objects.filter(reminder__in=theirs).mails().withdraw(reason=why, now=now)
        return stopped


class Reminder(models.Model):
    """One per customer and cycle; `cycle` is the day of the purchase that it began with.

    `begins_on` is the day of the first letter, also for those who get none. `steps_done` letters have been queued;
    the next is to be queued on `next_on`, null when all are, unless the reminder was stopped before. `bought_on` is
    the first purchase after the cycle began.
    """

    class Stopped(models.TextChoices):
        BOUGHT = "bought", _("bought again")
        ANSWERED = "answered", _("answered")
        SPOKEN_TO = "spoken_to", _("a colleague has spoken with them")
        COMPLAINED = "complained", _("complained of a letter as spam")
        UNHAPPY = "unhappy", _("has a complaint")
        OPTED_OUT = "opted_out", _("wants no more letters")
        BOUNCED = "bounced", _("the address does not exist")
        NO_ADDRESS = "no_address", _("no e-mail address any more")
        NO_BASIS = "no_basis", _("no legal basis any more")
        TAKEN_OUT = "taken_out", _("taken out by a colleague")
        SERIES_STOPPED = "series", _("the series was stopped")
        TOO_LATE = "too_late", _("the time for the letter had passed")
        OVER = "over", _("all letters are sent")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reminders", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="reminders", db_index=False)
    cycle = models.DateField()
    group = models.CharField(max_length=10, choices=Group)
    held_out = models.BooleanField()
    code = models.CharField(max_length=20, blank=True)
    enrolled_at = models.DateTimeField()
    begins_on = models.DateField()
    steps_done = models.PositiveSmallIntegerField(default=0)
    next_on = models.DateField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=10, choices=Stopped, blank=True)
    stopped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    bought_on = models.DateField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "cycle"], name="one_reminder_per_cycle"),
            models.UniqueConstraint(
                fields=["team", "code"], condition=~Q(code=""), name="offer_code_once_in_team"
            ),
            models.CheckConstraint(
                condition=Q(held_out=False) | Q(next_on__isnull=True, steps_done=0, code=""),
                name="held_out_gets_no_letter",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_why="")
                | Q(stopped_at__isnull=False) & ~Q(stopped_why=""),
                name="reminder_stopped_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "next_on", "id"],
                name="reminder_under_way",
                condition=Q(stopped_at__isnull=True, held_out=False),
            ),
            models.Index(fields=["series", "begins_on"], name="reminder_of_series"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}, {self.cycle}: {self.steps_done}"

    def take_out(self, *, by: User, now: datetime) -> bool:
        """Send this customer no more letters in this cycle; False if there was none to come."""
        return bool(self._row.stop(self.Stopped.TAKEN_OUT, by=by, now=now))

    @transaction.atomic
    def put_back(self, *, now: datetime) -> bool:
        """Undo take_out(); False if somebody else has, what ends the letters for good has come, or it is too late.

        What waited in the outbox waits there again, unless it is too late for it.
        """
        today = today_of(self.team, now)
        rows = self._row.filter(stopped_why=self.Stopped.TAKEN_OUT, bought_on__isnull=True).exclude(
            pk__in=Reminder.objects.too_late(on=today)
        )
        if not rows.filter(series__running_since__isnull=False).update(
            stopped_at=None, stopped_why="", stopped_by=None
        ):
            return False
        self.letters.mails().put_back(reason=self.Stopped.TAKEN_OUT, now=now)
        return True

    @property
    def _row(self) -> ReminderQuerySet:
        return Reminder.objects.filter(pk=self.pk)


def purchases_after() -> QuerySet[Purchase]:
    """Inside a query for reminders: what was bought after the cycle began. Returns are no purchases."""
    return Purchase.objects.filter(
        customer=OuterRef("customer"), bought_on__gt=OuterRef("cycle"), amount__gte=0
    )


def talks_since() -> QuerySet[Entry]:
    """Inside a query for reminders: when a colleague has spoken with the customer since he was enrolled."""
    talks = Entry.objects.filter(customer=OuterRef("customer"), happened_at__gte=OuterRef("enrolled_at"))
    return talks.exclude(outcome__in=NOT_SPOKEN)


class ReminderLetterQuerySet(models.QuerySet["ReminderLetter"]):
    def unsettled(self) -> Self:
        """Of which one does not know yet whether they leave."""
        return self.filter(mail__state__in=(*WAITING, *IN_HAND))

    def mails(self) -> QuerySet[OutgoingMail]:
        return OutgoingMail.objects.filter(pk__in=self.values("mail"))


class ReminderLetter(models.Model):
    """A letter that was queued. The mail itself may be gone from the outbox one day."""

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="letters", db_index=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="letters", null=True)
    mail = models.OneToOneField(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")
    queued_on = models.DateField()

    objects = ReminderLetterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reminder", "step"], name="one_letter_per_step")]

    def __str__(self) -> str:
        return f"{self.reminder_id}: step {self.step_id}"
