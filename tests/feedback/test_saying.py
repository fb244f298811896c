"""What a customer says, what may have been a machine, and what it comes to."""

from datetime import timedelta

import pytest

from feedback.links import reference_to, stamp, stamped_at, word_referred_to
from feedback.models import Invitation, Rating, Recommendation, Word
from feedback.models.invitation import MAY_CHANGE
from feedback.saying import MOST_WORDS, TooManyWords, confirm, say
from tests.factories import NOW, make_dossier
from tests.feedback.makers import make_invitation, make_ticket, make_word

LATER = NOW + timedelta(minutes=30)


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


@pytest.fixture
def invitation(nino):
    customer = make_dossier(owner=nino, name="Weingut Kessler", email="b@kessler.example").customer
    return make_invitation(ticket=make_ticket(customer=customer, closed_at=NOW - timedelta(hours=1)))


def said(invitation, value="good", *, at=LATER, read_for=20.0, comment=""):
    return say(invitation=invitation, value=value, comment=comment, page_at=at - seconds(read_for), now=at)


def result():
    """(value, counts, why not) of the only rating there is."""
    return [(rating.value, rating.counts, rating.set_aside_why) for rating in Rating.objects.all()]


def test_a_word_counts_and_keeps_what_it_was_about(invitation, nino):
    said(invitation, comment="Fast!")
    rating = Rating.objects.get()
    assert (rating.value, rating.comment, rating.employee, rating.ticket) == (
        "good",
        "Fast!",
        nino,
        invitation.ticket,
    )
    assert (rating.rated_at, rating.changed_at, rating.counts) == (LATER, None, True)


@pytest.mark.parametrize(
    ("at", "read_for", "suspect"),
    [
        (LATER, 1.99, "fast"),
        (LATER, 2, ""),
        (LATER, -5, "fast"),  # a page of the future was not made here
        (NOW + seconds(59.9), 20, "early"),
        (NOW + seconds(60), 20, ""),
        (NOW + seconds(30), 1, "fast"),
    ],
)
def test_what_is_suspect_alone(invitation, at, read_for, suspect):
    assert said(invitation, at=at, read_for=read_for).suspect == suspect
    assert result() == [("good", suspect == "", suspect)]


def test_a_form_without_the_page_is_suspect(invitation):
    assert say(invitation=invitation, value="good", comment="", page_at=None, now=LATER).suspect == "fast"


def test_paper_lies_around_for_no_minute(invitation):
    Invitation.objects.update(channel="sheet")
    assert said(invitation, at=NOW + seconds(30)).suspect == ""


@pytest.mark.parametrize(("gap", "first", "second"), [(9.9, "different", "different"), (10, "", "")])
def test_different_values_within_ten_seconds_are_suspect_both(invitation, gap, first, second):
    said(invitation, "good")
    said(invitation, "bad", at=LATER + seconds(gap))
    assert [*Word.objects.values_list("value", "suspect")] == [("good", first), ("bad", second)]
    assert result() == [("bad", second == "", second)]


def test_all_three_at_once_come_to_nothing(invitation):
    for n, value in enumerate(("bad", "neutral", "good")):
        said(invitation, value, at=LATER + seconds(n))
    assert set(Word.objects.values_list("suspect", flat=True)) == {"different"}
    assert result() == [("good", False, "different")]


def test_one_more_press_counts(invitation):
    word = said(invitation, "neutral", read_for=1)
    assert confirm(invitation=invitation, word_id=word.pk, now=LATER + seconds(5)).counts
    assert result() == [("neutral", True, "")]
    assert Rating.objects.get().rated_at == LATER + seconds(5)


def test_a_confirmed_word_stays_when_another_follows_at_once(invitation):
    word = said(invitation, "neutral", read_for=1)
    confirm(invitation=invitation, word_id=word.pk, now=LATER + seconds(1))
    said(invitation, "bad", at=LATER + seconds(5))
    assert result() == [("neutral", True, "")]


