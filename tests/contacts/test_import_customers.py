from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import registry
from contacts.importing.columns import guess
from contacts.importing.customers import import_customers, make_plan
from contacts.importing.duplicates import name_key
from contacts.importing.readers import ImportRefused, read_file, read_table
from contacts.importing.reports import about_duplicates, about_flaws, about_left_out, left_out_csv
from contacts.models import Customer, Entry, Person
from crm.team.models import User
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_customer

CUSTOMERS = Path(__file__).parents[1] / "data" / "customers.csv"


def table_of(text):
    return read_table("list.csv", text.encode())


def plan_of(text, team):
    table = table_of(text)
    return make_plan(table, guess(table.headings), team=team)


def take_in(text, owner, *, undated="rest", now=NOW):
    table = table_of(text)
    return import_customers(table, guess(table.headings), owner=owner, by=owner, undated=undated, now=now)


def test_nothing_goes_into_a_binder_whose_owners_login_was_closed_meanwhile(nino):
    User.objects.filter(pk=nino.pk).update(is_active=False)
    with pytest.raises(ImportRefused, match="Nino Beridze can no longer log in"):
        take_in("Name\nKessler\n", nino)
    assert Customer.objects.count() == 0


# --- the list as it came


def test_the_sample_list_gives_its_known_figures(team):
    plan = make_plan(table := read_file(CUSTOMERS), guess(table.headings), team=team)
    reasons = [flaw.reason for draft in plan.new for flaw in draft.flaws]
    assert plan.rows_read == 600
    assert (len(plan.new), len(plan.duplicates), len(plan.left_out)) == (575, 20, 5)
    assert reasons.count("this is no e-mail address") == 9
    assert reasons.count("there is no such day") == 8
    assert len(reasons) == 17


def test_the_sample_list_is_imported_once_and_everything_lies_in_the_binder(nino):
    table = read_file(CUSTOMERS)
    for made in (575, 0):
        done = import_customers(table, guess(table.headings), owner=nino, by=nino, undated="spread", now=NOW)
        assert done.made == made
    assert Customer.objects.count() == Person.objects.count() == 575
    assert FollowUp.objects.open().of(nino).filter(due_on__gte=TODAY).count() == 575
    assert Customer.objects.filter(main_person=None).count() == 0


def test_every_flawed_row_is_named_with_line_and_reason(team):
    plan = make_plan(table := read_file(CUSTOMERS), guess(table.headings), team=team)
    assert str(about_flaws(plan)[0]) == (
        "Line 20 (Gärtnerei Lindqvist GmbH): E-mail “a@”: this is no e-mail address"
    )
    assert str(about_left_out(plan)[0]) == "Line 84: there is no name"
    assert str(about_duplicates(plan)[0]) == (
        "Line 6 (Bookshop Weiß KG): same e-mail as line 5, K-10003 Bookshop Weiß KG"
    )


# --- what becomes of a row


def test_a_row_becomes_a_dossier_with_person_and_first_note(nino):
    take_in(
        "Kd-Nr;Firma;Ansprechpartner;Position;Telefon;Mobil;E-Mail;Straße;PLZ;Ort;Land;Letzter Kontakt;Notiz;"
        "Umsatz;Kunde seit\n"
        "K-1;Müller GmbH;Eva Kessler;Einkauf;069 231250;0171 3312345;eva@m.example;Am Hof 1;55116;Mainz;"
        "Deutschland;1.10.26;ruft zurück;1.234,56 €;2020-01-02\n",
        nino,
    )
    customer = Customer.objects.get()
    assert (customer.team, customer.owner, customer.kind) == (nino.team, nino, "company")
    assert (customer.number, customer.name, customer.email) == ("K-1", "Müller GmbH", "eva@m.example")
    assert (customer.phone, customer.country) == ("+49 69 231250", "DE")
    assert customer.address == "Am Hof 1, 55116 Mainz"
    assert (customer.annual_revenue, customer.customer_since) == (Decimal("1234.56"), date(2020, 1, 2))
    assert customer.sort_name == "muller gmbh"
    person = customer.main_person
    assert (person.name, person.position, person.phone) == ("Eva Kessler", "Einkauf", "+49 171 3312345")
    entry = Entry.objects.get()
    assert (entry.customer, entry.kind, entry.text, entry.author) == (customer, "note", "ruft zurück", None)
    assert entry.happened_at == datetime(2026, 10, 1, 10, tzinfo=UTC)  # noon in Berlin
    assert list(Customer.objects.matching("0171 331")) == [customer]
    assert list(Customer.objects.matching("kessler mainz")) == [customer]


