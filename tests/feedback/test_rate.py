"""The page on which a customer rates: what it shows, keeps and refuses, and that opening it writes nothing."""

import random
import re
import string
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from crm.mail.models import OutgoingMail, Sender, State
from crm.mail.tokens import UNSUBSCRIBE, public_id_of, token_for
from feedback.links import RATING, stamp
from feedback.models import Invitation, Rating, Recommendation, Word
from tests.factories import NOW, make_dossier, make_mail, make_sender, make_user
from tests.feedback.makers import form_of, make_invitation, make_rating, make_ticket, make_word, rate_path
from tests.test_sweep import fingerprint

LATER = NOW + timedelta(minutes=30)
SCANNERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0 SafeLinks",
    "BarracudaCentral/1.0 (Link Protection)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mimecast-URL-Protect/2.1",
    "curl/8.4.0",
)


@pytest.fixture
def invitation(nino):
    make_sender(team=nino.team)
    customer = make_dossier(owner=nino, name="Weingut Kessler", email="b@kessler.example").customer
    ticket = make_ticket(customer=customer, closed_at=NOW - timedelta(hours=1))
    mail = make_mail(team=nino.team, kind="rating", state=State.SENT, language="en", recipient_id=customer.pk)
    return make_invitation(ticket=ticket, mail=mail)


@pytest.fixture
def scale(nino):
    if not Sender.objects.filter(team=nino.team).exists():
        make_sender(team=nino.team)
    customer = make_dossier(owner=nino, email="b@kessler.example").customer
    return Invitation.objects.create(
        team=nino.team, customer=customer, question="recommend", made_at=NOW, asked_at=NOW
    )


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER, tick=False):
        yield


def heading(response):
    return re.search(r"<h1>\s*(.*?)\s*</h1>", response.content.decode()).group(1)


def checked(response):
    return re.findall(r'name="v" value="(\w+)" checked', response.content.decode())


def words():
    return [*Word.objects.values_list("value", "suspect")]


def counted():
    return [*Rating.objects.counted().values_list("value", flat=True)]


def test_the_page_has_the_choice_ready_and_writes_nothing(client, invitation, django_assert_num_queries):
    before = fingerprint()
    with django_assert_num_queries(2):
        response = client.get(rate_path(invitation, "good"))
    page = response.content.decode()
    assert (response.status_code, heading(response), checked(response)) == (
        200,
        "How was our answer?",
        ["good"],
    )
    assert "Your question of 17 November 2026<br>Answered by Nino Beridze" in page
    assert "Your link chose “good”; nothing is saved until you send it. No account, no cookies." in page
    assert re.findall(r"<button[^>]*>(.*?)</button>", page) == ["Send rating"]
    assert fingerprint() == before


@pytest.mark.parametrize("address", ["", "?v=excellent", "?v=", "?v=10"])
def test_without_a_choice_none_is_ready(client, invitation, address):
    response = client.get(rate_path(invitation) + address)
    assert (response.status_code, checked(response)) == (200, [])
    assert "Nothing is saved until you send it." in response.content.decode()


def test_two_clicks_are_enough(client, invitation, django_assert_max_num_queries):
    with django_assert_max_num_queries(35):
        response = client.post(rate_path(invitation), form_of(invitation, at=LATER))
    assert (response.status_code, heading(response)) == (200, "Thank you")
    assert "You may change it until 1 December 2026, by the same link." in response.content.decode()
    assert (words(), counted()) == ([("good", "")], ["good"])


def test_a_line_may_be_added_afterwards(client, invitation):
    client.post(rate_path(invitation), form_of(invitation, at=LATER))
    with time_machine.travel(LATER + timedelta(seconds=20), tick=False):
        said = form_of(invitation, at=LATER + timedelta(seconds=20), comment="  Fast,\nand friendly ")
        response = client.post(rate_path(invitation), said)
    assert "“Fast, and friendly”" in response.content.decode()
    assert Rating.objects.get().comment == "Fast, and friendly"


def test_the_form_says_what_is_missing_and_loses_nothing(client, invitation):
    for value in ("", "excellent"):
        said = form_of(invitation, value, at=LATER, comment="Nice & quick")
        response = client.post(rate_path(invitation), said)
        page = response.content.decode()
        assert (response.status_code, "Please choose one of the three" in page) == (422, True)
        assert 'value="Nice &amp; quick"' in page
    long = form_of(invitation, "bad", at=LATER, comment="x" * 501)
    response = client.post(rate_path(invitation), long)
    assert (response.status_code, checked(response), "x" * 501 in response.content.decode()) == (
        422,
        ["bad"],
        True,
    )
    assert "That is more than 500 letters." in response.content.decode()
    assert not Word.objects.exists()


