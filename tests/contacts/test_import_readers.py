import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from contacts.importing import readers
from contacts.importing.readers import ImportRefused, Row, cell_text, read_file, read_table

LIST = "Firma;Ort;Notiz\r\nMüller;Köln;\r\nბაზარი;თბილისი;ok\r\n"


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(name, content, **limits):
    with pytest.raises(ImportRefused) as refused:
        read_table(name, content, **limits)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_list_is_read_in_any_unicode_encoding(encoding):
    table = read_table("list.csv", LIST.encode(encoding))
    assert table.rows == [Row(2, ["Müller", "Köln", ""]), Row(3, ["ბაზარი", "თბილისი", "ok"])]
    assert table.encoding == ("UTF-8" if encoding.startswith("utf-8") else "UTF-16")


def test_a_list_is_read_in_windows_1252():
    table = read_table("list.csv", "Firma;Preis\nMüller – Söhne;5 €\n".encode("cp1252"))
    assert (table.encoding, table.rows[0].cells) == ("Windows-1252", ["Müller – Söhne", "5 €"])


def test_one_line_in_another_encoding_spoils_none_of_the_others():
    content = "Firma;Ort\nMüller;Köln\nJäger;Köln\n".encode() + "Größe;Mainz\n".encode("cp1252")
    table = read_table("list.csv", content)
    assert [row.cells[0] for row in table.rows] == ["Müller", "Jäger", "Größe"]
    assert table.encoding == "UTF-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_also_behind_cells_that_hold_others(delimiter):
    rows = [["Firma", "Notiz", "Ort"], ["A", '"x; y, z\nnext, line"', "B"], ["C", '"1,2;3"', "D"]]
    table = read_table("list.csv", "\n".join(delimiter.join(row) for row in rows).encode())
    assert table.delimiter == delimiter
    assert table.rows == [Row(2, ["A", "x; y, z\nnext, line", "B"]), Row(4, ["C", "1,2;3", "D"])]


def test_one_column_and_a_named_delimiter_are_read():
    assert read_table("a.csv", b"Firma\nA\nB\n").rows == [Row(2, ["A"]), Row(3, ["B"])]
    assert read_table("a.csv", b"sep=|\nFirma|Ort\nA|B\n").rows == [Row(3, ["A", "B"])]


def test_lines_are_counted_as_an_editor_shows_them():
    text = 'a;b\r\n\r\n1;"two\r\nlines"\r\n;;\r\n3;4\r\n'
    assert read_table("a.csv", text.encode()).rows == [Row(3, ["1", "two\nlines"]), Row(6, ["3", "4"])]


def test_a_row_that_cannot_be_read_loses_nothing_of_the_others():
    text = 'a;b;c\n1;"open;2\n3;"x "y" z";4\n5;"fi\nve";6\n7;8;9;10\n11\n'
    unclosed, *others, too_long, short = read_table("a.csv", text.encode()).rows
    assert unclosed == Row(2, ["1", "open", "2"])
    assert others == [Row(3, ["3", 'x "y" z', "4"]), Row(4, ["5", "fi\nve", "6"])]
    assert too_long == Row(6, ["7", "8", "9", "10"], "the row has 4 cells, but there are 3 headings")
    assert short == Row(7, ["11", "", ""])


def test_a_quotation_mark_that_hides_a_delimiter_is_reported_with_its_line():
    rows = read_table("a.csv", b'a;b\n1;"x;y\n2;"z"\n').rows
    assert rows == [Row(2, ["1", "x", "y"], "a quotation mark in this row is not closed"), Row(3, ["2", "z"])]


def test_formulas_are_text_and_control_characters_are_dropped():
    rows = read_table("a.csv", b"a;b\n=1+1;'=HYPERLINK(1)\n\x07x\x0b;@y\n").rows
    assert [row.cells for row in rows] == [["=1+1", "=HYPERLINK(1)"], ["x", "@y"]]


def test_a_workbook_is_read_with_its_rows_days_and_numbers():
    content = workbook(
        ["Firma", "Nächster Kontakt", "PLZ", "Umsatz"],
        ["Müller", date(2026, 12, 8), 55116, 1234.5],
        [None, None, None, None],
        ["=1+1", datetime(2026, 12, 9, 10, 30), "0105", 1234.567],
    )
    table = read_table("list.XLSX", content)
    assert table.encoding == "XLSX"
    assert table.rows[0] == Row(2, ["Müller", "2026-12-08", "55116", "1234.5"])
    # A formula that was never computed has no value.
    assert table.rows[1] == Row(4, ["", "2026-12-09", "0105", "1234.5670"])


def test_values_of_a_workbook_become_text():
    values = [None, 10.0, 1e15, 0.1, date(2026, 1, 2), True, "x"]
    assert [cell_text(value) for value in values] == [
        "",
        "10",
        "1000000000000000",
        "0.1",
        "2026-01-02",
        "True",
        "x",
    ]


def test_the_first_different_values_of_a_column_are_samples():
    table = read_table("a.csv", b"a;b\n1;\n1;x\n2;\n3;\n4;\n")
    assert (table.samples(0), table.samples(1)) == (["1", "2", "3"], ["x"])


def test_content_must_fit_the_name():
    assert (
        refusal("a.xls", b"x") == "Only CSV and XLSX files can be read. Please save the list as one of these."
    )
    assert refusal("a.csv", workbook(["a"])) == "This is not a CSV file, whatever its name says."
    assert refusal("a.csv", b"a;b\n\0\1;2") == "This is not a CSV file: it is not text."
    assert refusal("a.xlsx", b"a;b\n1;2\n") == "This is not an XLSX file, whatever its name says."
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal("a.xlsx", other.getvalue()) == "This is not an XLSX file, whatever its name says."
    assert refusal("a.csv", b" \n\n") == refusal("a.csv", b"") == "The file is empty."


def test_a_damaged_workbook_is_refused():
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    assert refusal("a.xlsx", damaged.getvalue()) == "The workbook is damaged and cannot be read."


def test_limits_are_kept():
    rows = b"a;b\n" + b"1;2\n" * 3
    assert refusal("a.csv", rows, max_rows=2) == "The list has more than 2 rows. Please split it."
    assert len(read_table("a.csv", rows, max_rows=3).rows) == 3
    assert refusal("a.csv", b"x" * (readers.MAX_BYTES + 1)) == "The file is larger than 10 MB."
    assert refusal("a.csv", b";".join([b"x"] * 101)) == "The list has more than 100 columns."
    assert refusal("a.csv", b"a;b\n" + b'1;"x;y\n' * 1001).startswith("Too many rows")


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (readers.MAX_UNPACKED_BYTES + 1))
    assert len(bomb.getvalue()) < 200_000
    assert refusal("a.xlsx", bomb.getvalue()).startswith("The workbook is too large once unpacked.")


def test_a_file_of_this_machine_has_no_limit_but_must_exist(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"a;b\n1;2\n")
    assert len(read_file(path).rows) == 1
    with pytest.raises(ImportRefused, match="cannot be opened"):
        read_file(Path(tmp_path / "none.csv"))
