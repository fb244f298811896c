"""Lists of customers: pages, files, and filing what is ticked."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from contacts.models import Customer
from contacts.views.customers import PAGE
from followups.models import FollowUp
from segmentation.lists import Sorted
from segmentation.models import Expectation, Score
from tests.factories import make_dossier, make_followup, make_user
from tests.segmentation.buyers import make_buyer, tick

LIST = reverse("segmentation:customers")
SURE = {"sure": "1"}  # what would come of it was shown


def now_of(place):
    return FollowUp.objects.open().get(customer=place.customer_id)


@pytest.fixture
def far(nino):
    """A working day some weeks off, with no holiday in Germany."""
    return nino.calendar.next_working(nino.today() + timedelta(40))


def test_a_list_shows_what_is_known_of_each_customer(client_of, nino):
    make_buyer(owner=nino, name="Kessler", person="Barbara", due=3, due_on=nino.today() + timedelta(60))
    page = client_of(nino).get(LIST).content.decode()
    for words in (
        "Kessler",
        "Barbara · Nino",
        "Growing",
        "4 3 2",
        "€300",
        "30 d",
        "in 3 days",
        "31 %",
        "too late",
    ):
        assert words in page


def test_a_list_is_paged_by_name(client_of, nino):
    for n in range(PAGE + 2):
        make_buyer(owner=nino, name=f"Customer {n:03}")
    client = client_of(nino)
    first = client.get(LIST)
    assert [row.customer.name for row in first.context["listing"].rows][-1] == f"Customer {PAGE - 1:03}"
    assert f"<b>{PAGE + 2}</b> customers" in first.content.decode()
    second = client.get(first.context["listing"].next)
    assert [row.customer.name for row in second.context["listing"].rows] == ["Customer 050", "Customer 051"]
    again = client.get(second.context["listing"].previous)
    assert again.context["listing"].rows[0].customer.name == "Customer 000"


def test_sorted_pages_go_there_and_back(nino):
    for n in range(PAGE + 30):
        make_buyer(owner=nino, due=n % 7)
    pages = Sorted(Customer.objects.visible_to(nino), "-expectation__p14", "expectation__due_on", "pk")
    first = pages.page()
    second = pages.page(after=first.next)
    ids = [c.pk for c in [*first.rows, *second.rows]]
    assert ids == [c.pk for c in pages.ordered]
    assert [c.pk for c in pages.page(before=second.previous).rows] == ids[:PAGE]
    Expectation.objects.update(p14=None)
    assert [c.pk for c in pages.page(after=first.next).rows] == ids[PAGE:]


def test_cells_and_groups_have_their_lists(client_of, nino):
    make_buyer(owner=nino, name="In", score={"r": 5, "f": 4, "group": "vip"})
    make_buyer(owner=nino, name="Out")
    client = client_of(nino)
    for query, title in [
        ("?r=5&f=4", "Recency 5, frequency 4"),
        ("?group=vip", "VIP"),
        ("?r=5&x=9", "Recency 5"),
    ]:
        answer = client.get(LIST + query)
        assert answer.context["title"] == title
        assert [row.customer.name for row in answer.context["listing"].rows] == ["In"]
    assert len(client.get(f"{LIST}?r=9&group=none").context["listing"].rows) == 2


def test_a_large_cell_is_the_same_as_a_small_one(client_of, nino, monkeypatch):
    make_buyer(owner=nino, name="In", score={"r": 5, "f": 4, "group": "vip"})
    make_buyer(owner=nino, name="Out")
    monkeypatch.setattr("segmentation.views.customers.FEW", 0)
    for query, names in [
        ("?r=5&f=4", ["In"]),
        ("?group=growing", ["Out"]),
        ("?r=1", []),
        ("", ["In", "Out"]),
    ]:
        found = client_of(nino).get(LIST + query).context["listing"].rows
        assert [row.customer.name for row in found] == names


def test_a_stranger_and_a_manager_who_sees_only_his_own_find_nothing(client_of, nino, levan, stranger):
    make_buyer(owner=nino)
    assert client_of(stranger).get(LIST).context["listing"].count == 0
    nino.team.managers_see = "own"
    nino.team.save()
    assert client_of(levan).get(LIST).context["listing"].count == 0
    assert client_of(nino).get(LIST).context["listing"].count == 1
    assert "Nobody is in this list." in client_of(levan).get(LIST).content.decode()


def test_queries_do_not_grow_with_the_list(client_of, nino, django_assert_num_queries):
    client = client_of(nino)
    for rows in (1, 3):
        while Score.objects.count() < rows:
            make_buyer(owner=nino, due=1, person="Barbara")
        # Session, user, scores, scoring, page, places, forecast, absences and loads of the quick dates.
        with django_assert_num_queries(9):
            client.get(f"{LIST}?group=growing")


def table_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_the_whole_list_comes_as_csv_and_computes_nothing(client_of, nino):
    for n in range(PAGE + 1):
        make_buyer(owner=nino, name=f"Customer {n:03}", due=1)
    make_buyer(owner=nino, name="=HYPERLINK(1)", phone="+49 69 90009", due=1)
    answer = client_of(nino).get(f"{LIST}?group=growing&format=csv")
    table = table_of(answer)
    assert answer["Content-Disposition"].startswith('attachment; filename="growing-')
    assert len(table) == 1 + PAGE + 2
    row = dict(zip(table[0], table[1], strict=True))
    assert (row["Customer"], row["Phone"]) == ("'=HYPERLINK(1)", "'+49 69 90009")
    assert (row["R"], row["Money"], row["Due"]) == ("4", "300.00", (nino.today() + timedelta(1)).isoformat())


def test_the_whole_list_comes_as_xlsx_and_computes_nothing(client_of, nino):
    make_buyer(owner=nino, name="=1+1", due=1)
    make_buyer(owner=nino, name="Bell\x07")
    answer = client_of(nino).get(f"{LIST}?format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")
    assert (sheet["B3"].value, sheet["I2"].value, sheet["N2"].value) == ("Bell", 4, 300)


def test_a_file_costs_the_same_queries_for_one_and_for_three(client_of, nino, django_assert_num_queries):
    client = client_of(nino)
    for rows in (1, 3):
        while Score.objects.count() < rows:
            make_buyer(owner=nino, due=1)
        with django_assert_num_queries(7):
            table_of(client.get(f"{LIST}?format=csv"))


def test_ticked_dossiers_go_under_a_written_date_and_back(client_of, nino, far):
    one, two, three = (make_buyer(owner=nino, due=1) for _ in range(3))
    client = client_of(nino)
    answer = client.post(LIST, {"f": [tick(one), tick(two)], "when": far.isoformat()} | SURE, follow=True)
    assert [now_of(f).due_on for f in (one, two, three)] == [far, far, three.due_on]
    page = answer.content.decode()
    assert "2 dossiers moved to" in page
    back = {"moved": answer.context["moved"]["at"], "back": f"{LIST}?r=4"}
    answer = client.post(reverse("segmentation:undo"), back, follow=True)
    assert answer.redirect_chain == [(f"{LIST}?r=4", 302)]
    assert "2 dossiers lie again where they lay." in answer.content.decode()
    assert [now_of(f).pk for f in (one, two)] == [one.pk, two.pk]
    assert FollowUp.objects.count() == 3


def test_each_goes_under_its_own_due_date_on_a_working_day(client_of, nino, levan):
    far, over = (
        make_buyer(owner=nino, due=30, due_on=nino.today()),
        make_buyer(owner=levan, due=-3, due_on=None, rest_reason="x"),
    )
    client_of(nino).post(LIST, {"f": [tick(far), tick(over)], "to": "due"} | SURE)
    assert now_of(far).due_on == nino.calendar.next_working(nino.today() + timedelta(30))
    assert now_of(over).due_on == nino.calendar.next_working(nino.today())
    assert now_of(over).owner == levan
    assert now_of(over).rest_reason == ""


def test_all_of_the_list_goes_but_nothing_outside_it(client_of, nino, far):
    inside = [make_buyer(owner=nino, due=1) for _ in range(3)]
    outside = make_buyer(owner=nino, due=1, score={"group": "vip"})
    client = client_of(nino)
    form = {"all": "1", "seen": client.get(LIST).context["listing"].now.isoformat(), "when": far.isoformat()}
    client.post(f"{LIST}?group=growing", form | SURE)
    assert {now_of(f).due_on for f in inside} == {far}
    assert now_of(outside).pk == outside.pk


def test_what_a_colleague_moved_meanwhile_stays_and_is_named(client_of, nino, levan, far):
    mine, his = make_buyer(owner=nino, due=1), make_buyer(owner=nino, name="Kessler", due=1)
    client = client_of(nino)
    seen = client.get(LIST).context["listing"].now.isoformat()
    sent = {"f": [tick(mine), tick(his)], "when": far.isoformat()}
    moved = now_of(his).move(to=now_of(mine).tab, by=levan, now=nino.date_joined + timedelta(days=400))
    answer = client.post(LIST, sent | SURE, follow=True)
    assert now_of(mine).due_on == far
    assert now_of(his).pk == moved.pk
    assert "left where they lie now: Kessler" in answer.content.decode()
    answer = client.post(LIST, {"all": 1, "seen": seen, "to": "1m"}, follow=True)
    assert now_of(his).pk == moved.pk
    assert "left where they lie now: " in answer.content.decode()


def test_an_agreed_time_and_what_is_not_due_stay_and_it_is_said(client_of, nino):
    agreed = make_buyer(owner=nino, name="Agreed", at="10:15", due=30)
    undated = make_buyer(owner=nino)
    there = make_buyer(owner=nino, due=30, due_on=nino.calendar.next_working(nino.today() + timedelta(30)))
    answer = client_of(nino).post(LIST, {"f": [tick(agreed), tick(undated), tick(there)]}, follow=True)
    assert answer.context["moved"] is None
    assert [now_of(f).pk for f in (agreed, undated, there)] == [agreed.pk, undated.pk, there.pk]
    page = answer.content.decode()
    for words in (
        "move them from their own sheet: Agreed (",
        "no due date yet and stays",
        "lay there already",
    ):
        assert words in page


@pytest.mark.parametrize("where", [{"when": "in 3 weeks"}, {"to": "due"}, {"to": "1w"}])
def test_days_that_the_list_does_not_name_are_shown_before_they_count(client_of, nino, levan, where):
    """Of the quick dates it says how full they are in one's own binder, not in a colleague's."""
    mine, his = make_buyer(owner=nino, due=1), make_buyer(owner=levan, due=1)
    answer = client_of(nino).post(LIST, {"f": [tick(mine), tick(his)]} | where)
    assert {target.owner for target in answer.context["plan"].targets} == {nino, levan}
    assert answer.content.decode().count("1 of 16") == 2
    assert [now_of(f).pk for f in (mine, his)] == [mine.pk, his.pk]


def test_what_the_list_has_named_is_done_at_once(client_of, nino):
    mine = make_buyer(owner=nino, due=1)
    assert client_of(nino).post(LIST, {"f": tick(mine), "to": "1w"}).status_code == 302
    assert now_of(mine).due_on == nino.calendar.next_working(nino.today() + timedelta(7))


def test_a_full_day_is_shown_before_it_is_asked_for(client_of, nino, far):
    nino.own_capacity = 2
    nino.save()
    make_followup(
        customer=make_dossier(owner=nino, due_on=None, rest_reason="x").customer,
        closed_at=nino.date_joined,
        result="moved",
    )
    make_dossier(owner=nino, due_on=far)
    ticked = [tick(make_buyer(owner=nino, due=1)) for _ in range(2)]
    client = client_of(nino)
    sent = {"f": ticked, "when": far.isoformat()}
    answer = client.post(LIST, sent)
    [target] = answer.context["plan"].targets
    assert (answer.status_code, target.before, target.coming, target.is_over) == (200, 1, 2, True)
    page = answer.content.decode()
    assert ("3 of 2, too full" in page, "1 day would be fuller" in page) == (True, True)
    assert FollowUp.objects.filter(due_on=far).count() == 1
    client.post(LIST, sent | {"sure": "1"})
    assert FollowUp.objects.filter(due_on=far).count() == 3


def test_a_rest_day_is_named_and_the_next_working_day_offered(client_of, nino):
    sunday = nino.today() + timedelta(7 - nino.today().isoweekday() + 7)
    place = make_buyer(owner=nino, due=1)
    client = client_of(nino)
    sent = {"f": tick(place), "when": sunday.isoformat()}
    answer = client.post(LIST, sent)
    assert "is a rest day" in answer.content.decode()
    rather = answer.context["plan"].rather
    client.post(LIST, sent | {"sure": "1", "instead": rather.slug})
    assert now_of(place).due_on == rather.due_on == nino.calendar.next_working(sunday)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"to": "due"}, "Tick the dossiers first"),
        ({"f": "x:1", "to": "due"}, "Tick the dossiers first"),
        ({"f": f"{10**30}:1", "to": "due"}, "Tick the dossiers first"),
        ({"f": "1:1", "when": "some day"}, "“some day” is no date we know"),
        ({"f": "1:1", "when": "tomorrow 10:15"}, "A time is agreed with one customer"),
        ({"f": "1:1", "to": "never"}, "never"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(client_of, nino, sent, words):
    place = make_buyer(owner=nino, due=1)
    ticked = {"f": tick(place)} if sent.get("f") == "1:1" else {}
    answer = client_of(nino).post(LIST, sent | ticked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert ("checked" in page) == bool(ticked)
    assert now_of(place).pk == place.pk


def test_that_all_were_meant_is_not_forgotten(client_of, nino):
    make_buyer(owner=nino, due=1)
    page = client_of(nino).post(LIST, {"all": "1", "to": "1w", "when": "some day"}).content.decode()
    assert 'name="all" value="1" checked' in page
    assert '<option value="1w" selected>' in page
    assert 'value="some day"' in page


def test_a_strangers_dossier_is_not_moved(client_of, nino, stranger, far):
    place = make_buyer(owner=nino, due=1)
    answer = client_of(stranger).post(LIST, {"f": tick(place), "when": far.isoformat()})
    assert answer.status_code == 422
    assert now_of(place).pk == place.pk


def test_filing_costs_the_same_queries_for_one_and_for_three(client_of, nino, django_assert_num_queries, far):
    client = client_of(nino)
    for number in (1, 3):
        ticked = [tick(make_buyer(owner=nino, due=1)) for _ in range(number)]
        with django_assert_num_queries(13):
            client.post(LIST, {"f": ticked, "when": far.isoformat()} | SURE)


def test_only_what_still_lies_there_comes_back_and_only_for_its_mover(client_of, nino, levan, far):
    one, two = make_buyer(owner=nino, due=1), make_buyer(owner=nino, due=1)
    client = client_of(nino)
    answer = client.post(LIST, {"f": [tick(one), tick(two)], "when": far.isoformat()} | SURE, follow=True)
    back = {"moved": answer.context["moved"]["at"], "back": LIST}
    undo = reverse("segmentation:undo")
    assert "nothing to take back" in client_of(levan).post(undo, back, follow=True).content.decode()
    now_of(two).move(to=one.tab, by=levan, now=now_of(two).opened_at + timedelta(minutes=1))
    page = client.post(undo, back, follow=True).content.decode()
    assert "1 dossier lies again where it lay." in page
    assert "1 dossier has been moved on since" in page
    assert now_of(one).pk == one.pk


@pytest.mark.parametrize("back", ["", "https://elsewhere.example/", "//elsewhere.example/", "x"])
def test_the_way_back_leads_nowhere_else(client_of, nino, back):
    answer = client_of(nino).post(reverse("segmentation:undo"), {"moved": "never", "back": back})
    assert answer.url == reverse("segmentation:overview")
    assert client_of(make_user()).get(reverse("segmentation:undo")).status_code == 405


def test_the_dates_offered_say_how_full_they_are_in_ones_own_binder(client_of, nino, levan):
    tomorrow = nino.calendar.next_working(nino.today() + timedelta(1))
    make_dossier(owner=nino, due_on=tomorrow)
    make_dossier(owner=levan, due_on=tomorrow)
    make_buyer(owner=nino, due=1, due_on=tomorrow + timedelta(60))
    page = client_of(nino).get(LIST).content.decode()
    assert "you have 1 of 16</option>" in page
