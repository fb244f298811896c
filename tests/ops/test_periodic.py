import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.utils.module_loading import import_string

from crm import periodic
from crm.celery import app, run_job
from crm.periodic import DAY, JOBS, Job, due, run_due
from crm.team.models import JobRun
from tests.ops import jobs
from tests.ops.jobs import FAIL, NOTE
from tests.ops.programs import PATIENCE, environment, run, running, wait_until

NOON = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)


@pytest.fixture
def ran() -> list[datetime]:
    jobs.ran.clear()
    return jobs.ran


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 11, 20, 2, 0, tzinfo=UTC), datetime(2026, 11, 20, 2, 0, tzinfo=UTC)),
        (datetime(2026, 11, 20, 1, 59, tzinfo=UTC), datetime(2026, 11, 19, 2, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_daily_slot_begins_at_its_time(now, start):
    assert Job("nightly", "x.y", DAY, at=time(2)).slot(now) == start


def test_an_hourly_slot_begins_at_the_full_hour():
    assert NOTE.slot(NOON) == NOON.replace(minute=0)


@pytest.mark.django_db
def test_a_job_runs_once_in_its_slot_and_again_in_the_next(ran):
    assert run_due(NOON, [NOTE]) == ["note"]
    assert run_due(NOON + timedelta(minutes=20), [NOTE]) == []
    assert run_due(NOON + timedelta(hours=1), [NOTE]) == ["note"]
    assert ran == [NOON, NOON + timedelta(hours=1)]


@pytest.mark.django_db
def test_slots_missed_are_made_up_for_once(ran):
    run_due(NOON, [NOTE])
    later = NOON + timedelta(days=3)
    run_due(later, [NOTE])
    run_due(later, [NOTE])
    assert ran == [NOON, later]


@pytest.mark.django_db
def test_the_row_tells_when_it_ran(ran):
    run_due(NOON, [NOTE])
    row = JobRun.objects.get(name="note")
    assert row.last_started_at == NOON
    assert NOON <= row.last_finished_at < NOON + timedelta(seconds=5)
    assert row.message == "1 note"


@pytest.mark.django_db
def test_a_job_that_fails_stops_no_other_and_tells_no_data(ran, caplog):
    assert run_due(NOON, [FAIL, NOTE]) == ["fail", "note"]
    assert ran == [NOON]
    assert [record.getMessage()[:38] for record in caplog.records] == [
        "Periodic job fail failed: ValueError a"
    ]
    assert "Weber" not in caplog.text
    assert JobRun.objects.get(name="fail").message.startswith("ValueError at jobs.py:")


@pytest.mark.django_db
def test_a_job_that_failed_is_due_again_in_the_next_slot():
    run_due(NOON, [FAIL])
    assert due(NOON + timedelta(minutes=30), [FAIL]) == []
    assert due(NOON + timedelta(hours=1), [FAIL]) == [FAIL]


@pytest.mark.django_db(transaction=True)
def test_of_eight_loops_one_runs_the_job(ran):
    def loop(_: int) -> list[str]:
        try:
            return run_due(NOON, [NOTE])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(loop, range(8)))
    assert sorted(results) == [[], [], [], [], [], [], [], ["note"]]
    assert ran == [NOON]


@pytest.mark.django_db
def test_looking_for_what_is_due_takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert due(NOON) == list(JOBS)


def test_every_job_exists_and_has_a_name_of_its_own():
    assert all(callable(import_string(job.run)) for job in JOBS)
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_an_unknown_job_is_an_error():
    with pytest.raises(KeyError):
        periodic.run_job("sing", NOON)


@pytest.mark.django_db
def test_beat_rings_for_every_job_and_the_task_runs_it():
    bells = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == run_job.name]
    assert [bell["args"] for bell in bells] == [(job.name,) for job in JOBS]
    run_job.apply(args=["clear_sessions"], throw=True)
    assert list(JobRun.objects.values_list("name", "message")) == [("clear_sessions", "")]


@pytest.mark.django_db
def test_every_job_runs_without_error():
    run_due(NOON)
    assert dict(JobRun.objects.values_list("name", "message")) == {
        "check_binder": "0 in the binder, 0 resting in the cabinet, 0 astray.",
        "clear_imports": "",
        "clear_sessions": "",
        "slips": "0 slips",
        "scores": "0 teams, 0 rows written",
        "expectations": "0 teams, 0 expectations written",
        "intervals": "0 teams",
        "reminders": "0 enrolled, 0 letters queued",
        "readings": "0 written",
        "all_readings": "0 written, 0 of long ago had changed",
        "awards": "0 months",
        "mailbox": "",
        "ticket_mailbox": "",
        "clear_attachments": "",
        "deal_out": "0 dealt out",
        "absences": "0 told",
        "left_behind": "0 counted",
        "recommendations": "",
        "tickets": "0 told",
        "ticket_dues": "0 open",
    }


def test_the_loop_runs_what_is_due(prepared):
    result = run("bin/loop", "--once", env=environment(prepared))
    assert (result.returncode, result.stderr) == (0, "")
    with closing(sqlite3.connect(prepared / "ringbinder.sqlite3")) as database:
        rows = database.execute("SELECT count(*) FROM team_jobrun WHERE last_finished_at IS NOT NULL")
        assert rows.fetchone() == (len(JOBS),)


def test_the_loop_outlives_a_database_that_is_away_and_ends_when_told(tmp_path):
    env, log = environment(tmp_path, DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing"), tmp_path / "log"
    with running("bin/loop", env=env, log=log) as loop:
        wait_until(lambda: "(OperationalError); the jobs wait.\n" in log.read_text(), loop)
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(PATIENCE) == 0
    assert "Traceback" not in log.read_text()
