"""Between two tests of the live server every table is emptied."""

from django.db import connection


def delete_rows(style: object, tables: list[str], **options: bool) -> list[str]:
    """As the database's own `sql_flush`. TRUNCATE makes the files of each table anew, which takes 50 times as long."""
    names = [connection.ops.quote_name(table) for table in tables]
    # Nobody may add a row in between, whose parent is then deleted.
    lock = f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE"
    return [lock, *(f"DELETE FROM {name}" for name in names)] if names else []  # noqa: S608
