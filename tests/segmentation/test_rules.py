from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from segmentation.forms_rules import RulesForm
from segmentation.models import Rules, Score, Scoring
from segmentation.ruling import FIXED_LIMITS, bands, foresee, suggestions
from segmentation.scores import score_everything
from tests.factories import TODAY, make_customer, make_lead, make_purchase

URL, PREVIEW = reverse("segmentation:rules"), reverse("segmentation:rules_preview")
HTMX = {"HX-Request": "true", "HX-Target": "outcome"}
USUAL = {"one_time_after": 120, "lost_after": 120, "vip_from": 5}


def fields(**kw):
    """What the form sends when nothing is set."""
    return {"quarters": "", "quintiles_from": "100", "thank_after_purchase": "on"} | kw


def four(name, *values):
    return {f"{name}_{n}": value for n, value in enumerate(values)}


@pytest.fixture
def buyers(team, nino):
    """Six customers: n bought n times, the last time 20 × n days ago; the default limits hold for so few."""
    today = nino.today()
    made = []
    for n in range(1, 7):
        customer = make_customer(owner=nino)
        for step in range(n):
            make_purchase(
                customer=customer, bought_on=today - timedelta(20 * n + 7 * step), amount=f"{100 * n}.00"
            )
        made.append(customer)
    score_everything(team, as_of=today)
    return made


def groups():
    return dict(Score.objects.order_by("pk").values_list("customer_id", "group"))


def test_the_page_says_what_is_in_force(client_of, lead, buyers):
    page = client_of(lead).get(URL).content.decode()
    for words in ("<b>Fixed limits</b>: 6 customers", "from 100 on", "over 365", "up to €100", "over 9",
                  'placeholder="120"', "Too few have come back to tell", "In force now"):  # fmt: skip
        assert words in page


def test_fifths_in_force_are_said_too(client_of, lead, buyers):
    Rules.objects.create(team=lead.team, quintiles_from=5, quarters=4)
    score_everything(lead.team, as_of=lead.today())
    page = client_of(lead).get(URL).content.decode()
    assert ("<b>Fifths of your own customers</b>: 6 have" in page, "The period began on" in page) == (
        True,
        True,
    )


def test_before_the_first_purchase(client_of, lead):
    page = client_of(lead).get(URL).content.decode()
    assert "nothing to score" in page
    assert client_of(lead).post(URL, fields(vip_from="3")).status_code == 302
    assert Rules.objects.get().vip_from == 3


def test_a_preview_by_htmx_tells_who_would_change_and_saves_nothing(client_of, lead, buyers):
    before = groups()
    page = client_of(lead).get(PREVIEW, fields(lost_after="50"), headers=HTMX).content.decode()
    assert ("4 customers would change the group" in page, "<html" in page, "<form" in page) == (
        True,
        False,
        False,
    )
    assert "Nothing is saved yet." in page
    assert (Rules.objects.count(), groups()) == (0, before)


def test_a_preview_without_a_script(client_of, lead, buyers):
    answer = client_of(lead).post(URL, fields(lost_after="50", do="preview"))
    page = answer.content.decode()
    assert (answer.status_code, "4 customers would change the group" in page, 'value="50"' in page) == (
        200,
        True,
        True,
    )
    assert Rules.objects.count() == 0
    assert "4 customers" in client_of(lead).get(PREVIEW, fields(lost_after="50")).content.decode()


def test_a_preview_tells_by_what_scores_would_go(client_of, lead, buyers):
    def told(**kw):
        return client_of(lead).get(PREVIEW, fields(**kw), headers=HTMX).content.decode()

    assert "Nobody would change the group" in told()
    assert "fifths of the 6 customers" in told(quintiles_from="5")
    assert "fixed limits, for only 6 customers" in told()
    # In the last year too all have bought.
    assert "only 6 customers" in told(quarters="4")


def test_a_preview_of_what_cannot_be(client_of, lead, buyers):
    page = client_of(lead).get(PREVIEW, fields(lost_after="x"), headers=HTMX).content.decode()
    assert "cannot be used yet" in page


@pytest.mark.parametrize("size", [0, 12])
def test_a_preview_asks_as_often_for_many(client_of, lead, nino, buyers, size):
    for _ in range(size):
        make_purchase(customer=make_customer(owner=nino), bought_on=nino.today())
    score_everything(lead.team, as_of=lead.today())
    client = client_of(lead)
    with CaptureQueriesContext(connection) as queries:
        client.get(PREVIEW, fields(lost_after="50", quarters="8"), headers=HTMX)
    assert len(queries) == 6


def test_saving_moves_customers_says_so_and_can_be_undone(client_of, lead, buyers):
    client, before = client_of(lead), groups()
    saved = client.post(URL, fields(lost_after="50"))
    assert saved.url == f"{URL}?saved=1"
    assert list(groups().values()).count("lost") == 4
    page = client.get(saved.url).content.decode()
    for words in ("4 customers changed the group", "our proposal", "<b>50</b>", "In force: 50."):
        assert words in page
    client.post(URL, {"do": "undo"})
    assert (Rules.objects.get().lost_after, groups()) == (None, before)
    assert "Taken back. 4 customers changed the group" in client.get(URL).content.decode()


