"""Slips that purchases lay on dossiers: the next one is due; the last one wants thanks.

Both look back a few days only, so that neither the first night of a large team nor an imported history lays
more than an ordinary week would.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.team.models import Team
from followups.models import Slip
from followups.slips import SlipDraft, SlipSource
from segmentation.advice import slip_groups
from segmentation.models import Rules, Score
from segmentation.quarters import today_of

OPENED_WITHIN = timedelta(days=3)  # a window that opened before a weekend, or while the job stood still
BOUGHT_WITHIN = timedelta(days=3)
DUE, THANKS = "due", "thanks"


def find_due(now: datetime) -> Iterator[SlipDraft]:
    """Whose window has opened lately and is open, in groups for which the team wants this; once after each purchase."""
    days = {team: today_of(team, now) for team in Team.objects.all()}
    wanted = slip_groups(days)
    opened = (
        Q(team=team, group__in=wanted[team.pk], customer__expectation__window_to__gte=day)
        & Q(customer__expectation__window_from__range=(day - OPENED_WITHIN, day))
        for team, day in days.items()
    )
    for score in _filed(reduce(or_, opened, Q(pk=None)), DUE).select_related("customer__expectation"):
        expected = score.customer.expectation
        yield SlipDraft(score.customer, score.key, _due(score, expected.window_to), expected.window_from)


def _due(score: Score, until: date) -> str:
    days = score.customer.expectation.usual_days
    every = ngettext("usually after %(n)s day", "usually after %(n)s days", days) % {"n": days}
    told = {"until": _day(until), "usual": every, "last": _day(score.last_on)}
    return _("Next purchase expected until %(until)s (%(usual)s; last on %(last)s)") % told


def find_thanks(now: datetime) -> Iterator[SlipDraft]:
    """Who has bought within the last days, for the owner's next working day after it."""
    silent = Rules.objects.filter(thank_after_purchase=False).values("team")
    days = {team: today_of(team, now) for team in Team.objects.exclude(pk__in=silent)}
    bought = (Q(team=team, last_on__range=(day - BOUGHT_WITHIN, day)) for team, day in days.items())
    for score in _filed(reduce(or_, bought, Q(pk=None)), THANKS).select_related("customer__owner__team"):
        reason = _("Bought on %(day)s: say thank you, ask whether all is well") % {"day": _day(score.last_on)}
        on = score.customer.owner.calendar.next_working(score.last_on, after=True)
        yield SlipDraft(score.customer, score.key, reason, on)


def _filed(chosen: Q, source: str) -> QuerySet[Score]:
    """Scores of dossiers that do not rest and have no such slip since the last purchase, whose day is the `key`."""
    filed = Q(customer__followups__closed_at__isnull=True, customer__followups__due_on__isnull=False)
    laid = Slip.objects.filter(customer=OuterRef("customer"), source=source, key=OuterRef("key"))
    scores = Score.objects.annotate(key=Cast(F("last_on"), CharField()))
    return scores.filter(chosen, filed).exclude(Exists(laid)).order_by("pk")


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


# A dossier that lies too late for its window is not moved behind anybody's back: the list of who is due offers that.
DUE_SOURCE = SlipSource(DUE, gettext_lazy("Purchase due"), icon="buy", find=find_due, pull_forward=False)
THANKS_SOURCE = SlipSource(
    THANKS, gettext_lazy("After a purchase"), icon="hand", find=find_thanks, pull_forward=True
)
