from datetime import timedelta

import pytest
from django.test import Client

from crm.team import invitations
from crm.team.models import User
from tests.factories import PASSWORD, make_absence, make_dossier, make_lead, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(team):
    return make_user(team=team, name="Ada Adler", email="ada@team.example", role=User.Role.ADMIN)


def rows(response):
    """Name, dossiers due today and left behind, as the page got them."""
    return [(p.name, load and (load.due, load.left_behind)) for p, load, _room in response.context["rows"]]


# --- the list


def test_everybody_sees_the_people_of_his_team_and_how_full_their_day_is(client_of, nino, levan, stranger):
    today = nino.today()
    for day in (today, today, today - timedelta(days=1), today + timedelta(days=1)):
        make_dossier(owner=levan, due_on=day)
    make_dossier(owner=stranger, due_on=today)
    response = client_of(nino).get("/team/")
    assert rows(response) == [("Levan Gelashvili", (2, 1)), ("Nino Beridze", None)]
    assert "2 of 16" in response.content.decode()


def test_who_sees_only_his_own_dossiers_sees_only_his_own_load(client_of, nino, levan):
    nino.team.managers_see = "own"
    nino.team.save()
    make_dossier(owner=levan, due_on=nino.today())
    make_dossier(owner=nino, due_on=nino.today())
    assert rows(client_of(nino).get("/team/")) == [("Levan Gelashvili", None), ("Nino Beridze", (1, 0))]


def test_absences_show_now_and_planned_but_not_past(client_of, nino, levan):
    today = nino.today()
    for first, last in ((-9, -2), (-1, 1), (10, 12)):
        make_absence(
            user=levan, stand_in=nino, starts_on=today + timedelta(first), ends_on=today + timedelta(last)
        )
    page = client_of(nino).get("/team/")
    shown = page.context["rows"][0][0].away
    assert [absence.starts_on - today for absence in shown] == [timedelta(-1), timedelta(10)]
    assert page.content.decode().count("Nino Beridze stands in") == 2


def test_managers_get_nothing_to_press(client_of, nino, levan):
    page = client_of(nino).get("/team/").content.decode()
    assert f"/team/{levan.pk}/" not in page
    assert "/team/new/" not in page


def test_the_list_takes_as_many_queries_for_many_as_for_one(client_of, lead, django_assert_num_queries):
    client = client_of(lead)
    for size in (1, 3):
        for _n in range(size):
            make_absence(user=make_user(team=lead.team), starts_on=lead.today(), ends_on=lead.today())
        with django_assert_num_queries(5):  # session, user, people, absences, loads
            assert client.get("/team/").status_code == 200


# --- inviting


def link_of(response):
    assert response.status_code == 200
    return response.context["link"].removeprefix("http://testserver")


def add(client, **changes):
    data = {"name": "Mara Neu", "email": "Mara@Team.example", "role": "manager"} | changes
    return client.post("/team/new/", data)


def join(link, password=PASSWORD):
    return Client().post(link, {"password": password})


def test_a_lead_adds_a_colleague_who_sets_his_password_and_logs_in(client_of, lead):
    link = link_of(add(client_of(lead)))
    mara = User.objects.get(email="mara@team.example")
    assert (mara.team, mara.name, mara.role) == (lead.team, "Mara Neu", "manager")
    assert not mara.has_usable_password()

    assert Client().get(link).status_code == 200
    mara.refresh_from_db()
    assert not mara.has_usable_password()
    assert join(link).url == "/account/login/"

    mara.refresh_from_db()
    assert mara.check_password(PASSWORD)
    assert Client().login(email="mara@team.example", password=PASSWORD)


def test_an_invitation_works_once(client_of, lead):
    link = link_of(add(client_of(lead)))
    assert join(link).status_code == 302
    assert (Client().get(link).status_code, join(link, "another-long-one-77").status_code) == (410, 410)
    assert User.objects.get(email="mara@team.example").check_password(PASSWORD)


def test_an_invitation_expires(client_of, lead, time_machine):
    time_machine.move_to("2026-11-17 09:00Z", tick=False)
    link = link_of(add(client_of(lead)))
    time_machine.move_to("2026-11-20 08:59Z", tick=False)
    assert Client().get(link).status_code == 200
    time_machine.move_to("2026-11-20 09:01Z", tick=False)
    assert Client().get(link).status_code == 410


def test_a_new_link_kills_the_one_before(client_of, lead):
    client = client_of(lead)
    first = link_of(add(client))
    mara = User.objects.get(email="mara@team.example")
    second = link_of(client.post(f"/team/{mara.pk}/link/"))
    assert (Client().get(first).status_code, Client().get(second).status_code) == (410, 200)


def test_a_link_for_who_forgot_the_password_leaves_the_old_one_until_used(client_of, lead, nino):
    nino.set_password(PASSWORD)
    nino.save()
    link = link_of(client_of(lead).post(f"/team/{nino.pk}/link/"))
    nino.refresh_from_db()
    assert nino.check_password(PASSWORD)
    assert join(link, "brand-new-rings-8").status_code == 302
    nino.refresh_from_db()
    assert nino.check_password("brand-new-rings-8")


