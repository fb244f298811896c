from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from contacts.models import Entry
from contacts.timeline import PAGE, Place, Timeline, spell_minutes
from tests.factories import NOW, make_customer, make_entry, make_purchase

BERLIN = ZoneInfo("Europe/Berlin")


def read_through(customer, **kw):
    """All lines, page by page."""
    lines, before = [], None
    while True:
        page = Timeline(customer, zone=BERLIN, before=before, **kw)
        lines += page.lines
        if not page.older:
            return lines
        before = Place.from_slug(page.older)


def said(line):
    return line.purchase.reference if line.is_order else line.entry.text


def test_the_newest_stands_first_and_a_purchase_below_its_day(nino):
    customer = make_customer(owner=nino)
    make_entry(customer=customer, text="evening before", happened_at=NOW - timedelta(hours=13))
    make_entry(customer=customer, text="morning", happened_at=NOW)
    make_purchase(customer=customer, reference="B-1", bought_on=date(2026, 11, 17))
    make_purchase(customer=customer, reference="B-2", bought_on=date(2026, 11, 16))
    assert [said(line) for line in read_through(customer)] == ["morning", "B-1", "evening before", "B-2"]


def test_days_are_those_of_the_reader(nino):
    customer = make_customer(owner=nino)
    make_entry(customer=customer, happened_at=datetime(2026, 11, 16, 23, 30, tzinfo=ZoneInfo("UTC")))
    days = [
        Timeline(customer, zone=ZoneInfo(zone)).lines[0].day.day
        for zone in ("Europe/Berlin", "Europe/London")
    ]
    assert days == [17, 16]


