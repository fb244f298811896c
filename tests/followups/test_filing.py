from datetime import timedelta

import pytest
from django.urls import reverse

from contacts.models import Entry
from followups import actions
from followups.dates import Tab
from followups.models import FollowUp
from tests.factories import NOW, make_absence, make_dossier, make_slip

HTMX = {"HX-Request": "true", "HX-Target": "sheet"}


def file_url(followup):
    return reverse("followups:file", args=[followup.pk])


def slip(followup, day, **kw):
    """What the result slip sends when its button names `day`."""
    fields = {
        "version": followup.version, "note": "Board said yes", "outcome": "agreed", "kind": "call",
        "when": day.isoformat(), "named": day.isoformat(), "tab": followup.tab.slug, "page": "board",
    }  # fmt: skip
    return fields | kw


@pytest.fixture
def today(nino):
    return nino.today()


@pytest.fixture
def followup(nino, today):
    return make_dossier(owner=nino, due_on=today, name="Weingut Kessler", plan="Ask for the go")


@pytest.fixture
def client(nino, client_of):
    return client_of(nino)


def test_filing_goes_on_to_the_next_dossier(nino, followup, today, client):
    upcoming = make_dossier(owner=nino, due_on=today, name="Zimmerei")
    response = client.post(
        file_url(followup), slip(followup, today + timedelta(7), then=upcoming.customer_id)
    )
    placed = followup.customer.followups.open().get()
    assert placed.due_on == today + timedelta(7)
    assert response.url == f"/binder/{nino.pk}/{today}/{upcoming.customer_id}/?placed={placed.pk}"
    page = client.get(response.url).content.decode()
    assert "filed under" in page
    assert "Undo" in page


def test_with_htmx_one_answer_brings_the_next_sheet_and_changes_the_left_page(nino, followup, today, client):
    upcoming = make_dossier(owner=nino, due_on=today, name="Zimmerei")
    response = client.post(file_url(followup), slip(followup, today + timedelta(7)), headers=HTMX)
    page = response.content.decode()
    assert response["HX-Push-Url"] == f"/binder/{nino.pk}/{today}/{upcoming.customer_id}/"
    assert f'<li id="row-{followup.customer_id}" hx-swap-oob="delete">' in page
    assert page.count("hx-swap-oob") == 6
    assert "Zimmerei" in page
    assert "filed under" in page


def test_a_dossier_filed_under_the_open_tab_again_keeps_its_row(followup, today, client):
    page = client.post(file_url(followup), slip(followup, today), headers=HTMX).content.decode()
    assert f'id="row-{followup.customer_id}"' in page
    assert 'hx-swap-oob="delete"' not in page


def test_after_the_last_dossier_no_sheet_is_open(followup, today, client):
    page = client.post(
        file_url(followup), slip(followup, today + timedelta(1)), headers=HTMX
    ).content.decode()
    assert "No dossier is open" in page


def test_a_date_is_named_before_it_counts(followup, today, client):
    fields = slip(followup, today + timedelta(7), when="in 3 weeks", named="")
    response = client.post(file_url(followup), fields)
    assert response.status_code == 200
    assert FollowUp.objects.get() == followup
    form = response.context["sheet"].form
    assert form.to.tab == Tab(today + timedelta(21))
    page = response.content.decode()
    assert 'value="Board said yes"' in page
    fields["named"] = form.to.key
    client.post(file_url(followup), fields)
    assert FollowUp.objects.open().get().due_on == today + timedelta(21)


def test_a_date_other_than_the_named_one_is_asked_again(followup, today, client):
    fields = slip(followup, today + timedelta(7), named=(today + timedelta(8)).isoformat())
    assert client.post(file_url(followup), fields).status_code == 200
    assert FollowUp.objects.get() == followup


