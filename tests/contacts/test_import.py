import os
import re
import uuid
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from contacts.importing import files
from contacts.models import Customer, Entry, ImportFile
from followups.models import FollowUp
from tests.factories import make_customer, make_dossier

CUSTOMERS = Path(__file__).parents[1] / "data" / "customers.csv"
SMALL = b"Firma;Ort;E-Mail;Farbe\nA;Mainz;a@;rot\nB;Graz;;blau\nB;Graz;;gelb\n;Graz;;\n"


@pytest.fixture(autouse=True)
def _own_directory(settings, tmp_path):
    settings.IMPORT_DIR = tmp_path / "imports"


@pytest.fixture
def upload(client_of):
    """Uploads a list as `user`; returns his client and the address of the preview."""

    def send(user, content=SMALL, name="list.csv", **fields):
        client = client_of(user)
        file = SimpleUploadedFile(name, content)
        response = client.post(reverse("contacts:import"), {"file": file, "undated": "rest"} | fields)
        assert response.status_code == 302
        return client, response.url

    return send


def words(response):
    return " ".join(strip_tags(response.content.decode()).split())


def test_the_first_page_asks_for_a_list(client_of, nino):
    response = client_of(nino).get(reverse("contacts:import"))
    assert response.status_code == 200
    assert list(response.context["form"].fields) == ["file", "undated"]


def test_a_lead_chooses_into_whose_binder(client_of, lead, nino, levan, stranger):
    levan.is_active = False
    levan.save()
    response = client_of(lead).get(reverse("contacts:import"))
    assert list(response.context["form"].fields["owner"].queryset) == [lead, nino]


def test_a_lead_cannot_choose_a_stranger(client_of, lead, stranger):
    fields = {"file": SimpleUploadedFile("a.csv", SMALL), "undated": "rest", "owner": stranger.pk}
    response = client_of(lead).post(reverse("contacts:import"), fields)
    assert list(response.context["form"].errors) == ["owner"]
    assert ImportFile.objects.count() == 0


def test_a_manager_imports_for_himself_whatever_is_sent(upload, nino, levan):
    client, preview = upload(nino, owner=levan.pk)
    client.post(preview, {"import": "1", **chosen(client, preview)})
    assert set(Customer.objects.values_list("owner", flat=True)) == {nino.pk}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"x", "Only CSV and XLSX files can be read. Please save the list as one of these."),
        ("a.xlsx", b"x;y", "This is not an XLSX file, whatever its name says."),
        ("a.csv", b"x" * (10 * 1024 * 1024 + 1), "The file is larger than 10 MB."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(client_of, nino, settings, name, content, said):
    fields = {"file": SimpleUploadedFile(name, content), "undated": "rest"}
    response = client_of(nino).post(reverse("contacts:import"), fields)
    assert response.context["form"].errors["file"] == [said]
    assert (ImportFile.objects.count(), settings.IMPORT_DIR.exists()) == (0, False)


def test_a_form_without_a_file_is_shown_again(client_of, nino):
    response = client_of(nino).post(reverse("contacts:import"), {})
    assert list(response.context["form"].errors) == ["file", "undated"]


def test_the_preview_says_what_was_read_and_what_will_happen(upload, nino, django_assert_max_num_queries):
    client, preview = upload(nino, CUSTOMERS.read_bytes(), "customers.csv")
    with django_assert_max_num_queries(8):
        response = client.get(preview)
    said = words(response)
    assert "600 rows read, Windows-1252, semicolon" in said
    assert "Import 575 dossiers" in said
    assert [(group["title"], len(group["shown"])) for group in response.context["remarks"]] == [
        ("Left out", 5), ("Duplicates", 20), ("Flaws", 17),
    ]  # fmt: skip
    assert Customer.objects.count() == 0


def chosen(client, preview):
    """The columns as the preview offers them."""
    form = client.get(preview).context["form"]
    return {name: form[name].initial for name in form.fields}


def test_the_import_makes_the_dossiers_and_shows_what_came_of_it(upload, nino):
    client, preview = upload(nino, CUSTOMERS.read_bytes(), "customers.csv", undated="spread")
    response = client.post(preview, {"import": "1", **chosen(client, preview)}, follow=True)
    assert response.redirect_chain == [(f"{preview}result/", 302)]
    assert Customer.objects.count() == FollowUp.objects.open().of(nino).count() == 575
    done = response.context["done"]
    assert (done["read"], done["made"], done["duplicates"], done["left_out"]) == (600, 575, 20, 5)
    assert done["dated"] + done["undated"] == 575
    assert "575 dossiers imported" in words(response)
    assert len(done["flaws"]) == 17


def test_the_preview_says_how_full_the_days_would_be(upload, nino):
    nino.own_capacity = 2
    nino.save()
    first, second, *_rest = islice(nino.calendar.working_days_from(nino.today()), 3)
    make_dossier(owner=nino, due_on=first)
    list_ = f"Firma;Wiedervorlage\nA;\nB;\nC;{second}\nD;{second}\nE;{second}\n".encode()
    client, preview = upload(nino, list_, "list.csv", undated="spread")
    page = words(client.get(preview))
    assert f"How full the days would be: {first:%a} {first.day} {first:%b}: 1 → 2 of 2, " in page
    assert f"{second:%a} {second.day} {second:%b}: 0 → 3 of 2" in page
    assert "1 day would be fuller than can be worked through." in page
    client, preview = upload(nino, list_, "list.csv")
    assert "1 → 2 of 2" not in words(client.get(preview))


def test_rows_that_were_left_out_can_be_had_as_a_file(upload, nino):
    client, preview = upload(nino)
    client.post(preview, {"import": "1", **chosen(client, preview)})
    response = client.get(f"{preview}left-out/")
    assert response["Content-Disposition"] == 'attachment; filename="left-out.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content).decode("utf-8-sig").splitlines() == [
        "Firma;Ort;E-Mail;Farbe;Reason left out",
        "B;Graz;;gelb;same name and town as line 3, B",
        ";Graz;;;there is no name",
    ]


