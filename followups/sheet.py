"""One dossier on the right page of the open binder, with its result slip."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Window
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts import card, registry
from contacts.lines import short_lines
from contacts.models import Customer, Entry
from crm.prepared import Blank, Prepared
from followups.actions import forward_day
from followups.board import Board
from followups.dates import Tab
from followups.destination import Destination, tab_name
from followups.forms import ResultForm
from followups.models import FollowUp, Slip
from followups.quick import QuickDate
from followups.rhythms import rhythm_of
from followups.tries import missed, next_tries
from followups.working import Appointment, Lying

SOON = 90  # minutes
LATEST_TRIES = 6  # that are looked at


_latest = Prepared(
    lambda: (
        Entry.objects.filter(customer=Blank("customer"))
        .latest_first()
        .with_names()
        .annotate(of=Window(Count("*")))[:3]
    )
)

# Notes, letters and the like are no try, and there may be any number of them between two.
_tries_and_talks = Prepared(
    lambda: Entry.objects.filter(customer=Blank("customer")).exclude(outcome="").latest_first()[:LATEST_TRIES]
)


@dataclass
class Sheet:
    """One dossier on the right page. `then` is what opens when it is filed."""

    followup: FollowUp
    board: Board
    form: ResultForm
    then: Lying | None = None

    @property
    def customer(self) -> Customer:
        return self.followup.customer

    @cached_property
    def entries(self) -> list[Entry]:
        """The last three, each knowing how many there are in `of`."""
        return _latest(customer=self.customer.pk)

    @property
    def last_talk(self) -> Entry | None:
        """The last time somebody was spoken with, among these."""
        return next((entry for entry in self.entries if entry.is_talk), None)

    @property
    def entry_count(self) -> int:
        return self.entries[0].of if self.entries else 0

    @property
    def card(self) -> SafeString:
        """The lines of the info card."""
        return card.on_sheet(self.customer, today=self.board.today, currency=self.board.user.team.currency)

    @property
    def mark(self) -> SafeString:
        return registry.mark(self.customer)

    @property
    def verdict(self) -> SafeString | str:
        return self.board.verdict_on(self.followup)

    @property
    def last_entries(self) -> SafeString:
        return short_lines(self.entries, zone=self.board.user.zone)

    @cached_property
    def slips(self) -> list[Slip]:
        return self.board.slips_on(self.followup)

    @property
    def tries(self) -> list[QuickDate]:
        """When to try again if nobody was reached."""
        return next_tries(self.missed, binder=self.board.binder.whole, best_time=self.customer.best_time)

    @cached_property
    def missed(self) -> list[datetime]:
        """When nobody was reached since somebody was."""
        ended = self.last_talk or self.entry_count == len(self.entries)
        entries = self.entries if ended else _tries_and_talks(customer=self.customer.pk)
        return missed((entry.outcome, entry.happened_at) for entry in entries if entry.outcome)

    @property
    def may_be_skipped(self) -> bool:
        """There is another one to go on with, in a stack that is worked through."""
        return bool(self.then and self.board.tab.is_day)

    @property
    def appointments(self) -> list[Appointment]:
        """Agreed times of others, which speak up when they come."""
        mine = self.followup.pk
        return [each for each in self.board.working.appointments if each.place.pk != mine]

    @cached_property
    def forward(self) -> Destination | None:
        """Where the first slip would bring the dossier, if only an agreed time keeps it from coming by itself."""
        if not (self.slips and self.followup.is_appointment):
            return None
        day = forward_day(self.slips[0], self.followup, now=self.board.now)
        return Destination(Tab(day), self.board.binder.whole) if day < self.followup.due_on else None

    @property
    def next_contact(self) -> str:
        """What is to be done: "Call at 10:15"."""
        place = self.followup
        kind = place.get_kind_display()
        return (
            _("%(kind)s at %(time)s") % {"kind": kind, "time": f"{place.at:%H:%M}"} if place.at else str(kind)
        )

    @property
    def about_it(self) -> str:
        """How soon, where it lies if not under the open tab, and the customer's best time."""
        best = self.customer.best_time
        words = [self._how_soon, self._where, _("· best time: %(time)s") % {"time": best} if best else ""]
        return "".join(f" {word}" for word in words if word)

    @property
    def _how_soon(self) -> str:
        minutes = self.minutes_left
        if minutes is None or not 0 < minutes <= SOON:
            return ""
        return ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}

    @property
    def _where(self) -> str:
        if not self.followup.due_on:
            return _("rests in the cabinet")
        if self.followup.due_on == self.board.tab.due_on:
            return ""
        return _("lies under %(tab)s") % {"tab": tab_name(self.followup.tab, today=self.board.today)}

    @property
    def its_time_has_passed(self) -> bool:
        minutes = self.minutes_left
        return minutes is not None and minutes < 0

    @cached_property
    def minutes_left(self) -> int | None:
        """Minutes until the agreed time, negative when it has passed; None without one or on another day."""
        if not self.followup.at or self.followup.due_on != self.board.today:
            return None
        zone = self.board.owner.zone
        agreed = datetime.combine(self.followup.due_on, self.followup.at, tzinfo=zone)
        return round((agreed - self.board.now).total_seconds() / 60)


def open_sheet(
    board: Board, followup: FollowUp, *, form: ResultForm | None = None, alone: bool = False
) -> Sheet:
    """The sheet with its result slip; `alone` on the dossier's own page, where nothing opens after it."""
    form = form or ResultForm(
        binder=board.binder.whole,
        initial={"version": followup.version, "outcome": "agreed", "kind": followup.kind},
    )
    form.keep(rhythm_of(followup.customer))
    return Sheet(followup, board, form, then=None if alone else board.working.after(followup.pk))