def test_pages_show_every_line_once_even_at_equal_times(nino):
    customer = make_customer(owner=nino)
    entries = [Entry(customer=customer, text=f"e{n}", happened_at=NOW) for n in range(40)]
    Entry.objects.bulk_create(entries)
    for n in range(40):
        make_purchase(customer=customer, reference=f"p{n}", bought_on=NOW.date() - timedelta(n // 20))
    shown = [said(line) for line in read_through(customer)]
    assert (len(shown), len(set(shown)), len(Timeline(customer, zone=BERLIN).lines)) == (80, 80, PAGE)


def test_filters_are_the_kinds_that_occur(nino):
    customer = make_customer(owner=nino)
    for kind in ("call", "call", "visit", "note"):
        make_entry(customer=customer, kind=kind)
    make_purchase(customer=customer)
    filters = Timeline(customer, zone=BERLIN, show="call").filters
    assert [(f.label, f.count, f.is_open) for f in filters] == [
        ("All", 5, False),
        ("Calls", 2, True),
        ("Visits", 1, False),
        ("Notes", 1, False),
        ("Orders", 1, False),
    ]


@pytest.mark.parametrize(
    ("show", "count"), [("all", 3), ("call", 1), ("order", 1), ("letter", 0), ("nonsense", 3)]
)
def test_a_filter_shows_its_kind_alone(nino, show, count):
    customer = make_customer(owner=nino)
    make_entry(customer=customer, kind="call")
    make_entry(customer=customer, kind="note")
    make_purchase(customer=customer)
    assert len(Timeline(customer, zone=BERLIN, show=show).lines) == count


def test_months_name_the_year_once(nino):
    customer = make_customer(owner=nino)
    for day in (date(2026, 11, 5), date(2026, 10, 19), date(2026, 10, 2), date(2025, 12, 1)):
        make_purchase(customer=customer, bought_on=day)
    titles = [month.title for month in Timeline(customer, zone=BERLIN).months()]
    assert titles == ["November 2026", "October", "December 2025"]


def test_a_page_that_is_appended_goes_on_with_its_month(nino):
    customer = make_customer(owner=nino)
    for n in range(PAGE + 1):
        make_entry(customer=customer, text=str(n), happened_at=NOW - timedelta(minutes=n))
    before = Place.from_slug(Timeline(customer, zone=BERLIN).older)
    page = Timeline(customer, zone=BERLIN, before=before)
    assert [page.months(going_on=going_on)[0].title for going_on in (True, False)] == ["", "November 2026"]


@pytest.mark.parametrize(
    "slug", ["", "x", "2026-13-01T00:00:00Z-1-1", "2026-11-01T00:00:00Z-2-1", "٢026-11-01T00:00:00Z-1-1"]
)
def test_an_unreadable_place_is_none(slug):
    assert Place.from_slug(slug) is None


def test_a_place_survives_its_link():
    place = Place(NOW.replace(microsecond=12), 1, 7)
    assert Place.from_slug(place.slug) == place


@pytest.mark.parametrize(
    ("fields", "title", "outcome", "who"),
    [
        ({"kind": "call", "minutes": 6, "outcome": "agreed"}, "Call, 6 min", "Agreed", "Nino"),
        ({"kind": "call", "outcome": "missed"}, "Not reached", "", "Nino"),
        ({"kind": "note", "author": None}, "Note", "", ""),
    ],
)
def test_a_line_says_what_happened(nino, fields, title, outcome, who):
    customer = make_customer(owner=nino)
    make_entry(customer=customer, **fields)
    line = Timeline(customer, zone=BERLIN).lines[0]
    assert (line.title, line.outcome, line.who) == (title, outcome, who)


def test_a_stand_in_speaks_for_somebody(nino, levan):
    customer = make_customer(owner=levan)
    make_entry(customer=customer, author=nino, on_behalf_of=levan)
    assert Timeline(customer, zone=BERLIN).lines[0].who == "Nino for Levan"


@pytest.mark.parametrize(
    ("next_on", "precision", "name"),
    [
        (date(2026, 11, 24), "day", "Tue 24 Nov"),
        (date(2027, 7, 5), "day", "Mon 5 Jul 2027"),
        (date(2026, 12, 1), "month", "December"),
        (date(2027, 7, 1), "month", "July 2027"),
    ],
)
def test_a_line_ends_in_the_tab_it_was_put_behind(nino, next_on, precision, name):
    customer = make_customer(owner=nino)
    make_entry(customer=customer, next_on=next_on, next_precision=precision)
    assert Timeline(customer, zone=BERLIN).lines[0].to_name == name


def test_orders_are_summed_up(nino):
    customer = make_customer(owner=nino)
    make_purchase(customer=customer, bought_on=date(2024, 2, 1), amount="100.50")
    make_purchase(customer=customer, bought_on=date(2026, 9, 25), amount="2480")
    orders = Timeline(customer, zone=BERLIN).orders
    assert (orders.count, orders.total) == (2, Decimal("2580.50"))
    assert (orders.since, orders.last) == (date(2024, 2, 1), date(2026, 9, 25))


@pytest.mark.parametrize("show", ["all", "order", "call"])
def test_the_last_order_is_known_whatever_is_shown(nino, show):
    customer = make_customer(owner=nino)
    make_purchase(customer=customer, bought_on=date(2024, 2, 1))
    last = make_purchase(customer=customer, bought_on=date(2026, 9, 25))
    assert Timeline(customer, zone=BERLIN, show=show).last_order == last


def test_the_last_talk_is_one_in_which_somebody_was_reached(nino):
    customer = make_customer(owner=nino)
    talk = make_entry(customer=customer, outcome="agreed", happened_at=NOW - timedelta(days=2))
    make_entry(customer=customer, outcome="missed", happened_at=NOW - timedelta(days=1))
    make_entry(customer=customer, kind="note", happened_at=NOW)
    assert Timeline(customer, zone=BERLIN).last_talk == talk


@pytest.mark.parametrize(("minutes", "spelled"), [(6, "6 min"), (60, "1 h"), (70, "1 h 10"), (125, "2 h 05")])
def test_minutes_are_spelled(minutes, spelled):
    assert spell_minutes(minutes) == spelled
