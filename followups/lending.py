"""Whose binders lie beside one's own, and what there is to tell of absences today."""

from datetime import date
from functools import cached_property

from django.db.models import DateField

from contacts.models import Customer
from crm.prepared import Blank, Prepared
from crm.team.models import Absence, AbsenceQuerySet, Share, User
from followups.models import Lot


def keeper_of(customer: Customer, *, on: date) -> User:
    """The dossier's owner, or who looks after it in his place on that day."""
    away = Absence.objects.running(on=on).covered().filter(user=customer.owner_id)
    absence = away.with_stand_ins().order_by("starts_on", "pk").first()
    if absence is None:
        return customer.owner
    lots = Lot.objects.filter(share__split__absence=absence, customer=customer)
    lot = lots.select_related("share__user__team").first() if absence.is_split else None
    return lot.share.user if lot else absence.deputy or customer.owner


def share_of(user: User, owner: User, *, on: date) -> Share | None:
    """What the user has of that binder, if it is split for that day and he has a share."""
    return next(iter(_shares(user=user.pk, owner=owner.pk, day=on)), None)


def _running() -> AbsenceQuerySet:
    return Absence.objects.running(on=Blank("day", DateField())).filter(user=Blank("owner"))


_shares = Prepared(lambda: Share.objects.filter(user=Blank("user"), split__absence__in=_running()))


class Absences:
    """What absences mean for `user` on that day, in one query."""

    def __init__(self, user: User, *, on: date) -> None:
        self.user, self.on = user, on

    @cached_property
    def _rows(self) -> list[Absence]:
        known, on = Absence.objects, self.on
        rows = known.running(on=on).looked_after_by(self.user) | known.just_over(on=on).filter(user=self.user)
        if self.user.is_lead:
            rows |= known.uncovered(on=on).visible_to(self.user)
        return list(rows.select_related("user__team", "split"))

    @property
    def lent(self) -> list[Absence]:
        """For which the user stands in, wholly or with others."""
        return [a for a in self._rows if a.user_id != self.user.pk and a.ends_on >= self.on and a.is_covered]

    @property
    def uncovered(self) -> list[Absence]:
        """Going on or coming soon, and nobody stands in: for leads, who can name somebody."""
        return [a for a in self._rows if a.ends_on >= self.on and not a.is_covered]

    @property
    def just_over(self) -> Absence | None:
        """The user's own that has just ended."""
        return next((a for a in reversed(self._rows) if a.ends_on < self.on), None)
