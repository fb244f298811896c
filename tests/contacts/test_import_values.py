from datetime import date
from decimal import Decimal

import pytest

from contacts.importing.columns import KEEP, LEAVE_OUT, PURCHASE_FIELDS, chosen, guess
from contacts.importing.values import (
    decimal_mark,
    read_country,
    read_date,
    read_email,
    read_language,
    read_money,
)


@pytest.mark.parametrize(
    "text",
    [
        "31.12.2025",
        "31.12.25",
        "31. 12. 2025",
        "2025-12-31",
        "2025-12-31 00:00:00",
        "31/12/2025",
        "12/31/2025",
    ],
)
def test_a_day_is_read_in_any_of_its_forms(text):
    assert read_date(text) == date(2025, 12, 31)


def test_two_digits_of_a_year_mean_the_nearest_century():
    assert (read_date("9.6.69").year, read_date("9.6.70").year) == (2069, 1970)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31.02.2026", "there is no such day"),
        ("2026-13-01", "there is no such day"),
        ("1.1.9999", "there is no such day"),
        ("05/07/2025", "this could be either of two days"),
        ("morgen", "this is no date"),
    ],
)
def test_what_is_no_day_is_said_so(text, reason):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56 €", "1234.56"),
        ("1,234.56", "1234.56"),
        ("15780,20", "15780.20"),
        ("1234.5", "1234.50"),
        ("1.234", "1234.00"),
        ("1.234.567", "1234567.00"),
        ("0.125", "0.13"),
        ("€ 12,-", "12.00"),
        ("CHF 1'234.50", "1234.50"),
        ("1 234,50 GEL", "1234.50"),
        ("-5", "-5.00"),
        ("(3,00)", "-3.00"),
        (".5", "0.50"),
    ],
)
def test_money_is_read_in_any_of_its_forms(text, amount):
    assert read_money(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["abc", "1.23.4", "12.345,6.7", "1,2,3", "", "99999999999999", "1e99", "1.5E5", "12abc34", "1 EUR 20"],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="amount"):
        read_money(text)


def test_the_column_tells_what_one_amount_does_not():
    assert decimal_mark(["1.500", "11.77"]) == "."
    assert read_money("1.500", ".") == Decimal("1.50")
    assert read_money("1.500", ",") == Decimal("1500.00")
    assert decimal_mark(["1.500", "7"]) == ""
    assert decimal_mark(["11.77", "11,77"]) == ""


def test_countries_are_known_by_code_and_by_their_english_and_german_names():
    names = ["de", "Deutschland", "Germany", "Georgien", "UK", "Oesterreich", "Österreich"]
    assert [read_country(name) for name in names] == ["DE", "DE", "DE", "GE", "GB", "AT", "AT"]
    with pytest.raises(ValueError, match="not known"):
        read_country("Xanadu")


def test_languages_of_letters_are_known_by_code_and_by_name():
    names = ["de", "Deutsch", "german", "de-AT", "EN_us", "Englisch", "ქართული", "Georgisch", "ka"]
    assert [read_language(name) for name in names] == ["de"] * 4 + ["en"] * 2 + ["ka"] * 3
    with pytest.raises(ValueError, match="English, German or Georgian"):
        read_language("Français")


def test_an_address_is_read_or_refused():
    assert read_email("mailto:nino@x.example") == "nino@x.example"
    for text in ("a@", "info(at)firma.de", "keine", "x" * 250 + "@y.example"):
        with pytest.raises(ValueError, match="no e-mail"):
            read_email(text)


def test_headings_are_understood_in_german_and_english_however_written():
    german = ["Kd-Nr.", "FIRMA", "Ansprech­partner", "E-Mail", "naechster_kontakt", "Straße", "Umsatz Vorjahr"]
    assert list(guess(german).values()) == [
        "number", "name", "person", "email", "next_on", "street", "annual_revenue",
    ]  # fmt: skip
    english = ["Customer No", "company", "Contact", "e mail", "Next contact:", "Address", "Revenue last year"]
    assert list(guess(english).values()) == list(guess(german).values())


def test_an_unknown_or_second_column_goes_into_the_note():
    assert guess(["Firma", "Telefon", "Tel.", "Lieblingsfarbe", ""]) == {
        0: "name", 1: "phone", 2: KEEP, 3: KEEP, 4: KEEP,
    }  # fmt: skip


def test_beside_a_first_name_the_name_is_the_last_name():
    assert guess(["Vorname", "Name", "Firma"]) == {0: "first_name", 1: "last_name", 2: "name"}


def test_what_the_user_says_overrules_the_guess():
    said = {"0": "note", "1": LEAVE_OUT, "2": "nonsense"}
    assert chosen(["Firma", "Telefon", "Ort"], said) == {0: "note", 1: "", 2: "town"}


def test_purchases_have_columns_of_their_own():
    headings = ["Kundennummer", "Datum", "Betrag", "Beleg-Nr.", "Warengruppe"]
    assert list(guess(headings, PURCHASE_FIELDS).values()) == [
        "number", "bought_on", "amount", "reference", "product_group",
    ]  # fmt: skip
