import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from django.conf import settings
from django.utils import timezone

from crm import periodic
from crm.mail.pace import SWEEP_EVERY

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

BELL = 60.0  # seconds
HEARTBEAT = "beat.alive"

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(name="crm.run_job", ignore_result=True)
def run_job(name: str) -> None:
    periodic.run_job(name, timezone.now())


# Beat rings every minute for every job; the row of the job decides whether its slot is still to be run.
# So a bell that nobody heard, a second beat or a restart changes nothing.
app.conf.beat_schedule = {
    job.name: {"task": run_job.name, "schedule": BELL, "args": (job.name,), "options": {"expires": BELL}}
    for job in periodic.JOBS
}
app.conf.beat_schedule["sweep"] = {
    "task": "mail.sweep",
    "schedule": SWEEP_EVERY,
    "options": {"expires": SWEEP_EVERY},
}
app.conf.beat_max_loop_interval = BELL


class BeatScheduler(Scheduler):
    """Beat without a memory of its own; it touches a file at each tick, for the health check."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        (Path(settings.VAR_DIR) / HEARTBEAT).touch()
        return super().tick(*args, **kwargs)
