from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Customer, Entry
from followups import actions
from followups.dates import Tab
from followups.models import FollowUp, MovedMeanwhile, Slip
from tests.factories import NOW, TODAY, make_customer, make_dossier, make_slip, make_user

NEXT_WEEK = Tab(TODAY + timedelta(7))


def file(followup, by, **kw):
    settings = {"to": NEXT_WEEK, "outcome": "agreed", "note": "Board said yes", "now": NOW}
    return actions.file_dossier(followup=followup, by=by, **settings | kw)


def test_filing_closes_the_old_place_writes_an_entry_and_opens_the_new(nino):
    old = make_dossier(owner=nino, plan="Ask for the go", kind="visit")
    new = file(old, nino)
    old.refresh_from_db()
    entry = Entry.objects.get()
    assert (old.closed_at, old.closed_by, old.result, old.entry) == (NOW, nino, "agreed", entry)
    assert (new.due_on, new.precision, new.previous, new.opened_by) == (NEXT_WEEK.due_on, "day", old, nino)
    assert (new.kind, new.plan, new.owner) == ("visit", "Board said yes", nino)
    assert (entry.kind, entry.text, entry.author, entry.next_on) == (
        "visit",
        "Board said yes",
        nino,
        NEXT_WEEK.due_on,
    )
    assert entry.on_behalf_of is None


def test_not_reached_keeps_the_plan(nino):
    new = file(make_dossier(owner=nino, plan="Ask for the go"), nino, outcome="missed", note="In the cellar")
    assert new.plan == "Ask for the go"


def test_filing_without_a_note_keeps_the_plan(nino):
    assert file(make_dossier(owner=nino, plan="Ask for the go"), nino, note="").plan == "Ask for the go"


def test_a_stand_in_works_in_the_owners_binder_and_his_name_stands_on_the_entry(nino, levan):
    new = file(make_dossier(owner=levan), nino)
    entry = Entry.objects.get()
    assert (new.owner, entry.author, entry.on_behalf_of) == (levan, nino, levan)


def test_filing_with_a_time_makes_an_appointment(nino):
    new = file(make_dossier(owner=nino), nino, to=Tab(TODAY, at=time(15, 30)))
    assert (new.at, new.is_appointment) == (time(15, 30), True)


def test_into_the_cabinet_the_note_goes_as_the_reason(nino):
    new = file(make_dossier(owner=nino), nino, to=Tab(None), outcome="refused", note="Closed the shop")
    assert (new.due_on, new.rest_reason) == (None, "Closed the shop")


def test_filing_does_the_slips_whose_day_has_come(nino):
    old = make_dossier(owner=nino)
    waiting = make_slip(customer=old.customer, key="a")
    later = make_slip(customer=old.customer, key="b", speaks_on=TODAY + timedelta(3))
    new = file(old, nino)
    waiting.refresh_from_db()
    later.refresh_from_db()
    assert (waiting.done_at, waiting.done_by, waiting.done_with) == (NOW, nino, new)
    assert later.done_at is None


def test_a_slip_of_the_owners_day_is_done_by_one_where_it_is_still_the_day_before(nino):
    levan = make_user(team=nino.team, own_time_zone="America/New_York")
    old = make_dossier(owner=nino)
    make_slip(customer=old.customer, speaks_on=TODAY + timedelta(1))
    after_midnight = NOW.replace(hour=23, minute=30)
    assert (nino.today(after_midnight), levan.today(after_midnight)) == (TODAY + timedelta(1), TODAY)
    file(old, levan, now=after_midnight)
    assert Slip.objects.get().done_by == levan


def test_who_comes_second_changes_nothing(nino, levan):
    first = make_dossier(owner=nino)
    second = FollowUp.objects.get(pk=first.pk)
    placed = file(first, nino)
    with pytest.raises(MovedMeanwhile):
        file(second, levan, note="Too late")
    assert FollowUp.objects.open().get() == placed
    assert [entry.text for entry in Entry.objects.all()] == ["Board said yes"]


def test_moving_keeps_everything_but_the_date(nino):
    old = make_dossier(owner=nino, plan="Ask", kind="offer", at=time(9))
    [new] = actions.move_dossiers(followups=[old], to=NEXT_WEEK, by=nino, now=NOW)
    old.refresh_from_db()
    assert (old.result, old.entry) == ("moved", None)
    assert (new.due_on, new.at, new.kind, new.plan) == (NEXT_WEEK.due_on, None, "offer", "Ask")


def test_moving_several_is_all_or_none(nino):
    gone, there = make_dossier(owner=nino), make_dossier(owner=nino)
    file(FollowUp.objects.get(pk=gone.pk), nino)
    with pytest.raises(MovedMeanwhile) as clash:
        actions.move_dossiers(followups=[there, gone], to=NEXT_WEEK, by=nino, now=NOW)
    assert clash.value.followup == gone
    there.refresh_from_db()
    assert there.closed_at is None