def test_a_form_sent_within_two_seconds_is_asked_about(client, invitation):
    response = client.post(rate_path(invitation), form_of(invitation, at=LATER, read_for=1, comment="ok"))
    assert (heading(response), counted()) == ("One more press, please", [])
    page = response.content.decode()
    sure = re.search(r'name="sure" value="([^"]+)"', page).group(1)
    assert "Yes, send it" in page
    response = client.post(rate_path(invitation), form_of(invitation, at=LATER, read_for=1, sure=sure))
    assert (heading(response), counted(), Rating.objects.get().comment) == ("Thank you", ["good"], "ok")
    assert Word.objects.count() == 1


def test_a_press_that_is_made_up_counts_for_nothing(client, invitation):
    client.post(rate_path(invitation), form_of(invitation, at=LATER, read_for=1))
    for sure in ("1", str(Word.objects.get().pk), f"{Word.objects.get().pk}~x"):
        said = form_of(invitation, at=LATER, read_for=1, sure=sure)
        assert heading(client.post(rate_path(invitation), said)) == "One more press, please"
    assert counted() == []


def test_a_bot_that_sends_all_three_gives_no_rating(client, invitation):
    for n, value in enumerate(("bad", "neutral", "good")):
        at = LATER + timedelta(seconds=n)
        with time_machine.travel(at, tick=False):
            response = client.post(rate_path(invitation), form_of(invitation, value, at=at))
    assert heading(response) == "One more press, please"
    assert (counted(), {suspect for _value, suspect in words()}) == ([], {"different"})


def test_scanners_change_nothing(invitation):
    """Every link of the mail is opened a hundred times in each way, by one scanner after the other."""
    scanners = [Client(enforce_csrf_checks=True, headers={"user-agent": name}) for name in SCANNERS]
    before = fingerprint()
    seen = set()
    for turn in range(300):
        link = rate_path(invitation, ("bad", "neutral", "good")[turn % 3])
        for method in ("get", "head", "options"):
            ask = getattr(scanners[turn % len(scanners)], method)
            seen.add(ask(link, REMOTE_ADDR=f"192.0.2.{turn % 250}").status_code)
    assert seen == {200, 405}
    assert fingerprint() == before


def test_a_whole_day_at_the_page_comes_to_one_rating(invitation):
    """Scanners open, one bot sends at once, one sends all three, then a person changes his mind and sends."""
    client = Client(enforce_csrf_checks=True)
    for choice in ("bad", "neutral", "good"):
        client.get(rate_path(invitation, choice))
    client.post(rate_path(invitation), form_of(invitation, "good", at=LATER, read_for=0.5))
    for n, value in enumerate(("bad", "neutral", "good")):
        at = LATER + timedelta(minutes=1, seconds=n)
        with time_machine.travel(at, tick=False):
            client.post(rate_path(invitation), form_of(invitation, value, at=at, read_for=60))
    at = LATER + timedelta(minutes=9)
    with time_machine.travel(at, tick=False):
        assert checked(client.get(rate_path(invitation, "good"))) == ["good"]
        client.post(rate_path(invitation), form_of(invitation, "neutral", at=at))
    assert counted() == ["neutral"]
    assert [suspect for _value, suspect in words()] == ["fast", "different", "different", "different", ""]


@pytest.mark.parametrize(("days", "opens"), [(13.9, True), (14, False)])
def test_it_may_be_changed_for_fourteen_days(client, invitation, days, opens):
    client.post(rate_path(invitation), form_of(invitation, at=LATER))
    at = LATER + timedelta(days)
    with time_machine.travel(at, tick=False):
        page = client.get(rate_path(invitation))
        sent = client.post(rate_path(invitation), form_of(invitation, "bad", at=at))
    assert (sent.status_code, counted()) == ((200, ["bad"]) if opens else (409, ["good"]))
    assert heading(page) == ("How was our answer?" if opens else "Thank you for your rating")
    if opens:
        assert (
            "You rated on 17 November 2026. You may change it until 1 December 2026." in page.content.decode()
        )


@pytest.mark.parametrize(("days", "status"), [(27.9, 200), (28, 410)])
def test_the_link_dies_after_four_weeks(client, invitation, days, status):
    at = NOW + timedelta(days)
    with time_machine.travel(at, tick=False):
        page = client.get(rate_path(invitation, "good"))
        sent = client.post(rate_path(invitation), form_of(invitation, at=at))
    assert (page.status_code, sent.status_code, len(counted())) == (status, status, int(status == 200))
    assert heading(page) == ("How was our answer?" if status == 200 else "This link is over")


