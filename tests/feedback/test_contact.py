"""The public contact page."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from crm.mail.models import OutgoingMail
from feedback.contact import MOST_LINKS, Stamp, is_doubtful, is_sealed, seal, take
from feedback.forms_contact import ContactForm
from feedback.models import ServiceRules, Ticket
from followups.models import FollowUp, Slip
from tests.factories import NOW, make_customer, make_dossier, make_person, make_sender, make_user
from tests.feedback.makers import make_rules
from tests.mail.test_unsubscribe import SCANNERS
from tests.test_sweep import fingerprint

WRITTEN = {
    "kind": "complaint",
    "about": "Order 4711",
    "message": "Twelve of 400 are creased.\r\nWhat now?",
    "name": "Barbara  Kessler",
    "email": "B@Kessler.example",
    "phone": "",
}


@pytest.fixture
def rules(team):
    make_sender(team=team)
    return make_rules(team=team, has_contact_page=True)


@pytest.fixture
def page(rules):
    return reverse("feedback:contact", args=[rules.slug])


def stamped(rules, *, ago=timedelta(seconds=30), **changes):
    """What a browser sends, from a page that was opened some time ago."""
    return WRITTEN | {"stamp": str(Stamp.new(rules, now=timezone.now() - ago))} | changes


def heading(response):
    return re.search(r"<h1>(.*?)</h1>", response.content.decode()).group(1)


def hidden(response):
    """Fields that go along unseen, as a browser sends them."""
    html = response.content.decode()
    fields = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', html)
    unescape = {"&#x27;": "'", "&quot;": '"', "&lt;": "<", "&gt;": ">", "&amp;": "&"}
    return {name: re.sub("&[^;]+;", lambda found: unescape[found[0]], value) for name, value in fields}


def errors(response):
    return re.findall(r'<p class="rb-ask__error"[^>]*>(.*?)</p>', response.content.decode())


def ask(rules, now=NOW, **said):
    return ContactForm(WRITTEN | said, rules=rules, now=now)


# --- the page


def test_the_page_asks_and_writes_nothing(client, rules, page, django_assert_num_queries):
    before = fingerprint()
    with django_assert_num_queries(1):
        response = client.get(page)
    assert (response.status_code, heading(response)) == (200, "Write to us")
    assert "Carton &amp; Co" in response.content.decode()
    assert fingerprint() == before


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_without_a_page_there_is_none(client, rules, page, method):
    ServiceRules.objects.update(has_contact_page=False)
    assert [getattr(client, method)(each).status_code for each in (page, "/contact/x/", "/contact/%00/")] == [
        404
    ] * 3
    assert heading(client.get(page)) == "This link is not complete"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods(client, page, method):
    assert getattr(client, method)(page).status_code == 405


def test_what_the_browser_is_told(client, page):
    client.force_login(make_user())
    response = client.get(page)
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    html = response.content.decode()
    assert ("<script" in html, "csrf" in html, "style=" in html) == (False, False, False)
    assert response.cookies == {}


@pytest.mark.parametrize("language", ["en", "de", "ka"])
def test_all_of_it_is_under_20_kb(client, rules, page, language):
    client.headers = {}
    spoken = {"headers": {"accept-language": language}}
    pages = [client.get(page, **spoken), client.post(page, {}, **spoken)]
    pages.append(client.post(page, stamped(rules, ago=timedelta()), **spoken))
    for response in pages:
        html = response.content.decode()
        styles = re.findall(r'href="/static/([^"]+)"', html)
        sizes = [len((settings.BASE_DIR / "static" / name).read_bytes()) for name in styles]
        assert (len(styles), len(response.content) + sum(sizes) < 20_000) == (5, True)
        assert f'<html lang="{language}">' in html


@pytest.mark.parametrize("language", ["de", "ka"])
def test_every_sentence_of_the_form_is_translated(language):
    source = (settings.BASE_DIR / "feedback/forms_contact.py").read_text()
    sentences = set(re.findall(r'\b_\("(.+?)"\)', source))
    with translation.override(language):
        assert [each for each in sentences if translation.gettext(each) == each] == []
    assert len(sentences) > 20


# --- a ticket


def test_what_is_written_becomes_a_ticket(client, rules, page):
    response = client.post(page, stamped(rules))
    assert (response.status_code, heading(response)) == (200, "Thank you, we have it")
    ticket = Ticket.objects.get()
    assert (ticket.team, ticket.kind, ticket.channel, ticket.subject) == (
        rules.team, "complaint", "page", "Order 4711",
    )  # fmt: skip
    assert (ticket.from_name, ticket.from_email, ticket.from_phone, ticket.language) == (
        "Barbara Kessler", "b@kessler.example", "", "en",
    )  # fmt: skip
    assert (ticket.customer, ticket.assignee, ticket.opened_by) == (None, None, None)
    assert ticket.messages.get().text == "Twelve of 400 are creased.\nWhat now?"
    said = " ".join(response.content.decode().split())
    due = rules.on_clock(ticket.answer_due_at)
    assert (
        f"Your message has the number {ticket.number}. You get an answer within 10 h of our working time"
        in said
    )
    assert f"{due:%A}, {due.day} {due:%B}, {due:%H:%M}" in said


def test_nothing_is_mailed_to_an_address_that_anybody_may_have_typed(client, rules, page):
    client.post(page, stamped(rules))
    assert (OutgoingMail.objects.count(), mail.outbox) == (0, [])


def test_a_known_address_finds_its_dossier_and_the_page_does_not_say_so(client, rules, page, nino):
    unknown = client.post(page, stamped(rules, email="x@kessler.example"))
    customer = make_customer(owner=nino, language="de")
    person = make_person(customer=customer, email="b@kessler.example")
    customer.write()
    known = client.post(page, stamped(rules))
    ticket = Ticket.objects.latest("pk")
    assert (ticket.customer, ticket.person, ticket.assignee, ticket.language) == (
        customer,
        person,
        nino,
        "de",
    )
    numbers = re.compile(r"number \d+")
    assert numbers.sub("", known.content.decode()) == numbers.sub("", unknown.content.decode())


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("de-AT,en;q=0.5", "Danke, wir haben es"),
        ("ka", "გმადლობთ, წერილი მივიღეთ"),
        ("fr", "Thank you, we have it"),
    ],
)
def test_it_speaks_the_language_of_the_browser(client, rules, page, language, title):
    response = client.post(page, stamped(rules), headers={"accept-language": language})
    assert (heading(response), Ticket.objects.get().language) == (title, language[:2].replace("fr", "en"))


def test_without_a_subject_the_message_gives_it(client, rules, page):
    client.post(page, stamped(rules, about=""))
    assert Ticket.objects.get().subject == "Twelve of 400 are creased. What now?"


def test_a_second_press_is_no_second_ticket_and_other_words_are(client, rules, page):
    sent = stamped(rules)
    said = [client.post(page, sent).content for _ in range(2)]
    assert (said[0], Ticket.objects.count()) == (said[1], 1)
    client.post(page, sent | {"message": "And one more thing."})
    assert Ticket.objects.count() == 2


def test_without_a_session_and_with_csrf_checks(rules, page):
    client = Client(enforce_csrf_checks=True)
    assert heading(client.post(page, stamped(rules))) == "Thank you, we have it"


# --- what is wrong


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, ["Please tell us your name."]),
        ({"message": ""}, ["Please write a few words."]),
        ({"email": "b@kessler"}, ["This is not an e-mail address."]),
        ({"phone": "soon"}, ["This is not a phone number."]),
        ({"email": ""}, ["Please leave an e-mail address or a phone number, so that we can answer."]),
        ({"kind": "callback"}, ["Please leave the number under which we can call you."]),
        ({"kind": "spam"}, ["Please choose one."]),
        ({"message": "x" * 5001}, ["That is too long: at most 5000 letters, please."]),
        ({"call_on": "2020-01-01"}, ["Please choose one."]),
        ({"name": "\x00x"}, ["Null characters are not allowed."]),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(client, rules, page, changes, told):
    response = client.post(page, stamped(rules, **changes))
    assert (response.status_code, errors(response)) == (422, told)
    html = response.content.decode()
    assert "Nothing was sent yet: please look at what is marked below." in html
    assert ("Order 4711" in html, 'aria-invalid="true"' in html) == (True, True)
    assert not Ticket.objects.exists()
    assert hidden(response)["stamp"] == stamped_of(client, response)


def stamped_of(client, response):
    """The stamp that was sent: a person has been at that page since."""
    return response.wsgi_request.POST["stamp"]


def test_empty(client, page):
    response = client.post(page, {})
    assert (response.status_code, len(errors(response))) == (422, 4)


# --- calls


def at(hour, minute=0, day=17):
    """An instant by the team's clocks in Berlin."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "now", "call"),
    [
        ({"call_on": "2026-11-18", "call_at": "15:00"}, NOW, at(15, day=18)),
        ({"call_on": "2026-11-17", "call_at": "11:00"}, NOW, at(11)),
        ({"call_on": "2026-11-18"}, NOW, at(9, day=18)),
        ({"call_on": "2026-11-17"}, NOW, at(11)),
        ({"call_at": "09:00"}, NOW, at(9, day=18)),
        ({"call_at": "12:00"}, NOW, at(12)),
        ({}, NOW, None),
        ({"call_at": "16:00"}, at(18, day=20), at(16, day=23)),  # Friday at closing time
    ],
)
def test_when_to_call(rules, said, now, call):
    form = ask(rules, now=now, kind="callback", phone="069 12345", **said)
    assert (form.is_valid(), form.cleaned_data["call"]) == (True, call)


