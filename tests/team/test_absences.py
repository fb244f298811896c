from datetime import timedelta

import pytest

from crm.team.calendar import FORESEEN_DAYS
from crm.team.models import Absence, Split
from tests.factories import make_absence

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(nino):
    return nino.today()


@pytest.fixture
def note(client_of, nino, today):
    """Post an absence from `first` to `last`, in days from today; to his own page unless `path` differs."""

    def post(first, last, *, by=nino, stand_in=None, path="/team/absences/"):
        data = {"starts_on": str(today + timedelta(first)), "ends_on": str(today + timedelta(last))}
        return client_of(by).post(path, data | {"stand_in": stand_in.pk if stand_in else ""})

    return post


def errors(response):
    assert response.status_code == 422
    return list(response.context["form"].errors)


def days(user, today):
    return [((a.starts_on - today).days, (a.ends_on - today).days, a.stand_in) for a in user.absences.all()]


def away(user, today, first, last, **kw):
    return make_absence(user=user, starts_on=today + timedelta(first), ends_on=today + timedelta(last), **kw)


def test_one_notes_days_and_a_stand_in(note, nino, levan, today):
    assert note(0, 3, stand_in=levan).url == f"/team/{nino.pk}/absences/"
    assert days(nino, today) == [(0, 3, levan)]


def test_a_single_day_without_a_stand_in_will_do(note, nino, today):
    note(5, 5)
    assert days(nino, today) == [(5, 5, None)]


@pytest.mark.parametrize(("first", "last"), [(3, 2), (-4, -1), (1, 36_500)])
def test_days_must_be_in_order_not_over_and_within_reason(note, nino, first, last):
    assert errors(note(first, last)) == ["ends_on"]
    assert nino.absences.count() == 0


@pytest.mark.parametrize(("first", "last"), [(2, 2), (0, 2), (4, 9), (0, 9)])
def test_the_same_days_are_not_noted_twice(note, nino, today, first, last):
    away(nino, today, 2, 4)
    assert errors(note(first, last)) == ["starts_on"]


def test_of_an_absence_without_end_three_years_are_read(nino, today):
    away(nino, today, 1, 36_500)
    closed = nino.absences.days_closed(on=today)[nino.pk]
    assert (min(closed), max(closed)) == (today + timedelta(1), today + timedelta(FORESEEN_DAYS))
    assert nino.calendar_from(today).next_working(today, after=True) > max(closed)


def test_days_beside_each_other_are_fine(note, nino, today):
    away(nino, today, 2, 4)
    assert (note(0, 1).status_code, note(5, 6).status_code) == (302, 302)


def test_a_stand_in_must_be_there(note, nino, levan, today):
    away(levan, today, 3, 8)
    assert errors(note(0, 3, stand_in=levan)) == ["stand_in"]
    assert note(0, 2, stand_in=levan).status_code == 302


def test_a_stand_in_is_a_colleague_and_another(note, nino, stranger):
    assert errors(note(0, 3, stand_in=stranger)) == ["stand_in"]
    assert errors(note(0, 3, stand_in=nino)) == ["stand_in"]


def test_who_stands_in_may_go_away_but_hears_of_the_binder(note, nino, levan, today, client_of):
    away(levan, today, 0, 9, stand_in=nino)
    page = client_of(nino).get(note(2, 3).url)
    assert nino.absences.count() == 1
    response = client_of(nino).post(
        f"/team/absence/{nino.absences.get().pk}/",
        {"starts_on": str(today + timedelta(2)), "ends_on": str(today + timedelta(4)), "stand_in": ""},
        follow=True,
    )
    assert [str(message) for message in response.context["messages"]] == [
        "Nino Beridze looks after the binder of Levan Gelashvili in these days: name another stand-in there."
    ]
    assert page.status_code == 200


def test_a_lead_notes_them_for_everybody_a_manager_for_himself(note, lead, nino, levan):
    path = f"/team/{levan.pk}/absences/"
    assert note(0, 3, by=nino, path=path).status_code == 403
    assert note(0, 3, by=lead, path=path).status_code == 302
    assert levan.absences.count() == 1


def test_an_absence_can_be_changed_within_its_own_days(note, nino, today):
    absence = away(nino, today, -2, 4)
    assert note(-2, 1, path=f"/team/absence/{absence.pk}/").status_code == 302
    assert days(nino, today) == [(-2, 1, None)]


def test_what_is_over_is_not_changed(note, nino, today):
    absence = away(nino, today, -5, -1)
    assert note(0, 1, path=f"/team/absence/{absence.pk}/").status_code == 404


def test_only_the_absent_or_a_lead_changes_or_ends_one(client_of, lead, nino, levan, today):
    absence = away(nino, today, 0, 4)
    assert client_of(levan).get(f"/team/absence/{absence.pk}/").status_code == 403
    assert client_of(levan).post(f"/team/absence/{absence.pk}/end/").status_code == 403
    assert client_of(lead).post(f"/team/absence/{absence.pk}/end/").status_code == 302


@pytest.mark.parametrize(("first", "left"), [(-3, [(-3, -1, None)]), (0, []), (2, [])])
def test_who_is_back_ends_it_and_what_has_not_begun_is_struck_out(client_of, nino, today, first, left):
    absence = away(nino, today, first, 4)
    assert client_of(nino).post(f"/team/absence/{absence.pk}/end/").status_code == 302
    assert days(nino, today) == left
    assert Absence.objects.filter(user=nino).running(on=today).count() == 0


def test_the_page_lists_what_is_not_over(client_of, nino, today):
    away(nino, today, -9, -5)
    running = away(nino, today, -1, 4)
    assert list(client_of(nino).get("/team/absences/").context["coming"]) == [running]


def test_who_goes_away_with_a_share_of_anothers_binder_hears_of_it(client_of, nino, levan, today):
    lent = away(levan, today, 1, 3)
    Split.objects.create(user=levan, absence=lent).shares.create(user=nino)
    days = {"starts_on": str(today + timedelta(2)), "ends_on": str(today + timedelta(5))}
    page = client_of(nino).post("/team/absences/", days, follow=True).content.decode()
    assert "Nino Beridze looks after the binder of Levan Gelashvili in these days" in page