def test_a_link_that_was_taken_back(client, invitation):
    Invitation.objects.update(revoked_at=LATER)
    assert heading(client.get(rate_path(invitation))) == "This link is over"
    assert client.post(rate_path(invitation), form_of(invitation, at=LATER)).status_code == 410
    assert not Word.objects.exists()


def test_the_customer_was_erased(client, invitation, django_assert_num_queries):
    path, said = rate_path(invitation), form_of(invitation, at=LATER)
    invitation.customer.delete()
    with django_assert_num_queries(1):
        response = client.get(path)
    assert (response.status_code, heading(response)) == (410, "You are no longer in our records")
    assert client.post(path, said).status_code == 410


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_links_for_something_else(client, invitation, method):
    opt_out = reverse("feedback:rate", args=[token_for(invitation.public_id, purpose=UNSUBSCRIBE)])
    rating = reverse("mail:unsubscribe", args=[token_for(invitation.mail.public_id, purpose=RATING)])
    for address in (opt_out, rating, rate_path(invitation)[:-2] + "/", "/r/~/", "/r/%00/", "/r/€/"):
        assert getattr(client, method)(address).status_code == 404
    assert heading(client.get(opt_out)) == "This link is not complete"


def test_no_mutated_token_is_accepted(client, invitation):
    good = token_for(invitation.public_id, purpose=RATING)
    lot = random.Random(31)
    mutated = {_mutated(_mutated(good, lot), lot) for _ in range(12_000)} - {good}
    chosen = sorted(mutated)[:10_000]
    assert (len(chosen), [each for each in chosen if public_id_of(each, purpose=RATING)]) == (10_000, [])
    statuses = {
        client.get(f"/r/{each}/", REMOTE_ADDR=f"192.0.2.{n}").status_code
        for n, each in enumerate(chosen[:100])
    }
    assert statuses == {404}


def _mutated(token: str, lot: random.Random) -> str:
    """One sign changed, taken out, put in, or two exchanged."""
    signs, at = list(token), lot.randrange(len(token) - 1)
    match lot.randrange(4):
        case 0:
            signs[at] = lot.choice(string.ascii_letters + string.digits + "-_~.")
        case 1:
            del signs[at]
        case 2:
            signs.insert(at, lot.choice(string.ascii_letters + string.digits))
        case _:
            signs[at], signs[at + 1] = signs[at + 1], signs[at]
    return "".join(signs)


def test_a_new_secret_key_leaves_old_links_good(client, invitation, settings):
    path, said = rate_path(invitation), form_of(invitation, at=LATER)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "quite-another-key-of-fifty-letters-and-more-0123456"
    assert client.get(path).status_code == 404
    settings.SECRET_KEY_FALLBACKS = [old]
    assert client.get(path).status_code == 200
    assert (client.post(path, said).status_code, counted()) == (200, ["good"])