@pytest.mark.parametrize(
    ("said", "now"),
    [({"call_on": "2026-11-17", "call_at": "10:00"}, NOW), ({"call_on": "2026-11-17"}, at(17, 30))],
)
def test_a_time_that_is_over(rules, said, now):
    form = ask(rules, now=now, kind="callback", phone="069 12345", **said)
    assert form.errors == {"call_at": ["That time is over. Please choose a later one."]}


def test_only_working_days_and_hours_are_offered(rules):
    rules.team.country, rules.opens_at, rules.closes_at = "DE", time(8, 30), time(12)
    form = ask(rules, now=at(13, day=17).replace(month=12, day=23))
    assert [value for value, _word in form.fields["call_on"].choices][:4] == [
        "", "2026-12-24", "2026-12-28", "2026-12-29",
    ]  # fmt: skip
    assert [word for _value, word in form.fields["call_at"].choices][1:] == [
        "08:30",
        "09:30",
        "10:30",
        "11:30",
    ]
    assert form.place == "Berlin"


def test_who_asks_for_something_else_is_not_called(rules):
    form = ask(rules, call_on="2026-11-18", call_at="15:00")
    assert (form.is_valid(), form.cleaned_data["call"]) == (True, None)


def test_the_call_is_in_the_ticket_and_on_the_page(client, rules, page):
    form = ContactForm(rules=rules, now=timezone.now())
    day, hour = form.fields["call_on"].choices[-1][0], form.fields["call_at"].choices[-1][0]
    sent = stamped(rules, kind="callback", phone="069 12345", call_on=day, call_at=hour)
    response = client.post(page, sent)
    ticket = Ticket.objects.get()
    assert rules.on_clock(ticket.call_at).isoformat() == f"{day}T{hour}:00"
    assert "We call you at the time you wished" in response.content.decode()


