"""What follows from a rating: the slip, the leads, the timeline; what was done, decisions of leads, thanks."""

from datetime import timedelta

import pytest

from contacts import registry
from contacts.erasing import erase
from contacts.models import Entry
from crm.mail.models import OutgoingMail
from feedback import actions_rating as actions
from feedback.models import Decision, Rating, Value, Word
from feedback.saying import say
from followups import slips
from followups.models import FollowUp, Slip
from tests.factories import NOW, TODAY, make_absence, make_dossier, make_lead, make_sender, make_user
from tests.feedback.makers import make_invitation, make_rating, make_ticket, make_word

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def dossier(nino):
    make_sender(team=nino.team)
    return make_dossier(
        owner=nino, name="Weingut Kessler", email="b@kessler.example", due_on=TODAY + timedelta(9)
    )


@pytest.fixture
def invitation(dossier, levan):
    """Levan answered, of a dossier of Nino's."""
    ticket = make_ticket(
        customer=dossier.customer, assignee=levan, number=482, closed_at=NOW - timedelta(hours=1)
    )
    return make_invitation(ticket=ticket)


def said(invitation, value, *, at=LATER, comment="", read_for=20):
    say(
        invitation=invitation, value=value, comment=comment, page_at=at - timedelta(seconds=read_for), now=at
    )  # fmt: skip
    return Rating.objects.get(invitation=invitation)


def notices():
    return OutgoingMail.objects.filter(kind="notice").order_by("pk")


def told(customer):
    rows = customer.entries.filter(kind=Entry.Kind.RATING).order_by("pk")
    return [*rows.values_list("text", flat=True)]


def test_a_bad_one_pulls_the_dossier_forward_and_says_no_more_than_it_must(invitation, dossier):
    said(invitation, "bad", comment="Creased again")
    slip = Slip.objects.get()
    assert (slip.source, slip.reason) == ("bad_rating", "Something of ticket 482 is to be put right")
    assert (slip.speaks_on, slip.pulled_from) == (TODAY, TODAY + timedelta(9))
    assert FollowUp.objects.open().get(customer=dossier.customer).due_on == TODAY
    assert slips.page_of(slip) == Rating.objects.get().get_absolute_url()
    assert told(dossier.customer) == []


def test_the_leads_are_told_at_once(invitation, nino, lead):
    make_lead(team=nino.team, email="second@team.example")
    make_lead(team=nino.team, is_active=False)
    make_lead()
    rating = said(invitation, "bad", comment="Creased again")
    mails = notices()
    assert [mail.to_email for mail in mails] == [lead.email, "second@team.example"]
    mail = mails[0]
    assert (mail.subject, mail.is_advertising) == ("Ticket 482: a customer is not content", False)
    assert mail.not_before == LATER
    for body in (mail.text, mail.html):
        assert "Levan" in body
        assert rating.get_absolute_url() in body
        assert ("Kessler" in body, "Creased" in body, "/u/" in body) == (False, False, False)


def test_what_the_customer_gets_besides_stops(invitation, dossier, monkeypatch):
    heard = []
    part = registry.Part("listener", complained=lambda customer, now: heard.append((customer, now)))
    monkeypatch.setitem(registry._registry.parts, "listener", part)
    said(invitation, "bad")
    assert heard == [(dossier.customer, LATER)]


def test_a_suspect_bad_one_troubles_nobody(invitation):
    said(invitation, "bad", read_for=1)
    assert (Slip.objects.count(), notices().count()) == (0, 0)


def test_changed_for_the_better_nothing_is_to_be_put_right(invitation, dossier):
    said(invitation, "bad")
    rating = said(invitation, "good", at=LATER + timedelta(hours=1), comment="They rang me")
    assert (rating.bad_since, Rating.objects.to_put_right().count()) == (None, 0)
    assert Slip.objects.get().done_at == LATER + timedelta(hours=1)
    assert told(dossier.customer) == ["Rated good by e-mail, after ticket 482\n\nThey rang me"]