def test_the_language_of_letters_is_read(nino):
    done = take_in("Firma;Sprache\nA;deutsch\nB;\nC;Latein\n", nino)
    assert list(Customer.objects.order_by("name").values_list("language", flat=True)) == ["de", "", ""]
    assert [str(flaw) for draft in done.plan.flawed for flaw in draft.flaws] == [
        "Language of letters “Latein”: letters are written in English, German or Georgian"
    ]


def test_what_cannot_be_read_is_kept_in_the_note(nino):
    done = take_in("Firma;E-Mail;Nächster Kontakt;Land;Farbe;Notiz\nA;a@;31.02.2026;Xanadu;rot;hallo\n", nino)
    assert Entry.objects.get().text == (
        "hallo\nE-mail: a@\nNext contact: 31.02.2026\nCountry: Xanadu\nFarbe: rot"
    )
    assert [str(flaw) for flaw in done.plan.new[0].flaws] == [
        "E-mail “a@”: this is no e-mail address",
        "Next contact “31.02.2026”: there is no such day",
        "Country “Xanadu”: this country is not known",
    ]


def test_too_long_values_are_flaws_and_kept_whole_in_the_note(nino):
    done = take_in(f"Firma;PLZ\n{'N' * 201};{'9' * 21}\n", nino)
    assert Customer.objects.get().name == "N" * 200
    assert Entry.objects.get().text == f"Name: {'N' * 201}\nPostcode: {'9' * 21}"
    assert len(done.plan.new[0].flaws) == 2


def test_letters_that_cannot_be_read_are_a_flaw(nino):
    table = read_table("list.csv", b"Firma;Ort\nM\xfcller;K\x81ln\n")
    plan = make_plan(table, guess(table.headings), team=nino.team)
    assert [str(remark) for remark in about_flaws(plan)] == [
        "Line 2 (Müller): Town “K\ufffdln”: some of its letters cannot be read"
    ]


def test_a_person_without_a_company_is_a_private_customer(nino):
    take_in("Vorname;Nachname;Telefon\nEva;Kessler;069 231250\n", nino)
    customer = Customer.objects.get()
    assert (customer.name, customer.kind, customer.main_person.name) == (
        "Eva Kessler",
        "person",
        "Eva Kessler",
    )


def test_position_and_mobile_of_nobody_are_not_lost(nino):
    take_in("Firma;Telefon;Mobil;Position\nA;069 231250;0171 3312345;Einkauf\nB;;0171 3312346;\n", nino)
    assert Entry.objects.get().text == "Mobile phone: +49 171 3312345\nPosition: Einkauf"
    assert Customer.objects.get(name="B").phone == "+49 171 3312346"


def test_formulas_stay_text(nino):
    take_in('Firma;Notiz\n=1+1;"=HYPERLINK(""x"")"\n', nino)
    assert (Customer.objects.get().name, Entry.objects.get().text) == ("=1+1", '=HYPERLINK("x")')


def test_without_note_and_last_contact_there_is_no_entry(nino):
    take_in("Firma;Letzter Kontakt;Notiz\nA;;\nB;1.1.2026;\n", nino)
    assert [(e.customer.name, e.text) for e in Entry.objects.all()] == [
        ("B", "Last contact, from an imported list.")
    ]


def test_a_last_contact_to_come_is_told_in_the_note_of_today(nino):
    take_in("Firma;Letzter Kontakt\nA;24.12.2026\n", nino)
    entry = Entry.objects.get()
    assert (entry.text, entry.happened_at) == ("Last contact: 2026-12-24", NOW)


# --- where it lies


