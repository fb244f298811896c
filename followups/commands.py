"""What somebody may mean by a line such as "Kessler", "8", "July" or "Kessler > 5 July"."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from contacts.views.customers import Found
from crm.team.models import User
from followups.binder import Binder
from followups.dates import UnreadableDate, read_date
from followups.destination import Destination
from followups.models import FollowUp

MOVES = ">"
DOSSIERS, TO_MOVE = 6, 3  # that are offered at most
LONGEST = 120


@dataclass(frozen=True)
class Offer:
    """One of the things that may be meant: it leads to `href` or, with `place`, moves that dossier `to` a tab."""

    icon: str
    label: str
    about: str = ""
    href: str = ""
    to: Destination | None = None
    place: FollowUp | None = None


class Command:
    """A line, as `user` means it at the instant `now` with the binder of `owner` before him.

    opened: id of the customer whose dossier lies open, the one that "> 5 July" moves.
    """

    def __init__(
        self, text: str, *, user: User, owner: User, now: datetime, opened: int | None = None
    ) -> None:
        self.text, self.user, self.owner, self.now, self.opened = (
            text.strip()[:LONGEST],
            user,
            owner,
            now,
            opened,
        )
        self.binder = Binder(owner, now=now)
        self.problem = ""

    @cached_property
    def offers(self) -> list[Offer]:
        if MOVES in self.text:
            return self._moves()
        return [*self._tabs(), *self._dossiers(), self._new] if self.text else []

    @property
    def _visible(self) -> CustomerQuerySet:
        return Customer.objects.visible_to(self.user, on=self.user.today(self.now))

    def _moves(self) -> list[Offer]:
        name, _sign, day = (part.strip() for part in self.text.partition(MOVES))
        places = self._meant(name)
        if not places:
            self.problem = (
                _("No dossier says “%(text)s”.") % {"text": name}
                if name
                else _("Which dossier? Write its name before the sign, such as “Kessler > 5 July”.")
            )
            return []
        try:
            return [offer for place in places for offer in self._moves_of(place, day)]
        except UnreadableDate as error:
            self.problem = str(error)
            return []

    def _meant(self, name: str) -> list[FollowUp]:
        """The dossiers of that name or, without one, the one that lies open; each as it lies now."""
        if name:
            customers = Found(self._visible, name).first(TO_MOVE)
        else:
            customers = list(self._visible.filter(pk=self.opened)) if self.opened else []
        places = (
            FollowUp.objects.open().filter(customer__in=customers).select_related("customer", "owner__team")
        )
        found = {place.customer_id: place for place in places}
        return [found[customer.pk] for customer in customers if customer.pk in found]

    def _moves_of(self, place: FollowUp, day: str) -> Iterator[Offer]:
        binder = self.binder if place.owner_id == self.owner.pk else Binder(place.owner, now=self.now)
        to = Destination(read_date(day, today=binder.today), binder)
        for each in filter(None, (to, to.rather)):
            words = {"name": place.customer.name, "tab": each.name}
            yield Offer("move", _("Move %(name)s to %(tab)s") % words, _about(each), to=each, place=place)

    def _tabs(self) -> Iterator[Offer]:
        with suppress(UnreadableDate):
            tab = replace(read_date(self.text, today=self.binder.today), at=None)
            to = Destination(tab, self.binder)
            href = reverse("followups:day", args=[self.owner.pk, to.tab.slug])
            yield Offer("cabinet", _("Open the tab %(tab)s") % {"tab": to.name}, _about(to), href, to)

    def _dossiers(self) -> Iterator[Offer]:
        customers = Found(self._visible, self.text).first(DOSSIERS)
        places = FollowUp.objects.open().filter(customer__in=customers)
        under = {place.customer_id: place.tab for place in places}
        for customer in customers:
            person = customer.main_person
            about = " · ".join(filter(None, (person.name if person else "", customer.town)))
            to = Destination(under[customer.pk], self.binder) if customer.pk in under else None
            yield Offer("people", customer.name, about, customer.get_absolute_url(), to)

    @property
    def _new(self) -> Offer:
        href = f"{reverse('followups:new')}?{urlencode({'name': self.text})}"
        return Offer("plus", _("New dossier “%(text)s”") % {"text": self.text}, href=href)


def _about(to: Destination) -> str:
    """Where that is and what lies there: "Tab 8, next month · 11 of 16 that day · rest day (Sunday)"."""
    rest = [_("rest day (%(why)s)") % {"why": to.rest_word}] if to.is_rest else []
    return " · ".join([to.place, to.fullness, *rest])
