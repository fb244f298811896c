"""The last rating beside a customer's name: on the rows of a stack, on the sheet beside them, on the dossier."""

from datetime import timedelta

import pytest
from django.urls import reverse

from contacts import registry
from tests.factories import NOW, TODAY, make_dossier, make_user
from tests.feedback.makers import make_rating, make_ticket

HTMX = {"HX-Request": "true", "HX-Target": "sheet"}


def said(place, value, *, employee=None, ago=1, **kw):
    closed = NOW - timedelta(days=ago, hours=1)
    ticket = make_ticket(customer=place.customer, assignee=employee or place.owner, closed_at=closed)
    return make_rating(ticket=ticket, value=value, rated_at=NOW - timedelta(days=ago), **kw)


def shown(viewer, *places):
    owners = {place.customer_id: place.owner_id for place in places}
    found = registry.verdicts(owners, viewer=viewer, on=TODAY)
    return [
        next((v for v in ("good", "neutral", "bad") if f"--{v}" in found.get(pk, "")), "") for pk in owners
    ]


def test_the_last_one_that_counts_is_shown(nino, lead):
    place = make_dossier(owner=nino)
    said(place, "bad", ago=9)
    said(place, "good", ago=3)
    said(place, "bad", ago=1, set_aside_at=NOW, set_aside_why="fast")
    assert (shown(nino, place), shown(lead, place)) == (["good"], ["good"])


def test_each_sees_the_last_that_he_may_know(nino, levan, lead):
    place = make_dossier(owner=nino)
    said(place, "good", ago=5)
    said(place, "neutral", employee=levan, ago=2)
    assert [shown(viewer, place) for viewer in (nino, levan, lead)] == [["good"], ["neutral"], ["neutral"]]


def test_a_bad_one_is_for_its_employee_and_who_is_to_put_it_right(nino, levan, lead, team):
    place, colleague = make_dossier(owner=nino), make_user(team=team)
    said(place, "bad", employee=levan)
    found = [shown(viewer, place) for viewer in (nino, levan, lead, colleague)]
    assert found == [["bad"], ["bad"], ["bad"], [""]]


def test_strangers_learn_nothing(nino, stranger):
    place = make_dossier(owner=nino)
    said(place, "good")
    assert shown(stranger, place) == [""]


@pytest.mark.parametrize("size", [1, 9])
def test_it_is_one_query_for_all(nino, django_assert_num_queries, size):
    places = [make_dossier(owner=nino) for _ in range(size)]
    for place in places:
        said(place, "good")
    with django_assert_num_queries(1):
        assert shown(nino, *places) == ["good"] * size


def test_nobody_asked_is_no_query(nino, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert registry.verdicts({}, viewer=nino, on=TODAY) == {}


def test_it_stands_on_the_row_the_sheet_and_the_dossier(client, nino):
    place = make_dossier(owner=nino, due_on=nino.today())
    said(place, "neutral")
    client.force_login(nino)
    day = reverse("followups:day", args=[nino.pk, nino.today().isoformat()])
    whole = client.get(day).content.decode()
    sheet = client.get(f"{day}{place.customer_id}/", headers=HTMX).content.decode()
    page = client.get(place.customer.get_absolute_url()).content.decode()
    assert [text.count("rb-verdict--neutral") for text in (whole, sheet, page)] == [2, 1, 1]
    assert '<span class="visually-hidden">Last rating: </span>neutral' in whole


def test_what_was_not_said_leaves_no_trace(client, nino, levan):
    """Not even an empty mark tells that there is something."""
    place = make_dossier(owner=levan, due_on=nino.today())
    said(place, "bad")
    client.force_login(nino)
    day = reverse("followups:day", args=[levan.pk, nino.today().isoformat()])
    assert "rb-verdict" not in client.get(day).content.decode()
