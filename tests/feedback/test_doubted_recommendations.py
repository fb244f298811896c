"""Answers whether customers recommend us that look as if a machine had sent them: leads may let them count."""

import pytest
import time_machine
from django.urls import reverse

from feedback.models import Recommendation, Word
from feedback.saying import say
from tests.factories import NOW, make_customer, make_lead, make_sender
from tests.feedback.makers import make_invitation, make_word

LIST = reverse("feedback:to_put_right")
WHY = {"count-set_aside_why": "She told me so on the phone"}


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kessler(nino):
    make_sender(team=nino.team)
    return make_customer(owner=nino, name="Weingut Kessler")


@pytest.fixture
def doubted(kessler):
    """Nine of ten, sent by who had no page of ours."""
    invitation = make_invitation(customer=kessler)
    say(invitation=invitation, score=9, comment="Always there", page_at=None, now=NOW)
    return invitation


def at(name, invitation, *args):
    return reverse(f"feedback:{name}", args=[invitation.pk, *args])


def page_of(response):
    return response.content.decode()


def counted():
    return list(Recommendation.objects.values_list("score", flat=True))


def test_a_lead_sees_it_lets_it_count_and_takes_that_back(client_of, lead, doubted):
    client, word = client_of(lead), Word.objects.get()
    page = page_of(client.get(LIST))
    assert ("Weingut Kessler" in page, "9 of 10, sent within 2 seconds of its page" in page) == (True, True)
    assert at("recommendation", doubted) in page
    page = page_of(client.get(at("recommendation", doubted)))
    for words in ("Let it count", "“Always there”", "It does not count:", "9 of 10: “Always there”"):
        assert words in page
    assert counted() == []
    count = at("recommendation_count", doubted, word.pk)
    page = page_of(client.post(count, WHY, follow=True))
    assert f"{lead.name} counts “9 of 10”: She told me so on the phone" in page
    assert (f"It counts: {lead.name} says so." in page, "Let it count" in page) == (True, False)
    assert counted() == [9]
    assert f"9 of 10, counted by {lead.name}" in page_of(client.get(LIST))
    assert "Somebody else was quicker." in page_of(client.post(count, WHY, follow=True))
    undo = at("recommendation_undo", doubted, word.decisions.get().pk)
    page = page_of(client.post(undo, follow=True))
    assert ("Taken back." in page, f"{lead.name} took that back" in page, "Let it count" in page) == (
        True, True, True,
    )  # fmt: skip
    assert counted() == []
    assert "Somebody else was quicker." in page_of(client.post(undo, follow=True))


def test_without_a_reason_nothing_counts(client_of, lead, doubted):
    response = client_of(lead).post(at("recommendation_count", doubted, Word.objects.get().pk), {})
    assert (response.status_code, "Write why, in a few words." in page_of(response)) == (422, True)
    assert counted() == []


def test_only_leads_of_the_team_and_by_post(client_of, nino, lead, doubted, kessler):
    count = at("recommendation_count", doubted, Word.objects.get().pk)
    assert "Would they recommend us?" not in page_of(client_of(nino).get(LIST))
    assert client_of(nino).get(at("recommendation", doubted)).status_code == 403
    assert client_of(nino).post(count, WHY).status_code == 403
    other = client_of(make_lead())
    assert other.get(at("recommendation", doubted)).status_code == 404
    assert other.post(count, WHY).status_code == 404
    assert client_of(lead).get(count).status_code == 405
    elsewhere = make_word(invitation=make_invitation(customer=kessler), value="", score=1, suspect="fast")
    assert client_of(lead).post(at("recommendation_count", doubted, elsewhere.pk), WHY).status_code == 404
    assert client_of(lead).get(at("recommendation", make_invitation(customer=kessler))).status_code == 404
    assert counted() == []


def test_what_counts_by_itself_is_not_doubted(client_of, lead, kessler):
    invitation = make_invitation(customer=kessler)
    make_word(invitation=invitation, value="", score=3, suspect="fast")
    make_word(invitation=invitation, value="", score=8)
    Recommendation.objects.create(
        invitation=invitation, team=kessler.team, customer=kessler, score=8, rated_at=NOW
    )
    assert at("recommendation", invitation) not in page_of(client_of(lead).get(LIST))


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_costs_the_same_for_many(client_of, lead, kessler, django_assert_num_queries, number):
    for _ in range(number):
        make_word(invitation=make_invitation(customer=kessler), value="", score=9, suspect="fast")
    client = client_of(lead)
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)