def test_a_quick_date_files_too(followup, client, nino):
    fields = slip(followup, nino.today(), when="", next="1w")
    named = client.post(file_url(followup), fields | {"named": ""}).context["sheet"].form.to
    client.post(file_url(followup), fields | {"named": named.key})
    assert FollowUp.objects.open().get().due_on == named.tab.due_on


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": "", "named": ""}, "Which day was agreed?"),
        ({"when": "whenever"}, "“whenever” is no date we know."),
        ({"when": "", "pick": "2020-01-01"}, "That day has passed"),
        ({"when": "", "pick": "nonsense"}, "There is no such tab."),
        ({"when": "cabinet", "note": ""}, "Write why it rests"),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(followup, today, client, fields, sentence):
    sent = slip(followup, today, note="Board said yes") | fields
    for headers in ({}, HTMX):
        response = client.post(file_url(followup), sent, headers=headers)
        page = response.content.decode()
        assert response.status_code == 422
        assert sentence in page
        assert f'value="{sent["note"]}"' in page
    assert FollowUp.objects.get() == followup


def test_into_the_cabinet_with_its_reason(followup, today, client):
    client.post(
        file_url(followup), slip(followup, today, when="", pick="cabinet", named="cabinet", note="Sold up")
    )
    assert FollowUp.objects.open().get().rest_reason == "Sold up"


def test_a_month_alone_is_a_month(followup, today, client):
    july = today.replace(year=today.year + 1, month=7, day=1)
    client.post(file_url(followup), slip(followup, today, when=f"July {july.year}", named=f"{july:%Y-%m}"))
    placed = FollowUp.objects.open().get()
    assert (placed.due_on, placed.precision) == (july, "month")


def test_a_time_makes_an_appointment(followup, today, client):
    day = today + timedelta(7)
    client.post(file_url(followup), slip(followup, day, when=f"{day} 14:30", named=f"{day} 14:30"))
    assert f"{FollowUp.objects.open().get().at:%H:%M}" == "14:30"


def test_a_rest_day_is_allowed_and_the_next_working_day_offered(followup, today, client):
    sunday = today + timedelta(13 - today.weekday())
    response = client.post(file_url(followup), slip(followup, sunday, named=""))
    page = response.content.decode()
    assert "is a rest day (Sunday)" in page
    client.post(file_url(followup), slip(followup, sunday))
    assert FollowUp.objects.open().get().due_on == sunday


def test_the_offered_working_day_counts_before_what_was_written(followup, today, client):
    sunday, tuesday = today + timedelta(13 - today.weekday()), today + timedelta(15 - today.weekday())
    client.post(
        file_url(followup), slip(followup, sunday, instead=tuesday.isoformat(), named=tuesday.isoformat())
    )
    assert FollowUp.objects.open().get().due_on == tuesday


def test_filing_does_the_slip_with_the_same_save(nino, followup, today, client):
    reason = make_slip(customer=followup.customer, speaks_on=today)
    client.post(file_url(followup), slip(followup, today + timedelta(7)))
    reason.refresh_from_db()
    assert reason.done_by == nino


def test_a_stand_in_files_and_the_dossier_stays_in_its_binder(nino, levan, client):
    make_absence(user=levan, stand_in=nino, starts_on=levan.today(), ends_on=levan.today())
    followup = make_dossier(owner=levan, due_on=levan.today())
    client.post(file_url(followup), slip(followup, levan.today() + timedelta(1)))
    assert FollowUp.objects.open().get().owner == levan
    assert Entry.objects.get().on_behalf_of == levan


