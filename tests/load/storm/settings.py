"""The product's settings, with leases that a test can wait for and the kind of mail that the storm sends."""

from datetime import timedelta

from crm.settings import *  # noqa: F403
from crm.settings import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "tests.load.storm.apps.StormConfig"]
MAIL_LEASE = timedelta(seconds=8)
MAIL_HANDOFF_LEASE = timedelta(seconds=12)
# That a worker lost Redis is what we do to it: no news, for each of 20 times.
LOGGING["root"]["level"] = "ERROR"
