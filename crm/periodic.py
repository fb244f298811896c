"""Work that comes round again. Each job is a function of "now"; beat and the loop both call it from here."""

import logging
import time as clock
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from traceback import extract_tb

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Q
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Job:
    """A function of "now" that runs once in each slot of length `every`; slots begin `at` that time, UTC.

    It may return a sentence on what it did, which is kept until its next run.
    """

    name: str
    run: str  # dotted path
    every: timedelta
    at: time | None = None

    def slot(self, now: datetime) -> datetime:
        """The instant at which the slot that holds `now` began."""
        start = datetime.combine(EPOCH, self.at or time.min, UTC)
        return start + (now - start) // self.every * self.every


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

JOBS = (
    Job("check_binder", "followups.checks.check_binder_nightly", DAY, at=time(2)),
    Job("deal_out", "followups.dealing.deal_out_all", HOUR),
    # Hourly, because somebody may fall ill in the morning; each is told once.
    Job("absences", "followups.notices.tell_all", HOUR),
    # Hourly, because days end at different hours; each evening is counted once.
    Job("left_behind", "followups.counting.count_all", HOUR),
    Job("slips", "followups.slips.collect", HOUR),
    # Hourly, because midnight comes to teams at different hours; a team is scored once a day.
    Job("scores", "segmentation.nightly.score_all", HOUR),
    Job("expectations", "segmentation.nightly_expectations.expect_all", HOUR),
    # After the expectations, by which it goes.
    Job("reminders", "segmentation.reminding.sweep.remind_all", HOUR),
    Job("recommendations", "feedback.recommending.ask_all", DAY, at=time(5)),
    Job("intervals", "segmentation.typical.keep_all", HOUR),
    Job("tickets", "feedback.warning.warn_all", 10 * MINUTE),
    # Calendars and zones are set elsewhere, and a year's holidays become known.
    Job("ticket_dues", "feedback.warning.work_out_all", DAY, at=time(1)),
    Job("readings", "feedback.reading.kept.keep_recent", MINUTE),
    Job("all_readings", "feedback.reading.kept.keep_all", DAY, at=time(1)),
    # Hourly, because months end at different hours; each is kept once.
    Job("awards", "feedback.reading.award.award_all", HOUR),
    Job("mailbox", "crm.mail.mailbox.collect", MINUTE),
    Job("ticket_mailbox", "feedback.mailbox.collect", MINUTE),
    Job("clear_sessions", "crm.periodic.clear_sessions", DAY, at=time(3)),
    Job("clear_imports", "contacts.importing.files.clear_old", HOUR),
    Job("clear_attachments", "feedback.attachments.clear_orphans", DAY, at=time(3)),
)


def due(now: datetime, jobs: Iterable[Job] = JOBS) -> list[Job]:
    """The jobs that have not been started in their present slot."""
    started = dict(apps.get_model("team.JobRun").objects.values_list("name", "last_started_at"))
    return [job for job in jobs if (at := started.get(job.name)) is None or at < job.slot(now)]


def run_due(now: datetime, jobs: Iterable[Job] = JOBS) -> list[str]:
    """Run what is due; return the names of the jobs that ran."""
    return [job.name for job in due(now, jobs) if _run(job, now)]


def run_job(name: str, now: datetime) -> bool:
    """Run one job unless its slot is taken; say whether it ran. KeyError for an unknown name."""
    return _run({job.name: job for job in JOBS}[name], now)


def _claim(job: Job, now: datetime) -> bool:
    """Take the present slot of the job; of any number who ask, one gets it."""
    runs = apps.get_model("team.JobRun").objects
    runs.get_or_create(name=job.name)
    free = runs.filter(Q(last_started_at__isnull=True) | Q(last_started_at__lt=job.slot(now)), name=job.name)
    return free.update(last_started_at=now, last_finished_at=None, message="") == 1


def _run(job: Job, now: datetime) -> bool:
    if not _claim(job, now):
        return False
    began = clock.monotonic()
    try:
        message = import_string(job.run)(now) or ""
    except Exception as error:
        # The text of an error may quote a customer: its class and place are enough to find it.
        message = f"{type(error).__name__} at {_place(error)}"
        logger.error("Periodic job %s failed: %s", job.name, message)
    finished = now + timedelta(seconds=clock.monotonic() - began)
    runs = apps.get_model("team.JobRun").objects.filter(name=job.name)
    runs.update(last_finished_at=finished, message=message[:200])
    return True


def _place(error: Exception) -> str:
    """The last line of ours that was running."""
    frames = [
        frame
        for frame in extract_tb(error.__traceback__)
        if frame.filename.startswith(str(settings.BASE_DIR)) and "site-packages" not in frame.filename
    ]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"


def clear_sessions(now: datetime) -> None:
    call_command("clearsessions")
