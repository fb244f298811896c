import gc
import os
from pathlib import Path

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client
from hypothesis import settings as hypothesis

from tests import caching, flushing, sharing
from tests.factories import make_lead, make_team, make_user
from tests.sessions import session_of

hypothesis.register_profile("thorough", max_examples=500)


def pytest_configure() -> None:
    """Settings for tests: static files straight from the tree, passwords that are quick to make, no files of others."""
    gc.disable()  # until all is loaded, of which nothing is rubbish
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.STATICFILES_DIRS = [
        *settings.STATICFILES_DIRS,
        ("axe", Path(axe_playwright_python.__file__).parent),
    ]
    # The sweep knows no rows of the real ones.
    settings.ATTACHMENT_DIR = settings.VAR_DIR / "test-attachments"
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.CACHES["default"]["KEY_FUNCTION"] = "tests.caching.key_of_this_turn"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("postgresql"):  # what is written need not outlive a power cut
        database.setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
        database["CONN_MAX_AGE"] = (
            0  # or each line that an idle browser leaves open to the live server keeps one
        )


LONG = (
    "/browser/",
    "/ops/",
    "/test_sweep",
    "/test_filters",
    "/test_scores",
    "_law.py",
    "/test_changes",
    "/test_year",
    "/test_mailbox",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes seconds comes first: the end then waits for nothing long."""
    items.sort(key=lambda item: not any(part in str(item.path) for part in LONG))


def pytest_collection_finish() -> None:
    """Let Python look for rubbish more rarely, and not among what stays until the end: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    gc.enable()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """A folder of this run and of all its processes."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_blocker, django_db_keepdb, django_db_createdb, shared_folder
):
    """Instead of pytest-django's own, which lets every process run all migrations."""
    with django_db_blocker.unblock():
        sharing.take_database(shared_folder, reuse=django_db_keepdb and not django_db_createdb)
    flushing.flush_quickly()
    yield
    with django_db_blocker.unblock():
        sharing.leave_database(shared_folder, keep=django_db_keepdb)


@pytest.fixture(autouse=True)
def fresh_cache():
    """Nothing is remembered of the test before."""
    caching.start_afresh()


@pytest.fixture(scope="session", autouse=True)
def tidy_redis():
    yield
    if settings.REDIS_URL:
        caching.leave_nothing_in(settings.REDIS_URL)


@pytest.fixture
def team(db):
    return make_team()


@pytest.fixture
def nino(team):
    return make_user(team=team, name="Nino Beridze", email="nino@team.example")


@pytest.fixture
def levan(team):
    return make_user(team=team, name="Levan Gelashvili", email="levan@team.example")


@pytest.fixture
def lead(team):
    return make_lead(team=team, name="Lena Vogt", email="lena@team.example")


@pytest.fixture
def stranger(db):
    """Somebody of another team."""
    return make_user(name="Stan Stranger", email="stan@elsewhere.example")


@pytest.fixture
def client_of():
    """Gives a client logged in as the user it is called with."""

    def login(user):
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
        return client

    return login
