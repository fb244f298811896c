"""A customer's rhythm as a date to press: a contact begins it anew, whoever was not reached still waits."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followups.binder import Binder
from followups.models import FollowUp
from followups.rhythms import Rhythm, day_of
from segmentation.advice import advice_changed
from segmentation.models import Advice, Score
from tests.factories import NOW, make_dossier, make_entry


@pytest.fixture
def today(nino):
    return nino.today()


@pytest.fixture
def followup(nino, today):
    place = make_dossier(owner=nino, due_on=today, name="Weingut Kessler", plan="Ask for the go")
    Score.objects.create(
        customer=place.customer, team=nino.team, purchase_days=9, frequency=9, money=900, monetary=900,
        first_on=today, last_on=today, r=5, f=5, m=5, group="vip",
    )  # fmt: skip
    return place


@pytest.fixture
def every_30_days(nino):
    return Advice.objects.create(team=nino.team, group="vip", contact_every=30)


def spoken(followup, days_ago, **kw):
    moment = timezone.now() - timedelta(days_ago)
    return make_entry(customer=followup.customer, **{"outcome": "agreed", "happened_at": moment} | kw)


def sheet(client, followup):
    return client.get(
        reverse("followups:dossier", args=[followup.owner_id, followup.tab.slug, followup.customer_id])
    )


def working(nino, day):
    return nino.calendar.next_working(day)


def file(client, followup, **kw):
    fields = {
        "version": followup.version,
        "note": "",
        "kind": "call",
        "tab": followup.tab.slug,
        "page": "board",
    }
    return client.post(reverse("followups:file", args=[followup.pk]), fields | kw)


def placed(followup):
    return FollowUp.objects.open().get(customer=followup.customer_id).due_on


def test_the_rhythm_is_offered_and_chosen_until_something_else_is(
    client_of, nino, followup, every_30_days, today
):
    answer = sheet(client_of(nino), followup)
    form, page = answer.context["sheet"].form, answer.content.decode()
    assert form.to.tab.due_on == working(nino, today + timedelta(30))
    assert ("in 30 days" in page, "VIP rhythm" in page, form["next"].value()) == (True, True, "r30-1")


def test_after_a_real_contact_it_counts_from_today(client_of, nino, followup, every_30_days, today):
    spoken(followup, 12)
    client = client_of(nino)
    form = sheet(client, followup).context["sheet"].form
    assert form["next"].value() == "r30-18"
    file(client, followup, outcome="agreed", next="r30-18", named=form.to.key)
    assert placed(followup) == working(nino, today + timedelta(30))


def test_who_was_not_reached_waits_since_the_last_contact(client_of, nino, followup, every_30_days, today):
    day = working(nino, today + timedelta(18))
    resolve = reverse("followups:resolve", args=[followup.pk])
    page = client_of(nino).get(resolve, {"next": "r30-18", "outcome": "missed"}).content.decode()
    assert f'name="named" value="{day}"' in page
    file(client_of(nino), followup, outcome="missed", next="r30-18", named=day.isoformat())
    assert placed(followup) == day


def test_the_button_must_have_named_that_day(client_of, nino, followup, every_30_days, today):
    named = working(nino, today + timedelta(30)).isoformat()
    answer = file(client_of(nino), followup, outcome="missed", next="r30-3", named=named)
    assert (answer.status_code, placed(followup)) == (200, today)
    assert answer.context["sheet"].form.to.tab.due_on == working(nino, today + timedelta(3))


@pytest.mark.parametrize("days_ago", [31, 400])
def test_what_is_past_is_tomorrow(client_of, nino, followup, every_30_days, days_ago):
    spoken(followup, days_ago)
    assert sheet(client_of(nino), followup).context["sheet"].form["next"].value() == "r30-1"


@pytest.mark.parametrize("entry", [{"outcome": "missed"}, {"outcome": ""}])
def test_notes_and_missed_calls_are_no_contact(client_of, nino, followup, every_30_days, entry):
    spoken(followup, 20)
    spoken(followup, 2, **entry)
    assert sheet(client_of(nino), followup).context["sheet"].form["next"].value() == "r30-10"


def test_another_group_has_no_rhythm(client_of, nino, followup, every_30_days):
    Score.objects.update(group="lost")
    form = sheet(client_of(nino), followup).context["sheet"].form
    assert (form.to, len(form.quick)) == (None, 4)


def test_on_the_dossier_s_own_page_too(client_of, nino, followup, every_30_days):
    page = client_of(nino).get(followup.customer.get_absolute_url()).content.decode()
    assert "in 30 days<i> · VIP rhythm</i>" in page


def test_what_was_written_is_not_overruled(client_of, nino, followup, every_30_days, today):
    answer = file(client_of(nino), followup, outcome="agreed", when="in 3 weeks", note="Yes")
    form = answer.context["sheet"].form
    assert form.to.tab.due_on == today + timedelta(21)
    assert [choice.key for choice in form.quick][-1] == "r30-1"


@pytest.mark.parametrize(("rhythm", "more"), [(True, 1), (False, 0)])
def test_it_costs_one_query_and_none_for_a_team_without(client_of, nino, followup, rhythm, more):
    client = client_of(nino)

    def count():
        with CaptureQueriesContext(connection) as queries:
            sheet(client, followup)
        return len(queries)

    sheet(client, followup)
    without = count()
    if rhythm:
        Advice.objects.create(team=nino.team, group="vip", contact_every=30)
        advice_changed(nino.team_id)
        sheet(client, followup)
    assert count() == without + more


@pytest.mark.parametrize("key", ["", "1w", "r", "r30", "r30-", "r9999-1", "x30-1"])
def test_other_keys_are_no_rhythm(nino, key):
    assert day_of(key, outcome="agreed", binder=Binder(nino, now=NOW)) is None


def test_last_contact_is_a_day_of_the_binder_s_owner(nino):
    nino.own_time_zone = "Asia/Tokyo"
    binder = Binder(nino, now=NOW)
    late = NOW.replace(day=16, hour=16)  # the 17th already in Tokyo
    assert Rhythm(10, "", late).key(binder) == "r10-10"
