from datetime import timedelta

import pytest

from segmentation.groups import Limits
from segmentation.models import Relationship, Score
from segmentation.relationship import leave_to_behaviour, propose, set_by_hand
from tests.factories import NOW, TODAY, make_customer

LIMITS = Limits(one_time_after=120, lost_after=90, vip_from=5)


def score(purchases, days):
    return Score(purchase_days=purchases, last_on=TODAY - timedelta(days))


@pytest.mark.parametrize(
    ("purchases", "days", "kind", "reason"),
    [
        (1, 0, "unknown", "Bought once, today. One purchase tells little yet."),
        (
            1,
            121,
            "arms_length",
            "Bought once, 121 days ago. Most who come back do so within 120 days: here today, there tomorrow.",
        ),
        (
            4,
            1,
            "loyal",
            "Bought on 4 days, last 1 day ago. Comes back with some regularity, and has not let it drop.",
        ),
        (
            5,
            90,
            "seeker",
            "Bought on 5 days, last 90 days ago. Comes often and still does: seeks to work closely with you.",
        ),
        (
            9,
            91,
            "exploiter",
            "Bought on 9 days, last 91 days ago. Bought regularly, then stopped for more than 90 days: "
            "takes the better offer.",
        ),
    ],
)
def test_behaviour_proposes_a_kind_and_says_why(purchases, days, kind, reason):
    proposal = propose(score(purchases, days), LIMITS, on=TODAY)
    assert (proposal.kind, proposal.reason) == (kind, reason)


def test_who_never_bought_is_not_known():
    proposal = propose(None, LIMITS, on=TODAY)
    assert (proposal.kind, proposal.reason) == ("unknown", "Has not bought yet.")


def test_a_person_may_know_better(nino):
    customer = make_customer(owner=nino)
    set_by_hand(customer=customer, kind="loyal", by=nino, now=NOW)
    set_by_hand(customer=customer, kind="seeker", by=nino, now=NOW)
    relationship = Relationship.objects.get()
    assert (relationship.kind, relationship.set_by, relationship.set_at) == ("seeker", nino, NOW)
    leave_to_behaviour(customer=customer)
    assert Relationship.objects.count() == 0
