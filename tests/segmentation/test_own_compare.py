"""A segment compared between two days."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from segmentation.scores import score_everything
from tests.factories import make_purchase
from tests.segmentation.segments import at, make_segment, make_three


@pytest.fixture
def regulars(nino):
    """Anker has stopped, Zimt has begun, Kessler goes on, within the last thirty days."""
    today = nino.today()
    for customer, days in zip(make_three(nino), ([130, 80], [130, 80, 5], [5]), strict=True):
        for ago in days:
            make_purchase(customer=customer, bought_on=today - timedelta(ago))
    score_everything(nino.team, as_of=today)
    filters = [{"condition": "last_purchase", "operator": "within", "values": {"days": 60}}]
    return make_segment(made_by=nino, name="Active", filters=filters)


def test_two_days_are_compared(client_of, nino, regulars):
    today = nino.today()
    days = {"from": today - timedelta(30), "to": today}
    context = client_of(nino).get(at(regulars, "own_compare"), days).context
    found = context["change"]
    assert (len(found.before), len(found.after)) == (2, 2)
    assert ([c.name for c in context["came"]], [c.name for c in context["went"]]) == (["Zimt"], ["Anker"])


@pytest.mark.parametrize(("who", "names"), [("came", ["Zimt"]), ("went", ["Anker"])])
def test_who_came_and_who_went_are_lists(client_of, nino, regulars, who, names):
    today = nino.today()
    days = {"from": today - timedelta(30), "to": today}
    response = client_of(nino).get(at(regulars, "own_moved", who), days)
    assert [each.customer.name for each in response.context["listing"].rows] == names
    assert client_of(nino).get(at(regulars, "own_moved", "stayed"), days).status_code == 404


def test_without_days_the_last_thirty_are_taken(client_of, nino, regulars):
    form = client_of(nino).get(at(regulars, "own_compare")).context["form"]
    assert (form.since, form.until) == (nino.today() - timedelta(30), nino.today())


@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        ({"from": "soon"}, "Write a day."),
        ({"from": "0001-01-01"}, "Write a day."),
        ({"from": "2026-05-01", "to": "2026-05-01"}, "Write a day before the other one."),
        ({"to": "2999-01-01"}, "This day is yet to come: what is known ends today."),
    ],
)
def test_days_that_make_no_sense_are_asked_for_again(client_of, nino, regulars, days, complaint):
    client = client_of(nino)
    response = client.get(at(regulars, "own_compare"), days)
    assert (complaint in response.content.decode(), "change" in response.context) == (True, False)
    assert client.get(at(regulars, "own_moved", "came"), days).status_code == 302


def test_what_is_not_known_of_the_past_is_named(client_of, nino, regulars):
    said = "As they are today, on both days: town."
    pages = [
        client_of(nino).get(at(each, "own_compare")).content.decode()
        for each in (make_segment(made_by=nino), regulars)
    ]
    assert [said in page for page in pages] == [True, False]


def test_a_day_is_one_query(client_of, nino, regulars):
    with CaptureQueriesContext(connection) as queries:
        client_of(nino).get(at(regulars, "own_compare"))
    asked = [q["sql"] for q in queries if 'FROM "contacts_customer"' in q["sql"]]
    assert len(asked) == 3  # each of the two days, and the names shown
