"""Filing many dossiers of a list at once: what it would mean, doing it, and taking it back."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.views.customers import PAGE, sent
from crm.team.models import User
from crm.templatetags.ringbinder import number
from followups.actions import Moved, move_many
from followups.binder import Binder
from followups.dates import Tab, rest_day_hint
from followups.destination import tab_name
from followups.models import FollowUp
from segmentation.forms_filing import FilingForm

if TYPE_CHECKING:
    from segmentation.lists import CustomerList

MOST = 10_000  # dossiers filed at once
NAMED = 5  # dossiers called by name in a sentence
TICKED = re.compile(r"(?P<pk>[0-9]{1,18}):(?P<version>[0-9]{1,9})")
UNDO_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Target:
    """What filing would put behind one tab of one binder. `before` is what lies there and stays."""

    binder: Binder
    tab: Tab
    before: int
    coming: int

    @property
    def owner(self) -> User:
        return self.binder.owner

    @property
    def after(self) -> int:
        return self.before + self.coming

    @property
    def capacity(self) -> int | None:
        """None for a month, which has none."""
        return None if self.tab.is_month else self.binder.capacity_on(self.tab.due_on)

    @property
    def is_over(self) -> bool:
        return self.capacity is not None and self.after > self.capacity


@dataclass
class Plan:
    """Where each of the `chosen` would go: behind `tab`, or each behind its own due date if that is None.

    Those with an agreed time stay: nothing moves them without asking the customer. `was_offered`: the list named that
    day, and how full it is for `user`.
    """

    user: User
    chosen: list[FollowUp]
    tab: Tab | None
    now: datetime
    was_offered: bool = False
    moves: list[tuple[FollowUp, Tab]] = field(default_factory=list)
    agreed: list[FollowUp] = field(default_factory=list)
    undated: int = 0
    there: int = 0

    def __post_init__(self) -> None:
        for followup in self.chosen:
            self._sort(followup)

    def _sort(self, followup: FollowUp) -> None:
        to = self._tab_for(followup)
        if followup.is_appointment:
            self.agreed.append(followup)
        elif to is None:
            self.undated += 1
        elif (to.due_on, to.precision) == (followup.due_on, followup.precision):
            self.there += 1
        else:
            self.moves.append((followup, to))

    def _tab_for(self, followup: FollowUp) -> Tab | None:
        if self.tab or not followup.expected_on:
            return self.tab
        key = followup.owner_id, followup.expected_on
        if key not in self._due_tabs:
            binder = self.binders[followup.owner_id]
            day = max(followup.expected_on, binder.today)
            self._due_tabs[key] = Tab(binder.calendar.next_working(day))
        return self._due_tabs[key]

    @cached_property
    def _due_tabs(self) -> dict[tuple[int, date], Tab]:
        return {}

    @cached_property
    def binders(self) -> dict[int, Binder]:
        """Those concerned, by owner: their working days, without the days on which their owners will be away."""
        owners = User.objects.in_bulk({followup.owner_id for followup in self.chosen})
        User.foresee(owners.values(), now=self.now)
        return {pk: Binder(owner, now=self.now) for pk, owner in owners.items()}

    @cached_property
    def targets(self) -> list[Target]:
        """By day, then by name."""
        coming = Counter((followup.owner_id, to) for followup, to in self.moves)
        found = [
            Target(self.binders[owner], tab, self._load(owner, tab), n) for (owner, tab), n in coming.items()
        ]
        return sorted(found, key=lambda target: (target.tab.due_on, target.owner.name, target.owner.pk))

    def _load(self, owner_id: int, tab: Tab) -> int:
        key = owner_id, tab.due_on, tab.precision
        return self._loads[key] - self._leaving[key]

    @cached_property
    def _loads(self) -> Counter:
        """Dossiers behind the tabs in question, in one query."""
        days = {to.due_on for _followup, to in self.moves}
        places = FollowUp.objects.open().filter(owner__in=self.binders, due_on__in=days).order_by()
        counted = places.values_list("owner", "due_on", "precision").annotate(n=Count("pk"))
        return Counter({tuple(key): n for *key, n in counted})

    @cached_property
    def _leaving(self) -> Counter:
        return Counter((old.owner_id, old.due_on, old.precision) for old, _to in self.moves)

    @property
    def over(self) -> list[Target]:
        return [target for target in self.targets if target.is_over]

    @property
    def days_over(self) -> int:
        """Days, or months, that would be too full in somebody's binder."""
        return len({target.tab for target in self.over})

    @property
    def rather(self) -> Tab | None:
        """The next working day, where the day named is a rest day."""
        calendar = self.user.calendar_from(self.user.today(self.now))
        day = rest_day_hint(self.tab, calendar) if self.tab else None
        return Tab(day) if day else None

    @property
    def must_ask(self) -> bool:
        """There is something to be seen before it is done."""
        return bool(self.moves) and bool(len(self.moves) > PAGE or not self._was_seen or self.over)

    @property
    def _was_seen(self) -> bool:
        """The day, and what lies there in every binder that is concerned."""
        return self.was_offered and all(target.owner == self.user for target in self.targets)


def offered(request: HttpRequest, listing: "CustomerList") -> dict:
    """What a list shows of filing: its form, and what was moved a moment ago."""
    return {"form": _form(request, listing), "moved": _just_moved(request, listing.now)}


def _form(request: HttpRequest, listing: "CustomerList") -> FilingForm:
    return FilingForm(sent(request), user=listing.user, now=listing.now)