def test_a_next_contact_to_come_files_the_dossier(nino):
    done = take_in("Firma;Wiedervorlage\nA;17.11.2026\nB;2027-03-01\nC;16.11.2026\nD;\n", nino)
    lies = {each.customer.name: each.due_on for each in FollowUp.objects.open()}
    assert lies == {"A": TODAY, "B": date(2027, 3, 1), "C": None, "D": None}
    assert (done.dated, done.undated) == (2, 2)
    assert Entry.objects.get().text == "Next contact was to be: 2026-11-16"


def test_the_others_are_spread_over_the_coming_working_days_within_capacity(nino):
    nino.own_capacity = 2
    nino.save()
    take_in(
        "Firma;Wiedervorlage\n" + "X;18.11.2026\n" + "".join(f"C{n};\n" for n in range(7)),
        nino,
        undated="spread",
    )
    counts = {day: n for day, _precision, n in FollowUp.objects.open().counts()}
    assert max(counts.values()) == 2
    assert sum(counts.values()) == 8
    assert all(nino.calendar.is_working(day) for day in counts)


def test_an_import_that_fails_leaves_nothing(nino, monkeypatch):
    def breaks_off(placements, *, by, now, undated):
        raise LookupError

    monkeypatch.setitem(registry._registry.parts, "late", registry.Part("late", opened=breaks_off))
    with pytest.raises(LookupError):
        take_in("Firma;Notiz\nA;x\n", nino)
    assert (Customer.objects.count(), Entry.objects.count(), FollowUp.objects.count()) == (0, 0, 0)


# --- duplicates


def test_the_same_number_is_the_same_customer(nino):
    make_customer(owner=nino, number="K-1", name="Old name")
    plan = plan_of("Kd-Nr;Firma\nK-1;New name\nK-2;B\nK-2;C\n", nino.team)
    assert [draft.name for draft in plan.new] == ["B"]
    assert [remark.text for remark in about_duplicates(plan)] == [
        "same number as the known customer K-1 Old name",
        "same number as line 3, K-2 B",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Other;Köln;EVA@M.example;", "same e-mail"),
        ("Other;Köln;;069/231-250", "same phone number"),
        ("MUELLER G.m.b.H. ;mainz;;", "same name and town"),
    ],
)
def test_without_a_number_address_phone_or_name_and_town_tell(nino, row, reason):
    known = {"name": "Müller GmbH", "town": "Mainz", "email": "eva@m.example", "phone": "+49 69 231250"}
    make_customer(owner=nino, number="K-1", country="DE", **known)
    heads = "Firma;Ort;E-Mail;Telefon;Kd-Nr\n"
    assert [str(each.reason) for each in plan_of(f"{heads}{row};\n", nino.team).duplicates] == [reason]
    assert len(plan_of(f"{heads}{row};K-2\n", nino.team).new) == 1
    Customer.objects.update(number="")
    assert [str(each.reason) for each in plan_of(f"{heads}{row};K-2\n", nino.team).duplicates] == [reason]


def test_what_is_missing_or_unreadable_makes_nobody_the_same(nino):
    make_customer(owner=nino, name="A", town="", phone="123")
    plan = plan_of("Firma;Ort;E-Mail;Telefon\nB;;a@;123\nC;;a@;\nA;Köln;;\n", nino.team)
    assert len(plan.new) == 3


def test_of_two_rows_the_one_with_the_number_makes_the_dossier(nino):
    plan = plan_of("Firma;Telefon;Kd-Nr\nA;069 231250;\nA GmbH;069 231250;K-1\nB;069 231250;K-2\n", nino.team)
    assert [draft.text("number") for draft in plan.new] == ["K-1", "K-2"]
    assert [remark.text for remark in about_duplicates(plan)] == ["same phone number as line 3, K-1 A GmbH"]


def test_another_teams_customers_are_not_known(nino, stranger):
    make_customer(owner=stranger, number="K-1", name="A")
    assert len(plan_of("Kd-Nr;Firma\nK-1;A\n", nino.team).new) == 1


def test_whom_one_may_not_see_one_is_not_told_of(nino, levan):
    make_customer(owner=levan, number="K-1", name="Secret Ltd")
    nino.team.managers_see = "own"
    plan = make_plan(table_of("Kd-Nr;Firma\nK-1;A\n"), {0: "number", 1: "name"}, team=nino.team, reader=nino)
    assert [remark.text for remark in about_duplicates(plan)] == ["same number as a customer of a colleague"]


