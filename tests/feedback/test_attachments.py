"""Files that come with a message."""

import os
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from crm import periodic
from feedback import attachments
from feedback.attachments import File, clear_orphans, remove_files, safe_name, save, save_uploads, whole
from feedback.contents import TYPES, fits
from feedback.models import Attachment
from tests.factories import NOW, make_customer
from tests.feedback.letters import DOCX, ODS, ODT, PDF, PNG, XLSX, make_zip
from tests.feedback.makers import make_message, make_ticket

GOOD = {
    "pdf": PDF,
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "jpeg": b"\xff\xd8\xff\xe1",
    "gif": b"GIF89a\x01",
    "webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "txt": "Grüße\r\n\tდიახ".encode(),
    "csv": "Größe;1\n".encode("cp1252"),
    "docx": DOCX,
    "xlsx": XLSX,
    "odt": ODT,
    "ods": ODS,
}


@pytest.fixture
def said(team, folder):
    with transaction.atomic():  # the number of a ticket is given in one
        return make_message()


def names(message):
    return [*message.attachments.order_by("pk").values_list("name", flat=True)]


def on_disk(folder):
    return sorted(path.name for path in folder.glob("*"))


def test_each_kind_that_is_taken_has_its_good_example():
    assert {extension: fits(extension, content) for extension, content in GOOD.items()} == dict.fromkeys(
        TYPES, True
    )


@pytest.mark.parametrize("extension", TYPES)
def test_what_is_another_kind_does_not_fit(extension):
    alike = {frozenset({"jpg", "jpeg"}), frozenset({"txt", "csv"})}
    programs = {"exe": b"MZ\x90\x00\x03", "elf": b"\x7fELF", "zip": make_zip("a.exe"), "cut": DOCX[:40]}
    others = {k: v for k, v in (GOOD | programs).items() if k != extension and {k, extension} not in alike}
    assert [name for name, content in others.items() if fits(extension, content)] == []


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("docx", make_zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("xlsx", make_zip("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("docx", make_zip("word/document.xml")),
        ("odt", make_zip("content.xml", "Basic/Standard/x.xml", first=("mimetype", ODT[38:77]))),
        ("odt", make_zip("content.xml", "mimetype")),
        ("odt", ODT[:100]),
        ("txt", b"MZ\x00\x01"),
        ("webp", b"RIFF\x10\x00\x00\x00WAVEfmt "),
    ],
    ids=[
        "docx macro",
        "xlsx macro",
        "no docx",
        "odt macro",
        "mimetype not first",
        "cut odt",
        "program",
        "sound",
    ],
)
def test_macros_and_half_documents_are_not_taken(extension, content):
    assert not fits(extension, content)


@settings(deadline=None)  # the machine is shared
@given(st.binary(max_size=300), st.sampled_from(sorted(TYPES)), st.sampled_from(sorted(GOOD)))
def test_any_bytes_are_looked_at(junk, extension, beginning):
    fits(extension, junk)
    fits(extension, GOOD[beginning][:60] + junk)


def test_a_file_is_kept_under_a_random_name(said, folder):
    assert save(said, [File("plan.pdf", PDF), File("Bild.PNG", PNG)]) == []
    plan, picture = said.attachments.order_by("pk")
    assert (plan.name, plan.content_type, plan.size) == ("plan.pdf", "application/pdf", len(PDF))
    assert (picture.name, picture.content_type) == ("Bild.PNG", "image/png")
    assert re.fullmatch("[0-9a-f]{40}", plan.stored)
    assert on_disk(folder) == sorted([plan.stored, picture.stored])
    assert (folder / plan.stored).read_bytes() == PDF
    assert ((folder / plan.stored).stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("offer.exe", b"MZ", "offer.exe was left out: files of this kind are not taken."),
        ("x.zip", make_zip("a"), "x.zip was left out: files of this kind are not taken."),
        ("x.pdf.js", PDF, "x.pdf.js was left out: files of this kind are not taken."),
        ("x.svg", b"<svg/>", "x.svg was left out: files of this kind are not taken."),
        ("README", b"x", "README was left out: files of this kind are not taken."),
        ("x.pdf", b"", "x.pdf was left out: it is empty."),
        ("x.pdf", b"MZ", "x.pdf was left out: it is not what its name says."),
        ("x.pdf", PDF + b"x" * attachments.MOST_BYTES, "x.pdf was left out: it is larger than 10.0 MB."),
    ],
)
def test_why_one_is_not_taken(said, folder, name, content, why):
    told = save(said, [File(name, content), File("good.pdf", PDF)])
    assert [each.replace("\xa0", " ") for each in told] == [why]
    assert names(said) == ["good.pdf"]


