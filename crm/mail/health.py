"""Does mail leave? From the signs of life of whoever sends it, and from the rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F

from crm.mail.models import OutgoingMail, Pulse, Reason, State
from crm.mail.models.outgoing import OutgoingMailQuerySet
from crm.team.models import User

PATIENCE = timedelta(minutes=2)  # the outbox is looked through at least every minute


@dataclass(frozen=True)
class Health:
    """`due_since` is when the mail that is longest overdue might have left; `today` counts ends by state."""

    now: datetime
    swept_at: datetime | None
    mailbox_at: datetime | None
    tickets_at: datetime | None
    last_sent_at: datetime | None
    due_since: datetime | None
    today: dict[str, int]

    @property
    def is_swept(self) -> bool:
        return is_recent(self.swept_at, now=self.now)


def is_recent(swept_at: datetime | None, *, now: datetime) -> bool:
    return bool(swept_at) and now - swept_at <= PATIENCE


def swept_at() -> datetime | None:
    """When the outbox was last looked through, by anybody."""
    return Pulse.objects.filter(name="sweep").values_list("at", flat=True).first()


def health(user: User, *, now: datetime) -> Health:
    """Of the mail of that lead's team. His day begins at his midnight."""
    mails = OutgoingMail.objects.visible_to(user)
    pulses = dict(Pulse.objects.values_list("name", "at"))
    midnight = now.astimezone(user.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    # What a colleague has marked was settled by him, and left before.
    sent = mails.filter(state=State.SENT, settled_at__isnull=False).exclude(reason=Reason.BY_HAND)
    # Not "of this team" as it is: SQLite would sort all its waiting mail instead of following the index of what is due.
    of_team = OutgoingMail.objects.alias(whose=F("team") + 0).filter(whose=user.team_id)
    due = of_team.waiting().filter(not_before__lte=now).order_by("not_before", "pk")
    return Health(
        now=now,
        swept_at=pulses.get("sweep"),
        mailbox_at=pulses.get("mailbox"),
        tickets_at=pulses.get("ticket_mailbox"),
        last_sent_at=sent.order_by("-settled_at").values_list("settled_at", flat=True).first(),
        due_since=due.values_list("not_before", flat=True).first(),
        today=_by_state(mails.filter(settled_at__gte=midnight)),
    )


def _by_state(mails: OutgoingMailQuerySet) -> dict[str, int]:
    return dict(mails.order_by().values_list("state").annotate(Count("pk")))