def test_moving_into_the_cabinet_says_so_as_the_reason(nino):
    [new] = actions.move_dossiers(followups=[make_dossier(owner=nino)], to=Tab(None), by=nino, now=NOW)
    assert new.rest_reason == "put into the cabinet by hand"


def test_undo_puts_everything_back(nino):
    old = make_dossier(owner=nino, plan="Ask")
    slip = make_slip(customer=old.customer)
    [back] = actions.undo(placed=[file(old, nino)], by=nino, now=NOW)
    slip.refresh_from_db()
    back.refresh_from_db()
    assert back == old
    assert (back.closed_at, back.result, back.entry, back.plan) == (None, "", None, "Ask")
    assert slip.done_at is None
    assert (Entry.objects.count(), FollowUp.objects.count()) == (0, 1)


def test_only_the_one_who_filed_may_undo(nino, levan):
    placed = file(make_dossier(owner=nino), nino)
    with pytest.raises(MovedMeanwhile):
        actions.undo(placed=[placed], by=levan, now=NOW)
    assert FollowUp.objects.open().get() == placed


def test_undo_is_too_late_when_the_dossier_moved_on(nino):
    placed = file(make_dossier(owner=nino), nino)
    latest = file(FollowUp.objects.get(pk=placed.pk), nino, to=Tab(TODAY + timedelta(20)))
    with pytest.raises(MovedMeanwhile):
        actions.undo(placed=[placed], by=nino, now=NOW)
    assert FollowUp.objects.open().get() == latest


def test_a_fresh_dossier_has_nothing_to_undo(nino):
    with pytest.raises(MovedMeanwhile):
        actions.undo(placed=[make_dossier(owner=nino, opened_by=nino)], by=nino, now=NOW)


def test_new_dossiers_lie_behind_their_date_or_rest(nino):
    dated, past, undated = (make_customer(owner=nino) for _ in range(3))
    actions.open_in_binder(
        [(dated, TODAY), (past, TODAY - timedelta(1)), (undated, None)], by=nino, now=NOW, undated="rest"
    )
    places = dict(FollowUp.objects.values_list("customer_id", "due_on"))
    assert places == {dated.pk: TODAY, past.pk: None, undated.pk: None}


def test_undated_dossiers_are_spread_over_working_days_within_capacity(nino):
    nino.own_capacity = 2
    nino.save()
    make_dossier(owner=nino, due_on=TODAY)
    customers = [make_customer(owner=nino) for _ in range(8)]
    actions.open_in_binder([(c, None) for c in customers], by=nino, now=NOW, undated="spread")
    days = list(FollowUp.objects.order_by("due_on").values_list("due_on", flat=True))
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert days == [
        TODAY,
        TODAY,
        *[TODAY + timedelta(1)] * 2,
        *[TODAY + timedelta(2)] * 2,
        friday,
        friday,
        monday,
    ]


def test_spreading_counts_dossiers_placed_in_the_same_go(nino):
    nino.own_capacity = 1
    nino.save()
    first, second = make_customer(owner=nino), make_customer(owner=nino)
    actions.open_in_binder([(first, None), (second, TODAY)], by=nino, now=NOW, undated="spread")
    places = dict(FollowUp.objects.values_list("customer_id", "due_on"))
    assert places == {second.pk: TODAY, first.pk: TODAY + timedelta(1)}


def test_opening_takes_the_same_number_of_queries_for_any_number(nino, django_assert_num_queries):
    for size in (2, 20):
        customers = Customer.objects.filter(pk__in=[make_customer(owner=nino).pk for _ in range(size)])
        placements = [(c, None) for c in customers.select_related("owner__team")]
        with django_assert_num_queries(5):  # savepoint, loads, absences, insert, release
            actions.open_in_binder(placements, by=nino, now=NOW, undated="spread")


def test_a_new_dossier_is_whole_in_one_go(nino):
    customer = Customer(team=nino.team, owner=nino, name="Weingut Kessler")
    followup = actions.new_dossier(
        customer=customer, person=None, to=NEXT_WEEK, kind="visit", plan="See the cellar", by=nino, now=NOW
    )
    assert (followup.customer, followup.due_on, followup.kind, followup.plan) == (
        customer, NEXT_WEEK.due_on, "visit", "See the cellar",
    )  # fmt: skip


def test_handing_over_takes_the_place_along(nino, levan):
    followup = make_dossier(owner=nino)
    followup.customer.owner = levan
    actions.hand_over([followup.customer], before=nino, by=nino, now=NOW)
    followup.refresh_from_db()
    assert followup.owner == levan


