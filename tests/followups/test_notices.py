"""A lead hears before the first day that nobody stands in: once by mail, and on his board."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.mail.kinds import kind_of
from crm.mail.models import OutgoingMail
from crm.team.models import Split
from followups.lending import Absences
from followups.notices import tell_all
from tests.factories import NOW, TODAY, make_absence, make_dossier, make_lead, make_sender, make_user


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def coming(nino, lead):
    make_sender(team=nino.team)
    make_dossier(owner=nino, due_on=TODAY + timedelta(5))
    make_dossier(owner=nino, due_on=TODAY + timedelta(50))
    return make_absence(user=nino, starts_on=TODAY + timedelta(4), ends_on=TODAY + timedelta(9))


def told():
    return list(OutgoingMail.objects.order_by("pk").values_list("to_email", flat=True))


def test_the_leads_are_told_once(coming, lead):
    assert (tell_all(NOW), tell_all(NOW + timedelta(hours=1))) == ("1 told", "0 told")
    mail = OutgoingMail.objects.get()
    assert (mail.to_email, mail.subject) == (
        lead.email,
        "Nino Beridze is away from 21 November, and nobody stands in",
    )
    assert "Dossiers behind these days or left behind: 1." in mail.text
    assert f"/team/absence/{coming.pk}/" in mail.text
    assert f"/team/absence/{coming.pk}/" in mail.html


def test_nobody_is_told_when_somebody_stands_in_or_it_is_far_off_or_over(coming, nino, levan):
    coming.stand_in = levan
    coming.save()
    make_absence(user=levan, starts_on=TODAY + timedelta(8), ends_on=TODAY + timedelta(9))
    make_absence(user=levan, starts_on=TODAY - timedelta(3), ends_on=TODAY - timedelta(1))
    tell_all(NOW)
    assert told() == []


def test_a_split_binder_is_looked_after(coming, nino):
    Split.objects.create(user=nino, absence=coming)
    tell_all(NOW)
    assert told() == []


def test_whoever_falls_ill_today_is_told_of_at_once(nino, lead):
    make_sender(team=nino.team)
    make_absence(user=nino)
    tell_all(NOW)
    assert told() == [lead.email]


def test_a_lead_who_goes_away_is_told_of_to_the_others(coming, lead):
    other = make_lead(team=lead.team)
    coming.user = lead
    coming.save()
    tell_all(NOW)
    assert told() == [other.email]


def test_other_teams_hear_nothing_and_a_team_without_sender_neither(nino, stranger):
    make_absence(user=nino)
    make_sender(team=stranger.team)
    make_lead(team=stranger.team)
    tell_all(NOW)
    assert told() == []


def test_it_is_not_sent_once_somebody_was_named(coming, levan):
    tell_all(NOW)
    mail = OutgoingMail.objects.get()
    assert kind_of(mail).why_not(mail, NOW) == ""
    coming.stand_in = levan
    coming.save()
    assert kind_of(mail).why_not(mail, NOW) == "covered"
    coming.delete()
    assert kind_of(mail).why_not(mail, NOW) == "erased"


def test_leads_see_it_on_their_board_and_managers_do_not(coming, client_of, nino, levan, lead):
    words = "Nino Beridze is away from Sat 21 Nov to Thu 26 Nov, and nobody stands in."
    pages = {
        who: client_of(who).get(f"/binder/{who.pk}/{TODAY}/").content.decode() for who in (lead, levan, nino)
    }
    assert [words in page for page in pages.values()] == [True, False, False]
    assert f"/team/absence/{coming.pk}/" in pages[lead]


def test_the_board_costs_no_query_more_for_it(coming, client_of, lead, django_assert_num_queries):
    client = client_of(lead)
    url = f"/binder/{lead.pk}/{TODAY}/"
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for n in range(4):
        make_absence(user=make_user(team=lead.team), starts_on=TODAY + timedelta(n))
    with django_assert_num_queries(len(one)):
        client.get(url)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (
            "de",
            "Nino Beridze ist ab 21 November abwesend, und niemand vertritt",
            "Akten hinter diesen Tagen oder liegen geblieben: 1.",
        ),
        (
            "ka",
            "Nino Beridze არ იქნება (დასაწყისი: 21 ნოემბერი), შემცვლელი არ არის",
            "ან დარჩენილია: 1.",
        ),
    ],
)
def test_it_is_written_in_the_language_of_the_team(coming, nino, language, subject, words):
    type(nino.team.sender).objects.update(language=language)
    tell_all(NOW)
    mail = OutgoingMail.objects.get()
    assert (mail.subject, words in mail.text, words in mail.html) == (subject, True, True)


def test_one_query_tells_a_lead_all_three_apart(lead, nino, levan, team, django_assert_num_queries):
    lent = make_absence(user=nino, stand_in=lead)
    alone = make_absence(user=levan, starts_on=TODAY + timedelta(7), ends_on=TODAY + timedelta(7))
    own = make_absence(user=lead, starts_on=TODAY - timedelta(5), ends_on=TODAY - timedelta(1))
    make_absence(user=make_user(team=team), stand_in=levan)
    make_absence(user=make_user(team=team), starts_on=TODAY + timedelta(8), ends_on=TODAY + timedelta(9))
    make_absence(user=make_user(team=team, is_active=False))
    make_absence()
    with django_assert_num_queries(1):
        absences = Absences(lead, on=TODAY)
        assert (absences.lent, absences.uncovered, absences.just_over) == ([lent], [alone], own)
