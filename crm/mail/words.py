"""A mail's state, kind and reasons in words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.mail.health import Health
from crm.mail.kinds import find_kind
from crm.mail.models import IN_HAND, WAITING, OutgoingMail, Reason, State

BY_SERVER = (Reason.REFUSED, Reason.UNREACHABLE, Reason.CUT_OFF, Reason.BOUNCED)
DECIDED = (Reason.BY_HAND, Reason.WITHDRAWN, Reason.TAKEN_BACK)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def kind_words(mail: OutgoingMail) -> str:
    kind = find_kind(mail)
    return str(kind.label) if kind else mail.kind


def state_words(mail: OutgoingMail) -> str:
    return str(State(mail.state).label)


def why(mail: OutgoingMail) -> str:
    """Why it waits or did not leave: our reason or its kind's, and what the server said to it."""
    said = mail.detail if mail.reason in BY_SERVER else ""
    return ": ".join(filter(None, (reason_words(mail), said)))


def reason_words(mail: OutgoingMail) -> str:
    if mail.reason in Reason.values:
        return str(Reason(mail.reason).label)
    kind = find_kind(mail)
    return str(kind.reasons.get(mail.reason, mail.reason)) if kind else mail.reason


def ago(then: datetime, *, now: datetime) -> str:
    """ "20 seconds ago", "3 hours ago": the largest unit only."""
    return _("%s ago") % length(now - then)


def length(time: timedelta) -> str:
    """ "20 seconds", "3 hours": the largest unit only."""
    seconds = max(0, int(time.total_seconds()))
    if seconds < 60:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    return timesince(EPOCH, EPOCH + time, depth=1)


def history(mail: OutgoingMail) -> Iterator[tuple[datetime | None, str]]:
    """What happened to it and when, as far as it is kept; None where the time is not."""
    yield mail.queued_at, _("put into the outbox by %s") % mail.by if mail.by else _("put into the outbox")
    if mail.queued_at < mail.not_before <= (mail.settled_at or mail.not_before):
        yield mail.not_before, _("may leave from here on")
    if mail.attempts > 1:
        yield None, ngettext("tried %(n)s time", "tried %(n)s times", mail.attempts) % {"n": mail.attempts}
    if mail.state in IN_HAND:
        yield None, state_words(mail)
    if mail.settled_by and mail.reason not in DECIDED:
        yield None, _("sent again by %s") % mail.settled_by
    if mail.handed_off_at:
        yield mail.handed_off_at, _("handed over")
    if mail.settled_at:
        yield mail.settled_at, _settled(mail)
    for returned in mail.returns.order_by("came_at", "pk"):
        yield returned.came_at, ": ".join(filter(None, (returned.get_what_display(), returned.detail)))
    if mail.state in WAITING:
        yield mail.valid_until, _("too late from here on")


def _settled(mail: OutgoingMail) -> str:
    what = state_words(mail)
    if mail.settled_by and mail.reason in DECIDED:
        return _("%(what)s: decided by %(who)s") % {"what": what, "who": mail.settled_by}
    return f"{what}: {mail.detail}" if mail.detail and mail.state == State.SENT else what


def told(health: Health) -> str:
    """The sentence on top of the health page."""
    if health.last_sent_at:
        return _("Last mail left %s.") % ago(health.last_sent_at, now=health.now)
    return _("No mail has left yet.")


def signs(health: Health) -> dict[str, str]:
    """Signs of life in words, by name: sweep, due, mailbox, tickets."""
    seen = {"sweep": health.swept_at, "mailbox": health.mailbox_at, "tickets": health.tickets_at}
    words = {name: ago(at, now=health.now) if at else _("never") for name, at in seen.items()}
    due = health.due_since and _("for %s") % length(health.now - health.due_since)
    return words | {"due": due or _("no mail")}


def today_words(health: Health) -> list[tuple[str, int]]:
    """How many mails came to which end today."""
    return [(str(state.label), health.today[state]) for state in State if state in health.today]
