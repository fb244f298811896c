"""Putting the letters of a day into the outbox."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random, SystemRandom

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from contacts.letters import compiled, recipient_of, values_for
from contacts.letters.compiled import Compiled
from contacts.models import Customer, Purchase
from crm.mail.actions import compose, queue_many
from crm.mail.models import OutgoingMail, Sender
from segmentation.models import Reminder, ReminderLetter, Step, Variant
from segmentation.models.reminder import ReminderQuerySet
from segmentation.quarters import today_of
from segmentation.reminding.days import LetterDays
from segmentation.reminding.kind import REPURCHASE

BATCH = 1000
VALID_FOR = timedelta(days=10)  # long enough to wait for a turn of 7 days, and a holiday


@dataclass
class Desk:
    """What one day's letters of a team are written with: each series and each letter is read once."""

    sender: Sender
    now: datetime
    lot: Random = field(default_factory=SystemRandom)
    _steps: dict[int, list[Step]] = field(default_factory=dict)
    _letters: dict[tuple, tuple[Compiled, str]] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        return today_of(self.sender.team, self.now)

    @cached_property
    def days(self) -> LetterDays:
        return LetterDays(self.sender.team)

    def steps(self, series_id: int) -> list[Step]:
        """In their order, with letters, texts and variants."""
        if series_id not in self._steps:
            rows = Step.objects.filter(series=series_id).select_related("letter")
            self._steps[series_id] = list(rows.prefetch_related("variants", "letter__texts"))
        return self._steps[series_id]

    def draw(self, step: Step) -> Variant | None:
        """One of the subjects that are tried against each other."""
        variants = list(step.variants.all())
        return self.lot.choice(variants) if variants else None

    def letter(self, step: Step, variant: Variant | None, language: str) -> tuple[Compiled, str]:
        """The letter for a reader of that language, and the language that it is in."""
        key = (step.pk, variant and variant.pk, language)
        if key not in self._letters:
            text = step.letter.text_in(language, otherwise=self.sender.language)
            subject = (variant.subjects.get(text.language) if variant else "") or text.subject
            self._letters[key] = compiled(subject, text.body), text.language
        return self._letters[key]


@dataclass(frozen=True)
class Written:
    """A letter that is to be queued."""

    reminder: Reminder
    step: Step
    variant: Variant | None
    mail: OutgoingMail
    next_on: date | None


def queue_due(sender: Sender, *, now: datetime, lot: Random | None = None) -> int:
    """Queue the next letter of everybody of a team whose day has come, each batch for itself. Returns how many."""
    desk, count, last = Desk(sender, now, lot or SystemRandom()), 0, 0
    while batch := _queue_batch(desk, last):
        count, last = count + len(batch), batch[-1].pk
    return count


@transaction.atomic
def _queue_batch(desk: Desk, last: int) -> list[Reminder]:
    """Those whose ids follow `last`. They are held, so that what stops one of them meanwhile finds its letter."""
    due = Reminder.objects.due(on=desk.today).filter(
        team=desk.sender.team_id, pk__gt=last, customer__in=Customer.objects.open_to_advertising()
    )
    rows = _whole(due).select_for_update(of=("self",), no_key=True)
    reminders = list(rows.order_by("pk")[:BATCH])
    written = [letter for reminder in reminders if (letter := _write(desk, reminder))]
    _put_into_outbox(written, desk.today)
    _advance(reminders, written)
    return reminders


def _whole(due: ReminderQuerySet) -> ReminderQuerySet:
    """With all that a letter says, so that no customer costs a query."""
    bought = Purchase.objects.filter(
        customer=OuterRef("customer"), bought_on=OuterRef("cycle"), amount__gte=0
    )
    last = bought.order_by("-pk").values("product_group")[:1]
    said = ("customer__main_person", "customer__owner", "customer__legal_basis")
    return due.select_related(*said).annotate(product_group=Subquery(last))


def _write(desk: Desk, reminder: Reminder) -> Written | None:
    """The reminder's next letter; None if the series has no further one."""
    done, steps = reminder.steps_done, desk.steps(reminder.series_id)
    if done >= len(steps):
        return None
    variant = desk.draw(steps[done])
    mail = _compose(desk, reminder, steps[done], variant)
    following = steps[done + 1] if done + 1 < len(steps) else None
    return Written(reminder, steps[done], variant, mail, following and _day_of(desk, reminder, following))


def _day_of(desk: Desk, reminder: Reminder, step: Step) -> date:
    day = desk.today + timedelta(max(step.after_days, 1))
    return desk.days.from_day(day, reminder.customer.country)


def _compose(desk: Desk, reminder: Reminder, step: Step, variant: Variant | None) -> OutgoingMail:
    customer, sender = reminder.customer, desk.sender
    to = recipient_of(customer, sender=sender)
    letter, language = desk.letter(step, variant, to.language)
    if language != to.language:
        to = replace(to, language=language)
    extra = {
        "last_purchase": reminder.cycle,
        "product_group": reminder.product_group or "",
        "code": reminder.code,
    }
    return compose(
        sender=sender,
        kind=REPURCHASE,
        key=f"repurchase:{customer.pk}:{reminder.cycle}:{step.position}",
        to=to,
        content=letter.fill(values_for(customer, sender=sender, language=language, extra=extra)),
        now=desk.now,
        not_before=desk.days.opens(desk.now, customer.country),
        valid_for=VALID_FOR,
        advertising=True,
    )


def drafted(
    reminder: Reminder, step: Step, variant: Variant | None, *, sender: Sender, now: datetime
) -> OutgoingMail:
    """The letter of that step as this customer would get it now, not saved. ValueError if nobody may write to him."""
    whole = _whole(Reminder.objects.filter(pk=reminder.pk)).get()
    return _compose(Desk(sender, now), whole, step, variant)


def _put_into_outbox(written: list[Written], today: date) -> None:
    queue_many(each.mail for each in written)
    keys = [each.mail.idempotency_key for each in written]
    ids = dict(OutgoingMail.objects.filter(idempotency_key__in=keys).values_list("idempotency_key", "pk"))
    ReminderLetter.objects.bulk_create(
        ReminderLetter(
            reminder=each.reminder,
            step=each.step,
            variant=each.variant,
            mail_id=ids[each.mail.idempotency_key],
            queued_on=today,
        )
        for each in written
    )


def _advance(reminders: list[Reminder], written: list[Written]) -> None:
    """To the day of the next letter, or to none."""
    followed: dict[date | None, list[int]] = defaultdict(list)
    for each in written:
        followed[each.next_on].append(each.reminder.pk)
    for day, ids in followed.items():
        Reminder.objects.filter(pk__in=ids).update(steps_done=F("steps_done") + 1, next_on=day)
    queued = {each.reminder.pk for each in written}
    without = [reminder.pk for reminder in reminders if reminder.pk not in queued]
    Reminder.objects.filter(pk__in=without).update(next_on=None)
