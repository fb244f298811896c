"""One letter of a series to one customer, as he got it or will get it."""

from datetime import datetime
from functools import cached_property

from crm.mail.models import OutgoingMail, Sender
from crm.mail.tokens import without_tokens
from crm.team.models import User
from segmentation.models import Reminder, ReminderLetter, Series, Step, Variant
from segmentation.reminding.queueing import drafted
from segmentation.reminding.words import reason


class LetterPage:
    """The letter at `position`, the next one unless told; while no subject line is drawn, with that of `variant`."""

    def __init__(self, reminder: Reminder, *, position: int, variant: str, user: User, now: datetime) -> None:
        self.reminder, self.user, self.now = reminder, user, now
        self.today = user.today(now)
        self._position, self._variant = position, variant

    @property
    def series(self) -> Series:
        return self.reminder.series

    @cached_property
    def steps(self) -> list[Step]:
        return list(self.series.steps.select_related("letter").prefetch_related("variants", "letter__texts"))

    @cached_property
    def step(self) -> Step | None:
        """The one asked for, else the next, else the last."""
        wanted = self._position or min(self.reminder.steps_done + 1, len(self.steps))
        return next((step for step in self.steps if step.position == wanted), None)

    @cached_property
    def letters(self) -> dict[int, ReminderLetter]:
        """Those queued, by step."""
        return {each.step_id: each for each in self.reminder.letters.select_related("mail", "variant")}

    @cached_property
    def queued(self) -> ReminderLetter | None:
        return self.letters.get(self.step.pk) if self.step else None

    @cached_property
    def variants(self) -> list[Variant]:
        """Subject lines of which one is still to be drawn."""
        return list(self.step.variants.all()) if self.step and not self.queued else []

    @cached_property
    def variant(self) -> Variant | None:
        return next(
            (each for each in self.variants if each.key == self._variant), next(iter(self.variants), None)
        )

    @property
    def sender(self) -> Sender | None:
        return Sender.objects.filter(team=self.series.team_id).select_related("team").first()

    @property
    def may_be_written_to(self) -> bool:
        return bool(self.reminder.customer.legal_basis_id and self.reminder.customer.letter_email)

    @cached_property
    def mail(self) -> OutgoingMail | None:
        """As queued; or as it would be now, not saved. None if there is nothing to show."""
        if self.queued:
            return self.queued.mail
        sender = self.sender
        if not (self.step and sender and self.may_be_written_to) or self.reminder.held_out:
            return None
        return drafted(self.reminder, self.step, self.variant, sender=sender, now=self.now)

    @property
    def text(self) -> str:
        """Its plain text, as others than its reader may see it."""
        return without_tokens(self.mail.text)

    @property
    def is_next(self) -> bool:
        """It is the next letter, and will be queued on the reminder's day."""
        is_on = self.reminder.stopped_at is None and self.reminder.next_on
        return bool(is_on and self.step and self.step.position == self.reminder.steps_done + 1)

    @property
    def reason(self) -> str:
        return reason(self.reminder, today=self.today)