def test_thirty_requests_a_minute_for_one_link_and_client(client, invitation):
    for _ in range(30):
        assert client.get(rate_path(invitation)).status_code == 200
    response = client.get(rate_path(invitation))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert client.post(rate_path(invitation), form_of(invitation, at=LATER)).status_code == 429
    other = make_invitation(ticket=make_ticket(customer=invitation.customer, closed_at=NOW))
    assert client.get(rate_path(other)).status_code == 200
    assert client.get(rate_path(invitation), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert not Word.objects.exists()


def test_thirty_unknown_links_a_minute_for_one_client(client, invitation):
    assert [client.get(f"/r/{n}~x/").status_code for n in range(31)] == [404] * 30 + [429]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods(client, invitation, method):
    response = getattr(client, method)(rate_path(invitation))
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_what_the_browser_is_told(client, invitation):
    response = client.get(rate_path(invitation, "good"))
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    page = response.content.decode()
    assert ("<script" in page, "csrf" in page, "style=" in page, "noindex" in page) == (
        False,
        False,
        False,
        True,
    )


def test_no_cookie_is_read_or_set(invitation, django_assert_num_queries):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    client.cookies["messages"] = "anything"
    with django_assert_num_queries(2):
        assert client.get(rate_path(invitation)).cookies == {}
    response = client.post(rate_path(invitation), form_of(invitation, at=LATER))
    assert (response.status_code, response.cookies) == (200, {})


@pytest.mark.parametrize("language", ["en", "de", "ka"])
def test_every_page_with_its_styles_is_under_20_kb(client, invitation, scale, language):
    OutgoingMail.objects.update(language=language)
    name = f"?v=good&language={language}"
    pages = [client.get(rate_path(each) + name) for each in (invitation, scale)]
    said = form_of(invitation, at=LATER, comment="ა" * 500, language=language)
    pages.append(client.post(rate_path(invitation), said))
    for response in pages:
        styles = re.findall(r'href="/static/([^"]+)"', response.content.decode())
        sizes = [len((settings.BASE_DIR / "static" / each).read_bytes()) for each in styles]
        assert len(styles) == 5
        assert len(response.content) + sum(sizes) < 20_000


@pytest.mark.parametrize(
    ("language", "asked", "thanks", "sentence"),
    [
        ("en", "How was our answer?", "Thank you", "I was not content."),
        ("de", "Wie war unsere Antwort?", "Danke", "Ich war nicht zufrieden."),
        ("ka", "როგორი იყო ჩვენი პასუხი?", "გმადლობთ", "უკმაყოფილო დავრჩი."),
    ],
)
def test_the_page_speaks_the_language_of_the_mail(client, invitation, language, asked, thanks, sentence):
    OutgoingMail.objects.update(language=language)
    french = {"headers": {"accept-language": "fr"}}
    page = client.get(rate_path(invitation, "bad"), **french)
    said = form_of(invitation, at=LATER) | {"language": language}
    assert (heading(page), f'<html lang="{language}">' in page.content.decode()) == (asked, True)
    assert sentence in page.content.decode()
    assert heading(client.post(rate_path(invitation), said, **french)) == thanks


def test_another_language_is_one_press_away(client, invitation):
    page = client.get(rate_path(invitation, "good")).content.decode()
    links = re.findall(r'<a href="(\?[^"]+)" lang="(\w\w)"', page)
    assert links == [("?v=good&amp;language=de", "de"), ("?v=good&amp;language=ka", "ka")]
    response = client.get(rate_path(invitation) + "?v=good&language=de")
    assert (heading(response), checked(response)) == ("Wie war unsere Antwort?", ["good"])
    assert 'name="language" value="de"' in response.content.decode()


def test_somebody_who_says_no_end_of_things_waits(client, invitation):
    for n in range(60):
        make_word(invitation=invitation, suspect="fast", said_at=NOW + timedelta(seconds=n))
    response = client.post(rate_path(invitation), form_of(invitation, "bad", at=LATER))
    assert response.status_code == 429


def test_the_scale_from_nought_to_ten(client, scale):
    response = client.get(rate_path(scale, "0"))
    assert (heading(response), checked(response)) == ("Would you recommend Carton &amp; Co?", ["0"])
    assert response.content.decode().count('type="radio"') == 11
    for value in ("11", "-1", "good", "", "٣"):
        said = form_of(scale, value, at=LATER)
        assert client.post(rate_path(scale), said).status_code == 422
    response = client.post(rate_path(scale), form_of(scale, "0", at=LATER, comment="No"))
    assert heading(response) == "Thank you"
    assert [*Recommendation.objects.values_list("score", "comment")] == [(0, "No")]


def test_the_short_link_leads_to_the_page_and_writes_nothing(client, invitation, django_assert_num_queries):
    before = fingerprint()
    code = invitation.code
    with django_assert_num_queries(1):
        response = client.get(reverse("feedback:short", args=[f"{code[:4]}-{code[4:8]}-{code[8:]}".upper()]))
    assert (response.status_code, response.url) == (302, rate_path(invitation))
    assert client.get(reverse("feedback:short", args=["222222222222"])).status_code == 404
    assert client.post(reverse("feedback:short", args=[code])).status_code == 405
    assert client.get("/s/%00/").status_code == 404
    assert fingerprint() == before
    assert [client.get(f"/s/{n}/").status_code for n in range(31)][-1] == 429


def test_a_rating_that_a_lead_set_aside_can_still_be_changed(client, invitation, nino):
    make_word(invitation=invitation)
    rating = make_rating(invitation=invitation)
    rating.decisions.create(what="aside", why="Our own test", made_by=nino, made_at=NOW)
    client.post(rate_path(invitation), form_of(invitation, "bad", at=LATER))
    rating.refresh_from_db()
    assert (rating.value, rating.counts, rating.why_not) == ("bad", False, "Our own test")


def test_a_stamp_of_another_page_is_suspect(client, invitation):
    said = form_of(invitation, at=LATER) | {"page": stamp("other", now=NOW)}
    assert heading(client.post(rate_path(invitation), said)) == "One more press, please"
