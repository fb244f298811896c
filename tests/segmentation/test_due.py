"""Everybody who is due soon."""

from datetime import timedelta

import pytest
from django.urls import reverse

from contacts.models import Customer
from segmentation.due import count_too_late, due_customers
from segmentation.models import Expectation
from tests.caching import start_afresh
from tests.factories import make_absence
from tests.segmentation.buyers import make_buyer, make_scoring, tick
from tests.segmentation.test_lists import now_of, table_of

PAGE = reverse("segmentation:due")


@pytest.fixture(autouse=True)
def fresh_cache():
    start_afresh()
    yield
    start_afresh()


def names(answer):
    return [row.customer.name for row in answer.context["listing"].rows]


@pytest.fixture
def some(nino, levan):
    """Four who are due soon, by due date, and one who is not."""
    today = nino.today()
    places = {
        "Over": make_buyer(owner=nino, name="Over", due=-14, score={"group": "vip"}),
        "Late": make_buyer(owner=nino, name="Late", due=0, due_on=today + timedelta(30)),
        "His": make_buyer(
            owner=levan, name="His", due=2, due_on=today + timedelta(31), score={"group": "vip"}
        ),
        "Last": make_buyer(owner=levan, name="Last", due=14),
    }
    make_buyer(owner=nino, name="Not yet", due=15)
    for n, place in enumerate(places.values()):
        Expectation.objects.filter(customer=place.customer).update(p14=n / 10)
    return places


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Over", "Late", "His", "Last"]),
        ("?sort=chance", ["Last", "His", "Late", "Over"]),
        ("?group=vip", ["Over", "His"]),
        ("?whose=mine", ["Over", "Late"]),
        ("?late=on", ["Late", "His"]),
        ("?late=on&group=vip&whose=mine", []),
        ("?group=none&sort=none&whose=none", ["Over", "Late", "His", "Last"]),
    ],
)
def test_the_list_is_what_was_asked_for(client_of, nino, some, query, found):
    answer = client_of(nino).get(PAGE + query)
    assert names(answer) == found
    assert answer.context["listing"].count == len(found)
    assert ("Nobody of those due soon is like that." in answer.content.decode()) == (not found)


def test_who_is_due_is_who_is_expected_soon(nino, some):
    today = nino.today()
    expected = Customer.objects.filter(expectation__in=Expectation.objects.due_soon(on=today))
    assert {*due_customers(nino, today=today)} == {*expected}


def test_the_number_of_a_scored_team_is_known_without_counting(client_of, nino, some):
    make_scoring(nino.team, as_of=nino.today())
    for query, n in [("", 4), ("?group=vip", 2), ("?late=on", 2)]:
        assert client_of(nino).get(PAGE + query).context["listing"].count == n


def test_the_list_files_under_due_dates_and_comes_back(client_of, nino, some):
    answer = client_of(nino).post(
        f"{PAGE}?late=on",
        {"f": [tick(some["Late"]), tick(some["His"])], "to": "due", "sure": "1"},
        follow=True,
    )
    assert names(answer) == []
    assert answer.redirect_chain[0][0].startswith(f"{PAGE}?late=on&moved=")
    assert now_of(some["Late"]).due_on == nino.calendar.next_working(nino.today())
    page = answer.content.decode()
    assert "2 dossiers moved" in page
    client_of(nino)
    back = {"moved": answer.context["moved"]["at"], "back": f"{PAGE}?late=on"}
    assert names(client_of(nino).post(reverse("segmentation:undo"), back, follow=True)) == ["Late", "His"]


def test_due_dates_pass_the_days_on_which_the_owner_is_away(client_of, nino, levan, some):
    """Each owner's own, read at once."""
    today = nino.today()
    make_absence(user=nino, starts_on=today, ends_on=today + timedelta(20))
    make_absence(user=levan, starts_on=today, ends_on=today + timedelta(40))
    form = {"f": [tick(some["Late"]), tick(some["His"])], "to": "due", "sure": "1"}
    client_of(nino).post(PAGE, form)
    assert now_of(some["Late"]).due_on == nino.calendar.next_working(today + timedelta(21))
    assert now_of(some["His"]).due_on == levan.calendar.next_working(today + timedelta(41))


def test_no_quick_date_is_a_day_away_and_a_day_away_has_no_room(client_of, nino, some):
    today = nino.today()
    make_absence(user=nino, starts_on=today, ends_on=today + timedelta(20))
    form = client_of(nino).get(PAGE).context["form"]
    assert min(day for _key, _label, day in form.quick) > today + timedelta(20)
    away = {"f": [tick(some["Late"])], "when": str(nino.calendar.next_working(today + timedelta(1)))}
    plan = client_of(nino).post(PAGE, away).context["plan"]
    assert (plan.targets[0].capacity, plan.rather.due_on > today + timedelta(20)) == (0, True)


def test_a_file_holds_what_was_asked_for(client_of, nino, some):
    table = table_of(client_of(nino).get(f"{PAGE}?group=vip&format=csv"))
    assert [line[1] for line in table] == ["Customer", "Over", "His"]


def test_who_sees_only_his_own_is_shown_only_those(client_of, nino, stranger, some):
    nino.team.managers_see = "own"
    nino.team.save()
    assert names(client_of(nino).get(PAGE)) == ["Over", "Late"]
    assert names(client_of(stranger).get(PAGE)) == []


def test_very_many_are_counted_once_a_minute(nino, some, django_assert_num_queries):
    today = nino.today()
    assert count_too_late(nino, today=today, due_soon=9_999) == 2
    with django_assert_num_queries(0):
        assert count_too_late(nino, today=today, due_soon=9_999) == 2
    make_buyer(owner=nino, due=0, due_on=today + timedelta(30))
    assert count_too_late(nino, today=today, due_soon=3) == 3


def test_queries_do_not_grow_with_the_list(client_of, nino, django_assert_num_queries):
    client = client_of(nino)
    for rows in (1, 3):
        while Expectation.objects.count() < rows:
            make_buyer(owner=nino, due=1, person="Barbara")
        with django_assert_num_queries(8):
            client.get(PAGE)
