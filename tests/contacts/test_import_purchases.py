from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.importing.purchases import import_purchases
from contacts.importing.readers import ImportRefused, read_table
from contacts.models import Customer, Purchase
from crm.team.models import User
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_customer, make_lead, make_purchase, make_team


def take_in(text, team, *, create_for=None):
    return import_purchases(read_table("list.csv", text.encode()), team=team, create_for=create_for, now=NOW)


def bought():
    rows = Purchase.objects.order_by("pk").values_list("customer__number", "bought_on", "amount")
    return [(number, f"{day:%d.%m.}", amount) for number, day, amount in rows]


@pytest.fixture
def one(nino):
    return make_customer(owner=nino, number="00001")


def test_purchases_go_into_the_dossier_with_that_number(one, team):
    done = take_in(
        "Kundennummer;Datum;Betrag;Beleg;Warengruppe\n00001;31.12.2025;1.234,56 €;R-1;Kartons\n", team
    )
    purchase = Purchase.objects.get()
    assert (purchase.team, purchase.customer, purchase.bought_on) == (team, one, date(2025, 12, 31))
    assert (purchase.amount, purchase.reference, purchase.product_group) == (
        Decimal("1234.56"),
        "R-1",
        "Kartons",
    )
    assert (done.rows_read, done.made, done.known, done.unread) == (1, 1, 0, [])


def test_nothing_goes_into_a_binder_whose_owners_login_was_closed_meanwhile(nino, team):
    text = "customer_id,date,amount\n00001,1997-01-01,11.77\n"
    User.objects.filter(pk=nino.pk).update(is_active=False)
    with pytest.raises(ImportRefused, match="Nino Beridze can no longer log in"):
        take_in(text, team, create_for=nino)
    assert (Customer.objects.count(), Purchase.objects.count()) == (0, 0)


def test_a_second_import_changes_nothing(one, team):
    text = "customer_id,date,amount\n00001,1997-01-01,11.77\n00001,1997-01-12,89.0\n"
    assert (take_in(text, team).made, take_in(text, team).made) == (2, 0)
    assert bought() == [("00001", "01.01.", Decimal("11.77")), ("00001", "12.01.", Decimal("89.00"))]


def test_equal_rows_of_one_list_are_that_many_purchases(one, team):
    head, row = "customer_id,date,amount\n", "00001,1997-01-01,11.77\n"
    made = [take_in(head + row * n, team).made for n in (2, 2, 3, 1)]
    assert made == [2, 0, 1, 0]
    assert Purchase.objects.count() == 3


def test_a_reference_tells_purchases_apart_and_is_taken_once(one, team):
    head = "customer_id,date,amount,reference\n"
    rows = "00001,1997-01-01,11.77,R-1\n00001,1997-01-01,11.77,R-2\n00001,1997-02-02,5,R-1\n"
    done = take_in(head + rows, team)
    assert (done.made, done.known) == (2, 1)
    assert take_in(head + rows, team).made == 0


def test_references_of_another_team_do_not_count(one, team):
    make_purchase(reference="R-1")
    assert take_in("customer_id,date,amount,reference\n00001,1997-01-01,11.77,R-1\n", team).made == 1


def test_unknown_numbers_are_reported_with_their_rows(one, team):
    make_customer(number="00002")  # of another team
    rows = "00001,1997-01-01,1\n00002,1997-01-01,1\n00002,1997-01-02,1\n1,1997-01-01,1\n"
    text = f"customer_id,date,amount\n{rows}"
    done = take_in(text, team)
    assert (done.made, done.unknown) == (1, {"00002": 2, "1": 1})


def test_unknown_numbers_can_become_dossiers_in_the_cabinet(team, lead):
    text = "customer_id,date,amount\n00001,1997-01-01,1\n00001,1997-01-02,1\n00002,1997-01-02,1\n"
    done = take_in(text, team, create_for=lead)
    assert (done.customers_made, done.made, done.unknown) == (2, 3, {})
    assert [str(customer) for customer in Customer.objects.all()] == ["Customer 00001", "Customer 00002"]
    places = FollowUp.objects.open().of(lead).resting()
    assert [bool(place.rest_reason) for place in places] == [True, True]
    assert take_in(text, team, create_for=lead).made == 0


def test_rows_that_cannot_be_read_lose_nothing_of_the_others(one, team):
    done = take_in(
        "customer_id,date,amount,reference\n,1997-01-01,1\n00001,31.02.1997,1\n00001,1997-01-01,much\n"
        f"00001,1997-01-01,1,{'R' * 61}\n00001,1997-01-01,1,,,5\n00001,1997-01-01,1\n",
        team,
    )
    assert done.made == 1
    assert done.unread == [
        (2, "there is no customer number"),
        (3, "date “31.02.1997”: there is no such day"),
        (4, "amount “much”: this is no amount"),
        (5, "a cell of this row is too long"),
        (6, "the row has 6 cells, but there are 4 headings"),
    ]


def test_columns_that_are_missing_are_named(team):
    with pytest.raises(ImportRefused, match=r"^These columns were not found: Date, Amount\.$"):
        take_in("customer_id,colour\n1,red\n", team)


