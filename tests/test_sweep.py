"""The sweep: every route, asked by everybody, is answered as `tests/sweep_table.py` declares."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.sessions import session_of
from tests.sweep_table import LOGIN, ROUTES, make_world

ROLES = ("anonymous", "stranger", "manager", "lead", "admin")


def routes(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The full name of every route at any depth; a route without a name could not be declared."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces)
        else:
            assert isinstance(pattern, URLPattern)
            assert pattern.name, f"The route {pattern.pattern} has no name."
            yield ":".join((*namespaces, pattern.name))


def test_every_route_is_declared_and_every_declared_route_is_there():
    found = list(routes(get_resolver()))
    assert sorted(set(found) - set(ROUTES)) == [], "not declared in tests/sweep_table.py"
    assert sorted(set(ROUTES) - set(found)) == [], "declared, but gone"
    assert len(found) == len(set(found)), "two routes share a name"


def test_get_is_answered_as_declared_and_writes_nothing(world):
    answers, wrote = {}, {}
    before = fingerprint()
    for name, row in ROUTES.items():
        with taken_back():
            count = rows_written()
            path = reverse(name, kwargs=row.at(world))
            prepared = before if rows_written() == count else fingerprint()
            count = rows_written()
            answers[name] = tuple(ask("get", path, session) for session in world.sessions.values())
            wrote[name] = [] if rows_written() == count else changed(prepared)
    assert wrong(answers, {name: row.get for name, row in ROUTES.items()}) == {}
    assert {name for name, tables in wrote.items() if tables} == {
        n for n, row in ROUTES.items() if row.get_writes
    }
    assert changed(before) == [], "the sweep did not take back what it did"


def test_post_without_data_is_answered_as_declared(world):
    answers = {}
    for name, row in ROUTES.items():
        given = []
        for session in world.sessions.values():
            with taken_back():
                given.append(ask("post", reverse(name, kwargs=row.at(world)), session))
        answers[name] = tuple(given)
    assert wrong(answers, {name: row.post for name, row in ROUTES.items()}) == {}


def wrong(answers: dict, declared: dict) -> dict[str, dict[str, tuple]]:
    """What differs, by route and role: (declared, answered)."""
    differences = {
        name: {
            role: (wanted, given)
            for role, wanted, given in zip(ROLES, declared[name], answers[name], strict=True)
            if wanted != given
        }
        for name in declared
    }
    return {name: found for name, found in differences.items() if found}


@pytest.fixture
def world(db, settings, tmp_path):
    settings.IMPORT_DIR = tmp_path
    settings.ATTACHMENT_DIR = tmp_path / "attachments"
    made = make_world()
    made.sessions = {role: session_of(made.users[role]) if made.users[role] else "" for role in ROLES}
    return made


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is written inside is taken back, and no request is slowed down by those before it."""
    with override_settings(ACCOUNT_RATE_LIMITS=False), transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(method: str, path: str, session: str) -> int | str:
    """The status, or LOGIN when the answer is the way to the login page."""
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    response = getattr(client, method)(path)
    response.getvalue()  # a file is closed at its end
    is_login = response.status_code == 302 and response.url.startswith(f"{reverse('account_login')}?next=")
    return LOGIN if is_login else response.status_code


def rows_written() -> int:
    """How many rows were ever written here, as the database itself counts: also those that were taken back again.

    While it stands still no table can have changed, and none has to be read.
    """
    if connection.vendor == "sqlite":
        return connection.connection.total_changes
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_all_tables")
        return cursor.fetchone()[0]


def fingerprint() -> dict[str, str]:
    """A digest of all rows by table."""
    with connection.cursor() as cursor:
        return {table: _digest(cursor, table) for table in connection.introspection.table_names(cursor)}


def _digest(cursor, table: str) -> str:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
    return hashlib.sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()


def changed(before: dict[str, str]) -> list[str]:
    after = fingerprint()
    return [table for table in before if before[table] != after[table]]
