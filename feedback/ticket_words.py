"""Where a search among tickets begins on SQLite; PostgreSQL has a trigram index of its own.

An index of the three-letter pieces of what is searched names the few tickets in which a word may stand; whether it
does is asked of the tickets themselves, in the same way on both databases. Triggers keep it. SQLite drops them whenever
Django makes the table anew to change it, so they are looked for after every `migrate`, and not made by a migration.
"""

from collections.abc import Iterable

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from contacts.folding import search_forms

MOST = 500  # tickets; of a word that stands in more, a page is full after a short way through all
_PIECE = 3  # letters
_INDEX = """CREATE VIRTUAL TABLE feedback_ticketwords USING fts5(
    search_text, number, content='feedback_ticket', content_rowid='id', tokenize='trigram', detail='none')"""
_ADD = "INSERT INTO feedback_ticketwords (rowid, search_text, number) VALUES (new.id, new.search_text, new.number);"
_TAKE_OUT = """INSERT INTO feedback_ticketwords (feedback_ticketwords, rowid, search_text, number)
    VALUES ('delete', old.id, old.search_text, old.number);"""
_TRIGGERS = {
    "ticketwords_insert": f"AFTER INSERT ON feedback_ticket BEGIN {_ADD} END",
    "ticketwords_delete": f"AFTER DELETE ON feedback_ticket BEGIN {_TAKE_OUT} END",
    "ticketwords_update": "AFTER UPDATE OF search_text, number ON feedback_ticket"
    f" WHEN old.search_text <> new.search_text OR old.number <> new.number BEGIN {_TAKE_OUT} {_ADD} END",
}


def keep_index(using: str = DEFAULT_DB_ALIAS, **_signal: object) -> None:
    """Make what is missing of it."""
    connection = connections[using]
    if connection.vendor != "sqlite" or "feedback_ticket" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE '%ticketwords%'")
        there = {name for (name,) in cursor.fetchall()}
        if "feedback_ticketwords" not in there:
            cursor.execute(_INDEX)
        if missing := _TRIGGERS.keys() - there:
            for name in missing:
                cursor.execute(f"CREATE TRIGGER {name} {_TRIGGERS[name]}")
            cursor.execute("INSERT INTO feedback_ticketwords (feedback_ticketwords) VALUES ('rebuild')")


def among_which(words: Iterable[str], *, using: str) -> Q:
    """A condition on tickets that all those with these words fulfil; none where it would be of no use."""
    connection = connections[using]
    pieces = [piece for word in words if (piece := _in_index(word))]
    if connection.vendor != "sqlite" or not pieces:
        return Q()
    found = _look_up(connection, " AND ".join(pieces))
    return Q(pk__in=found) if len(found) <= MOST else Q()


def _in_index(word: str) -> str:
    """The word's pieces in the language of the index; "" if it is too short for one."""
    number = word.removeprefix("#")
    forms = {number, *search_forms(word)} | ({str(int(number))} if number.isdecimal() else set())
    if any(len(form) < _PIECE or "\0" in form for form in forms):
        return ""
    return f"({' OR '.join(f'({_pieces(form)})' for form in sorted(forms))})"


def _pieces(form: str) -> str:
    pieces = {form[n : n + _PIECE] for n in range(len(form) - _PIECE + 1)}
    return " AND ".join('"{}"'.format(piece.replace('"', '""')) for piece in sorted(pieces))


def _look_up(connection: BaseDatabaseWrapper, pieces: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM feedback_ticketwords WHERE feedback_ticketwords MATCH %s LIMIT %s",
            [pieces, MOST + 1],
        )
        return [pk for (pk,) in cursor.fetchall()]
