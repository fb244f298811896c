"""The kind of relationship, after Piercy: proposed from what a customer did, unless somebody has set it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Customer
from crm.team.models import User
from segmentation.groups import Limits
from segmentation.models import Group, Relationship, Score

Kind = Relationship.Kind

KINDS = {
    Group.BEGINNER: Kind.UNKNOWN,
    Group.ONE_TIME: Kind.ARMS_LENGTH,
    Group.GROWING: Kind.LOYAL,
    Group.VIP: Kind.SEEKER,
    Group.LOST: Kind.EXPLOITER,
}


@dataclass(frozen=True)
class Proposal:
    """A kind of relationship, and the sentence that says what speaks for it."""

    kind: Kind
    reason: str


def propose(score: Score | None, limits: Limits, *, on: date) -> Proposal:
    """What a customer's purchases suggest on that day; without any, nothing is known."""
    if score is None:
        return Proposal(Kind.UNKNOWN, _("Has not bought yet."))
    days = score.recency_days(on)
    group = limits.group_of(purchases=score.purchase_days, days_since=days)
    return Proposal(KINDS[group], f"{_bought(score, days)} {_why(group, limits)}")


def _bought(score: Score, days: int) -> str:
    times = ngettext("Bought once,", "Bought on %(n)s days, last", score.purchase_days) % {
        "n": score.purchase_days
    }
    ago = _("today.") if not days else ngettext("%(n)s day ago.", "%(n)s days ago.", days) % {"n": days}
    return f"{times} {ago}"


def _why(group: Group, limits: Limits) -> str:
    match group:
        case Group.BEGINNER:
            return _("One purchase tells little yet.")
        case Group.ONE_TIME:
            days = limits.one_time_after
            return _("Most who come back do so within %(n)s days: here today, there tomorrow.") % {"n": days}
        case Group.GROWING:
            return _("Comes back with some regularity, and has not let it drop.")
        case Group.VIP:
            return _("Comes often and still does: seeks to work closely with you.")
        case Group.LOST:
            days = limits.lost_after
            return _("Bought regularly, then stopped for more than %(n)s days: takes the better offer.") % {
                "n": days
            }


def set_by_hand(*, customer: Customer, kind: str, by: User, now: datetime) -> Relationship:
    """Let somebody's own judgement go before the proposal."""
    set_to = {"kind": kind, "set_by": by, "set_at": now}
    relationship, _made = Relationship.objects.update_or_create(customer=customer, defaults=set_to)
    return relationship


def leave_to_behaviour(*, customer: Customer) -> None:
    """Take back what was set by hand."""
    Relationship.objects.filter(customer=customer).delete()
