"""Birthdays speak up, also when nobody looked for them on the day itself."""

from datetime import date, timedelta

import pytest

from followups import birthdays
from followups.models import Slip
from followups.slips import collect
from tests.factories import NOW, TODAY, make_dossier, make_person


@pytest.fixture
def customer(nino):
    return make_dossier(owner=nino, name="Weingut Kessler").customer


def born(customer, day):
    return make_person(customer=customer, birthday=day)


def laid_on():
    return list(Slip.objects.filter(source="birthday").values_list("speaks_on", flat=True))


@pytest.mark.parametrize(("ago", "is_said"), [(-1, False), (0, True), (1, True), (3, True), (4, False)])
def test_a_birthday_is_said_on_its_day_or_up_to_three_days_later(customer, ago, is_said):
    day = TODAY - timedelta(ago)
    born(customer, day.replace(year=1980))
    collect(NOW)
    assert laid_on() == [day] * is_said


def test_it_is_said_once_however_often_one_looks(customer):
    born(customer, TODAY.replace(year=1980))
    for days in range(5):
        collect(NOW + timedelta(days))
    assert laid_on() == [TODAY]


def test_at_the_turn_of_the_year_it_belongs_to_its_own(customer):
    person = born(customer, date(1980, 12, 30))
    new_year = NOW.replace(year=2027, month=1, day=1)
    [draft] = birthdays.find(new_year)
    assert (draft.on, draft.key, draft.reason) == (
        date(2026, 12, 30), f"{person.pk}:2026", "Birthday of Barbara Kessler: turns 46",
    )  # fmt: skip
