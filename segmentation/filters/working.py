"""Conditions on talks, which know the past, and on the dossier's place in the binder, which does not."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from followups.models import FollowUp
from followups.models import FollowUpQuerySet as Places
from segmentation.filters.inputs import Day, Number, People
from segmentation.filters.moment import Moment
from segmentation.filters.registry import Condition, Operator, register

WORK = _("Contacts and the binder")
DAYS = Number("days", _("days"), most=3650)
SINCE, UNTIL = Day("since", _("from")), Day("until", _("to"))
DAY = Day("day", _("day"))
OWNERS = People("owners", _("whose"))


def _talked(moment: Moment, since: date) -> Q:
    return Q(Exists(moment.talks().filter(happened_at__gte=moment.midnight(since))))


def _silent_for(moment: Moment, days: int) -> Q:
    return ~_talked(moment, moment.ago(days))


def _talked_within(moment: Moment, days: int) -> Q:
    return _talked(moment, moment.ago(days))


def _never_talked(moment: Moment) -> Q:
    return ~Q(Exists(moment.talks()))


def _lies(places: Places) -> Q:
    return Q(Exists(places.open().filter(customer=OuterRef("pk"))))


def _under(moment: Moment, since: date, until: date) -> Q:
    return _lies(FollowUp.objects.filter(due_on__gte=since, due_on__lte=until))


def _coming(moment: Moment, days: int) -> Q:
    return _under(moment, moment.today, moment.today + timedelta(days))


register(
    Condition(
        "last_contact", WORK, _("last contact"),
        (
            Operator("ago", _("was more than %(days)s days ago, or never"), _silent_for, (DAYS,)),
            Operator("within", _("was within the last %(days)s days"), _talked_within, (DAYS,)),
            Operator("none_since", _("was before %(day)s, or never"),
                     lambda moment, day: ~_talked(moment, day), (DAY,)),
            Operator("never", _("never was"), _never_talked),
        ),
        knows_past=True,
    ),
    Condition(
        "place", WORK, _("dossier"),
        (
            Operator("under", _("lies under a tab from %(since)s to %(until)s"), _under, (SINCE, UNTIL)),
            Operator("coming", _("lies under a tab of today or the next %(days)s days"), _coming, (DAYS,)),
            Operator("rests", _("rests in the cabinet"), lambda moment: _lies(FollowUp.objects.resting())),
            Operator("behind", _("was left behind"),
                     lambda moment: _lies(FollowUp.objects.left_behind(today=moment.today))),
        ),
    ),
    Condition(
        "binder", WORK, _("binder in which it lies"),
        (
            Operator("is", _("is that of %(owners)s"),
                     lambda moment, owners: _lies(FollowUp.objects.filter(owner_id__in=owners)), (OWNERS,)),
            Operator("is_not", _("is not that of %(owners)s"),
                     lambda moment, owners: ~_lies(FollowUp.objects.filter(owner_id__in=owners)), (OWNERS,)),
        ),
    ),
)  # fmt: skip