def test_changed_for_the_worse_somebody_sees_to_it(invitation, dossier, lead):
    said(invitation, "good", comment="Fast")
    assert told(dossier.customer) == ["Rated good by e-mail, after ticket 482\n\nFast"]
    at = LATER + timedelta(days=2)
    rating = said(invitation, "bad", at=at, comment="It came back")
    assert (rating.bad_since, told(dossier.customer), notices().count()) == (at, [], 1)


def test_a_line_more_tells_nobody_twice(invitation, lead):
    said(invitation, "bad")
    said(invitation, "bad", at=LATER + timedelta(minutes=2), comment="Creased again")
    assert (Slip.objects.count(), notices().count(), Rating.objects.get().bad_since) == (1, 1, LATER)


def test_bad_once_more_after_it_was_put_right_is_open_again(invitation, nino, lead):
    rating = said(invitation, "bad")
    actions.put_right(rating=rating, done="Called.", by=nino, now=LATER + timedelta(hours=1))
    said(invitation, "good", at=LATER + timedelta(days=1))
    rating = said(invitation, "bad", at=LATER + timedelta(days=2))
    assert (rating.is_to_put_right, rating.answer, Slip.objects.count(), notices().count()) == (
        True,
        "",
        2,
        2,
    )


def test_a_neutral_one_is_nobodys_business(invitation, dossier):
    said(invitation, "neutral", comment="So so")
    assert (Slip.objects.count(), notices().count(), told(dossier.customer)) == (0, 0, [])


def test_a_slip_that_could_not_be_laid_is_laid_within_the_hour(invitation, dossier):
    said(invitation, "bad")
    Slip.objects.all().delete()
    slips.collect(LATER + timedelta(hours=1))
    assert Slip.objects.filter(source="bad_rating").count() == 1
    slips.collect(LATER + timedelta(hours=2))
    assert Slip.objects.filter(source="bad_rating").count() == 1


def test_what_was_done_is_filed_and_the_slip_is_done(invitation, dossier, nino):
    rating = said(invitation, "bad")
    now = LATER + timedelta(hours=2)
    assert actions.put_right(rating=rating, done="Called, replaced.", by=nino, now=now)
    assert not actions.put_right(rating=Rating.objects.get(), done="Called.", by=nino, now=now)
    rating.refresh_from_db()
    assert (rating.answer, rating.answered_by, rating.answered_at) == ("Called, replaced.", nino, now)
    assert told(dossier.customer) == ["Put right, after ticket 482\n\nCalled, replaced."]
    assert (Slip.objects.get().done_by, Rating.objects.to_put_right().count()) == (nino, 0)


def test_a_good_one_is_passed_on_once(invitation, levan, lead):
    rating = said(invitation, "good", comment="Levan is the best")
    assert actions.pass_on(rating=rating, words="Well done", by=lead, now=LATER)
    assert not actions.pass_on(rating=rating, words="Well done", by=lead, now=LATER)
    mail = notices().get()
    assert (mail.to_email, mail.subject) == (levan.email, "Thank you: ticket 482 was rated good")
    for body in (mail.text, mail.html):
        assert ("“Levan is the best”" in body, "Well done" in body, "Kessler" in body) == (True, True, False)


def test_a_bad_one_is_not_passed_on(invitation, lead):
    assert not actions.pass_on(rating=said(invitation, "bad"), words="", by=lead, now=LATER)


def test_set_aside_and_back(invitation, dossier, lead):
    rating = said(invitation, "bad")
    assert actions.set_aside(rating=rating, why="Our own test", by=lead, now=LATER)
    assert not actions.set_aside(rating=rating, why="Again", by=lead, now=LATER)
    rating.refresh_from_db()
    assert (rating.counts, rating.why_not, rating.set_aside_by, rating.bad_since) == (
        False,
        "Our own test",
        lead,
        None,
    )
    assert Slip.objects.get().done_at == LATER
    decision = Decision.objects.get()
    assert actions.undo(decision=decision, by=lead, now=LATER + timedelta(hours=1))
    assert not actions.undo(decision=decision, by=lead, now=LATER + timedelta(hours=1))
    rating.refresh_from_db()
    assert (rating.counts, rating.is_to_put_right, notices().count()) == (True, True, 1)
    assert Slip.objects.filter(done_at=None).count() == 1


