import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis

from tests import caching, flushing
from tests.factories import make_lead, make_team, make_user

hypothesis.register_profile("thorough", max_examples=500)


def pytest_configure() -> None:
    """Settings for tests: static files straight from the tree, passwords that are quick to make, no files of others."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.ATTACHMENT_DIR = (
        settings.VAR_DIR / "test-attachments"
    )  # the sweep knows no rows of the real ones
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.CACHES["default"]["KEY_FUNCTION"] = "tests.caching.key_of_this_turn"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("postgresql"):  # what is written need not outlive a power cut
        database.setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes seconds comes first: the end then waits for nothing long."""
    items.sort(key=lambda item: not any(part in str(item.path) for part in ("/browser/", "/ops/")))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """PostgreSQL drops no database in use: a page that was left may still be asking the live server something."""
    if connection.vendor == "postgresql":
        connection.ops.sql_flush = flushing.delete_rows
    yield
    if connection.vendor == "postgresql":
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"{others} AND pid <> pg_backend_pid()")


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
        client.force_login(user)
        return client

    return login
