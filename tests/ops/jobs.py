"""Jobs for the tests of the periodic work."""

from datetime import datetime, timedelta

from crm.periodic import Job

ran: list[datetime] = []


def note(now: datetime) -> str:
    ran.append(now)
    return "1 note"


def fail(now: datetime) -> None:
    raise ValueError("Weber GmbH")


NOTE = Job("note", "tests.ops.jobs.note", timedelta(hours=1))
FAIL = Job("fail", "tests.ops.jobs.fail", timedelta(hours=1))