def test_a_suspect_word_is_let_count_and_back(invitation, lead):
    rating = said(invitation, "bad", read_for=1)
    assert (rating.counts, [*Rating.objects.doubted()]) == (False, [rating])
    word = Word.objects.get()
    assert actions.count(
        invitation=rating.invitation, word=word, why="He said so on the phone", by=lead, now=LATER
    )
    assert not actions.count(invitation=rating.invitation, word=word, why="Again", by=lead, now=LATER)
    rating.refresh_from_db()
    assert (rating.counts, rating.is_to_put_right, rating.rated_at) == (True, True, word.said_at)
    actions.undo(decision=Decision.objects.get(), by=lead, now=LATER)
    rating.refresh_from_db()
    assert (rating.counts, rating.set_aside_why, rating.is_to_put_right) == (False, "fast", False)


def test_a_word_of_another_customer_is_not_let_count(invitation, lead):
    rating = said(invitation, "bad", read_for=1)
    other = make_word(invitation=make_invitation(), suspect="fast")
    assert not actions.count(invitation=rating.invitation, word=other, why="?", by=lead, now=LATER)


def test_with_the_customer_go_the_notices_about_him(invitation, dossier, lead):
    rating = said(invitation, "good", comment="Levan is the best")
    other = make_rating(comment="Of somebody else")
    actions.pass_on(rating=rating, words="", by=lead, now=LATER)
    make_sender(team=other.team)
    actions.pass_on(rating=other, words="", by=make_lead(team=other.team), now=LATER)
    erase(customer=dossier.customer, by=lead, now=LATER)
    assert [mail.idempotency_key for mail in notices()] == [f"notice:{other.pk}:thanks"]
    assert (Rating.objects.get(), Slip.objects.count()) == (other, 0)


def seen(user):
    return Rating.objects.open_to(user, on=TODAY).exists()


@pytest.mark.parametrize(("value", "sees"), [("bad", False), ("neutral", False), ("good", True)])
def test_what_a_colleague_may_open(invitation, nino, levan, lead, value, sees):
    """Low ratings are for the employee, the lead, and who is to put them right."""
    said(invitation, value)
    assert [seen(user) for user in (levan, lead, make_lead(), make_user())] == [True, True, False, False]
    assert seen(make_user(team=nino.team)) == sees
    assert seen(nino) == (value != "neutral")


def test_who_looks_after_the_binder_may_put_it_right(invitation, nino):
    said(invitation, "bad")
    stand_in = make_user(team=nino.team)
    assert not seen(stand_in)
    make_absence(user=nino, stand_in=stand_in)
    assert seen(stand_in)
    assert [*Rating.objects.to_act_on(stand_in, on=TODAY)] == [Rating.objects.get()]


def test_what_does_not_count_is_shown_to_leads_and_the_employee_only(invitation, nino, levan, lead):
    said(invitation, Value.GOOD, read_for=1)
    assert [seen(user) for user in (levan, lead, nino)] == [True, True, False]


def test_a_team_without_a_sender_tells_by_its_pages(invitation, nino, lead):
    nino.team.sender.delete()
    rating = said(invitation, "bad")
    assert (notices().count(), rating.is_to_put_right) == (0, True)


@pytest.mark.parametrize(
    ("language", "bad", "thanks"),
    [
        ("de", "Ein Kunde ist nicht zufrieden", "wurde mit „gut“ bewertet"),
        ("ka", "მომხმარებელი უკმაყოფილოა", "შეფასდა, როგორც „კარგი“"),
    ],
)
def test_colleagues_read_it_in_the_language_of_their_team(invitation, lead, nino, language, bad, thanks):
    type(nino.team.sender).objects.update(language=language)
    said(invitation, "bad")
    mail = notices().get()
    assert (bad in mail.subject, mail.language) == (True, language)
    rating = said(invitation, "good", at=LATER + timedelta(days=1), comment="Levan is the best")
    actions.pass_on(rating=rating, words="", by=lead, now=LATER + timedelta(days=1))
    assert thanks in notices().latest("pk").subject
