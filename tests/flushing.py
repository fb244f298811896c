"""Between two tests of the live server every table is emptied, but for those that the migrations have filled."""

from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate

FILLED = ("django_content_type", "auth_permission")
FILLING = "django.contrib.auth.management.create_permissions"


def flush_quickly() -> None:
    """Leave alone what is always the same, rather than take it away and make it anew."""
    connection.ops.sql_flush = delete_rows
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid=FILLING)


def delete_rows(style: object, tables: list[str], **options: bool) -> list[str]:
    """As the database's own `sql_flush`. TRUNCATE makes the files of each table anew, which takes 50 times as long."""
    names = [connection.ops.quote_name(table) for table in tables if table not in FILLED]
    deletions = [f"DELETE FROM {name}" for name in names]  # noqa: S608
    if connection.vendor == "postgresql":  # nobody may add a row in between, whose parent is then deleted
        return [f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE", *deletions]
    return deletions