def hand_over(customer, to):
    before, customer.owner = customer.owner, to
    customer.save()
    actions.hand_over([customer], before=before, by=before, now=NOW)


def test_what_was_read_before_the_handing_over_cannot_be_filed_nor_moved_after(nino, levan):
    seen = make_dossier(owner=nino)
    hand_over(Customer.objects.get(pk=seen.customer_id), levan)
    with pytest.raises(MovedMeanwhile):
        file(seen, nino)
    moved = actions.move_many(moves=[(seen, NEXT_WEEK)], by=nino, now=NOW)
    assert (moved.placed, moved.missed) == ([], [seen])
    assert FollowUp.objects.get().owner == levan


def test_taken_back_after_a_handing_over_it_lies_with_the_new_owner(nino, levan):
    placed = file(make_dossier(owner=nino), nino)
    hand_over(placed.customer, levan)
    actions.undo(placed=[FollowUp.objects.get(pk=placed.pk)], by=nino, now=NOW)
    assert FollowUp.objects.get().owner == levan


def test_many_taken_back_after_a_handing_over_lie_each_with_their_owner(nino, levan):
    given, kept = make_dossier(owner=nino), make_dossier(owner=nino)
    actions.move_many(moves=[(given, NEXT_WEEK), (kept, NEXT_WEEK)], by=nino, now=NOW)
    hand_over(given.customer, levan)
    assert actions.undo_many(moved_at=NOW, by=nino) == (2, 0)
    assert {place: place.owner for place in FollowUp.objects.all()} == {given: levan, kept: nino}


def test_a_slip_is_laid_once(nino):
    customer = make_dossier(owner=nino).customer
    for reason in ("Birthday", "Birthday again"):
        actions.speak_up(
            customer=customer,
            source="birthday",
            key="1",
            reason=reason,
            on=TODAY,
            pull_forward=False,
            now=NOW,
        )
    assert [slip.reason for slip in Slip.objects.all()] == ["Birthday"]


def test_bringing_forward_locks_the_place_before_the_slip_as_filing_does(nino):
    place = make_dossier(owner=nino, due_on=NEXT_WEEK.due_on)
    slip = make_slip(customer=place.customer)
    with CaptureQueriesContext(connection) as queries:
        actions.bring_forward(slip=slip, followup=place, by=nino, now=NOW)
    written = [query["sql"].split()[1] for query in queries if query["sql"].startswith("UPDATE")]
    assert written == ['"followups_followup"', '"followups_slip"']
    assert (Slip.objects.get().pulled_from, FollowUp.objects.open().get().due_on) == (NEXT_WEEK.due_on, TODAY)


def test_many_move_each_to_its_own_tab_and_come_back(nino, levan, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    places = [
        make_dossier(owner=owner, plan="Ask", kind="visit") for owner in (nino, nino, levan, levan, nino)
    ]
    gone = FollowUp.objects.get(pk=places[1].pk).move(to=Tab(TODAY), by=levan, now=NOW)
    moves = [(place, Tab(TODAY + timedelta(n))) for n, place in enumerate(places, start=1)]
    moved = actions.move_many(moves=moves, by=nino, now=NOW)
    assert [each.pk for each in moved.missed] == [places[1].pk]
    lying = {f.customer_id: f for f in FollowUp.objects.open()}
    assert [lying[place.customer_id].due_on for place in places] == [
        TODAY + timedelta(1), TODAY, *(TODAY + timedelta(n) for n in (3, 4, 5))
    ]  # fmt: skip
    last = lying[places[2].customer_id]
    assert (last.plan, last.kind, last.owner, last.opened_by, last.previous_id) == (
        "Ask",
        "visit",
        levan,
        nino,
        places[2].pk,
    )
    assert actions.undo_many(moved_at=NOW, by=nino) == (4, 0)
    assert {*FollowUp.objects.open().values_list("pk", flat=True)} == {
        gone.pk, *(place.pk for place in places if place.customer_id != gone.customer_id)
    }  # fmt: skip
    assert actions.undo_many(moved_at=NOW, by=nino) == (0, 0)


def test_nobody_takes_back_what_another_moved_or_what_was_talked_about(nino, levan):
    place = make_dossier(owner=nino)
    actions.move_many(moves=[(place, Tab(TODAY + timedelta(1)))], by=nino, now=NOW)
    assert actions.undo_many(moved_at=NOW, by=levan) == (0, 0)
    other = make_dossier(owner=nino)
    later = NOW + timedelta(hours=1)
    actions.file_dossier(followup=other, to=Tab(TODAY + timedelta(1)), by=nino, now=later, outcome="agreed")
    assert actions.undo_many(moved_at=later, by=nino) == (0, 0)
