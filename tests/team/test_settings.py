import pytest

from tests.factories import make_customer, make_lead, make_purchase

TEAM = {
    "name": "Rings & Tabs",
    "currency": "GEL",
    "time_zone": "Asia/Tbilisi",
    "country": "DE",
    "region": "BY",
    "working_days": ["2", "1", "6"],
    "day_capacity": "24",
    "managers_see": "own",
}


@pytest.fixture
def page(client_of, lead):
    return client_of(lead)


def test_a_lead_sets_how_the_team_works(page, team):
    assert page.post("/settings/team/", TEAM).url == "/settings/team/"
    team.refresh_from_db()
    saved = {name: getattr(team, name) for name in TEAM}
    assert saved == TEAM | {"working_days": "126", "day_capacity": 24}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("currency", "DEM"),
        ("time_zone", "Europe/Atlantis"),
        ("country", "utils"),
        ("working_days", []),
        ("day_capacity", "0"),
        ("managers_see", "all"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(page, team, name, value):
    response = page.post("/settings/team/", TEAM | {"region": "", name: value})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [name])
    before = team.name
    team.refresh_from_db()
    assert team.name == before


def test_single_weekdays_hold_more_or_less(page, team):
    page.post("/settings/team/", TEAM | {"weekday_capacity_4": "8"})
    team.refresh_from_db()
    assert team.weekday_capacity == {"5": 8}


def test_another_country_brings_its_regions_without_a_script(page):
    response = page.post("/settings/team/", TEAM | {"country": "AT"})
    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (422, ["region"])
    assert [code for code, _name in form.fields["region"].choices][:3] == ["", "1", "2"]
    assert page.post("/settings/team/", TEAM | {"country": "AT", "region": "9"}).status_code == 302


def test_a_script_asks_for_the_regions_of_a_country(page, team):
    form = page.get("/settings/team/?country=AT&name=Changed").context["form"]
    assert [code for code, _name in form.fields["region"].choices][:3] == ["", "1", "2"]
    assert form["name"].value() == team.name


def test_what_could_not_be_saved_does_not_stand_in_the_page_around_the_form(page, team):
    response = page.post("/settings/team/", TEAM | {"name": "Other", "currency": ""})
    assert response.context["user"].team.name == team.name


@pytest.mark.parametrize("number", ["0", "-5"])
def test_a_day_holds_at_least_one_dossier(page, number):
    response = page.post("/settings/team/", TEAM | {"region": "", "day_capacity": number})
    assert response.context["form"].errors == {"day_capacity": ["Write a number of at least 1."]}


def test_another_currency_is_asked_about_once_there_are_purchases(page, team, lead):
    make_purchase(customer=make_customer(owner=make_lead()))
    assert page.post("/settings/team/", TEAM).status_code == 302
    make_purchase(customer=make_customer(owner=lead))
    assert "amounts_stay" not in page.get("/settings/team/").context["form"].fields
    asked = page.post("/settings/team/", TEAM | {"currency": "USD"})
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["currency"])
    assert "There are purchases in GEL." in asked.content.decode()
    assert 'name="amounts_stay"' in asked.content.decode()
    team.refresh_from_db()
    assert team.currency == "GEL"
    assert page.post("/settings/team/", TEAM | {"currency": "USD", "amounts_stay": "on"}).status_code == 302
    team.refresh_from_db()
    assert team.currency == "USD"
