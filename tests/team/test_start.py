import pytest
from django.test import Client

from crm.team.actions import AlreadyStarted, start_team
from crm.team.models import Team, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

ANSWERS = (
    {"0-name": "Carton & Co", "0-currency": "CHF"},
    {"1-country": "AT", "1-time_zone": "Europe/Vienna"},
    {"2-region": "9", "2-working_days": ["1", "2", "3", "4"]},
    {"3-day_capacity": "20"},
    {"4-name": "Lena Vogt", "4-email": "Lena@Team.example", "4-password": PASSWORD},
)


def page(client, step, **changes):
    """Answer the step with everything before it, as the page carries it."""
    data = {key: value for answers in ANSWERS[: step + 1] for key, value in answers.items()}
    return client.post("/start/", data | {"step": str(step)} | changes)


def shown(response):
    return response.context["number"]


def test_five_steps_make_a_team_and_its_first_user_and_log_him_in(client):
    first = client.get("/start/")
    assert (first.status_code, shown(first)) == (200, 0)
    assert [shown(page(client, step)) for step in range(4)] == [1, 2, 3, 4]
    assert (Team.objects.count(), User.objects.count()) == (0, 0)

    last = page(client, 4)

    assert (last.status_code, last.url) == (302, "/binder/")
    team, user = Team.objects.get(), User.objects.get()
    assert (team.name, team.currency, team.country, team.time_zone) == (
        "Carton & Co",
        "CHF",
        "AT",
        "Europe/Vienna",
    )
    assert (team.region, team.working_days, team.day_capacity) == ("9", "1234", 20)
    assert (user.team, user.name, user.email, user.role) == (team, "Lena Vogt", "lena@team.example", "admin")
    assert user.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_defaults_can_be_taken_as_they_are(client):
    defaults = []
    for response in (client.get("/start/"), *(page(client, step) for step in range(4))):
        form = response.context["form"]
        defaults.append({name: form[name].value() for name in form.fields})
    assert defaults == [
        {"name": "", "currency": "EUR"},
        {"country": "DE", "time_zone": "Europe/Berlin"},
        {"region": "", "working_days": list("12345")},
        {"day_capacity": 16},
        {"name": "", "email": "", "password": ""},
    ]


def test_what_is_wrong_keeps_one_on_the_step_with_everything_typed(client):
    response = page(client, 1, **{"1-time_zone": "Europe/Atlantis"})
    assert shown(response) == 1
    assert list(response.context["form"].errors) == ["time_zone"]
    assert response.context["carried"] == [("0-name", "Carton & Co"), ("0-currency", "CHF")]


def test_an_earlier_step_that_was_tampered_with_is_shown_again(client):
    response = page(client, 4, **{"0-currency": "nonsense"})
    assert shown(response) == 0
    assert list(response.context["form"].errors) == ["currency"]
    assert User.objects.count() == 0


def test_back_keeps_what_was_typed_but_never_a_password(client):
    response = page(client, 4, back="1")
    assert shown(response) == 3
    assert response.context["form"]["day_capacity"].value() == "20"
    assert PASSWORD not in response.content.decode()
    assert ("4-email", "Lena@Team.example") in response.context["carried"]


def test_a_password_that_was_refused_is_not_sent_back(client):
    response = page(client, 4, **{"4-name": ""})
    assert list(response.context["form"].errors) == ["name"]
    assert PASSWORD not in response.content.decode()


@pytest.mark.parametrize("weak", ["short", "1234567890123", "lena@team.example"])
def test_a_weak_password_is_refused(client, weak):
    response = page(client, 4, **{"4-password": weak})
    assert list(response.context["form"].errors) == ["password"]
    assert User.objects.count() == 0


def test_regions_follow_the_country_and_an_old_choice_is_not_kept(client):
    regions = page(client, 1).context["form"].fields["region"].choices
    assert regions[1:3] == [("1", "Burgenland"), ("2", "Kärnten")]
    response = page(client, 2, **{"1-country": "DE"})
    assert list(response.context["form"].errors) == ["region"]


def test_unticked_working_days_are_asked_for(client):
    response = page(client, 2, **{"2-working_days": []})
    assert list(response.context["form"].errors) == ["working_days"]


@pytest.mark.parametrize("step", ["", "5", "-1", "x", "9" * 5000])
def test_an_unknown_step_is_the_first(client, step):
    assert shown(client.post("/start/", {"step": step})) == 0


def test_a_country_nobody_knows_has_no_regions(client):
    assert shown(page(client, 2, **{"1-country": "utils"})) == 1


def test_there_is_no_first_start_once_somebody_works_here(client, nino):
    assert client.get("/start/").status_code == 404
    assert page(client, 4).status_code == 404
    assert (Team.objects.count(), User.objects.count()) == (1, 1)


def test_of_two_first_starts_one_wins(db):
    def begin(name):
        return start_team(team=Team(name=name), name=name, email=f"{name}@team.example", password=PASSWORD)

    begin("first")
    with pytest.raises(AlreadyStarted):
        begin("second")
    assert list(Team.objects.values_list("name", flat=True)) == ["first"]


def test_home_leads_to_where_one_can_begin(client_of):
    assert Client().get("/").url == "/start/"
    team_user = start_team(
        team=Team(name="Carton"), name="Lena", email="lena@team.example", password=PASSWORD
    )
    assert Client().get("/").url == "/account/login/"
    assert client_of(team_user).get("/").url == "/binder/"
