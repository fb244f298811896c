"""Levelling the whole team's coming days: what is proposed, changing it, doing it, and taking it back."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followups.levelling_team import TeamLevelling
from followups.models import FollowUp
from tests.factories import NOW, TODAY, make_absence, make_dossier, make_slip, make_user

URL = "/binder/level/"
TOMORROW = TODAY + timedelta(1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def full(lead, nino, levan):
    """Nino has five dossiers today and room for three, Levan one and room for sixteen."""
    nino.own_capacity = 3
    nino.save()
    make_dossier(owner=levan, due_on=TODAY)
    return {
        name: make_dossier(owner=nino, due_on=TODAY, name=name)
        for name in ("Anton", "Berta", "Cäsar", "Dora", "Emil")
    }


def names_on(owner, day):
    return sorted(FollowUp.objects.of(owner).open().due(on=day).values_list("customer__name", flat=True))


def proposed(level):
    return {place.customer.name: to.due_on for place, to in level.moves}


def test_what_is_too_much_goes_to_the_emptiest_days_of_the_same_binder(full, lead, nino):
    level = TeamLevelling(lead, now=NOW)
    assert proposed(level) == {"Dora": TODAY + timedelta(2), "Emil": TOMORROW}
    cells = dict(level.table)[nino]
    assert [(cell.before, cell.after, cell.capacity) for cell in cells[:3]] == [
        (5, 3, 3),
        (0, 1, 3),
        (0, 1, 3),
    ]
    assert (level.over, len(level.days), level.days[0]) == (0, 10, TODAY)


def test_agreed_times_and_reasons_to_speak_up_stay(full, lead):
    FollowUp.objects.filter(pk=full["Emil"].pk).update(at="10:00")
    make_slip(customer=full["Dora"].customer, speaks_on=TODAY)
    assert set(proposed(TeamLevelling(lead, now=NOW))) == {"Berta", "Cäsar"}


def test_no_day_is_filled_beyond_its_weekdays_room(full, lead, nino):
    nino.own_weekday_capacity = {"2": 1, "3": 1, "4": 1, "5": 1, "1": 1}
    nino.save()
    days = [TODAY + timedelta(n) for n in range(1, 14)]
    for day in days:
        make_dossier(owner=nino, due_on=day)
    level = TeamLevelling(lead, now=NOW)
    assert (proposed(level), level.over) == ({}, 1)


def test_days_on_which_the_owner_is_away_are_left_alone(full, lead, nino):
    make_absence(user=nino, starts_on=TOMORROW, ends_on=TOMORROW)
    level = TeamLevelling(lead, now=NOW)
    assert TOMORROW not in proposed(level).values()
    assert [cell.is_away for cell in dict(level.table)[nino]][:3] == [False, True, False]


def test_a_rest_day_is_offered_to_nobody(full, lead, nino):
    nino.take_off(TOMORROW, TOMORROW)
    level = TeamLevelling(lead, now=NOW)
    assert TOMORROW not in {*proposed(level).values(), *level.days_of[nino.pk]}
    assert dict(level.table)[nino][1].after is None


def test_it_is_done_as_it_was_chosen_and_taken_back_in_one_go(full, lead, nino, client_of):
    client = client_of(lead)
    chosen = {
        f"day-{full['Emil'].pk}": (TODAY + timedelta(3)).isoformat(),
        f"day-{full['Dora'].pk}": TODAY.isoformat(),
    }
    assert client.post(URL, chosen).url == URL
    assert (names_on(nino, TODAY + timedelta(3)), len(names_on(nino, TODAY))) == (["Emil"], 4)
    assert "1 dossier moved to Fri 20 Nov" in client.get(URL).content.decode()
    client.post(reverse("followups:take_back"), {"at": NOW.isoformat(), "back": URL})
    assert len(names_on(nino, TODAY)) == 5


def test_the_page_shows_every_day_before_and_after(full, lead, client_of):
    page = client_of(lead).get(URL).content.decode()
    assert "<b>5 → 3</b>" in page
    assert "Move 2 dossiers" in page
    assert '<option value="2026-11-18" selected>Wed 18 Nov · 0 of 3</option>' in page


def test_a_look_writes_nothing(full, lead, nino, client_of):
    looked = client_of(lead).post(
        URL, {f"day-{full['Emil'].pk}": TOMORROW.isoformat(), "look": "1"}, headers={"HX-Request": "true"}
    )
    assert (looked.status_code, len(names_on(nino, TODAY))) == (200, 5)
    assert "<b>5 → 4</b>" in looked.content.decode()


def test_what_a_colleague_moved_meanwhile_stays_where_he_put_it(full, lead, nino, client_of):
    full["Emil"].move(to=full["Emil"].tab, by=nino, now=NOW)
    page = (
        client_of(lead)
        .post(URL, {f"day-{full['Emil'].pk}": TOMORROW.isoformat()}, follow=True)
        .content.decode()
    )
    assert "1 dossier was moved by somebody else meanwhile" in page
    assert names_on(nino, TOMORROW) == []


@pytest.mark.parametrize("fields", [{}, {"day-0": "2026-11-18"}, {"day-x": "soon"}, {"day-1": "soon"}])
def test_nothing_chosen_moves_nothing_and_says_so(full, lead, client_of, fields):
    answer = client_of(lead).post(URL, fields)
    assert (answer.status_code, "Nothing was chosen to move." in answer.content.decode()) == (422, True)


def test_a_day_that_is_none_of_the_owners_is_not_taken(full, lead, nino, client_of):
    assert client_of(lead).post(URL, {f"day-{full['Emil'].pk}": "2027-05-05"}).status_code == 422


def test_another_teams_binder_is_out_of_reach(full, stranger, nino, client_of):
    stranger.role = "lead"
    stranger.save()
    client = client_of(stranger)
    assert "Anton" not in client.get(URL).content.decode()
    assert client.post(URL, {f"day-{full['Emil'].pk}": TOMORROW.isoformat()}).status_code == 422
    assert len(names_on(nino, TODAY)) == 5


def test_only_leads_level_the_team(nino, client_of):
    assert (client_of(nino).get(URL).status_code, client_of(nino).post(URL).status_code) == (403, 403)
    assert "Level the coming days" not in client_of(nino).get("/binder/open/").content.decode()


def test_the_same_number_of_queries_for_one_binder_and_for_three(full, lead, client_of):
    counts = []
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            client_of(lead).get(URL)
        counts.append(len(queries))
        for _ in range(2):
            colleague = make_user(team=lead.team, own_capacity=1)
            for _ in range(3):
                make_dossier(owner=colleague, due_on=TODAY)
    assert counts[0] == counts[1]


def test_of_very_many_the_first_days_are_levelled_first(lead, nino, monkeypatch):
    monkeypatch.setattr("followups.levelling_team.MOST", 2)
    nino.own_capacity = 1
    nino.save()
    for day in (TODAY, TOMORROW):
        for _ in range(3):
            make_dossier(owner=nino, due_on=day)
    level = TeamLevelling(lead, now=NOW)
    assert ([place.due_on for place, _to in level.moves], level.not_listed) == ([TODAY, TODAY], 2)


def test_what_speaks_up_within_these_days_stays_where_it_is(full, lead):
    """As an offer that ends: behind its end the dossier would come too late."""
    make_slip(customer=full["Emil"].customer, speaks_on=TODAY + timedelta(5))
    make_slip(customer=full["Dora"].customer, speaks_on=TODAY + timedelta(30))
    assert set(proposed(TeamLevelling(lead, now=NOW))) == {"Cäsar", "Dora"}