def test_the_number_of_queries_does_not_grow_with_the_list(one, team, lead):
    def queries(numbers):
        text = "customer_id,date,amount\n" + "".join(f"{n},1997-01-01,1\n" for n in numbers)
        with CaptureQueriesContext(connection) as captured:
            take_in(text, team, create_for=lead)
        return len(captured)

    queries([50])  # the first list of a team has everything worked out
    assert queries(range(3)) == queries(range(100, 130)) <= 23  # scores and expectations included


def test_the_command_reports_in_plain_lines(one, lead, capsys, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("customer_id,date,amount\n00001,1997-01-01,1\n00002,1997-01-01,1\n00001,1997,1\n")
    call_command("import_purchases", path)
    call_command("import_purchases", path, create=True)
    first, second = capsys.readouterr().out.split("3 rows read.\n")[1:]
    unread = "1 rows could not be read:\n  Line 4: date “1997”: this is no date.\n"
    assert first == (
        "1 purchases added, 0 known already.\n1 unknown customer numbers (1 rows):\n  00002\n" + unread
    )
    assert second == (
        "1 purchases added, 1 known already.\n1 dossiers made, resting in the cabinet.\n" + unread
    )
    assert Customer.objects.get(number="00002").owner == lead


def test_the_command_makes_dossiers_for_whom_it_is_told(one, nino, lead, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("customer_id,date,amount\n00002,1997-01-01,1\n")
    call_command("import_purchases", path, create=True, owner=nino.email, verbosity=0)
    assert Customer.objects.get(number="00002").owner == nino


def test_the_command_refuses_in_a_sentence(nino, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n")

    def refusal(**options):
        with pytest.raises(CommandError) as refused:
            call_command("import_purchases", path, **options)
        return str(refused.value)

    assert refusal() == "These columns were not found: Customer number, Date, Amount."
    assert refusal(owner="x@y.example") == "There is nobody with the e-mail x@y.example."
    assert refusal(create=True) == "The team has no lead; please name an owner with --owner EMAIL."
    assert refusal(team="No such") == "There is no such team."
    make_lead(team=make_team(name="Other"))
    assert refusal() == "There are several teams; please name one with --team NAME."
    assert (
        refusal(team="Other", create=True) == "These columns were not found: Customer number, Date, Amount."
    )


# --- currencies


@pytest.mark.parametrize(
    ("own", "amount"),
    [
        ("EUR", "12,50 EUR"), ("EUR", "€ 12,50"), ("EUR", "12,50 Euro"), ("EUR", "12,50"), ("CHF", "Fr. 12.50"),
        ("CHF", "CHF 12.50"), ("USD", "$12.50"), ("CAD", "$12.50"), ("CAD", "CA$12.50"), ("USD", "US$ 12.50"),
        ("GEL", "12,50 ₾"), ("SEK", "12,50 kr"), ("PLN", "12,50 zł"), ("EUR", "12,50 net"),
    ],
)  # fmt: skip
def test_amounts_may_name_the_teams_currency(one, team, own, amount):
    team.currency = own
    done = take_in(f"customer_id;date;amount\n00001;2025-12-31;{amount}\n", team)
    assert (done.made, done.unread) == (1, [])
    assert Purchase.objects.get().amount == Decimal("12.50")


@pytest.mark.parametrize(
    ("own", "amount"),
    [
        ("EUR", "$12"), ("EUR", "12,50 CHF"), ("USD", "€12"), ("USD", "CA$12"), ("EUR", "12 zł"), ("GEL", "12 €"),
        ("EUR", "12 Kč"), ("EUR", "DEM 12"), ("EUR", "12 kr."), ("USD", "12 £"),
    ],
)  # fmt: skip
def test_amounts_in_another_currency_are_left_out(one, team, own, amount):
    team.currency = own
    done = take_in(f"customer_id;date;amount\n00001;2025-12-31;{amount}\n00001;2025-12-30;5\n", team)
    assert (done.made, [line for line, _reason in done.unread]) == (1, [2])
    assert Purchase.objects.get().amount == 5


def test_a_column_of_currencies_is_read_and_every_other_row_named(one, team):
    done = take_in(
        "customer_id;date;amount;Währung\n00001;2025-12-31;1;EUR\n00001;2025-12-31;2;usd\n"
        "00001;2025-12-31;3;\n00001;2025-12-31;4;Taler\n00001;2025-12-31;$5;EUR\n",
        team,
    )
    assert [amount for _number, _day, amount in bought()] == [1, 3]
    other = "the team counts in EUR; nothing is converted, so it is left out"
    assert done.unread == [
        (3, f"this is in usd, {other}"),
        (5, "the currency “Taler” is not known"),
        (6, f"this is in $, {other}"),
    ]


def test_a_day_that_is_yet_to_come_is_a_slip_of_the_pen(one, team):
    text = f"customer_id,date,amount\n00001,{TODAY + timedelta(1)},5\n00001,{TODAY + timedelta(2)},7\n"
    done = take_in(text, team)
    assert (done.made, [line for line, _reason in done.unread]) == (1, [3])
    assert "yet to come" in done.unread[0][1]
