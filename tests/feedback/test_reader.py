"""Who may read a rating: what is told of rows at hand is what the database is asked."""

from itertools import product

import pytest

from crm.team.models import Team
from feedback.models import Rating, Value
from feedback.reader import Reader
from tests.factories import NOW, TODAY, make_absence, make_customer, make_user
from tests.feedback.makers import make_rating, make_ticket


@pytest.fixture
def ratings(nino, levan):
    away = make_user(team=nino.team)
    make_absence(user=away, stand_in=nino)
    everybody = [nino, levan, away]
    for owner, employee, value in product(everybody, [*everybody, None], Value.values):
        ticket = make_ticket(customer=make_customer(owner=owner), assignee=employee, closed_at=NOW)
        make_rating(ticket=ticket, value=value)
    return list(Rating.objects.select_related("customer"))


@pytest.mark.parametrize("managers_see", Team.Sees.values)
def test_both_say_the_same(nino, levan, lead, ratings, managers_see):
    Team.objects.update(managers_see=managers_see)
    for user in (nino, levan, lead):
        user.team.refresh_from_db()
        reader = Reader(user, on=TODAY)
        told = {
            row.pk for row in ratings
            if reader.may_read(row.value, employee=row.employee_id, owner=row.customer.owner_id)
        }  # fmt: skip
        asked = set(Rating.objects.counted().open_to(user, on=TODAY).values_list("pk", flat=True))
        assert (user.name, told) == (user.name, asked)