@pytest.mark.parametrize("language", ["de", "ka"])
def test_whatever_the_browser_speaks_colleagues_read_their_own_language(client, rules, page, nino, language):
    make_dossier(owner=nino, email="b@kessler.example")
    with time_machine.travel(NOW, tick=False):
        sent = stamped(rules, kind="callback", phone="069 12345", call_on="", call_at="")
        client.post(page, sent, headers={"Accept-Language": language})
    assert Slip.objects.get().reason == "Call back, ticket 1: Order 4711"
    assert Ticket.objects.get().messages.get(kind="event").text == "Call back on Tue 17 Nov"


def test_a_team_that_never_works(rules):
    rules.team.working_days = ""
    form = ask(rules, kind="callback", phone="069 12345", call_at="10:00")
    assert (form.is_valid(), form.cleaned_data["call"]) == (True, None)
    assert taken(rules, NOW).promised_on == NOW.date()


def taken(rules, now, **said):
    """The ticket of somebody who wants a call at any time."""
    form = ask(rules, now=now, kind="callback", phone="069 12345", **said)
    assert form.is_valid(), form.errors
    stamp = Stamp.new(rules, now=now)
    return take(rules=rules, said=form.cleaned_data, stamp=stamp, language="de", now=now)


@pytest.mark.parametrize(
    ("now", "day"),
    [(NOW, 17), (at(7), 17), (at(17), 17), (at(17, 1), 18), (at(23, day=20), 23), (at(12, day=21), 23)],
)
def test_who_names_no_time_is_called_at_once_be_it_the_next_working_day(rules, now, day):
    ticket = taken(rules, now)
    assert (ticket.call_at, ticket.promised_on) == (None, date(2026, 11, day))
    assert ticket.promised_on <= rules.on_clock(ticket.answer_due_at).date()


