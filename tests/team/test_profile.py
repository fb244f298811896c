import pytest

PROFILE = {
    "name": "Nino B.",
    "theme": "dark",
    "tabs": 2,
    "keys_enabled": "",
    "own_time_zone": "Asia/Tbilisi",
    "own_country": "GE",
    "own_region": "",
    "own_working_days": ["1", "2"],
    "own_capacity": "12",
}
NOTHING = {"name": "Nino", "theme": "auto", "tabs": 0, "keys_enabled": "on"}


@pytest.fixture
def page(client_of, nino):
    return client_of(nino)


def test_one_sets_what_differs_from_the_team(page, nino):
    assert page.post("/settings/", PROFILE).url == "/settings/"
    nino.refresh_from_db()
    saved = {name: getattr(nino, name) for name in PROFILE}
    assert saved == PROFILE | {"own_working_days": "12", "own_capacity": 12, "keys_enabled": False}
    assert (nino.capacity, nino.zone.key, nino.calendar.working_days) == (12, "Asia/Tbilisi", "12")


def test_what_is_left_empty_is_as_the_team(page, nino):
    page.post("/settings/", PROFILE)
    page.post("/settings/", NOTHING)
    nino.refresh_from_db()
    assert (nino.own_capacity, nino.own_working_days, nino.own_time_zone, nino.own_country) == (
        None,
        "",
        "",
        "",
    )
    assert (nino.capacity, nino.zone.key) == (16, "Europe/Berlin")


def test_the_page_says_what_the_team_has(page, nino):
    nino.team.region = "BY"
    nino.team.save()
    fields = page.get("/settings/").context["form"].fields
    firsts = [fields[name].choices[0][1] for name in ("own_time_zone", "own_country", "own_region")]
    assert firsts == ["as the team: Europe/Berlin", "as the team: Germany", "as the team: Bayern"]
    assert fields["own_capacity"].widget.attrs["placeholder"] == "as the team: 16"
    assert fields["own_working_days"].help_text == "None ticked means: as the team, Mon, Tue, Wed, Thu, Fri."


def test_regions_follow_the_own_country(page):
    form = page.get("/settings/?own_country=AT").context["form"]
    assert [code for code, _name in form.fields["own_region"].choices][:3] == ["", "1", "2"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("theme", "neon"),
        ("own_time_zone", "Mars/Olympus"),
        ("own_capacity", "201"),
        ("own_region", "ZZ"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(page, nino, name, value):
    response = page.post("/settings/", NOTHING | {name: value})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [name])


def test_nobody_makes_himself_a_lead(page, nino):
    page.post("/settings/", NOTHING | {"role": "admin", "email": "x@y.example", "team": "1", "is_active": ""})
    nino.refresh_from_db()
    assert (nino.role, nino.email, nino.is_active) == ("manager", "nino@team.example", True)


def test_the_theme_is_pinned_on_every_page(page):
    page.post("/settings/", NOTHING | {"theme": "dark"})
    assert 'data-theme="dark"' in page.get("/help/").content.decode()
