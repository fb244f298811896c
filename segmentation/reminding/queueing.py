"""Putting the letters of a day into the outbox."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from random import Random, SystemRandom

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery

from contacts import registry
from contacts.letters import compiled, recipient_of, values_for
from contacts.letters.compiled import Compiled
from contacts.models import Customer, LegalBasis, Purchase
from crm.mail.actions import compose, queue_written
from crm.mail.bulk import insert_rows
from crm.mail.models import OutgoingMail, Sender
from crm.mail.ring import if_redis_answers
from crm.team.models import User
from segmentation.models import Reminder, ReminderLetter, Step, Variant
from segmentation.models.reminder import ReminderQuerySet
from segmentation.quarters import today_of
from segmentation.reminding.days import LetterDays
from segmentation.reminding.kind import REPURCHASE

BATCH = 1000
VALID_FOR = timedelta(days=10)  # long enough to wait for a turn of 7 days, and a holiday
# What a letter needs to know.
OF_REMINDER = ("team_id", "series_id", "cycle", "code", "steps_done", "next_on")
OF_CUSTOMER = (
    "team_id", "owner_id", "legal_basis_id", "name", "kind", "number", "email", "town", "country", "language",
    "main_person__name", "main_person__email",
)  # fmt: skip

Place = tuple[date, int]  # the day and the id of a reminder: the order in which they come
FIRST: Place = (date.min, 0)


@dataclass
class Desk:
    """What one day's letters of a team are written with: each series and each letter is read once."""

    sender: Sender
    now: datetime
    lot: Random = field(default_factory=SystemRandom)
    _steps: dict[int, list[tuple[Step, list[Variant]]]] = field(default_factory=dict)
    _owners: dict[int, User] = field(default_factory=dict)
    _grounds: dict[int, LegalBasis] = field(default_factory=dict)
    _texts: dict[tuple, tuple[Compiled, str]] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        return today_of(self.sender.team, self.now)

    @cached_property
    def days(self) -> LetterDays:
        return LetterDays(self.sender.team)

    def steps(self, series_id: int) -> list[tuple[Step, list[Variant]]]:
        """In their order, with letters and texts, each with the subjects that are tried against each other."""
        if series_id not in self._steps:
            rows = Step.objects.filter(series=series_id).select_related("letter")
            steps = rows.prefetch_related("variants", "letter__texts")
            self._steps[series_id] = [(step, list(step.variants.all())) for step in steps]
        return self._steps[series_id]

    def introduced(self, reminders: list[Reminder]) -> list[Reminder]:
        """Let their customers know their owners and legal bases, which many of them share.

        Left out is whose legal basis has gone since he was read.
        """
        customers = [each.customer for each in reminders]
        self._owners |= _missing(User.objects.all(), self._owners, (each.owner_id for each in customers))
        self._grounds |= _missing(
            LegalBasis.objects.all(), self._grounds, (each.legal_basis_id for each in customers)
        )
        for customer in customers:
            customer.owner = self._owners[customer.owner_id]
            customer.legal_basis = self._grounds.get(customer.legal_basis_id)
        return [each for each in reminders if each.customer.legal_basis]

    def text(self, letter: "Letter", language: str) -> tuple[Compiled, str]:
        """What it says to a reader of that language, and the language that it is in."""
        step, variant = letter.step, letter.variant
        key = (step.pk, variant and variant.pk, language)
        if key not in self._texts:
            text = step.letter.text_in(language, otherwise=self.sender.language)
            subject = (variant.subjects.get(text.language) if variant else "") or text.subject
            self._texts[key] = compiled(subject, text.body), text.language
        return self._texts[key]


def _missing(rows: QuerySet, known: dict[int, Model], ids: Iterable[int]) -> dict[int, Model]:
    return rows.in_bulk(set(ids) - known.keys())


@dataclass(frozen=True)
class Letter:
    """One that is to be written and queued; `key` names its occasion, `next_on` is the day of the one after it."""

    reminder: Reminder
    step: Step
    variant: Variant | None
    key: str
    next_on: date | None = None


def queue_due(sender: Sender, *, now: datetime, lot: Random | None = None) -> int:
    """Queue the next letter of everybody of a team whose day has come, each batch for itself. Returns how many.

    If they are many, another worker is asked to help.
    """
    desk = Desk(sender, now, lot or SystemRandom())
    count, last = _queue_batch(desk, FIRST)
    if last is None:
        return count
    call_for_help(sender, now)
    # The second time round for those who were in somebody else's hands, be it for another reason.
    return count + sum(_queue_batches(desk, last, beside_others=True)) + sum(_queue_batches(desk, FIRST))


def call_for_help(sender: Sender, now: datetime) -> None:
    """Let a second worker write letters, too: one cannot keep a database busy. Without Redis there is only this one."""
    if settings.REDIS_URL:
        from segmentation import tasks

        if_redis_answers(partial(tasks.queue_letters.delay, sender.pk, now.isoformat()))


def help_queue(sender: Sender, *, now: datetime) -> int:
    """Take letters that nobody else has in hand; how many they were."""
    return sum(_queue_batches(Desk(sender, now), FIRST, beside_others=True))


