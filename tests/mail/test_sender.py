"""As whom a team writes."""

import pytest

from crm.mail.models import Sender
from tests.factories import NOW, make_sender
from tests.mail.test_domain import Told

FIELDS = {
    "name": "Carton & Co",
    "email": "office@carton.example",
    "reply_to": "",
    "language": "de",
    "postal_address": "Kartonweg 3, 55116 Mainz",
    "dkim_selector": "s1",
}


@pytest.fixture
def page(client_of, lead):
    return client_of(lead)


def test_the_first_time_it_says_what_is_not_possible_yet(page, team):
    response = page.get("/settings/mail/")
    html = response.content.decode()
    assert "Nothing can be written to customers until this is filled in." in html
    assert response.context["form"]["name"].value() == team.name
    assert not Sender.objects.exists()


def test_a_lead_says_as_whom_the_team_writes_and_the_domain_is_checked(page, team, monkeypatch):
    response = page.post("/settings/mail/", FIELDS)
    assert response.url == "/outbox/domain/?check=1"
    sender = Sender.objects.get(team=team)
    assert {name: getattr(sender, name) for name in FIELDS} == FIELDS
    assert sender.stays_here is False
    monkeypatch.setattr("crm.mail.dns.Dns", lambda: Told({}))
    html = page.get(response.url).content.decode()
    assert ("Saved." in html, "There is no SPF record" in html) == (True, True)


def test_what_does_not_change_the_domain_stays_on_the_page(page, team):
    make_sender(team=team, paused_at=NOW)
    response = page.post("/settings/mail/", FIELDS | {"email": "post@CARTON.example", "stays_here": "on"})
    assert response.url == "/settings/mail/"
    sender = Sender.objects.get(team=team)
    assert (sender.domain, sender.stays_here, sender.paused_at) == ("carton.example", True, NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("email", "office"),
        ("email", ""),
        ("reply_to", "nobody"),
        ("postal_address", "   "),
        ("language", "fr"),
        ("dkim_selector", "s1._domainkey/x"),
        ("dkim_selector", ".s1"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(page, team, name, value):
    response = page.post("/settings/mail/", FIELDS | {name: value})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [name])
    assert response.context["form"]["postal_address"].value() == (FIELDS | {name: value})["postal_address"]
    assert not Sender.objects.exists()


def test_a_name_is_one_line(page, team):
    page.post("/settings/mail/", FIELDS | {"name": "Carton\r\nBcc: all@x.example"})
    assert Sender.objects.get(team=team).name == "Carton Bcc: all@x.example"


def test_a_missing_postal_address_is_warned_of(page, team):
    make_sender(team=team)
    assert "The postal address is missing." not in page.get("/settings/mail/").content.decode()
    Sender.objects.update(postal_address="")
    assert "The postal address is missing." in page.get("/settings/mail/").content.decode()


@pytest.mark.parametrize(
    ("carrier", "stays_here", "said"),
    [
        ("folder", False, "no mail server is set up"),
        ("smtp", True, "because you say so above"),
        ("smtp", False, "Mail is handed to the server smtp.post.example:587."),
        ("anymail", False, "Mail is handed to the provider Amazon ses."),
    ],
)
def test_it_says_where_mail_goes(page, team, settings, carrier, stays_here, said):
    settings.MAIL_CARRIER, settings.EMAIL_HOST, settings.EMAIL_PORT = carrier, "smtp.post.example", 587
    settings.EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"
    make_sender(team=team, stays_here=stays_here)
    assert said in page.get("/settings/mail/").content.decode()


def test_another_teams_sender_stays_as_it_is(page, team):
    other = make_sender(name="Theirs")
    page.post("/settings/mail/", FIELDS)
    other.refresh_from_db()
    assert other.name == "Theirs"


def test_managers_do_not_set_it(client_of, nino):
    assert client_of(nino).post("/settings/mail/", FIELDS).status_code == 403
    assert not Sender.objects.exists()


def test_team_settings_lead_to_it(page):
    assert 'href="/settings/mail/"' in page.get("/settings/team/").content.decode()
