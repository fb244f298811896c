from datetime import timedelta

import pytest
from django.utils.html import strip_tags

from contacts.models import Customer
from followups.models import FollowUp
from segmentation.models import Expectation
from segmentation.scores import score_everything
from segmentation.told import facts, mark
from tests.factories import TODAY, make_customer, make_dossier
from tests.segmentation import purchases as by_hand


@pytest.fixture
def kessler(nino):
    return make_customer(owner=nino, name="Kessler")


def told(customer) -> dict[str, str]:
    fresh = Customer.objects.select_related("score", "expectation").get(pk=customer.pk)
    return {label: strip_tags(text) for label, text in facts(fresh, today=TODAY, currency="EUR")}


def expect(customer, *, due_in: int, usual: int = 62) -> None:
    due = TODAY + timedelta(due_in)
    Expectation.objects.create(
        customer=customer, team_id=customer.team_id, purchases=3, usual_days=usual,
        window_from=due - timedelta(4), window_to=due + timedelta(4), due_on=due,
    )  # fmt: skip


def test_who_never_bought_has_no_mark_and_no_lines(kessler):
    assert (mark(kessler), told(kessler)) == ("", {})


def test_the_card_says_how_one_buys(team, kessler):
    by_hand.put([kessler], [(0, 5, "100.00"), (0, 65, "50.00"), (0, 65, "25.50"), (0, 400, "10")])
    score_everything(team, as_of=TODAY)
    expect(kessler, due_in=9)
    lines = told(kessler)
    assert lines["Buys"] == "every 62 days · due in 9 days"
    assert lines["Bought"] == f"on 3 days · €185.50 since {(TODAY - timedelta(400)).year}"
    assert lines["Score"] == "R5F3M2"
    assert lines["Last order"]


def test_one_purchase_is_told_as_one(team, kessler):
    by_hand.put([kessler], [(0, 5, "100.00")])
    score_everything(team, as_of=TODAY)
    assert told(kessler)["Bought"] == f"once · €100 in {(TODAY - timedelta(5)).year}"
    assert strip_tags(mark(Customer.objects.get())) == "Beginner"


def test_what_was_due_long_ago_is_not_called_due(team, kessler):
    by_hand.put([kessler], [(0, 400, "100.00"), (0, 500, "100.00")])
    score_everything(team, as_of=TODAY)
    expect(kessler, due_in=-15)
    assert told(kessler)["Buys"] == "every 62 days"


@pytest.mark.parametrize(("days", "words"), [(9, "due in 9 days"), (0, "due today"), (-4, "4 days over")])
def test_how_soon_the_next_purchase_is_due(team, kessler, days, words):
    by_hand.put([kessler], [(0, 5, "100.00")])
    score_everything(team, as_of=TODAY)
    expect(kessler, due_in=days)
    assert told(kessler)["Buys"] == f"every 62 days · {words}"


def test_group_and_lines_stand_on_the_board_and_in_the_dossier(team, nino, client_of):
    dossier = make_dossier(owner=nino, due_on=nino.today())
    by_hand.put([dossier.customer], [(0, 5, "100.00"), (0, 65, "50.00")])
    score_everything(team, as_of=TODAY)
    board = client_of(nino).get(f"/binder/{nino.pk}/{nino.today()}/").content.decode()
    assert board.count('class="rb-seg rb-seg--') == 2  # in its row and on its sheet
    assert "on 2 days" in board
    assert FollowUp.objects.open().count() == 1
    page = client_of(nino).get(dossier.customer.get_absolute_url()).content.decode()
    assert 'class="rb-seg rb-seg--' in page.partition("</h1>")[0]
