"""Segments by tickets and ratings: nobody learns more from one than he may see anyway."""

from datetime import timedelta

import pytest
from django.urls import reverse

from feedback.models import Invitation, Recommendation
from segmentation.filters import Chain, Moment
from segmentation.members import members
from tests.factories import NOW, TODAY, make_absence, make_customer, make_legal_basis
from tests.feedback.makers import make_invitation, make_rating, make_ticket
from tests.segmentation.segments import at, make_segment

HIDDEN = "Of ratings you find those that you may see"


def asks(condition, operator, **values):
    return {"condition": condition, "operator": operator, "values": values}


def last(*verdicts):
    return asks("last_rating", "is", verdicts=list(verdicts))


def names(viewer, *filters):
    moment = Moment(viewer, on=TODAY, today=TODAY)
    found = members(Chain.of(list(filters)), user=viewer, moment=moment)
    return list(found.values_list("name", flat=True))


def rated(owner, employee, value, *, name="Kessler", ago=0, customer=None):
    customer = customer or make_customer(owner=owner, name=name)
    closed = NOW - timedelta(days=ago, hours=2)
    ticket = make_ticket(customer=customer, assignee=employee, opened_at=closed, closed_at=closed)
    return make_rating(ticket=ticket, value=value, rated_at=NOW - timedelta(days=ago)).customer


@pytest.fixture
def colleague(levan):
    """Who neither was rated nor looks after the dossier."""
    return levan


def test_a_colleague_does_not_find_who_was_not_content(nino, colleague, lead):
    rated(nino, nino, "bad")
    found = [names(viewer, last("bad")) for viewer in (nino, colleague, lead)]
    assert found == [["Kessler"], [], ["Kessler"]]


def test_he_finds_the_last_word_that_he_may_know(nino, colleague, lead):
    """Were praise no longer found once something worse was said, that would tell him."""
    customer = rated(nino, nino, "good", ago=9)
    rated(nino, nino, "neutral", customer=customer)
    found = [names(viewer, last("good")) for viewer in (nino, colleague, lead)]
    assert found == [[], ["Kessler"], []]


def test_who_looks_after_the_dossier_finds_what_is_to_be_put_right(nino, colleague, lead):
    rated(colleague, nino, "bad")
    rated(colleague, nino, "neutral", name="Zimt")
    assert names(colleague, last("bad", "neutral")) == ["Kessler"]
    away = make_customer(owner=lead, name="Anker")
    rated(lead, nino, "bad", customer=away)
    make_absence(user=lead, stand_in=colleague)
    assert names(colleague, last("bad")) == ["Anker", "Kessler"]


def test_what_does_not_count_is_not_found(nino, lead):
    customer = make_customer(owner=nino)
    ticket = make_ticket(customer=customer, closed_at=NOW)
    make_rating(ticket=ticket, value="bad", set_aside_at=NOW, set_aside_why="fast")
    silent = asks("asked", "silent", days=9)
    assert (names(lead, last("bad")), names(lead, silent)) == ([], [customer.name])


def test_who_was_asked_in_vain_is_known_to_who_was_rated(nino, colleague, lead):
    make_invitation(ticket=make_ticket(customer=make_customer(owner=nino, name="Kessler"), closed_at=NOW))
    silent = asks("asked", "silent", days=30)
    assert [names(viewer, silent) for viewer in (nino, colleague, lead)] == [["Kessler"], [], ["Kessler"]]


def test_only_leads_find_who_would_not_recommend_them(nino, lead):
    customer = make_customer(owner=nino, name="Kessler")
    fields = {"team": nino.team, "customer": customer}
    for score, ago in ((10, 99), (3, 9)):
        asked = Invitation.objects.create(question="recommend", asked_at=NOW, **fields)
        Recommendation.objects.create(invitation=asked, score=score, rated_at=NOW - timedelta(ago), **fields)
    found = {
        leaning: names(lead, asks("recommends", "is", leanings=[leaning]))
        for leaning in ("promoter", "detractor")
    }
    assert found == {"promoter": [], "detractor": ["Kessler"]}
    assert names(nino, asks("recommends", "is", leanings=["detractor", "promoter"])) == []


def test_tickets_that_were_joined_count_once(nino):
    customer = make_customer(owner=nino, name="Kessler")
    first = make_ticket(customer=customer)
    make_ticket(customer=customer, closed_at=NOW, merged_into=first)
    often = [asks("tickets", "often", times=n, days=0, ticket_kinds=[]) for n in (1, 2)]
    assert [names(nino, each) for each in often] == [["Kessler"], []]


def test_a_ticket_of_nobody_is_nobodys(nino):
    make_ticket(customer=None, team=nino.team, assignee=None)
    make_customer(owner=nino, name="Kessler")
    assert names(nino, asks("open_ticket", "there")) == []
    assert names(nino, asks("open_ticket", "none")) == ["Kessler"]


# --- the pages


def test_pages_say_who_finds_what(client, nino, lead):
    segment = make_segment(made_by=lead, name="Not content", filters=[last("bad")])
    for user, is_told in ((nino, True), (lead, False)):
        client.force_login(user)
        page = client.get(segment.get_absolute_url()).content.decode()
        assert ("last rating is bad" in page, HIDDEN in page) == (True, is_told)
        assert (HIDDEN in client.get(at(segment, "own_compare")).content.decode()) == is_told


def test_the_builder_says_so_at_once(client, nino):
    client.force_login(nino)
    row = {"r0-condition": "recommends", "r0-operator": "is", "r0-leanings": "promoter"}
    sent = row | {"do": "count", "name": ""}
    page = client.post(reverse("segmentation:own_new"), sent).content.decode()
    assert "Only leads see who would recommend you: for you nobody is found." in page


def test_a_list_of_segments_is_counted_in_one_query(client, lead, django_assert_num_queries):
    client.force_login(lead)

    def open_page():
        return client.get(f"{reverse('segmentation:own')}?counted=1")

    silent, often = (
        asks("asked", "silent", days=30),
        asks("tickets", "often", times=1, days=9, ticket_kinds=[]),
    )
    for n in (1, 12):
        for _ in range(n):
            make_legal_basis(customers=[rated(lead, lead, "bad", name="Kessler")])
            make_segment(made_by=lead, name=f"{n} {_}", filters=[last("bad"), silent, often])
        open_page()
        with django_assert_num_queries(4):
            open_page()
