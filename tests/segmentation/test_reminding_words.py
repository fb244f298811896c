"""Who gets a letter and why, and how far a series has come."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.mail.models import OutgoingMail
from segmentation.models import Expectation, Reminder
from segmentation.reminding.progress import GONE, Progress, progress_by_series, progress_of
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.words import reason, with_reasons
from tests.factories import NOW, TODAY
from tests.segmentation.reminders import make_due, make_reminder, make_series


@pytest.fixture
def series(lead):
    return make_series(lead)


@pytest.mark.parametrize(
    ("begins", "due", "point"),
    [
        ("window_from", -3, "expected since 14 Nov"),
        ("window_from", 0, "expected from 17 Nov"),
        ("due_on", -8, "was due on 14 Nov"),
        ("due_on", -5, "due on 17 Nov"),
        ("window_to", -14, "was expected until 15 Nov"),
        ("window_to", -12, "expected until 17 Nov"),
    ],
)
def test_the_reason_names_interval_last_purchase_and_point(lead, nino, begins, due, point):
    series = make_series(lead, begins=begins)
    make_reminder(make_due(nino, due=due), series)
    reminder = with_reasons(Reminder.objects.all()).get()
    with CaptureQueriesContext(connection) as queries:
        said = reason(reminder, today=TODAY)
    assert said == f"Usually comes back after 41 days; last bought on 8 Oct (40 days ago); {point}"
    assert len(queries) == 0


def test_without_an_expectation_any_more_the_last_purchase_is_the_reason(nino, series):
    make_reminder(make_due(nino), series)
    Expectation.objects.all().delete()
    reminder = with_reasons(Reminder.objects.all()).get()
    assert reason(reminder, today=TODAY) == "Last bought on 8 Oct (40 days ago)"


def test_progress_counts_each_customer_once(nino, series):
    stopped = {"stopped_at": NOW, "stopped_why": "bought", "bought_on": TODAY}
    for fields in (
        {"held_out": True},
        {"held_out": True, "bought_on": TODAY},
        {"next_on": TODAY + timedelta(1)},
        {},
        {},
        stopped,
        stopped | {"stopped_why": "over", "bought_on": None, "next_on": None},
    ):
        make_reminder(make_due(nino), series, **fields)
    queue_due(series.team.sender, now=NOW)
    OutgoingMail.objects.first().delete()
    found = progress_of(series)
    assert found == Progress(
        held_out=2,
        to_begin=1,
        under_way=2,
        bought=2,
        stopped={"bought": 1, "over": 1},
        letters={"queued": 1, GONE: 1},
    )
    assert (found.enrolled, found.queued) == (7, 2)


def test_progress_of_many_series_takes_three_queries(nino, lead, series):
    other, empty = make_series(lead, name="Other"), make_series(lead, name="Empty")
    make_reminder(make_due(nino), series)
    make_reminder(make_due(nino), other)
    with CaptureQueriesContext(connection) as queries:
        found = progress_by_series([series, other, empty])
    assert len(queries) == 3
    assert found == {series.pk: Progress(to_begin=1), other.pk: Progress(to_begin=1)}
    assert progress_of(empty) == Progress()