def test_a_dossier_is_pulled_to_the_day_of_such_a_call(rules, nino):
    kessler = make_dossier(owner=nino, email="b@kessler.example", due_on=date(2026, 12, 1)).customer
    ticket = taken(rules, NOW)
    assert Slip.objects.values_list("source", "reason", "speaks_on").get() == (
        "callback", "Call back, ticket 1: Order 4711", date(2026, 11, 17),
    )  # fmt: skip
    assert FollowUp.objects.open().get(customer=kessler).due_on == date(2026, 11, 17)
    assert ticket.promise == "Call back on Tue 17 Nov"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "We call you as soon as we can, in our working hours: by Wednesday, 18 November, 11:03 at the latest."),
        ("de", "so bald wie möglich"),
        ("ka", "რაც შეიძლება მალე"),
    ],
)  # fmt: skip
def test_who_names_no_time_is_told_by_when_he_is_called(client, rules, page, language, words):
    with time_machine.travel(NOW, tick=False):
        sent = stamped(rules, kind="callback", phone="069 12345", call_on="", call_at="")
        response = client.post(page, sent, headers={"Accept-Language": language})
    assert words in response.content.decode()


# --- machines


@pytest.mark.parametrize(
    ("ago", "changes", "doubtful"),
    [
        (timedelta(seconds=2), {}, False),
        (timedelta(hours=23), {}, False),
        (timedelta(seconds=1.9), {}, True),
        (timedelta(hours=25), {}, True),
        (-timedelta(seconds=5), {}, True),
        (timedelta(seconds=30), {"website": "http://x.example"}, True),
        (timedelta(seconds=30), {"message": "https://a.example " * MOST_LINKS}, False),
        (timedelta(seconds=30), {"message": "https://a.example " * (MOST_LINKS + 1)}, True),
        (timedelta(seconds=30), {"name": "www.a.example", "about": "http://b http://c"}, True),
    ],
)
def test_what_is_doubtful(rules, ago, changes, doubtful):
    said = WRITTEN | {"website": ""} | changes
    assert is_doubtful(said, Stamp.new(rules, now=NOW - ago), now=NOW) == doubtful


@pytest.mark.parametrize(
    "changes",
    [
        {"stamp": ""},
        {"stamp": "1.2.3:x"},
        {"stamp": "€"},
        {"website": "http://buy.example"},
        {"message": "http://a http://b http://c"},
    ],
)
def test_in_doubt_it_is_asked_once_more_and_that_press_counts(client, rules, page, changes):
    response = client.post(page, stamped(rules, **changes))
    assert (response.status_code, heading(response)) == (200, "Shall we send this?")
    assert not Ticket.objects.exists()
    again = hidden(response)
    assert "website" not in again
    response = client.post(page, again)
    assert (heading(response), Ticket.objects.count()) == ("Thank you, we have it", 1)
    assert Ticket.objects.get().messages.get().text == (WRITTEN | changes)["message"].replace("\r\n", "\n")
    assert heading(client.post(page, again)) == "Thank you, we have it"
    assert Ticket.objects.count() == 1


