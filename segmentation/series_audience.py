"""How many customers a series would reach today, and why others get no letter."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q

from contacts import registry
from crm.mail.models import Suppression
from segmentation.models import Series
from segmentation.reminding.enrolling import due_for


@dataclass(frozen=True)
class Audience:
    """Of `due` customers so many may get a `letter`; each of the others is counted once, under the first reason.

    Of 100 of those, `share` are held out by lot.
    """

    due: int
    letter: int
    no_address: int
    no_basis: int
    suppressed: int
    unhappy: int
    share: int = 0

    @property
    def unreached(self) -> int:
        return self.due - self.letter

    @property
    def held_out(self) -> int:
        """About so many."""
        return round(self.letter * self.share / 100)

    @property
    def sent(self) -> int:
        return self.letter - self.held_out


def audience(series: Series, *, on: date) -> Audience:
    rows = Suppression.objects.filter(team=OuterRef("team"), address_hash=OuterRef("letter_hash"))
    unhappy = ExpressionWrapper(registry.unhappy(), BooleanField())
    found = due_for(series, on=on).annotate(is_suppressed=Exists(rows), is_unhappy=unhappy)
    addressed, based = ~Q(letter_hash=""), Q(legal_basis__isnull=False)
    open_to = addressed & based & Q(is_suppressed=False)
    sums = found.aggregate(
        due=Count("pk"),
        letter=Count("pk", filter=open_to & Q(is_unhappy=False)),
        no_address=Count("pk", filter=~addressed),
        no_basis=Count("pk", filter=addressed & ~based),
        suppressed=Count("pk", filter=addressed & based & Q(is_suppressed=True)),
        unhappy=Count("pk", filter=open_to & Q(is_unhappy=True)),
    )
    return Audience(**sums, share=series.held_out_percent)