def test_without_rows_left_out_there_is_no_file(upload, nino):
    client, preview = upload(nino, b"Firma\nA\n")
    client.post(preview, {"import": "1", **chosen(client, preview)})
    assert client.get(f"{preview}left-out/").status_code == 404


def test_a_second_press_of_the_button_imports_nothing(upload, nino, settings):
    client, preview = upload(nino)
    sent = {"import": "1", **chosen(client, preview)}
    for _press in range(2):
        assert client.post(preview, sent, follow=True).redirect_chain[-1] == (f"{preview}result/", 302)
    assert Customer.objects.count() == 2
    kept = ImportFile.objects.get()
    files.carry_out(kept, owner=nino, by=nino, now=timezone.now())
    assert Customer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_list_is_removed_once_it_is_imported(upload, nino, settings):
    client, preview = upload(nino)
    kept = ImportFile.objects.get()
    assert files.path_of(kept).read_bytes() == SMALL
    client.post(preview, {"import": "1", **chosen(client, preview)})
    assert [path.name for path in settings.IMPORT_DIR.iterdir()] == [f"{kept.token}.left-out"]


def test_changed_columns_are_shown_before_anything_is_imported(upload, nino):
    client, preview = upload(nino)
    said = chosen(client, preview) | {"3": "about"}
    response = client.post(preview, {"import": "1", **said}, follow=True)
    assert response.redirect_chain == [(preview, 302)]
    assert Customer.objects.count() == 0
    assert chosen(client, preview) == said
    client.post(preview, {"import": "1", **said})
    assert Customer.objects.get(name="A").about == "rot"


def test_a_column_can_be_left_out(upload, nino):
    client, preview = upload(nino)
    said = chosen(client, preview) | {"3": ""}
    for _press in range(2):
        client.post(preview, {"import": "1", **said})
    assert [entry.text for entry in Entry.objects.all()] == ["E-mail: a@"]


def test_two_columns_cannot_mean_the_same(upload, nino):
    client, preview = upload(nino)
    response = client.post(preview, {"import": "1", **chosen(client, preview), "3": "town"})
    assert response.context["form"].non_field_errors() == ["Two columns are said to mean “Town”."]
    assert Customer.objects.count() == 0


def test_a_list_without_a_name_column_says_so_and_can_be_put_right(upload, nino):
    client, preview = upload(nino, b"Wer;Ort\nA;Mainz\n")
    said = chosen(client, preview)
    response = client.post(preview, {"import": "1", **said}, follow=True)
    assert "No column holds the customer’s name. Please say which one does." in words(response)
    client.post(preview, said | {"0": "name"})
    assert "Import 1 dossier" in words(client.get(preview))


def test_a_list_that_is_known_whole_offers_nothing_to_import(upload, nino):
    make_customer(owner=nino, name="A", town="Mainz")
    client, preview = upload(nino, b"Firma;Ort\nA;Mainz\n")
    said = words(client.get(preview))
    assert "There is nothing to import" in said
    assert re.findall(r"Import \d", said) == []


def test_the_result_waits_for_the_import(upload, nino):
    client, preview = upload(nino)
    assert client.get(f"{preview}result/").url == preview
    client.post(preview, {"import": "1", **chosen(client, preview)})
    assert client.get(preview).url == f"{preview}result/"


def test_nobody_else_gets_at_an_upload(upload, client_of, nino, lead, stranger):
    _client, preview = upload(nino)
    for other in (lead, stranger):
        client = client_of(other)
        answers = [client.get(preview + rest).status_code for rest in ("", "result/", "left-out/")]
        assert [*answers, client.post(preview, {"import": "1"}).status_code] == [404, 404, 404, 404]
    unknown = reverse("contacts:import_preview", args=[uuid.uuid4()])
    assert client_of(nino).get(unknown).status_code == 404


def test_anonymous_visitors_are_asked_to_log_in(client, db):
    response = client.get(reverse("contacts:import"))
    assert response.url == f"{reverse('account_login')}?next={reverse('contacts:import')}"


def test_wrong_methods_are_refused(upload, nino):
    client, preview = upload(nino)
    for path in (preview, reverse("contacts:import")):
        assert client.put(path).status_code == 405
    for rest in ("result/", "left-out/"):
        assert client.post(preview + rest).status_code == 405


def test_an_upload_is_forgotten_after_a_day(upload, nino, settings):
    client, preview = upload(nino)
    now = timezone.now()
    files.clear_old(now)
    assert client.get(preview).status_code == 200
    for path in settings.IMPORT_DIR.iterdir():
        os.utime(path, (now.timestamp(), now.timestamp()))
    files.clear_old(now + timedelta(days=1, seconds=1))
    assert (ImportFile.objects.count(), list(settings.IMPORT_DIR.iterdir())) == (0, [])
    assert client.get(preview).status_code == 404


def test_an_upload_whose_file_is_gone_is_not_found(upload, nino):
    client, preview = upload(nino)
    files.path_of(ImportFile.objects.get()).unlink()
    assert client.get(preview).status_code == 404


def test_clearing_works_before_anything_was_uploaded(db):
    files.clear_old(timezone.now())