def test_who_comes_second_sees_both_states_and_may_choose(nino, levan, followup, today, client):
    actions.file_dossier(
        followup=FollowUp.objects.get(pk=followup.pk), to=Tab(today + timedelta(3)), by=levan, now=NOW,
        outcome="agreed", note="Levan was here",
    )  # fmt: skip
    wanted = today + timedelta(9)
    response = client.post(file_url(followup), slip(followup, wanted, note="My note"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Levan was here" in page
    assert "My note" in page
    assert "all the same" in page
    part = client.post(file_url(followup), slip(followup, wanted, note="My note"), headers=HTMX)
    assert (part.status_code, part["HX-Retarget"]) == (409, "#sheet")
    assert part.content.decode().lstrip().startswith('<h1 id="dossier-title"')
    standing = FollowUp.objects.open().get()
    assert standing.due_on == today + timedelta(3)
    client.post(file_url(standing), slip(standing, wanted, note="My note"))
    assert FollowUp.objects.open().get().due_on == wanted
    assert sorted(entry.text for entry in Entry.objects.all()) == ["Levan was here", "My note"]


def test_from_the_dossiers_page_one_returns_to_it(followup, today, client):
    response = client.post(file_url(followup), slip(followup, today + timedelta(7), page="dossier"))
    placed = FollowUp.objects.open().get()
    assert response.url == f"{followup.customer.get_absolute_url()}?placed={placed.pk}"


def test_moving_the_ticked_dossiers_and_taking_it_back(nino, today, client):
    ticked = [make_dossier(owner=nino, due_on=today) for _ in range(2)]
    make_dossier(owner=nino, due_on=today)
    fields = {"f": [f"{f.pk}:{f.version}" for f in ticked], "when": "tomorrow", "tab": today.isoformat()}
    response = client.post(reverse("followups:move"), fields)
    moved = FollowUp.objects.open().due(on=today + timedelta(1))
    assert {f.customer_id for f in moved} == {f.customer_id for f in ticked}
    assert "2 dossiers moved to" in client.get(response.url).content.decode()
    undo = {"placed": ",".join(str(f.pk) for f in moved), "tab": today.isoformat()}
    client.post(reverse("followups:undo"), undo)
    assert FollowUp.objects.open().due(on=today).count() == 3


def test_moving_with_htmx_answers_with_the_binder(nino, followup, today, client):
    fields = {"f": f"{followup.pk}:{followup.version}", "when": "tomorrow", "tab": today.isoformat()}
    response = client.post(
        reverse("followups:move"), fields, headers={"HX-Request": "true", "HX-Target": "main"}
    )
    assert response["HX-Push-Url"] == f"/binder/{nino.pk}/{today}/"
    assert response.content.decode().lstrip().startswith('<main id="main"')


def test_the_third_move_in_a_row_is_named(followup, today, client):
    for n in range(1, 4):
        place = FollowUp.objects.open().get(customer=followup.customer)
        fields = {
            "f": f"{place.pk}:{place.version}",
            "when": str(today + timedelta(n)),
            "tab": place.tab.slug,
        }
        page = client.post(reverse("followups:move"), fields, follow=True).content.decode()
        assert ("move 3 in a row: call and ask" in page) == (n == 3)


def test_moving_somewhere_unreadable_moves_nothing_and_says_why(followup, today, client):
    fields = {"f": f"{followup.pk}:{followup.version}", "when": "whenever", "tab": today.isoformat()}
    response = client.post(reverse("followups:move"), fields)
    assert response.status_code == 422
    assert "“whenever” is no date we know." in response.content.decode()
    assert FollowUp.objects.get() == followup


def test_moving_without_a_tick_returns_to_today(client):
    assert client.post(reverse("followups:move"), {"when": "tomorrow"}).url == "/binder/"


def test_moving_what_a_colleague_moved_shows_both_states(nino, levan, followup, today, client):
    FollowUp.objects.get(pk=followup.pk).move(to=Tab(today + timedelta(3)), by=levan, now=NOW)
    fields = {"f": f"{followup.pk}:{followup.version}", "when": "tomorrow", "tab": today.isoformat()}
    response = client.post(reverse("followups:move"), fields)
    assert response.status_code == 409
    assert "all the same" in response.content.decode()


def test_undo_opens_the_dossier_again(nino, followup, today, client):
    client.post(file_url(followup), slip(followup, today + timedelta(7)))
    placed = FollowUp.objects.open().get()
    response = client.post(
        reverse("followups:undo"), {"placed": placed.pk, "tab": today.isoformat()}, follow=True
    )
    assert response.redirect_chain == [(f"/binder/{nino.pk}/{today}/{followup.customer_id}/", 302)]
    assert f"Taken back: {followup.customer} lies under" in response.content.decode()
    assert FollowUp.objects.open().get() == followup
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("placed", ["", "999999", "x", "1,x,"])
def test_undo_of_nothing_is_too_late(client, placed):
    response = client.post(reverse("followups:undo"), {"placed": placed})
    assert response.status_code == 409
    assert "Too late to undo" in response.content.decode()
    part = client.post(reverse("followups:undo"), {"placed": placed}, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Retarget"], part["HX-Reswap"]) == (409, "#sheet", "innerHTML")
    assert part.content.decode().lstrip().startswith('<h1 id="dossier-title"')


def test_numbers_that_no_database_holds_are_nobodys(nino, followup, today, client):
    n = "9" * 20
    assert client.get(f"/binder/{nino.pk}/{today}/?placed={n}").status_code == 200
    assert client.post(reverse("followups:undo"), {"placed": n}).status_code == 409
    fields = {"f": [f"{n}:1", f"{followup.pk}:{n}"], "when": "tomorrow", "tab": today.isoformat()}
    assert client.post(reverse("followups:move"), fields).url == "/binder/"
    filed = client.post(file_url(followup), slip(followup, today + timedelta(7), then=n))
    assert filed.status_code == 302


def test_the_button_names_the_date_while_it_is_being_written(followup, today, client, nino):
    url = reverse("followups:resolve", args=[followup.pk])
    make_dossier(owner=nino, due_on=today + timedelta(21))
    page = client.get(url, {"when": "in 3 weeks", "then_name": "Zimmerei"}).content.decode()
    assert "File under" in page
    assert "1 of 16 that day" in page
    assert "then opens Zimmerei" in page
    assert f'name="named" value="{today + timedelta(21)}"' in page
    assert "is no date we know" in client.get(url, {"when": "whenever"}).content.decode()
    assert "Ask for the day" in client.get(url).content.decode()


def test_a_slip_before_an_appointment_asks_and_may_bring_it_forward(nino, today, client):
    followup = make_dossier(owner=nino, due_on=today + timedelta(9), at="10:00")
    reason = make_slip(customer=followup.customer, speaks_on=today)
    url = reverse("followups:bring_forward", args=[reason.pk])
    sheet = client.get(f"/binder/{nino.pk}/{followup.due_on}/{followup.customer_id}/").content.decode()
    assert "Bring forward" in sheet
    client.post(url, {"version": followup.version})
    assert FollowUp.objects.open().get().due_on == nino.calendar.next_working(today)


def test_strangers_find_nothing_and_get_is_refused(nino, stranger, followup, today, client_of):
    reason = make_slip(customer=followup.customer, speaks_on=today)
    posts = {
        file_url(followup): slip(followup, today),
        reverse("followups:bring_forward", args=[reason.pk]): {"version": 1},
    }
    for url, fields in posts.items():
        assert client_of(stranger).post(url, fields).status_code == 404
        assert client_of(nino).get(url).status_code == 405
    assert client_of(stranger).get(reverse("followups:resolve", args=[followup.pk])).status_code == 404
    assert client_of(stranger).post(reverse("followups:undo"), {"placed": followup.pk}).status_code == 409
    fields = {"f": f"{followup.pk}:1", "when": "tomorrow", "tab": today.isoformat()}
    assert client_of(stranger).post(reverse("followups:move"), fields).url == "/binder/"
    assert client_of(nino).get(reverse("followups:move")).status_code == 405
    assert client_of(nino).get(reverse("followups:undo")).status_code == 405
    assert FollowUp.objects.open().get() == followup


@pytest.mark.parametrize("size", [3, 40])
def test_filing_takes_the_same_number_of_queries_at_any_size(
    nino, today, client, django_assert_num_queries, size
):
    followups = [make_dossier(owner=nino, due_on=today) for _ in range(size)]
    client.post(file_url(followups[0]), slip(followups[0], today + timedelta(7)), headers=HTMX)
    with django_assert_num_queries(17):
        client.post(file_url(followups[1]), slip(followups[1], today + timedelta(7)), headers=HTMX)


def test_without_javascript_the_offered_working_day_stays_taken(followup, today, client):
    sunday, monday = today + timedelta(13 - today.weekday()), today + timedelta(14 - today.weekday())
    fields = slip(followup, sunday, instead=monday.isoformat(), named=sunday.isoformat())
    shown = client.post(file_url(followup), fields).context["sheet"].form
    again = {name: shown[name].value() or "" for name in ("when", "pick", "next")}
    client.post(file_url(followup), fields | again | {"instead": "", "named": shown.to.key})
    assert FollowUp.objects.open().get().due_on == monday


def test_a_date_pressed_after_another_was_named_is_the_newer_word(followup, today, client):
    fields = slip(followup, today + timedelta(21), next="1d")
    named = client.post(file_url(followup), fields).context["sheet"].form.to
    assert FollowUp.objects.get() == followup
    assert named.tab.due_on < today + timedelta(7)


def test_what_is_written_now_counts_before_what_was_pressed(followup, today, client):
    fields = slip(followup, today + timedelta(21), next="1d", named="")
    assert client.post(file_url(followup), fields).context["sheet"].form.to.tab.due_on == today + timedelta(
        21
    )


def test_the_focus_lands_where_something_is_missing(followup, today, client):
    page = client.post(
        file_url(followup), slip(followup, today, when="whenever"), headers=HTMX
    ).content.decode()
    assert page.count("data-land") == 1
    assert 'id="when"' in page.partition("data-land")[0][-400:]
    page = client.post(file_url(followup), slip(followup, today, named=""), headers=HTMX).content.decode()
    assert "data-file data-land" in page


def test_undo_gives_the_note_back(followup, today, client):
    client.post(file_url(followup), slip(followup, today + timedelta(7), outcome="bought"))
    fields = {"placed": FollowUp.objects.open().get().pk, "tab": today.isoformat()}
    response = client.post(
        reverse("followups:undo"), fields, headers={"HX-Request": "true", "HX-Target": "main"}
    )
    form = response.context["sheet"].form
    assert (form["note"].value(), form["outcome"].value()) == ("Board said yes", "bought")
    assert f"Taken back: {followup.customer} lies under" in response.content.decode()


def test_undo_that_comes_too_late_names_the_dossier(followup, levan, stranger, today, client):
    client.post(file_url(followup), slip(followup, today + timedelta(7)))
    placed = FollowUp.objects.open().get()
    FollowUp.objects.get(pk=placed.pk).move(to=Tab(today + timedelta(3)), by=levan, now=NOW)
    fields = {"placed": placed.pk, "tab": today.isoformat()}
    response = client.post(reverse("followups:undo"), fields)
    assert response.status_code == 409
    assert f"{followup.customer} has been moved on since." in response.content.decode()
    client.force_login(stranger)
    assert str(followup.customer) not in client.post(reverse("followups:undo"), fields).content.decode()


@pytest.mark.parametrize(("to", "is_gone"), [(timedelta(3), True), (timedelta(0), False)])
def test_a_row_that_a_colleague_took_leaves_the_stack(followup, levan, today, client, to, is_gone):
    FollowUp.objects.get(pk=followup.pk).move(to=Tab(today + to), by=levan, now=NOW)
    page = client.post(file_url(followup), slip(followup, today + timedelta(7)), headers=HTMX)
    assert page.status_code == 409
    gone = f'<li id="row-{followup.customer_id}" hx-swap-oob="delete">'
    assert (gone in page.content.decode()) == is_gone


def test_somebody_who_was_logged_out_is_told_so_and_keeps_his_page(followup, today, client):
    client.logout()
    assert client.post(file_url(followup), slip(followup, today), headers=HTMX).status_code == 401
    assert client.post(file_url(followup), slip(followup, today)).status_code == 302