def test_from_the_second_page_one_can_go_back(client, rules, page):
    response = client.post(page, stamped(rules, ago=timedelta()))
    back = client.post(page, hidden(response) | {"change": "1"})
    assert (back.status_code, heading(back), errors(back)) == (200, "Write to us", [])
    assert "Twelve of 400 are creased." in back.content.decode()
    assert hidden(back)["stamp"] == hidden(response)["stamp"]
    assert not Ticket.objects.exists()


def test_a_bot_that_sends_at_once_opens_nothing(client, rules, page):
    form = hidden(client.get(page))
    for kind in ("question", "complaint", "service"):
        client.post(page, WRITTEN | form | {"kind": kind})
    assert not Ticket.objects.exists()


def test_a_seal_is_good_for_its_words_only(client, rules, page):
    sealed = hidden(client.post(page, stamped(rules, ago=timedelta())))
    assert heading(client.post(page, sealed | {"message": "Buy now"})) == "Shall we send this?"
    stamp = Stamp.new(rules, now=NOW)
    said = WRITTEN | {"call_on": "", "call_at": ""}
    good = seal(said, stamp)
    assert is_sealed(good, said, stamp)
    assert not any(is_sealed(bad, said, stamp) for bad in ("", good[:-1], str(stamp), good.swapcase()))
    assert not is_sealed(good, said, Stamp.new(rules, now=NOW))
    assert not is_sealed(good, said, None)


def test_a_stamp_is_good_for_its_page_and_team_only(rules):
    good = str(Stamp.new(rules, now=NOW))
    assert (Stamp.read(good, rules).made_at, Stamp.read(good, make_rules())) == (NOW, None)
    for place in range(len(good)):
        bad = good[:place] + ("x" if good[place] != "x" else "y") + good[place + 1 :]
        assert Stamp.read(bad, rules) is None


def test_after_the_secret_key_was_changed(rules, settings):
    good, old = str(Stamp.new(rules, now=NOW)), settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-that-is-long-enough-to-be-one-31"
    assert Stamp.read(good, rules) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert Stamp.read(good, rules).made_at == NOW


def test_scanners_change_nothing(client, page):
    before, seen = fingerprint(), set()
    for turn in range(30):
        agent = {"user-agent": SCANNERS[turn % len(SCANNERS)]}
        for method in ("get", "head", "options"):
            ask = getattr(client, method)
            seen.add(ask(page, headers=agent, REMOTE_ADDR=f"192.0.2.{turn}").status_code)
    assert seen == {200, 405}
    assert fingerprint() == before


# --- limits


def test_five_an_hour_from_one_client_and_nothing_is_lost(client, rules, page):
    for n in range(5):
        client.post(page, stamped(rules, email=f"{n}@x.example"))
    response = client.post(page, stamped(rules, email="6@x.example"))
    assert (response.status_code, Ticket.objects.count()) == (429, 5)
    html = response.content.decode()
    assert ("You have written several times just now" in html, "creased" in html) == (True, True)
    again = client.post(page, stamped(rules, email="6@x.example"), REMOTE_ADDR="192.0.2.9")
    assert (again.status_code, Ticket.objects.count()) == (200, 6)


def test_five_an_hour_of_one_address(client, rules, page):
    for n in range(6):
        response = client.post(page, stamped(rules), REMOTE_ADDR=f"192.0.2.{n}")
    assert (response.status_code, Ticket.objects.count()) == (429, 5)
    Ticket.objects.update(opened_at=timezone.now() - timedelta(hours=1))
    assert client.post(page, stamped(rules), REMOTE_ADDR="192.0.2.77").status_code == 200


def test_thirty_requests_a_minute(client, rules, page):
    assert {client.get(page).status_code for _ in range(30)} == {200}
    response = client.post(page, stamped(rules))
    assert (response.status_code, heading(response)) == (429, "Write to us")
    assert ("creased" in response.content.decode(), response.headers["Retry-After"]) == (True, "60")
    assert client.get(page, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_unknown_pages_are_limited_together(client, rules, page):
    assert [client.get(f"/contact/{n}/").status_code for n in range(31)] == [404] * 30 + [429]
    assert client.get(page).status_code == 200
