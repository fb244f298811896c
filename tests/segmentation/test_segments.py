"""The team's own segments: building, listing, comparing."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.actions import set_tags
from contacts.importing.columns import guess
from contacts.importing.customers import import_customers
from contacts.importing.readers import read_table
from contacts.models import Customer
from crm.team.models import Team
from segmentation.examples import EXAMPLES
from segmentation.filters import Chain
from segmentation.members import counts, moment_of
from segmentation.models import Segment
from tests.caching import start_afresh
from tests.factories import NOW, make_dossier, make_entry, make_purchase, make_user
from tests.segmentation.segments import MAINZ, at, make_segment, make_three

OWN, NEW = reverse("segmentation:own"), reverse("segmentation:own_new")
HTMX = {"HTTP_HX_REQUEST": "true"}
GONE = {"condition": "weather", "operator": "bad", "values": {}}


def row(number=0, condition="town", operator="is", joint="and", **values):
    sent = {"condition": condition, "operator": operator, "joint": joint} | values
    return {f"r{number}-{name}": value for name, value in sent.items()}


def sent(*rows, name="Mainz", do="save"):
    data = {"name": name, "do": do}
    for each in rows:
        data |= each
    return data


@pytest.fixture(autouse=True)
def forgotten():
    """What other tests have let the cache keep of other teams with the same number."""
    start_afresh()


@pytest.fixture
def mainz(nino):
    return make_segment(made_by=nino)


@pytest.fixture
def three(nino):
    return make_three(nino)


# --- all of them


def test_all_segments_stand_with_their_sentence_and_who_made_them(client_of, nino, mainz, three):
    page = client_of(nino).get(OWN).content.decode()
    assert [words in page for words in ("Mainz", "town is Mainz", "Nino", f'hx-get="{OWN}?counted"')] == [
        True
    ] * 4


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_how_many_are_in_each_is_counted_on_demand(client_of, nino, mainz, three, headers):
    make_segment(made_by=nino, name="Nobody", filters=[{**MAINZ, "values": {"names": ["Ulm"]}}])
    response = client_of(nino).get(OWN, {"counted": ""}, **headers)
    page = response.content.decode()
    assert re.findall(r'<td class="num"><b>(.*?)</b>', page) == ["2", "0"]
    assert ("<html" in page) == (not headers)


def test_a_team_without_segments_is_shown_where_to_begin(client_of, nino):
    page = client_of(nino).get(OWN).content.decode()
    assert [f"?example={example.key}" in page for example in EXAMPLES] == [True] * 3


@pytest.mark.parametrize("number", [1, 12])
def test_all_are_counted_in_one_query(client_of, nino, three, number):
    for n in range(number):
        make_segment(made_by=nino, name=f"Segment {n}")
    client = client_of(nino)
    with CaptureQueriesContext(connection) as queries:
        client.get(OWN, {"counted": ""})
    assert len(queries) == 4  # session, who asks, the segments, how many are in each


def test_counts_leave_out_what_cannot_be_told(nino, mainz, three):
    lost = make_segment(made_by=nino, name="Lost", filters=[GONE])
    assert counts([mainz, lost], user=nino, moment=moment_of(nino)) == {mainz.pk: 2}
    assert counts([lost], user=nino, moment=moment_of(nino)) == {}


# --- building one


def test_a_segment_is_built_and_shows_its_customers(client_of, nino, three):
    rows = [row(names="mainz"), row(1, "name", "contains", "or", text="zim")]
    response = client_of(nino).post(NEW, sent(*rows, name=" Mainz  and Zimt "))
    segment = Segment.objects.get()
    assert (response.status_code, response.url) == (302, segment.get_absolute_url())
    assert (segment.name, segment.team, segment.made_by) == ("Mainz and Zimt", nino.team, nino)
    page = client_of(nino).get(response.url)
    assert [each.customer.name for each in page.context["listing"].rows] == ["Anker", "Kessler", "Zimt"]
    assert "either town is mainz, or name contains “zim”" in page.content.decode()


def test_what_is_kept_is_shown_again_in_the_builder(client_of, nino):
    filters = [
        {"condition": "purchases", "operator": "worth_span",
         "values": {"amount": "1234.50", "since": "2026-01-01", "until": "2026-06-30", "what": ["wine", "boxes"]}},
        {"condition": "group", "operator": "is", "values": {"groups": ["vip", "lost"]}, "or": True},
        MAINZ,
    ]  # fmt: skip
    segment = make_segment(made_by=nino, filters=filters)
    builder = client_of(nino).get(at(segment, "own_edit")).context["builder"]
    assert builder.chain.keep() == filters
    client = client_of(nino)
    data = {"name": "Other", "do": "save"}
    for form in builder.rows:
        data |= {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    assert client.post(at(segment, "own_edit"), data).status_code == 302
    segment.refresh_from_db()
    assert (segment.name, segment.filters, segment.made_by) == ("Other", filters, nino)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_each_example_is_complete(client_of, nino, example):
    builder = client_of(nino).get(NEW, {"example": example.key}).context["builder"]
    assert (builder.chain.keep(), builder.unfinished, builder.name.instance.name) == (
        example.filters,
        [],
        example.name,
    )


def test_a_copy_begins_with_anothers_conditions_and_no_name(client_of, nino, levan, stranger, mainz):
    page = client_of(levan).get(NEW, {"like": mainz.pk})
    assert (page.context["builder"].chain.keep(), page.context["builder"].name["name"].value()) == (
        [MAINZ],
        "",
    )
    assert client_of(stranger).get(NEW, {"like": mainz.pk}).status_code == 404


@pytest.mark.parametrize(
    ("rows", "name", "complaint"),
    [
        ([row(names="Mainz")], "", "Name: Give it a name, under which you will find it again."),
        ([row(names="Mainz")], "MAINZ", "Name: There is a segment “MAINZ” already: choose another name."),
        ([row(names="")], "A", "Town: Write one or more, with commas between them."),
        ([row(condition="")], "A", "Choose at least one condition."),
        ([], "A", "Choose at least one condition."),
        ([row(condition="group")], "A", "Group: Tick one or more."),
        ([row(condition="group", groups="royal")], "A",
         "Group: Select a valid choice. royal is not one of the available choices."),
        ([row(condition="ever", operator="least", times="many")], "A",
         "Purchases ever: Write a whole number from 0 to 10000."),
        ([row(condition="country", names="Xanadu")], "A", "Country: “Xanadu” is no country we know."),
        ([row(condition="money", operator="least", amount="x")], "A",
         "Money spent ever: Write an amount, such as 12,500 or 1234.50."),
        ([row(condition="place", operator="under", since="2026-03-01", until="2026-02-01")], "A",
         "Dossier: This day is before the first."),
        ([row(condition="last_purchase", operator="from", day="32.1.")], "A", "Last purchase: Write a day."),
        ([row(condition="weather", operator="bad")], "A", "Remove the condition that is not known any more."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_lost(client_of, nino, mainz, rows, name, complaint):
    response = client_of(nino).post(NEW, sent(*rows, name=name))
    builder = response.context["builder"]
    assert (response.status_code, [text for _id, text in builder.complaints]) == (422, [complaint])
    page = response.content.decode()
    assert all(f'id="{id}"' in page for id, _text in builder.complaints)
    assert Segment.objects.count() == 1
    for each in rows:
        assert [
            value for name, value in each.items() if value not in page and "weather" not in each.values()
        ] == []


def test_a_name_taken_in_the_same_moment_is_said_too(client_of, nino, mainz, monkeypatch):
    monkeypatch.setattr("segmentation.builder.NameForm.clean_name", lambda form: "Mainz")
    response = client_of(nino).post(NEW, sent(row(names="Trier")))
    assert (response.status_code, Segment.objects.count()) == (422, 1)


def test_rows_are_added_and_removed_without_a_script(client_of, nino):
    client = client_of(nino)
    rows = [row(names="Mainz"), row(1, "group", "is", groups=["vip", "lost"])]
    added = client.post(NEW, sent(*rows, do="add", name="Mine"))
    removed = client.post(NEW, sent(*rows, row(2, ""), do="remove-0", name="Mine"))
    assert (added.status_code, len(added.context["builder"].rows), added.context["builder"].complaints) == (
        200,
        3,
        [],
    )
    assert [form.key for form in removed.context["builder"].rows] == ["group", ""]
    assert removed.context["builder"].rows[0]["groups"].value() == ["vip", "lost"]
    assert 'value="Mine"' in removed.content.decode()
    assert Segment.objects.count() == 0


def test_twenty_rows_are_enough(client_of, nino):
    rows = [row(n, names="Mainz") for n in range(25)]
    builder = client_of(nino).post(NEW, sent(*rows, do="add")).context["builder"]
    assert (len(builder.rows), builder.can_add) == (20, False)


@pytest.mark.parametrize("do", ["remove-7", "remove-x", "nonsense", "count"])
def test_whatever_else_is_pressed_changes_nothing(client_of, nino, do):
    builder = client_of(nino).post(NEW, sent(row(names="Mainz"), do=do)).context["builder"]
    assert [form.key for form in builder.rows] == ["town"]


def test_the_count_follows_while_one_builds(client_of, nino, three):
    data = sent(row(names="Mainz"), row(1, "group"), do="count")
    response = client_of(nino).post(NEW, data, HTTP_HX_TARGET="found", **HTMX)
    page = response.content.decode()
    said = (
        "<b>2</b> of 3 customers",
        "Anker",
        "Customers where town is Mainz.",
        "Condition 2 is not complete",
    )
    assert [words in " ".join(page.split()) for words in said] == [True] * 4
    assert ("<html" in page, page.strip().startswith("<section"), "Tick one or more" in page) == (
        False,
        True,
        False,
    )


def test_another_condition_brings_its_own_fields_and_the_new_count(client_of, nino, three):
    data = sent(row(condition="last_contact", operator="is"), do="count")
    page = client_of(nino).post(NEW, data, HTTP_HX_TARGET="builder", **HTMX).content.decode()
    assert ('name="r0-days"' in page, 'hx-swap-oob="true"' in page, "<html" in page) == (True, True, False)


def test_without_conditions_nothing_is_counted(client_of, nino, three):
    assert client_of(nino).get(NEW).context["found"] == {}


def test_letters_that_no_database_takes_are_refused(client_of, nino):
    rows = [row(condition="tags", operator="any", names="wi\0ne")]
    assert client_of(nino).post(NEW, sent(*rows)).status_code == 422


def test_what_is_no_longer_offered_may_stay_chosen(client_of, nino):
    rows = [row(condition="tags", operator="any", names="wine")]
    assert client_of(nino).post(NEW, sent(*rows)).status_code == 302


def test_long_lists_of_product_groups_are_cut(nino):
    customer = make_dossier(owner=nino).customer
    for n in range(205):
        make_purchase(customer=customer, product_group=f"Group {n}")
    make_purchase(customer=customer, product_group="Group 204")
    groups = moment_of(nino).product_groups
    assert (len(groups), ("Group 204", "Group 204") in groups) == (200, True)


# --- whose they are


def test_one_changes_ones_own_and_leads_change_all(client_of, nino, levan, lead, mainz):
    answers = {
        who.name: [client_of(who).get(at(mainz, name)).status_code for name in ("own_edit", "own_delete")]
        for who in (nino, levan, lead)
    }
    assert answers == {nino.name: [200, 200], levan.name: [403, 403], lead.name: [200, 200]}
    assert client_of(levan).post(at(mainz, "own_delete")).status_code == 403
    assert client_of(levan).get(mainz.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", ["own_members", "own_edit", "own_delete", "own_compare"])
def test_strangers_find_no_such_segment(client_of, stranger, mainz, name):
    assert client_of(stranger).get(at(mainz, name)).status_code == 404


def test_whoever_sees_only_his_own_finds_only_these_in_it(client_of, team, nino, levan, mainz, three):
    team.managers_see = Team.Sees.OWN
    team.save()
    make_dossier(owner=levan, name="His", town="Mainz")
    found = client_of(levan).get(mainz.get_absolute_url()).context["listing"].rows
    assert [each.customer.name for each in found] == ["His"]
    counted = client_of(levan).get(OWN, {"counted": ""}).context["segments"]
    assert [segment.count for segment in counted] == [1]


def test_deleting_asks_first_and_says_so(client_of, nino, mainz, three):
    client = client_of(nino)
    assert "Delete the segment “Mainz”?" in client.get(at(mainz, "own_delete")).content.decode()
    page = client.post(at(mainz, "own_delete"), follow=True).content.decode()
    assert ("The segment “Mainz” is deleted." in page, Customer.objects.count()) == (True, 3)


# --- its customers


def test_its_customers_are_exported_and_filed_like_any_list(client_of, nino, mainz, three):
    client = client_of(nino)
    export = client.get(mainz.get_absolute_url(), {"format": "csv"})
    text = b"".join(export.streaming_content).decode()
    assert ("Anker" in text, "Kessler" in text, "Zimt" in text) == (True, True, False)
    client.post(mainz.get_absolute_url(), {"all": "1", "to": "1w", "sure": "1"})
    moved = {
        customer.name: customer.followups.get(closed_at=None).due_on > nino.today() for customer in three
    }
    assert moved == {"Anker": True, "Kessler": True, "Zimt": False}


def test_what_is_exported_is_imported_again_with_its_tags(client_of, nino, mainz, three):
    set_tags(customer=three[0], names=["Äpfel", "fair 2026"])
    export = client_of(nino).get(mainz.get_absolute_url(), {"format": "csv"})
    table = read_table("list.csv", b"".join(export.streaming_content))
    elsewhere = make_user()
    import_customers(table, guess(table.headings), owner=elsewhere, by=elsewhere, undated="rest", now=NOW)
    found = {c.name: c.tag_names for c in Customer.objects.filter(owner=elsewhere).with_tags()}
    assert found == {"Anker": ["Äpfel", "fair 2026"], "Kessler": []}


def test_an_empty_segment_says_what_that_means(client_of, nino, mainz):
    assert (
        "Nobody is in this segment today." in client_of(nino).get(mainz.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("size", [2, 30])
def test_queries_of_a_segments_page_do_not_grow(client_of, nino, mainz, size):
    for n in range(size):
        make_dossier(owner=nino, town="Mainz", name=f"Customer {n}")
    client = client_of(nino)
    with CaptureQueriesContext(connection) as queries:
        client.get(mainz.get_absolute_url())
    assert len(queries) <= 8


@pytest.mark.parametrize("name", ["own_members", "own_compare"])
def test_a_condition_that_is_gone_is_said(client_of, nino, name):
    segment = make_segment(made_by=nino, filters=[MAINZ, GONE])
    page = client_of(nino).get(at(segment, name)).content.decode()
    said = ("One of its conditions is not known here any more: weather.", "customers where town is Mainz")
    assert [words in page for words in said] == [True] * 2


@pytest.mark.parametrize(
    "filters",
    [["nonsense"], [{}], [{**MAINZ, "values": {"names": "Mainz"}}], [{**MAINZ, "values": {}}],
     [{"condition": "money", "operator": "least", "values": {"amount": "much"}}],
     [{"condition": "owner", "operator": "is", "values": {"owners": ["x"]}}],
     [{"condition": "made", "operator": "from", "values": {"day": "soon"}}], [GONE]],
)  # fmt: skip
def test_what_was_never_kept_by_us_breaks_nothing(client_of, nino, filters):
    segment = make_segment(made_by=nino, filters=filters)
    client = client_of(nino)
    paths = [
        OWN,
        f"{OWN}?counted",
        *(at(segment, name) for name in ("own_members", "own_edit", "own_compare")),
    ]
    assert [client.get(path).status_code for path in paths] == [200] * 5
    assert len(Chain.of(filters).lost) == 1


@pytest.mark.parametrize("method", ["put", "delete"])
@pytest.mark.parametrize("name", ["own_members", "own_edit", "own_delete", "own_compare"])
def test_wrong_methods_are_refused(client_of, nino, mainz, name, method):
    assert getattr(client_of(nino), method)(at(mainz, name)).status_code == 405


def test_a_talk_of_today_ends_the_silence(nino, three):
    silent = Chain.of([{"condition": "last_contact", "operator": "ago", "values": {"days": 60}}])
    now = timezone.now()
    make_entry(customer=three[0], kind="call", outcome="agreed", happened_at=now)
    make_entry(customer=three[1], kind="call", outcome="missed", happened_at=now)
    found = Customer.objects.filter(silent.q(moment_of(nino))).values_list("name", flat=True)
    assert list(found) == ["Kessler", "Zimt"]
