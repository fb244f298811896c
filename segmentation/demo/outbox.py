"""The demo's mail: what the series has written lately, with every kind of end, and letters by hand."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from contacts.letters import compiled, language_of, recipient_of, values_for
from contacts.letters.kinds import LETTER
from contacts.models import Customer, Entry, Letter
from crm.mail.actions import compose
from crm.mail.models import AdvertisingTurn, OutgoingMail, Reason, Sender, State
from crm.mail.models.suppression import ADVERTISING_PAUSE
from segmentation.demo.cycles import Cycle
from segmentation.models import Reminder, ReminderLetter, Series, Step, Variant
from segmentation.reminding.days import LetterDays
from segmentation.reminding.kind import REPURCHASE
from segmentation.reminding.queueing import VALID_FOR

KEPT = 60  # days for which mails are there still
NO_SUCH_BOX = "550 5.1.1 No such user here"
GREY = "451 4.7.1 Greylisted, try again in 20 minutes"
CUT = "connection lost after the end of data"
BY_HAND = 6
Pair = tuple[Cycle, Reminder]


class Outbox:
    """Writes the letters of `series` as of the instant `now`."""

    def __init__(self, sender: Sender, series: Series, random: Random, *, now: datetime) -> None:
        self.sender, self.series, self.random, self.now = sender, series, random, now
        self.zone, self.days = ZoneInfo(series.team.time_zone), LetterDays(series.team)
        self.today = now.astimezone(self.zone).date()
        rows = series.steps.select_related("letter").prefetch_related("variants", "letter__texts")
        self.steps = {step.position: step for step in rows}

    def fill(self, pairs: list[Pair], by_hand: Sequence[Letter]) -> None:
        """The letters of the series, and some by hand: of `by_hand` one after the other."""
        letters = [letter for cycle, reminder in pairs for letter in self._letters(cycle, reminder)]
        mails = sorted((letter.mail for letter in letters if letter.mail), key=lambda mail: mail.queued_at)
        self._vary_ends(mails)
        written = self._by_hand(by_hand)
        OutgoingMail.objects.bulk_create(sorted([*mails, *written], key=lambda mail: mail.queued_at))
        ReminderLetter.objects.bulk_create(letters)
        left = [mail for mail in [*mails, *written] if mail.state in (State.SENT, State.UNKNOWN)]
        Entry.objects.bulk_create(_entry(mail) for mail in left)
        self._take_turns([mail for mail in left if mail.is_advertising])

    def _letters(self, cycle: Cycle, reminder: Reminder) -> list[ReminderLetter]:
        return [
            self._letter(cycle, reminder, self.steps[position], day)
            for position, day in enumerate(cycle.letters, start=1)
        ]

    def _letter(self, cycle: Cycle, reminder: Reminder, step: Step, day: date) -> ReminderLetter:
        variants = list(step.variants.all())
        variant = self.random.choice(variants) if variants else None
        is_kept = day >= self.today - timedelta(KEPT)
        mail = self._mail(cycle, reminder, step, variant, day) if is_kept else None
        return ReminderLetter(reminder=reminder, step=step, variant=variant, mail=mail, queued_on=day)

    def _mail(
        self, cycle: Cycle, reminder: Reminder, step: Step, variant: Variant | None, day: date
    ) -> OutgoingMail:
        extra = {"last_purchase": cycle.cycle, "code": reminder.code}
        at = datetime.combine(day, time(8), self.zone)
        mail = self._composed(
            cycle.customer, step.letter, at, extra=extra, variant=variant, kind=REPURCHASE, advertising=True,
            key=f"repurchase:{cycle.customer.pk}:{cycle.cycle}:{step.position}",
        )  # fmt: skip
        return _sent(mail, min(at + timedelta(seconds=self.random.randint(2, 900)), self.now))

    def _composed(
        self, customer: Customer, letter: Letter, at: datetime, *, extra: dict,
        variant: Variant | None = None, **fields: object,
    ) -> OutgoingMail:  # fmt: skip
        text = letter.text_in(language_of(customer, self.sender), otherwise=self.sender.language)
        subject = (variant.subjects.get(text.language) if variant else "") or text.subject
        values = values_for(customer, sender=self.sender, language=text.language, extra=extra)
        return compose(
            sender=self.sender, to=recipient_of(customer, sender=self.sender), now=at, valid_for=VALID_FOR,
            content=compiled(subject, text.body).fill(values), **fields,
        )  # fmt: skip

    def _vary_ends(self, mails: list[OutgoingMail]) -> None:
        """The last letters but a few ended otherwise, one or two of each kind."""
        lately = mails[-40:]
        chosen = self.random.sample(lately, min(7, len(lately)))
        ends = (_unknown, _failed, _failed, _held_back, _held_back, _expired, self._retry)
        for end, mail in zip(ends, chosen, strict=False):
            end(mail)

    def _retry(self, mail: OutgoingMail) -> None:
        mail.state, mail.reason, mail.detail = State.RETRY, Reason.UNREACHABLE, GREY
        mail.handed_off_at = mail.settled_at = None
        mail.attempts, mail.not_before = 2, self._opens(self.now + timedelta(minutes=20), mail)
        mail.valid_until = mail.not_before + VALID_FOR

    def _take_turns(self, mails: list[OutgoingMail]) -> None:
        lately = [mail for mail in mails if mail.settled_at > self.now - ADVERTISING_PAUSE]
        turns = {mail.address_hash: mail for mail in sorted(lately, key=lambda mail: mail.settled_at)}
        AdvertisingTurn.objects.bulk_create(
            AdvertisingTurn(team=self.series.team, address_hash=hashed, mail=mail, taken_at=mail.settled_at)
            for hashed, mail in turns.items()
        )

    def _by_hand(self, letters: Sequence[Letter]) -> list[OutgoingMail]:
        """Letters that managers wrote themselves lately; one of them waits for tomorrow morning."""
        rows = Customer.objects.filter(team=self.series.team).exclude(letter_hash="").order_by("pk")
        chosen = self.random.sample(list(rows.select_related("owner", "main_person", "legal_basis")), BY_HAND)
        return [self._one_by_hand(each, letters[n % len(letters)], n) for n, each in enumerate(chosen)]

    def _one_by_hand(self, customer: Customer, letter: Letter, n: int) -> OutgoingMail:
        at = self.now - timedelta(days=2 * n + 1, minutes=17 * n)
        mail = self._composed(customer, letter, at, extra={}, kind=LETTER, key=f"letter:demo-{n}",
                              by=customer.owner, from_name=customer.owner.name)  # fmt: skip
        if n:
            return _sent(mail, at + timedelta(seconds=4))
        mail.queued_at = self.now - timedelta(minutes=3)
        mail.not_before = self._opens(datetime.combine(self.today + timedelta(1), time(8), self.zone), mail)
        mail.valid_until = mail.not_before + VALID_FOR
        return mail

    def _opens(self, at: datetime, mail: OutgoingMail) -> datetime:
        return self.days.opens(at, mail.country)


def _entry(mail: OutgoingMail) -> Entry:
    return Entry(
        customer_id=mail.recipient_id, kind=Entry.Kind.EMAIL, text=f"{mail.subject}\n\n{mail.text}",
        author=mail.by, happened_at=mail.settled_at, mail=mail,
    )  # fmt: skip


def _sent(mail: OutgoingMail, at: datetime) -> OutgoingMail:
    mail.state, mail.attempts, mail.detail = State.SENT, 1, "250 2.0.0 kept on this machine"
    mail.handed_off_at = mail.settled_at = at
    return mail


def _unknown(mail: OutgoingMail) -> None:
    mail.state, mail.reason, mail.detail = State.UNKNOWN, Reason.CUT_OFF, CUT


def _failed(mail: OutgoingMail) -> None:
    mail.state, mail.reason, mail.detail = State.FAILED, Reason.REFUSED, NO_SUCH_BOX
    mail.handed_off_at = None


def _held_back(mail: OutgoingMail) -> None:
    mail.state, mail.reason, mail.detail = State.SUPPRESSED, Reminder.Stopped.BOUGHT, ""
    mail.handed_off_at, mail.attempts = None, 0


def _expired(mail: OutgoingMail) -> None:
    mail.state, mail.reason, mail.detail = State.EXPIRED, Reason.TOO_LATE, ""
    mail.handed_off_at = None