def test_the_word_that_was_meant_last_counts(invitation):
    """He confirms the first after he has sent the second."""
    first = said(invitation, "good", read_for=1)
    said(invitation, "neutral", at=LATER + seconds(60))
    assert result() == [("neutral", True, "")]
    confirm(invitation=invitation, word_id=first.pk, now=LATER + seconds(70))
    assert result() == [("good", True, "")]


def test_what_counted_before_two_machines_came_counts_again(invitation):
    said(invitation, "neutral", comment="So so")
    for n, value in enumerate(("bad", "good")):
        said(invitation, value, at=LATER + timedelta(days=1, seconds=n))
    rating = Rating.objects.get()
    assert (rating.value, rating.comment, rating.counts, rating.changed_at) == (
        "neutral",
        "So so",
        True,
        None,
    )


def test_a_changed_word_keeps_its_history(invitation):
    said(invitation, "good")
    said(invitation, "bad", at=LATER + timedelta(days=3), comment="It came back")
    rating = Rating.objects.get()
    assert (rating.value, rating.rated_at, rating.changed_at) == ("bad", LATER, LATER + timedelta(days=3))
    assert [*Word.objects.values_list("value", flat=True)] == ["good", "bad"]


def test_the_same_said_again_is_kept_once(invitation):
    for n in range(3):
        said(invitation, "good", at=LATER + timedelta(minutes=n))
    for n in range(3):
        said(invitation, "good", at=LATER + timedelta(hours=1, minutes=n), comment="Thanks")
    assert Word.objects.count() == 2


def test_nobody_says_something_else_for_ever(invitation):
    for n in range(MOST_WORDS):
        make_word(invitation=invitation, said_at=LATER + seconds(n), suspect="fast")
    with pytest.raises(TooManyWords):
        said(invitation, "bad", at=LATER + timedelta(hours=1))
    assert Word.objects.count() == MOST_WORDS


def test_who_answers_has_got_the_mail(invitation, nino):
    """Nobody knows yet that it arrived: the connection broke after the last byte."""
    Invitation.objects.update(asked_at=None, employee=None, ticket_kind="")
    said(invitation)
    asked = Invitation.objects.get()
    assert (asked.employee, asked.ticket_kind, asked.asked_at) == (nino, "question", LATER)
    assert Word.objects.get().suspect == "early"


def test_a_number_is_kept_as_a_recommendation(nino):
    customer = make_dossier(owner=nino).customer
    asked = Invitation.objects.create(
        team=nino.team, customer=customer, question="recommend", made_at=NOW, asked_at=NOW
    )
    say(invitation=asked, score=0, comment="", page_at=LATER - seconds(1), now=LATER)
    assert not Recommendation.objects.exists()
    say(invitation=asked, score=9, comment="Well", page_at=LATER, now=LATER + seconds(30))
    said_again = LATER + timedelta(days=1)
    say(invitation=asked, score=10, comment="Well", page_at=LATER, now=said_again)
    found = Recommendation.objects.get()
    assert (found.score, found.comment, found.rated_at, found.changed_at) == (
        10, "Well", LATER + seconds(30), said_again,
    )  # fmt: skip
    assert not Rating.objects.exists()


def test_a_stamp_is_good_for_one_subject():
    made = stamp("one", now=LATER)
    assert stamped_at(made, "one") == LATER
    assert (stamped_at(made, "other"), stamped_at(made[:-1], "one"), stamped_at("", "one")) == (
        None,
        None,
        None,
    )


def test_a_reference_is_good_for_one_invitation(invitation):
    word = make_word(invitation=invitation)
    other = make_invitation(ticket=make_ticket(closed_at=NOW))
    told = reference_to(word, invitation)
    assert (word_referred_to(told, invitation), word_referred_to(told, other)) == (word.pk, None)
    assert confirm(invitation=other, word_id=word.pk, now=LATER) is None


def test_words_that_count_are_few_and_settled_in_few_queries(invitation, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        said(invitation, "good")
    with django_assert_max_num_queries(40):
        said(invitation, "neutral", at=LATER + MAY_CHANGE / 2)