def test_what_was_changed_meanwhile_is_not_undone(client_of, lead, buyers):
    client = client_of(lead)
    client.post(URL, fields(lost_after="50"))
    Rules.objects.update(lost_after=70)
    page = client.post(URL, {"do": "undo"}, follow=True).content.decode()
    assert ("Nothing was taken back." in page, Rules.objects.get().lost_after) == (True, 70)


def test_fixed_limits_change_scores(client_of, lead, buyers):
    sent = fields(**four("money_limits", "50", "60.50", "70", "80"), **four("recency_limits", 1, 2, 3, 4))
    page = client_of(lead).post(URL, sent, follow=True).content.decode()
    rules = Rules.objects.get()
    assert (rules.money_limits, rules.recency_limits) == (["50", "60.50", "70", "80"], [1, 2, 3, 4])
    assert set(Score.objects.values_list("r", "m")) == {(1, 5)}
    assert "6 got other scores" in page


def test_saving_the_same_changes_nothing(client_of, lead, buyers):
    Rules.objects.create(team=lead.team)
    assert "Nothing was changed." in client_of(lead).post(URL, fields(), follow=True).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        four("recency_limits", 10, 10, 20, 30),
        four("recency_limits", 10, 20, 30),
        four("frequency_limits", 1, 2, 3, "x"),
        four("money_limits", 1, 2, 3, "1e30"),
        {"vip_from": "1"},
        {"lost_after": "0"},
        {"one_time_after": "99999"},
        {"quintiles_from": "2"},
        {"quarters": "5"},
    ],
)
def test_what_cannot_be_is_asked_for_again(client_of, lead, buyers, sent):
    answer = client_of(lead).post(URL, fields(**sent))
    page = answer.content.decode()
    assert (answer.status_code, "rb-field__error" in page, Rules.objects.count()) == (422, True, 0)
    assert [value for value in sent.values() if f'value="{value}"' not in page and value != "5"] == []


def test_managers_read_and_do_not_write(client_of, nino, buyers):
    client = client_of(nino)
    page = client.get(URL).content.decode()
    assert ("disabled" in page, ">Save<" in page) == (True, False)
    assert client.post(URL, fields(lost_after="50")).status_code == 403
    assert client.get(PREVIEW).status_code == 403


def test_a_stranger_changes_his_own_team(client_of, lead, buyers):
    before = groups()
    other = make_lead()
    client_of(other).post(URL, fields(lost_after="1"))
    assert (Rules.objects.get().team, groups()) == (other.team, before)


@pytest.mark.parametrize(("method", "url"), [("put", URL), ("post", PREVIEW)])
def test_wrong_methods(client_of, lead, method, url):
    assert getattr(client_of(lead), method)(url).status_code == 405


def test_what_the_team_s_own_purchases_suggest_is_explained(team):
    found = suggestions(Scoring(team=team, usual_one_time_after=90, usual_lost_after=None, usual_vip_from=7))
    assert [each.value for each in found.values()] == [90, 120, 7]
    assert "suggest 90 days: of those who ever buy again, nine in ten" in found["one_time_after"].reason
    assert "Too few have come back" in found["lost_after"].reason
    assert "a fifth of those who came back" in found["vip_from"].reason


def test_bands_tell_which_values_get_a_score(team):
    days = [TODAY - timedelta(n + 1) for n in (365, 180, 180, 30)]
    scoring = Scoring(
        team=team, as_of=TODAY, recency_points=[day.isoformat() for day in days], frequency_points=[1, 1, 2, 4],
        money_points=["100", "500", "500", "900"],
    )  # fmt: skip
    found = bands(scoring)
    assert [(b.over, b.upto, b.is_empty) for b in found["recency"]] == [
        (365, None, False), (180, 365, False), (180, 180, True), (30, 180, False), (-1, 30, False),
    ]  # fmt: skip
    assert [(b.over, b.upto, b.is_empty) for b in found["frequency"]] == [
        (None, 1, False), (1, 1, True), (1, 2, False), (2, 4, False), (4, None, False),
    ]  # fmt: skip
    assert [b.is_empty for b in found["money"]] == [False, False, True, False, False]
    assert found["money"][0].upto == Decimal(100)


def test_nothing_can_be_foreseen_before_the_first_scores(team):
    outcome = foresee(Rules(team=team), Scoring(team=team))
    assert (outcome.changed, outcome.customers) == (0, 0)


def test_what_we_propose_stands_in_the_boxes(team):
    form = RulesForm(instance=Rules(team=team), proposed=USUAL | FIXED_LIMITS)
    assert 'placeholder="365"' in str(form["recency_limits"])
    assert 'placeholder="5"' in str(form["vip_from"])
