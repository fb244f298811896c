"""A binder's agreed times as a calendar (RFC 5545) that a phone subscribes to.

Told is what one needs on the way, and no more: with whom and how, and where a visit is. What was said, plans and
telephone numbers stay inside; all that has no agreed time is one line a day, a number without names.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import Calendar, Event

from crm.mail.tokens import public_id_of, token_for
from crm.team.models import User
from followups.lending import Absences, share_of
from followups.models import CalendarFeed, FollowUp, FollowUpQuerySet

CALENDAR = "calendar"  # what the tokens are for
AHEAD = timedelta(days=180)
LASTS = timedelta(minutes=30)  # a binder knows when a talk begins, not when it ends
READ_AGAIN = timedelta(hours=1)  # what calendars are asked to wait at least


def address_of(feed: CalendarFeed) -> str:
    token = token_for(feed.public_id, purpose=CALENDAR)
    return settings.BASE_URL + reverse("followups:feed", args=[token])


def feed_of(public_id: str | None) -> CalendarFeed | None:
    """None for an address that was replaced or given up, or of somebody who no longer works here."""
    return CalendarFeed.objects.open().select_related("user__team").filter(public_id=public_id).first()


def public_id_in(token: str) -> str | None:
    return public_id_of(token, purpose=CALENDAR)


def calendar_of(user: User, *, now: datetime) -> bytes:
    """The user's own binder from today on, and agreed times in those he looks after today.

    The same number of queries however much lies in them, and at most two more for each that he looks after.
    """
    today = user.today(now)
    own = _coming(user, until=today + AHEAD)
    calendar = Calendar()
    calendar.add("prodid", "-//Ringbinder//Ringbinder//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Ringbinder: %(name)s") % {"name": user.name})
    calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", READ_AGAIN, parameters={"value": "DURATION"})
    events = (_agreed(own, user, since=today), _lent(user, today), _days(own, user, today, now))
    for event in chain.from_iterable(events):
        calendar.add_component(event)
    return calendar.to_ical()


def _coming(owner: User, *, until: date) -> FollowUpQuerySet:
    places = FollowUp.objects.of(owner).open()
    return places.filter(precision=FollowUp.Precision.DAY, due_on__lte=until)


def _lent(user: User, today: date) -> Iterator[Event]:
    """Agreed times of colleagues who are away, as far as their binders are lent to the user."""
    absences = Absences(user, on=today)
    for absence in absences.lent:
        places = _coming(absence.user, until=absence.ends_on)
        if share := share_of(user, absence.user, on=today):
            places = places.shared_with(share)
        yield from _agreed(places, absence.user, since=today, instead_of=absence.user.first_name)


def _agreed(coming: FollowUpQuerySet, owner: User, *, since: date, instead_of: str = "") -> Iterator[Event]:
    timed = coming.filter(at__isnull=False, due_on__gte=since).select_related("customer__main_person")
    for place in timed.order_by("due_on", "at", "pk"):
        # In UTC: a calendar shows it at the right hour wherever its owner is, and on days when clocks change.
        starts = datetime.combine(place.due_on, place.at, tzinfo=owner.zone).astimezone(UTC)
        words = _with_whom(place)
        if instead_of:
            words = _("%(what)s (for %(name)s)") % {"what": words, "name": instead_of}
        event = _event(f"dossier-{place.customer_id}", words, stamp=place.opened_at)
        event.add("dtstart", starts)
        event.add("dtend", starts + LASTS)
        event.add("url", _url("followups:dossier", owner.pk, place.due_on.isoformat(), place.customer_id))
        if place.kind == FollowUp.Kind.VISIT and (where := _where(place)):
            event.add("location", where)
        yield event


def _days(coming: FollowUpQuerySet, user: User, today: date, now: datetime) -> Iterator[Event]:
    """One line for each day on which something without a time lies; what was left behind is today's work."""
    untimed: Counter[date] = Counter()
    lying = coming.filter(Q(at__isnull=True) | Q(due_on__lt=today))
    for day, _precision, number in lying.counts():
        untimed[max(day, today)] += number
    for day, number in sorted(untimed.items()):
        words = ngettext("%(n)s dossier at any time", "%(n)s dossiers at any time", number) % {"n": number}
        event = _event(f"day-{user.pk}-{day:%Y%m%d}", words, stamp=now)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("url", _url("followups:day", user.pk, day.isoformat()))
        yield event


def _event(name: str, summary: str, *, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("summary", summary)
    return event


def _with_whom(place: FollowUp) -> str:
    customer, person = place.customer, place.customer.main_person
    words = {"kind": place.get_kind_display(), "name": customer.name, "person": person and person.name}
    return (_("%(kind)s: %(name)s, %(person)s") if person else _("%(kind)s: %(name)s")) % words


def _where(place: FollowUp) -> str:
    customer = place.customer
    return ", ".join(filter(None, [customer.street, f"{customer.postcode} {customer.town}".strip()]))


def _url(name: str, *args: object) -> str:
    return settings.BASE_URL + reverse(name, args=args)