def test_legal_forms_case_and_spaces_do_not_make_another_name():
    same = [
        "Krüger GmbH",
        "KRUEGER G.m.b.H. ",
        "Krüger  G. m. b. H.",
        "krüger gesellschaft mit beschränkter haftung",
    ]
    assert {name_key(name) for name in same} == {"krugergmbh"}
    assert name_key("Hartley Limited") == name_key("HARTLEY LTD.")
    assert name_key("Krüger") != name_key("Krüger GmbH")
    assert name_key("!!!") != name_key("???")


def test_importing_again_changes_nothing_even_where_rows_say_little(nino):
    text = "Kd-Nr;Firma;Ort;Telefon\n;A;;\n;B;;123\n;C;Köln;069 1/069 2\nK-1;D;;\n;Größe;;\n;GROESSE;;\n"
    assert take_in(text, nino).made == 5
    assert take_in(text, nino).made == 0


# --- rows left out come back as a file


def test_rows_left_out_are_a_list_again_with_the_reason_and_without_formulas(nino):
    text = 'Firma;Telefon;Notiz\n;+49 69 231250;"=1+1\nx"\nA;;\nA;;\n1;2;3;4\n'
    table = table_of(text)
    out = left_out_csv(make_plan(table, guess(table.headings), team=nino.team), table)
    assert out.startswith(b"\xef\xbb\xbf")
    assert out.decode("utf-8-sig").replace("\r\n", "\n") == (
        "Firma;Telefon;Notiz;Reason left out\n"
        ";'+49 69 231250;\"'=1+1\nx\";there is no name\n"
        "A;;;same name and town as line 4, A\n"
        "1;2;3;4;the row has 4 cells, but there are 3 headings\n"
    )
    again = read_table("left-out.csv", out)
    assert again.rows[0].cells[1:3] == ["+49 69 231250", "=1+1\nx"]
    assert guess(again.headings)[3] == ""


def test_a_list_without_names_is_refused(team):
    with pytest.raises(ImportRefused, match="No column holds"):
        plan_of("Ort;Telefon\nA;1\n", team)


def test_the_number_of_queries_does_not_grow_with_the_list(nino):
    def queries(count, prefix):
        text = "Kd-Nr;Firma;Ansprechpartner;Notiz\n" + "".join(
            f"{prefix}{n};Firma {prefix}{n};Eva;x\n" for n in range(count)
        )
        owner = User.objects.select_related("team").get(pk=nino.pk)  # who knows nothing yet
        with CaptureQueriesContext(connection) as captured:
            take_in(text, owner, undated="spread")
        return len(captured)

    assert queries(3, "A") == queries(30, "B") <= 16


# --- the command


def test_the_command_reports_in_plain_lines(nino, capsys, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Firma;E-Mail\nA;a@\n;x@y.example\nA;\n")
    call_command("import_customers", path, owner="NINO@team.example", dry_run=True)
    assert Customer.objects.count() == 0
    call_command("import_customers", path, owner="nino@team.example", undated="rest")
    would, did = capsys.readouterr().out.split("3 rows read.\n")[1:]
    assert would.replace("would be made", "made") == did
    assert did == (
        "1 dossiers made.\n"
        "1 duplicates, not made twice:\n"
        "  Line 4 (A): same name and town as line 2, A\n"
        "1 rows left out:\n"
        "  Line 3: there is no name\n"
        "1 values that could not be read, kept in the note:\n"
        "  Line 2 (A): E-mail “a@”: this is no e-mail address\n"
    )
    assert FollowUp.objects.open().resting().count() == 1


def test_the_command_refuses_in_a_sentence(nino, tmp_path):
    path = tmp_path / "list.csv"
    with pytest.raises(CommandError, match="nobody with the e-mail"):
        call_command("import_customers", path, owner="x@y.example")
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("import_customers", path, owner="nino@team.example")


def test_time_passes_between_two_imports(nino):
    text = "Firma;Wiedervorlage\nA;18.11.2026\n"
    take_in(text, nino)
    assert take_in(text, nino, now=NOW + timedelta(days=30)).made == 0
