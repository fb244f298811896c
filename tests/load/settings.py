"""The product's settings, with one page more: the trivial one that others are measured against."""

from crm.settings import *  # noqa: F403
from crm.settings import LOGGING

ROOT_URLCONF = "tests.load.urls"
# Two people who get into each other's way on purpose are no news.
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}