def file_listed(request: HttpRequest, listing: "CustomerList", template: str, context: dict) -> HttpResponse:
    """File what was ticked on the list, or all of it: fields f = "id:version" …, or all and seen, and FilingForm's.

    Which days these are and how full they would be is shown before it is done.
    """
    form = _form(request, listing)
    chosen, missed = _chosen(request, listing)
    problem = _problem(form, chosen, missed)
    if problem:
        context |= {"form": form, "problem": problem, "ticked": request.POST.getlist("f")}
        return render(request, template, context, status=422)
    plan = Plan(request.user, chosen, form.cleaned_data["tab"], listing.now, form.was_offered)
    if plan.must_ask and not form.is_sure:
        context |= {"plan": plan, "form": form, "repeated": _repeated(request)}
        return render(request, "segmentation/plan.html", context)
    moved = move_many(moves=plan.moves, by=request.user, now=listing.now)
    moved.missed += missed
    _report(request, plan, moved)
    return redirect(listing.address(moved=listing.now.isoformat()) if moved.placed else listing.address())


def _problem(form: FilingForm, chosen: list[FollowUp], missed: list[FollowUp]) -> str:
    if not form.is_valid():
        return next(iter(form.errors.values()))[0]
    if not chosen and not missed:
        return _("Tick the dossiers first that shall be filed.")
    if len(chosen) > MOST:
        words = _("At most %(most)s dossiers are filed at once, and these are more: narrow the list first.")
        return words % {"most": number(MOST)}
    return ""


def _chosen(request: HttpRequest, listing: "CustomerList") -> tuple[list[FollowUp], list[FollowUp]]:
    """The open places that were ticked, as the page showed them, and those that are known to have been left."""
    places = FollowUp.objects.visible_to(request.user, on=listing.today).select_related("customer")
    places = places.annotate(expected_on=F("customer__expectation__due_on"))
    if request.POST.get("all"):
        mine = places.open().filter(customer__in=listing.customers.order_by().values("pk"))
        found = list(mine.order_by("customer__sort_name", "pk")[: MOST + 1])
        seen = instant(request.POST.get("seen", "")) or listing.now
        return [f for f in found if f.opened_at <= seen], [f for f in found if f.opened_at > seen]
    ticked = filter(None, map(TICKED.fullmatch, request.POST.getlist("f")))
    versions = {int(match["pk"]): int(match["version"]) for match in ticked}
    found = list(places.filter(pk__in=versions))
    for followup in found:
        followup.version = versions[followup.pk]
    return found, []


def instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _repeated(request: HttpRequest) -> list[tuple[str, str]]:
    """What was posted, for the page that asks before it is done."""
    names = ("f", "all", "seen", "to", "when")
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _report(request: HttpRequest, plan: Plan, moved: Moved) -> None:
    """Say what was done, keep it for the way back, and say what was left where it is, and why."""
    today = plan.user.today(plan.now)
    if moved.placed:
        at, text = plan.now.isoformat(), _said(moved.placed, today)
        request.session["moved"] = {"at": at, "text": text}
    for text in _left(plan, moved, today):
        messages.warning(request, text)


def _said(placed: list[FollowUp], today: date) -> str:
    """ "3 dossiers moved to Tue 8 Dec", "23 dossiers moved, each to its own day from Tue 17 Nov to Fri 27 Nov"."""
    tabs = sorted({followup.tab for followup in placed}, key=lambda tab: tab.due_on)
    first, last = (tab_name(tab, today=today) for tab in (tabs[0], tabs[-1]))
    n = len(placed)
    if len(tabs) == 1:
        words = ngettext("%(n)s dossier moved to %(tab)s", "%(n)s dossiers moved to %(tab)s", n)
        return words % {"n": number(n), "tab": first}
    words = _("%(n)s dossiers moved, each under its own day, from %(first)s to %(last)s")
    return words % {"n": number(n), "first": first, "last": last}


def _left(plan: Plan, moved: Moved, today: date) -> list[str]:
    """A sentence on each sort of dossier that was left where it is."""
    said = []
    if moved.missed:
        places = _now_of(moved.missed)
        said.append(
            _("Moved by somebody else meanwhile, and left where they lie now: %(names)s.")
            % {"names": _names(places, today)}
        )
    if plan.agreed:
        words = _("A time was agreed, so they stay; move them from their own sheet: %(names)s.")
        said.append(words % {"names": _names(plan.agreed, today)})
    if plan.undated:
        words = ngettext(
            "%(n)s dossier has no due date yet and stays: write a date for it.",
            "%(n)s dossiers have no due date yet and stay: write a date for them.",
            plan.undated,
        )
        said.append(words % {"n": plan.undated})
    if plan.there:
        words = ngettext("%(n)s dossier lay there already.", "%(n)s dossiers lay there already.", plan.there)
        said.append(words % {"n": plan.there})
    return said


def _now_of(seen: list[FollowUp]) -> list[FollowUp]:
    """The places where the first of these dossiers lie by now; the others as they were seen."""
    first = [followup.customer_id for followup in seen[:NAMED]]
    places = FollowUp.objects.open().filter(customer__in=first).select_related("customer")
    return [*places.order_by("customer__sort_name"), *seen[NAMED:]]


def _names(places: list[FollowUp], today: date) -> str:
    named = ", ".join(f"{each.customer.name} ({tab_name(each.tab, today=today)})" for each in places[:NAMED])
    more = len(places) - NAMED
    return _("%(names)s and %(n)s more") % {"names": named, "n": more} if more > 0 else named


def _just_moved(request: HttpRequest, now: datetime) -> dict | None:
    """What this session moved last, if the address says so and it is not long ago: keys at, text."""
    kept = request.session.get("moved")
    if not kept or request.GET.get("moved") != kept["at"]:
        return None
    at = instant(kept["at"])
    return kept if at and now - at < UNDO_FOR else None