def test_a_closed_login_is_not_opened_by_an_old_invitation(nino):
    link = invitations.invite(nino)
    User.objects.filter(pk=nino.pk).update(is_active=False)
    assert Client().get(link).status_code == 410


@pytest.mark.parametrize(
    ("uid", "token"), [("x", "y"), ("MQ", "a-b"), ("!!", "a-b"), ("OTk5OTk5OTk5OTk5OTk5OTk5OTk", "a-b")]
)
def test_what_is_no_invitation_is_told_in_a_friendly_way(db, uid, token):
    assert Client().get(f"/team/join/{uid}/{token}/").status_code == 410


def test_an_invitation_for_one_is_none_for_another(nino, levan):
    uid = invitations.invite(levan).split("/")[-3]
    token = invitations.invite(nino).split("/")[-2]
    assert Client().get(f"/team/join/{uid}/{token}/").status_code == 410


def test_a_weak_password_is_refused(nino):
    response = join(invitations.invite(nino), "nino@team.example")
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["password"])


def test_an_address_that_logs_in_already_is_refused_in_any_spelling(client_of, lead, stranger):
    response = add(client_of(lead), email="STAN@elsewhere.example")
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["email"])


# --- changing


def change(client, person, **changes):
    data = {"name": person.name, "email": person.email, "role": person.role} | changes
    return client.post(f"/team/{person.pk}/", data)


def test_a_lead_changes_name_role_and_the_address_of_who_has_not_joined(client_of, lead, nino):
    assert (
        change(client_of(lead), nino, name="Nino B.", email="nb@team.example", role="lead").status_code == 302
    )
    nino.refresh_from_db()
    assert (nino.name, nino.email, nino.role) == ("Nino B.", "nb@team.example", "lead")


def test_the_address_of_who_has_joined_is_his_own(client_of, lead, nino):
    nino.set_password(PASSWORD)
    nino.save()
    change(client_of(lead), nino, email="thief@team.example")
    nino.refresh_from_db()
    assert nino.email == "nino@team.example"


def test_only_an_administrator_makes_or_changes_administrators(client_of, lead, nino, admin):
    client = client_of(lead)
    refused = change(client, nino, role="admin")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["role"])
    assert add(client, role="admin").status_code == 422
    assert change(client, admin, role="manager").status_code == 403
    assert client.post(f"/team/{admin.pk}/link/").status_code == 403
    assert client.post(f"/team/{admin.pk}/close/").status_code == 403
    assert change(client_of(admin), nino, role="admin").status_code == 302


def test_the_last_lead_and_the_last_administrator_stay(client_of, lead, nino, admin):
    assert change(client_of(admin), admin, role="lead").context["form"].errors["role"] == [
        "The team needs an administrator: make somebody else one first."
    ]
    User.objects.filter(pk=admin.pk).delete()
    assert change(client_of(lead), lead, role="manager").context["form"].errors["role"] == [
        "The team needs a lead: make somebody else one first."
    ]
    make_lead(team=lead.team)
    assert change(client_of(lead), lead, role="manager").status_code == 302


# --- closing a login


def close(client, person):
    return client.post(f"/team/{person.pk}/close/")


def test_an_empty_binder_may_be_closed_and_its_owner_is_out_at_once(client_of, lead, nino):
    his = client_of(nino)
    assert his.get("/help/").status_code == 200
    assert close(client_of(lead), nino).url == "/team/"
    assert his.get("/help/").status_code == 302
    assert [person.name for person in client_of(lead).get("/team/").context["gone"]] == ["Nino Beridze"]


def test_dossiers_must_be_handed_over_first(client_of, lead, nino):
    make_dossier(owner=nino)
    make_dossier(owner=nino, rest_reason="no date agreed yet")
    response = close(client_of(lead), nino)
    assert response.status_code == 409
    assert response.context["reasons"] == ["2 dossiers lie in this binder: hand them over first."]
    nino.refresh_from_db()
    assert nino.is_active


def test_who_looks_after_a_binder_is_replaced_there_first(client_of, lead, nino, levan):
    make_absence(user=levan, stand_in=nino, starts_on=lead.today(), ends_on=lead.today() + timedelta(1))
    response = close(client_of(lead), nino)
    assert (response.status_code, len(response.context["reasons"])) == (409, 1)


def test_nobody_closes_his_own_login(client_of, lead):
    make_lead(team=lead.team)
    assert close(client_of(lead), lead).context["reasons"] == [
        "You cannot close your own login: ask another lead."
    ]


def test_a_closed_login_can_be_opened_again(client_of, lead, nino):
    User.objects.filter(pk=nino.pk).update(is_active=False)
    client = client_of(lead)
    assert client.get(f"/team/{nino.pk}/").status_code == 404
    assert client.post(f"/team/{nino.pk}/open/").url == f"/team/{nino.pk}/"
    nino.refresh_from_db()
    assert nino.is_active
