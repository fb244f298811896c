"""Very many rows at once, past the ORM."""

import pytest
from django.db import IntegrityError, connection, transaction

from crm.mail.bulk import AT_ONCE, insert_rows
from crm.mail.models import Pulse
from tests.factories import NOW

pytestmark = pytest.mark.django_db

NAMES = [
    "tab\t",
    "back\\slash",
    "\\N",
    "\\.",
    "new\nline",
    "old\rMac",
    "of\r\nWindows",
    "käßler 😀",
    "\u2028\x0c",
    "",
    "x'; --",
]


def insert(names: list[str]) -> None:
    insert_rows(Pulse, ("name", "at"), ((name, NOW) for name in names))


def test_whatever_is_written_is_read():
    insert(NAMES)
    assert set(Pulse.objects.values_list("name", "at")) == {(name, NOW) for name in NAMES}


@pytest.mark.parametrize("number", [0, 1, AT_ONCE, 3 * AT_ONCE + 1])
def test_any_number_comes(number):
    insert([f"{n}" for n in range(number)])
    assert Pulse.objects.count() == number


def test_no_row_is_there_twice():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(["sweep", "sweep"])
    assert not Pulse.objects.exists()


def test_what_keeps_a_row_from_being_made_is_told_as_it_was():
    def rows():
        yield "sweep", NOW
        raise LookupError

    with pytest.raises(LookupError), transaction.atomic():
        insert_rows(Pulse, ("name", "at"), rows())
    assert not Pulse.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own")
def test_letters_are_compressed_quickly_where_the_server_can():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, attcompression FROM pg_attribute"
            " WHERE attrelid = 'mail_outgoingmail'::regclass AND attname IN ('text', 'html') ORDER BY 1"
        )
        found = cursor.fetchall()
        cursor.execute(
            "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
        )
        [knows_it] = cursor.fetchone()
    assert found == [(name, "l" if knows_it else "") for name in ("html", "text")]
