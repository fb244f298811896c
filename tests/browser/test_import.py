"""A manager brings his list: choose it, look at what was understood, import, open today's tab."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from contacts.models import Customer
from followups.checks import check_binder
from tests.browser.conftest import PHONE

SMALL = {
    "name": "list.csv",
    "mimeType": "text/csv",
    "buffer": "Firma;Ort;Notiz\nA;Köln;rot\nB;Graz;blau\n".encode(),
}
CUSTOMERS = Path(__file__).parents[1] / "data" / "customers.csv"
NAMELESS = 5


@pytest.fixture(autouse=True)
def _own_directory(settings, tmp_path):
    settings.IMPORT_DIR = tmp_path / "imports"


def choose(page, file=CUSTOMERS):
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Read the list").click()


def preview(page):
    """The whole page that says what was understood."""
    expect(page.locator("h1")).to_have_text("Import: preview")
    page.wait_for_load_state()


def numbers(page):
    """The figures of a sheet by what they count."""
    terms, figures = page.locator(".rb-counts dt"), page.locator(".rb-counts dd")
    return dict(zip(terms.all_inner_texts(), map(int, figures.all_inner_texts()), strict=True))


def remarks(page, kind):
    """(line, name, reason) of every row that is named under "left-out", "duplicates" or "flaws"."""
    rows = page.locator(f"[aria-labelledby=import-remarks-{kind}] tbody tr")
    return rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_imported_and_its_dossiers_lie_under_their_days(open_as, nino, scripts):
    page = open_as(nino, "/binder/", java_script_enabled=scripts)
    page.get_by_role("link", name="Import customers").click()
    choose(page)
    preview(page)
    expect(page.locator("main")).to_contain_text("600 rows read, Windows-1252, semicolon")
    assert numbers(page) == {"new dossiers": 575, "duplicates": 20, "left out": NAMELESS, "with flaws": 17}
    assert Customer.objects.count() == 0
    page.get_by_role("button", name="Import 575 dossiers").click()
    expect(page.locator("h1")).to_have_text("575 dossiers imported")
    page.wait_for_load_state()
    done = numbers(page)
    filed, spread = done.pop("filed under their date"), done.pop("spread over the coming working days")
    assert done == {
        "rows read": 600,
        "duplicates, not made twice": 20,
        "left out": NAMELESS,
        "with flaws": 17,
    }
    assert filed + spread == 575
    page.get_by_role("link", name="Open today’s tab").click()
    page.wait_for_url(f"**/binder/{nino.pk}/{nino.today().isoformat()}/")
    under_today = Customer.objects.filter(followups__due_on=nino.today()).count()
    expect(page.locator("[data-row]")).to_have_count(under_today)
    report = check_binder()
    assert (report.in_binder, report.resting, report.astray) == (575, 0, [])


def test_every_flawed_row_is_named_with_its_line_and_reason(open_as, nino):
    page = open_as(nino, "/customers/import/")
    choose(page)
    preview(page)
    nameless = remarks(page, "left-out")
    assert [(name, reason) for _, name, reason in nameless] == [("–", "there is no name")] * NAMELESS
    duplicates = remarks(page, "duplicates")
    assert len({line for line, _, _ in duplicates}) == 20
    flaws = remarks(page, "flaws")
    emails = [reason for _, _, reason in flaws if "e-mail" in reason.lower()]
    assert (len(flaws), len(emails)) == (17, 9)
    assert [row for row in flaws + duplicates if not (row[0].isdecimal() and row[1] and row[2])] == []


def test_what_a_column_means_can_be_said_otherwise(open_as, nino):
    page = open_as(nino, "/customers/import/")
    choose(page, SMALL)
    page.get_by_label("“Notiz” means").select_option("leave out")
    page.get_by_role("button", name="Look again with these columns").click()
    expect(page.get_by_text("The columns now mean what you said.")).to_be_visible()
    expect(page.get_by_label("“Notiz” means").locator("option:checked")).to_have_text("leave out")


def test_a_second_import_of_the_same_list_has_nothing_to_do(open_as, nino):
    page = open_as(nino, "/customers/import/", PHONE)
    choose(page, SMALL)
    page.get_by_role("button", name="Import 2 dossiers").click()
    expect(page.locator("h1")).to_have_text("2 dossiers imported")
    page.goto("/customers/import/")
    choose(page, SMALL)
    expect(page.locator("main")).to_contain_text("There is nothing to import")
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="Import", exact=False)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_file_that_is_no_list_is_refused_in_a_sentence(open_as, nino):
    page = open_as(nino, "/customers/import/")
    choose(page, SMALL | {"name": "picture.pdf", "mimeType": "application/pdf"})
    expect(page.locator("main")).to_contain_text("Only CSV and XLSX files can be read.")
