"""What slips may do in whose binder, how several read, and which were ignored."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followups.actions import file_dossier
from followups.dates import Tab
from followups.models import FollowUp, Slip, SlipWish
from followups.slips import SlipDraft, SlipSource, all_sources, lay, withdraw
from tests.factories import NOW, TODAY, make_dossier, make_slip

WISHES, LEFT = "/settings/slips/", "/binder/slips/"
LATER = TODAY + timedelta(20)
LONG_AGO = TODAY - timedelta(8)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def source(*, pull_forward=True):
    return SlipSource("birthday", "Birthday", "bell", find=lambda now: [], pull_forward=pull_forward)


def lay_one(place, *, pull_forward=True):
    """Where the dossier lies after a slip was laid on it."""
    lay(source(pull_forward=pull_forward), SlipDraft(place.customer, "1", "Birthday", TODAY), now=NOW)
    return FollowUp.objects.open().get(customer=place.customer).due_on


def wish(user, what, name="birthday"):
    return SlipWish.objects.create(user=user, source=name, what=what)


def answers(**chosen):
    return {each.name: each.by_itself for each in all_sources()} | chosen


@pytest.mark.parametrize(
    ("what", "by_itself", "lies_under"),
    [
        (None, True, TODAY),
        (None, False, LATER),
        ("pull", False, TODAY),
        ("show", True, LATER),
        ("off", True, LATER),
    ],
)
def test_a_slip_does_what_the_owner_of_the_binder_wants(nino, levan, what, by_itself, lies_under):
    wish(levan, "pull" if lies_under == LATER else "off")
    if what:
        wish(nino, what)
    assert lay_one(make_dossier(owner=nino, due_on=LATER), pull_forward=by_itself) == lies_under


def test_what_is_off_is_not_shown_but_to_others(client_of, nino, levan):
    wish(nino, "off")
    for owner in (nino, levan):
        make_slip(customer=make_dossier(owner=owner).customer, reason=f"Of {owner.first_name}")
    page = client_of(nino)
    assert "Of Nino" not in page.get(f"/binder/{nino.pk}/{TODAY}/").content.decode()
    assert "Of Levan" in page.get(f"/binder/{levan.pk}/{TODAY}/").content.decode()


def test_a_withdrawn_slip_leaves_the_dossier_to_another_that_may_pull(nino):
    wish(nino, "show", "answered")
    place = make_dossier(owner=nino, due_on=LATER)
    tomorrow = TODAY + timedelta(1)
    for name in ("birthday", "answered"):
        draft = SlipDraft(place.customer, name, name, tomorrow)
        lay(SlipSource(name, name, "bell", find=lambda now: [], pull_forward=True), draft, now=NOW)
    withdraw(Slip.objects.filter(source="birthday"), now=NOW)
    assert FollowUp.objects.open().get(customer=place.customer).due_on == LATER


def test_several_read_as_one_line_and_none_twice(client_of, nino):
    place = make_dossier(owner=nino)
    for key, reason in enumerate(["Barbara turns 50", "Time to order again", "Barbara turns 50"]):
        make_slip(customer=place.customer, key=str(key), reason=reason)
    row, sheet = client_of(nino).get(f"/binder/{nino.pk}/{TODAY}/").content.decode().split('id="sheet"')
    for part in (row, sheet):
        assert part.count("rb-slipline") == 1
        assert (part.count("Barbara turns 50"), part.count("Time to order again")) == (1, 1)
    assert "Barbara turns 50 · Time to order again" in row


def test_all_of_a_dossier_are_done_with_one_save_those_not_shown_too(nino):
    wish(nino, "off")
    place = make_dossier(owner=nino)
    for key in range(3):
        make_slip(customer=place.customer, key=str(key))
    make_slip(customer=place.customer, source="thanks")
    file_dossier(followup=place, to=Tab(LATER), by=nino, now=NOW, outcome="agreed")
    assert not Slip.objects.filter(done_at__isnull=True).exists()


def test_one_chooses_for_each_source_there_is_and_only_what_differs_is_kept(client_of, nino):
    page = client_of(nino)
    form = page.get(WISHES).context["form"]
    assert {"birthday", "due", "thanks", "bad_rating"} <= set(form.fields)
    assert page.post(WISHES, answers(birthday="off", due="pull")).url == WISHES
    assert SlipWish.objects.by_source(nino.pk) == {"birthday": "off", "due": "pull"}
    assert page.get(WISHES).context["form"]["birthday"].value() == "off"
    page.post(WISHES, answers())
    assert SlipWish.objects.by_source(nino.pk) == {}


def test_a_choice_that_is_none_is_refused_at_its_place(client_of, nino):
    response = client_of(nino).post(WISHES, answers(birthday="loudly", due="off"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["birthday"])
    assert response.context["form"]["due"].value() == "off"
    assert not SlipWish.objects.exists()


def test_what_waits_for_more_than_a_week_is_listed_oldest_first(client_of, nino, levan):
    places = [
        make_dossier(owner=nino, name=name, due_on=LATER) for name in ("Anton", "Berta", "Cäsar", "Dora")
    ]
    for place, day in zip(
        places, (LONG_AGO, LONG_AGO - timedelta(5), TODAY - timedelta(7), TODAY), strict=True
    ):
        make_slip(customer=place.customer, speaks_on=day, reason="First")
    make_slip(customer=places[0].customer, key="b", speaks_on=LONG_AGO, reason="Second")
    make_slip(customer=places[0].customer, key="c", speaks_on=LONG_AGO, reason="Done", done_at=NOW)
    make_slip(customer=make_dossier(owner=levan).customer, speaks_on=LONG_AGO)
    left = client_of(nino).get(LEFT).context["left"]
    assert [(r.customer.name, [s.reason for s in r.slips], r.days, r.tab) for r in left.rows] == [
        ("Berta", ["First"], 13, Tab(LATER)),
        ("Anton", ["First", "Second"], 8, Tab(LATER)),
    ]


def test_a_lead_sees_those_of_the_team_by_manager_but_none_that_are_switched_off(
    client_of, nino, levan, lead, stranger
):
    wish(levan, "off")
    for owner, number in ((nino, 2), (lead, 1), (levan, 1), (stranger, 1)):
        for _ in range(number):
            make_slip(customer=make_dossier(owner=owner).customer, speaks_on=LONG_AGO)
    response = client_of(lead).get(LEFT)
    assert response.context["left"].by_owner == [(nino, 2), (lead, 1)]
    assert "By manager" in response.content.decode()
    assert "By manager" not in client_of(nino).get(LEFT).content.decode()


def test_none_is_a_good_word(client_of, nino):
    page = client_of(nino)
    assert "None. Every slip was heard within a week." in page.get(LEFT).content.decode()
    assert page.post(LEFT).status_code == 405


def test_the_list_asks_the_database_as_often_for_ten_as_for_two(client_of, nino, lead):
    page, counts = client_of(lead), []
    for more in (2, 8):
        for _ in range(more):
            make_slip(customer=make_dossier(owner=nino).customer, speaks_on=LONG_AGO)
        with CaptureQueriesContext(connection) as queries:
            page.get(LEFT)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5