def test_too_many_and_too_large_together(said, folder, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    monkeypatch.setattr(attachments, "MOST_IN_ALL", len(PDF) + len(PNG) + 5)
    files = [File("1.pdf", PDF), File("2.png", PNG), File("3.pdf", PDF)]
    assert save(said, files) == ["3.pdf was left out: there are more than 2 files."]
    other = make_message()
    assert [each.split(":")[0] for each in save(other, [File("2.png", PNG), File("3.png", PNG)])] == [
        "3.png was left out"
    ]


def test_of_hundreds_that_are_left_out_some_are_named(said, folder):
    told = save(said, [File(f"{n}.exe", b"MZ") for n in range(300)])
    assert (len(told), told[-1]) == (51, "250 more files were left out.")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\B\\plan.pdf", "plan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\x00\x1f", "file"),
        ("...", "file"),
        (".pdf", "pdf"),
        ("", "file"),
        ("  a   b .pdf ", "a b .pdf"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
        ("ფაილი.pdf", "ფაილი.pdf"),
    ],
)
def test_a_safe_name(name, safe):
    assert safe_name(name) == safe


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_name_is_made_safe(name):
    safe = safe_name(name)
    assert 0 < len(safe) <= 200
    assert not re.search(r"[\x00-\x1f/\\\u202e]", safe)


# --- with the transaction


def save_and_fall(said, folder):
    save(said, [File("a.pdf", PDF)])
    assert len(on_disk(folder)) == 1
    raise ValueError("no")


def test_if_the_transaction_fails_its_files_go(said, folder):
    with pytest.raises(ValueError, match="no"), whole():
        save_and_fall(said, folder)
    assert (on_disk(folder), Attachment.objects.count()) == ([], 0)


def test_if_it_does_not_they_stay(said, folder):
    with whole():
        save(said, [File("a.pdf", PDF)])
    with pytest.raises(ValueError, match="no"), whole():
        raise ValueError("no")
    assert (len(on_disk(folder)), names(said)) == (1, ["a.pdf"])


@pytest.mark.django_db(transaction=True)
def test_a_file_without_whole_is_swept_the_next_night(said, folder):
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        save_and_fall(said, folder)
    assert len(on_disk(folder)) == 1
    assert clear_orphans(NOW + timedelta(days=400)) == "1 files that belonged to nothing"
    assert on_disk(folder) == []


def test_only_old_files_of_nothing_are_swept(said, folder):
    save(said, [File("a.pdf", PDF), File("b.pdf", PDF), File("c.pdf", PDF)])
    kept, orphan, new = said.attachments.order_by("pk")
    for row in (orphan, new):
        row.delete()
    for stored, hours in ((kept.stored, 500), (orphan.stored, 25), (new.stored, 23)):
        at = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(folder / stored, (at, at))
    assert periodic.run_job("clear_attachments", NOW)
    assert on_disk(folder) == sorted([kept.stored, new.stored])


def test_without_a_folder_there_is_nothing_to_sweep(db, folder):
    assert clear_orphans(NOW) == ""


def test_files_are_removed_by_name(said, folder):
    save(said, [File("a.pdf", PDF), File("b.pdf", PDF)])
    first, second = said.attachments.order_by("pk").values_list("stored", flat=True)
    remove_files([first, "0" * 40])
    assert on_disk(folder) == [second]


def test_a_colleague_adds_files(said, folder):
    files = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.exe", b"MZ")]
    assert save_uploads(said, files) == ["b.exe was left out: files of this kind are not taken."]
    assert names(said) == ["a.pdf"]


# --- given out


@pytest.fixture
def kept(nino, folder):
    message = make_message(ticket=make_ticket(customer=make_customer(owner=nino)))
    save(message, [File('Grüße "ჩემი"; x.pdf', PDF)])
    return message.attachments.get()


def address(attachment):
    return reverse("feedback:attachment", args=[attachment.pk])


def test_it_is_given_out_to_be_saved_only(client_of, nino, kept, django_assert_num_queries):
    client = client_of(nino)
    with django_assert_num_queries(3):
        response = client.get(address(kept))
        assert (response.status_code, response.getvalue()) == (200, PDF)
    headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe%20%22%E1%83%A9%E1%83%94%E1%83%9B%E1%83%98%22%3B%20x.pdf"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert {"private", "no-store"} <= set(headers["Cache-Control"].split(", "))


def test_a_stranger_gets_none(client_of, stranger, kept):
    assert client_of(stranger).get(address(kept)).status_code == 404


def test_managers_who_see_their_own_only(client_of, nino, levan, kept):
    nino.team.managers_see = "own"
    nino.team.save()
    answers = [client_of(user).get(address(kept)) for user in (nino, levan)]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].getvalue() == PDF  # which also closes it


def test_a_file_that_is_gone(client_of, nino, kept, folder):
    (folder / kept.stored).unlink()
    assert client_of(nino).get(address(kept)).status_code == 404


def test_it_can_only_be_got(client_of, nino, kept):
    assert client_of(nino).post(address(kept)).status_code == 405


def test_nobody_gets_it_without_a_login(client, kept):
    assert client.get(address(kept)).status_code == 302
