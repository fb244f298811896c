"""Where a customer says that he wants no more such letters."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from crm.mail import public
from crm.mail.actions import Content, Recipient, compose, queue
from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail, State, Suppression
from crm.mail.tokens import UNSUBSCRIBE, token_for
from tests.factories import NOW, make_mail, make_sender, make_team, make_user
from tests.test_sweep import fingerprint

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SCANNERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0 SafeLinks",
    "BarracudaCentral/1.0 (Link Protection)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mimecast-URL-Protect/2.1",
    "GoogleImageProxy",
    "curl/8.4.0",
)


@pytest.fixture
def sender(db):
    return make_sender()


@pytest.fixture
def mail(sender):
    return make_mail(
        team=sender.team, to_email="barbara@kessler.example", state=State.SENT, is_advertising=True
    )


def link(mail):
    return reverse("mail:unsubscribe", args=[token_for(mail.public_id, purpose=UNSUBSCRIBE)])


def opted_out(mail):
    return Suppression.objects.of(mail.team, mail.address_hash).opted_out().exists()


def heading(response):
    return re.search(r"<h1>(.*?)</h1>", response.content.decode()).group(1)


def buttons(response):
    return re.findall(r"<button[^>]*>(.*?)</button>", response.content.decode())


def test_the_page_has_one_button_and_writes_nothing(client, mail, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = client.get(link(mail))
    assert (response.status_code, heading(response)) == (200, "No more such mail?")
    assert buttons(response) == ["No more such mail, please"]
    assert "Carton &amp; Co sends no more reminders and advertising to b***@kessler.example" in (
        response.content.decode()
    )
    assert not opted_out(mail)


def test_the_button_opts_out_and_offers_a_way_back(client, mail):
    response = client.post(link(mail))
    assert (response.status_code, heading(response)) == (200, "You get no more such mail")
    assert buttons(response) == ["That was a mistake, keep writing to me"]
    assert opted_out(mail)
    assert heading(client.get(link(mail))) == "You get no more such mail"


def test_the_way_back(client, mail):
    client.post(link(mail))
    for _ in range(2):
        response = client.post(link(mail), {"undo": "1"})
        assert (heading(response), buttons(response)) == (
            "We keep writing to you",
            ["No more such mail, please"],
        )
        assert not opted_out(mail)
    client.post(link(mail))
    assert opted_out(mail)


@pytest.mark.parametrize(("days", "goes"), [(13, True), (15, False)])
def test_the_way_back_is_open_for_fourteen_days(client, mail, days, goes):
    with time_machine.travel(NOW, tick=False):
        client.post(link(mail))
    with time_machine.travel(NOW + timedelta(days), tick=False):
        page = client.get(link(mail))
        client.post(link(mail), {"undo": "1"})
    assert (buttons(page) != [], not opted_out(mail)) == (goes, goes)


@pytest.mark.parametrize(
    ("language", "asked", "out", "back"),
    [
        ("en", "No more such mail?", "You get no more such mail", "We keep writing to you"),
        (
            "de",
            "Keine solchen E-Mails mehr?",
            "Sie erhalten keine solchen E-Mails mehr",
            "Wir schreiben Ihnen weiter",
        ),
        ("ka", "აღარ გსურთ ასეთი წერილები?", "ასეთ წერილებს აღარ მიიღებთ", "კვლავ მოგწერთ"),
    ],
)
def test_the_page_speaks_the_language_of_the_mail(client, mail, language, asked, out, back):
    OutgoingMail.objects.update(language=language)
    french = {"headers": {"accept-language": "fr"}}
    pages = [client.get(link(mail), **french), client.post(link(mail), **french)]
    pages.append(client.post(link(mail), {"undo": "1"}, **french))
    assert [heading(page) for page in pages] == [asked, out, back]
    assert all(f'<html lang="{language}">' in page.content.decode() for page in pages)


@pytest.mark.parametrize("language", ["de", "ka"])
@pytest.mark.parametrize("name", ["unsubscribe", "erased", "unknown", "wait"])
def test_every_sentence_is_translated(language, name):
    source = (settings.BASE_DIR / "templates" / "mail" / f"{name}.html").read_text()
    sentences = re.findall(r'{% translate "(.+?)" %}', source)
    blocks = re.findall(r"{% blocktranslate trimmed %}(.+?){% endblocktranslate %}", source)
    sentences += [re.sub(r"{{ (\w+) }}", r"%(\1)s", block) for block in blocks]
    with translation.override(language):
        assert [each for each in sentences if translation.gettext(each) == each] == []
    assert len(sentences) >= 3


def test_one_click_is_in_force_before_it_is_answered(mail):
    client = Client(enforce_csrf_checks=True)
    for body in (
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {"data": ONE_CLICK},  # multipart
    ):
        Suppression.objects.all().delete()
        for _ in range(2):
            response = client.post(link(mail), **body)
            assert (response.status_code, response.content) == (200, b"Unsubscribed.\n")
            assert (opted_out(mail), response.cookies) == (True, {})


def test_waiting_letters_to_the_address_are_withdrawn(client, mail):
    same = {"team": mail.team, "to_email": mail.to_email}
    advertising = [
        make_mail(**same, is_advertising=True, state=state)
        for state in (State.QUEUED, State.RETRY, State.CLAIMED)
    ]
    others = [
        make_mail(**same),
        make_mail(**same, is_advertising=True, state=State.HANDOFF),
        make_mail(team=mail.team, is_advertising=True),
        make_mail(to_email=mail.to_email, is_advertising=True),
    ]
    before = [other.state for other in others]
    client.post(link(mail), ONE_CLICK)
    rows = OutgoingMail.objects.in_bulk()
    assert {(rows[each.pk].state, rows[each.pk].reason) for each in advertising} == {
        (State.SUPPRESSED, "opted_out")
    }
    assert [rows[other.pk].state for other in others] == before


def test_one_click_asks_no_more_however_many_wait(client, sender):
    def asked(waiting):
        mail = make_mail(team=sender.team)
        for _ in range(waiting):
            make_mail(team=sender.team, to_email=mail.to_email, is_advertising=True)
        with CaptureQueriesContext(connection) as queries:
            client.post(link(mail), ONE_CLICK)
        return len(queries)

    assert asked(1) == asked(30)


def test_an_opt_out_holds_for_the_team_and_the_address(client, mail):
    client.post(link(mail))
    other = make_team()
    assert not Suppression.objects.of(other, mail.address_hash).exists()
    assert Suppression.objects.of(mail.team, mail.address_hash).blocking(advertising=False).count() == 0


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_link_that_was_not_made_here(client, mail, method):
    good = link(mail)
    wrong_purpose = reverse("mail:unsubscribe", args=[token_for(mail.public_id, purpose="rating")])
    for address in (f"{good[:-2]}/", f"{good[:-2]}€/", "/u/~/", "/u/%00/", wrong_purpose):
        assert getattr(client, method)(address).status_code == 404
    assert heading(client.get(wrong_purpose)) == "This link is not complete"
    assert client.post(wrong_purpose, ONE_CLICK).status_code == 404
    assert Suppression.objects.count() == 0


def test_the_letter_was_erased(client, mail, django_assert_num_queries):
    address = link(mail)
    mail.delete()
    with django_assert_num_queries(1):
        response = client.get(address, headers={"accept-language": "xx, de-AT;q=0.8"})
    assert (response.status_code, heading(response)) == (410, "Bei uns ist nichts mehr über Sie gespeichert")
    assert client.post(address).status_code == 410
    response = client.post(address, ONE_CLICK)
    assert (response.status_code, heading(response)) == (410, "You are no longer in our records")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods(client, mail, method):
    response = getattr(client, method)(link(mail))
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_what_the_browser_is_told(client, mail):
    response = client.get(link(mail))
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.content.decode()
    assert "<script" not in response.content.decode()
    assert "csrf" not in response.content.decode()


def test_no_cookie_is_read_or_set(client, mail, django_assert_num_queries):
    client.force_login(make_user())
    client.cookies["messages"] = "anything"
    with django_assert_num_queries(2):
        response = client.get(link(mail))
    assert response.cookies == {}


def test_the_whole_page_with_its_styles_is_under_20_kb(client, mail):
    response = client.get(link(mail))
    styles = re.findall(r'href="/static/([^"]+)"', response.content.decode())
    sizes = [len((settings.BASE_DIR / "static" / name).read_bytes()) for name in styles]
    assert len(styles) == 4
    assert len(response.content) + sum(sizes) < 20_000


def test_scanners_change_nothing_and_one_click_does(sender):
    """Every link of a real letter is opened a hundred times in each way; only then somebody opts out."""
    mail = queue(
        compose(
            sender=sender,
            kind=Kind("trial", "a trial"),
            key="trial:1",
            to=Recipient("Barbara Kessler", "barbara@kessler.example", "de", basis="consent"),
            content=Content("Your cartons", "They are ready.", "<p>They are ready.</p>"),
            now=timezone.now(),
            valid_for=timedelta(days=3),
            advertising=True,
        )
    )
    links = set(re.findall(rf"{settings.BASE_URL}(/[^\s\"<]+)", mail.text + mail.html))
    assert links == {link(mail)}
    before, seen = fingerprint(), set()
    for turn in range(100):
        client = Client(enforce_csrf_checks=True, headers={"user-agent": SCANNERS[turn % len(SCANNERS)]})
        for address in links:
            for method in ("get", "head", "options"):
                ask = getattr(client, method)
                seen.add(ask(address, REMOTE_ADDR=f"192.0.2.{turn}").status_code)
    assert seen == {200, 405}
    assert fingerprint() == before
    response = Client(enforce_csrf_checks=True).post(links.pop(), ONE_CLICK)
    assert (response.status_code, opted_out(mail)) == (200, True)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.SUPPRESSED, "opted_out")


def test_thirty_requests_a_minute_for_one_link_and_client(client, mail):
    for _ in range(30):
        assert client.get(link(mail)).status_code == 200
    response = client.get(link(mail))
    assert (response.status_code, heading(response)) == (429, "One moment, please")
    assert response.headers["Retry-After"] == "60"
    assert client.post(link(mail)).status_code == 429
    assert client.get(link(mail), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get(link(make_mail(team=mail.team))).status_code == 200
    assert not opted_out(mail)
    assert client.post(link(mail), ONE_CLICK).status_code == 200
    assert opted_out(mail)


def test_thirty_unknown_links_a_minute_for_one_client(client, mail):
    statuses = [client.get(f"/u/{n}~x/").status_code for n in range(31)]
    assert statuses == [404] * 30 + [429]
    assert client.post("/u/31~x/", ONE_CLICK).status_code == 429
    assert client.get(link(mail)).status_code == 200


def test_one_click_is_never_limited(client, mail):
    assert {client.post(link(mail), ONE_CLICK).status_code for _ in range(40)} == {200}


def test_who_asks_behind_a_proxy(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": "198.51.100.9, 192.0.2.7"})
    settings.TRUSTED_PROXIES = 0
    assert public.client_address(request) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert public.client_address(request) == "192.0.2.7"
    settings.TRUSTED_PROXIES = 3  # less was said than there are proxies: somebody came round them
    assert public.client_address(request) == "10.0.0.1"


def test_a_cache_that_is_down_keeps_nobody_out(client, mail, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert client.get(link(mail)).status_code == 200
    assert client.post(link(mail)).status_code == 200
    assert opted_out(mail)
