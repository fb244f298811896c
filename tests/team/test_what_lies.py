"""Before somebody is noted as away, or takes days off, the page says what lies on these days."""

from datetime import time, timedelta

import pytest
import time_machine

from tests.factories import NOW, TODAY, make_dossier

TOMORROW = TODAY + timedelta(1)
HTMX = {"HX-Request": "true"}
MINE, OFF = "/team/absences/", "/settings/days-off/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def three(nino, levan):
    """Of Nino's under today and tomorrow; Levan has room for two a day, and one lies there already."""
    levan.own_capacity = 2
    levan.save()
    make_dossier(owner=levan, due_on=TODAY)
    make_dossier(owner=nino, due_on=TODAY + timedelta(9))
    return [
        make_dossier(owner=nino, due_on=TODAY),
        make_dossier(owner=nino, due_on=TOMORROW),
        make_dossier(owner=nino, due_on=TOMORROW, at=time(10)),
    ]


def span(first=TODAY, last=TOMORROW, stand_in=None, **more):
    return {"starts_on": str(first), "ends_on": str(last), "stand_in": stand_in.pk if stand_in else ""} | more


def told(answer):
    return " ".join(answer.context["form"].lying)


WHAT_LIES = "3 dossiers lie on these days: 1 on Tue 17 Nov, 2 on Wed 18 Nov. For 1 of them a time is agreed."


def test_an_absence_is_saved_once_it_has_been_said_what_lies_there(three, client_of, nino, levan):
    client = client_of(nino)
    answer = client.post(MINE, span(stand_in=levan))
    assert (answer.status_code, nino.absences.count()) == (200, 0)
    assert told(answer) == f"{WHAT_LIES} Levan has room for 3 on these days."
    key = answer.context["form"].key
    assert f'name="told" value="{key}"' in answer.content.decode()
    assert client.post(MINE, span(stand_in=levan, told=key)).status_code == 302
    assert nino.absences.get().stand_in == levan


def test_other_days_than_those_told_of_are_told_first(three, client_of, nino, levan):
    client = client_of(nino)
    key = client.post(MINE, span(stand_in=levan)).context["form"].key
    make_dossier(owner=nino, due_on=TOMORROW)
    answer = client.post(MINE, span(first=TOMORROW, stand_in=levan, told=key))
    assert told(answer).endswith("Levan has room for 2 on these days. 1 would be too many.")
    assert nino.absences.count() == 0


def test_while_days_are_chosen_it_is_said_without_a_press(three, client_of, nino):
    answer = client_of(nino).get(MINE, span(), headers=HTMX)
    assert WHAT_LIES in answer.content.decode()
    assert "Nobody looks after them: they stay where they are" in answer.content.decode()
    assert 'name="told"' not in client_of(nino).get(MINE, {"starts_on": ""}, headers=HTMX).content.decode()


def test_who_may_not_see_the_team_is_not_told_how_full_a_colleague_is(three, client_of, nino, lead, levan):
    nino.team.managers_see = "own"
    nino.team.save()
    assert told(client_of(nino).post(MINE, span(stand_in=levan))) == WHAT_LIES
    his = client_of(lead).post(f"/team/{nino.pk}/absences/", span(stand_in=levan))
    assert told(his).endswith("Levan has room for 3 on these days.")


def test_empty_days_are_saved_at_once(client_of, nino):
    assert client_of(nino).post(MINE, span()).status_code == 302
    assert nino.absences.count() == 1


def test_days_off_are_taken_once_it_has_been_said_what_lies_there(three, client_of, nino):
    client = client_of(nino)
    answer = client.post(OFF, span())
    nino.refresh_from_db()
    assert (answer.status_code, nino.own_days_off, WHAT_LIES in answer.content.decode()) == (200, [], True)
    client.post(OFF, span(told=answer.context["off"].key))
    nino.refresh_from_db()
    assert nino.own_days_off == [str(TODAY), str(TOMORROW)]


def test_while_days_off_are_chosen_it_is_said_without_a_press(three, client_of, nino):
    assert WHAT_LIES in client_of(nino).get(OFF, span(), headers=HTMX).content.decode()
    assert client_of(nino).get(OFF).url == "/settings/"