def _queue_batches(desk: Desk, last: Place | None, *, beside_others: bool = False) -> Iterator[int]:
    while last is not None:
        queued, last = _queue_batch(desk, last, beside_others=beside_others)
        yield queued


@transaction.atomic
def _queue_batch(desk: Desk, last: Place, *, beside_others: bool = False) -> tuple[int, Place | None]:
    """Those who come after `last`; returns how many letters were queued, and who came last, None at the end.

    The reminders are held, so that what stops one of them meanwhile finds its letter. `beside_others`: without those
    whom somebody else holds.
    """
    # Asked of each reminder: as a list of customers, SQLite would make it of all there are, for each batch anew.
    may_be_written_to = Exists(Customer.objects.open_to_advertising().filter(pk=OuterRef("customer")))
    due = Reminder.objects.due(on=desk.today).filter(
        may_be_written_to, _after(last), team=desk.sender.team_id
    )
    due = due.exclude(registry.unhappy("customer"))
    rows = _whole(due).select_for_update(of=("self",), no_key=True, skip_locked=beside_others)
    reminders = list(rows.order_by("next_on", "pk")[:BATCH])
    ready = _without_waiting(desk.introduced(reminders))
    letters = [letter for reminder in ready if (letter := _next(desk, reminder))]
    _put_into_outbox(desk, letters)
    _advance(ready, letters)
    is_full = len(reminders) == BATCH
    return len(letters), (reminders[-1].next_on, reminders[-1].pk) if is_full else None


def _after(last: Place) -> Q:
    day, pk = last
    # The first condition follows from the second, and lets the index begin there.
    return Q(next_on__gte=day) & (Q(next_on__gt=day) | Q(next_on=day, pk__gt=pk))


def _without_waiting(reminders: list[Reminder]) -> list[Reminder]:
    """Those whose last letter does not wait in the outbox."""
    # Asked of one batch: in the query above it would be asked of all letters there are, for each batch anew.
    unsettled = ReminderLetter.objects.unsettled().filter(
        reminder__in=[each.pk for each in reminders if each.steps_done]
    )
    waiting = set(unsettled.values_list("reminder", flat=True))
    return [each for each in reminders if each.pk not in waiting]


def _whole(due: ReminderQuerySet) -> ReminderQuerySet:
    """With all that a letter says, so that no customer costs a query."""
    bought = Purchase.objects.filter(
        customer=OuterRef("customer"), bought_on=OuterRef("cycle"), amount__gte=0
    )
    last = bought.order_by("-pk").values("product_group")[:1]
    whole = due.select_related("customer__main_person").annotate(product_group=Subquery(last))
    return whole.only(*OF_REMINDER, *(f"customer__{name}" for name in OF_CUSTOMER))


def _next(desk: Desk, reminder: Reminder) -> Letter | None:
    """The reminder's next letter; None if the series has no further one."""
    done, steps = reminder.steps_done, desk.steps(reminder.series_id)
    if done >= len(steps):
        return None
    step, variants = steps[done]
    variant = desk.lot.choice(variants) if variants else None
    next_on = _day_of(desk, reminder, steps[done + 1][0]) if done + 1 < len(steps) else None
    return Letter(reminder, step, variant, _key(reminder, step), next_on)


def _key(reminder: Reminder, step: Step) -> str:
    return f"repurchase:{reminder.customer_id}:{reminder.cycle}:{step.position}"


def _day_of(desk: Desk, reminder: Reminder, step: Step) -> date:
    day = desk.today + timedelta(max(step.after_days, 1))
    return desk.days.from_day(day, reminder.customer.country)


def _compose(desk: Desk, letter: Letter) -> OutgoingMail:
    reminder, customer, sender = letter.reminder, letter.reminder.customer, desk.sender
    to = recipient_of(customer, sender=sender)
    text, language = desk.text(letter, to.language)
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
        key=letter.key,
        to=to,
        content=text.fill(values_for(customer, sender=sender, language=language, extra=extra)),
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
    return _compose(Desk(sender, now), Letter(whole, step, variant, _key(whole, step)))


def _put_into_outbox(desk: Desk, letters: list[Letter]) -> None:
    ids = queue_written({each.key: partial(_compose, desk, each) for each in letters})
    rows = (
        (each.reminder.pk, each.step.pk, each.variant and each.variant.pk, ids[each.key], desk.today)
        for each in letters
    )
    insert_rows(ReminderLetter, ("reminder_id", "step_id", "variant_id", "mail_id", "queued_on"), rows)


def _advance(reminders: list[Reminder], letters: list[Letter]) -> None:
    """To the day of the next letter, or to none."""
    followed: dict[date | None, list[int]] = defaultdict(list)
    for each in letters:
        followed[each.next_on].append(each.reminder.pk)
    for day, ids in followed.items():
        Reminder.objects.filter(pk__in=ids).update(steps_done=F("steps_done") + 1, next_on=day)
    queued = {each.reminder.pk for each in letters}
    without = [reminder.pk for reminder in reminders if reminder.pk not in queued]
    Reminder.objects.filter(pk__in=without).update(next_on=None)
