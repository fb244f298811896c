"""Who gets a letter, and why, in words."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from segmentation.models import Reminder, Series
from segmentation.models.reminder import ReminderQuerySet
from segmentation.words import short_day


def with_reasons(reminders: ReminderQuerySet) -> ReminderQuerySet:
    """With all that reason() reads."""
    return reminders.select_related("customer__expectation", "series")


def reason(reminder: Reminder, *, today: date) -> str:
    """ "Usually comes back after 41 days; last bought on 3 Oct (45 days ago); expected from 13 Nov".

    No query for one read `with_reasons`.
    """
    parts = [_last_bought(reminder.cycle, today)]
    if expected := getattr(reminder.customer, "expectation", None):
        usual = ngettext(
            "Usually comes back after %(n)s day", "Usually comes back after %(n)s days", expected.usual_days
        )
        parts = [usual % {"n": expected.usual_days}, *parts, _point(reminder.series.begins, expected, today)]
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _last_bought(day: date, today: date) -> str:
    ago = (today - day).days
    words = ngettext("last bought on %(day)s (%(n)s day ago)", "last bought on %(day)s (%(n)s days ago)", ago)
    return words % {"day": short_day(day, today), "n": ago}


def _point(begins: str, expected: object, today: date) -> str:
    """The point of the interval by which the series goes, in its tense."""
    day = getattr(expected, begins)
    is_past = day < today
    words = {
        Series.Begins.WINDOW_FROM: (_("expected from %(day)s"), _("expected since %(day)s")),
        Series.Begins.DUE_ON: (_("due on %(day)s"), _("was due on %(day)s")),
        Series.Begins.WINDOW_TO: (_("expected until %(day)s"), _("was expected until %(day)s")),
    }
    return words[begins][is_past] % {"day": short_day(day, today)}
