"""Rating links against machines and with a person: browsers that open them, bots that send, somebody who means it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from feedback import saying
from feedback.links import stamp
from feedback.models import Invitation, OpenWord, Rating, Recommendation, Signature, Word
from tests.browser.axe import runs_off, violations
from tests.factories import make_dossier, make_mail, make_sender
from tests.feedback.makers import make_invitation, make_ticket, rate_path

SMALL = {"width": 320, "height": 568}
VALUES = ("bad", "neutral", "good")
AT_THE_PAGE = 30_000  # ms that a scanner's browser waits


@pytest.fixture
def invitation(live_server, team, nino):
    """Sent an hour ago."""
    make_sender(team=team, name="Lindner Packaging")
    customer = make_dossier(owner=nino, email="b@kessler.example").customer
    now = timezone.now()
    ticket = make_ticket(
        customer=customer, opened_at=now - timedelta(days=1), closed_at=now - timedelta(hours=2)
    )
    mail = make_mail(team=team, recipient_id=customer.pk, language="en")
    return make_invitation(
        ticket=ticket, mail=mail, asked_at=now - timedelta(hours=1), made_at=now - timedelta(hours=2)
    )


@pytest.fixture
def scale(invitation):
    now = timezone.now()
    return Invitation.objects.create(
        team=invitation.team,
        customer=invitation.customer,
        question="recommend",
        asked_at=now - timedelta(hours=1),
    )


def post(live_server, invitation, value, *, read_for):
    """What a bot sends that has seen the page so many seconds ago."""
    page = stamp(invitation.public_id, now=timezone.now() - timedelta(seconds=read_for))
    said = urlencode({"v": value, "page": page, "language": "en", "comment": ""}).encode()
    with urlopen(Request(live_server.url + rate_path(invitation), said)) as answer:  # noqa: S310 - our own server
        return answer.read().decode()


@pytest.fixture
def unhurried(monkeypatch):
    """A test may send a form as fast as it can: that a person takes longer, the first one proves."""
    monkeypatch.setattr(saying, "TOO_FAST", timedelta(0))


def hurry(page):
    """As if the form were sent at once, however slow the machine is: nobody can tell when its page was made."""
    page.locator("[name=page]").evaluate("field => field.value = ''")


def counted():
    return [*Rating.objects.counted().values_list("value", flat=True)]


def suspects():
    return [*Word.objects.values_list("suspect", flat=True)]


def test_scanners_bots_and_one_person(open_as, live_server, invitation, monkeypatch):
    """Each link is open for half a minute in a browser that runs what there is to run; that writes nothing. What
    bots send is doubted. The person opens good, changes to neutral and sends: two clicks, one rating.
    """
    tabs = [open_as(None, rate_path(invitation, value)) for value in VALUES]
    tabs[-1].wait_for_timeout(AT_THE_PAGE)
    for tab, value in zip(tabs, VALUES, strict=True):
        expect(tab.locator(f"[value={value}]")).to_be_checked()
    assert (Word.objects.count(), Rating.objects.count()) == (0, 0)

    with monkeypatch.context() as patient:  # also where a busy machine takes longer than a bot
        patient.setattr(saying, "TOO_FAST", timedelta(minutes=1))
        patient.setattr(saying, "TOO_DIFFERENT", timedelta(minutes=5))
        assert "Yes, send it" in post(live_server, invitation, "good", read_for=0.2)
        assert (counted(), suspects()) == ([], ["fast"])

        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda value: post(live_server, invitation, value, read_for=90), VALUES))
    assert counted() == []
    assert sorted(suspects()) == ["different"] * 3 + ["fast"]
    Word.objects.update(said_at=timezone.now() - timedelta(minutes=5))  # that was before breakfast

    person = open_as(None, rate_path(invitation, "good"), SMALL, java_script_enabled=False)
    person.get_by_text("Neutral", exact=False).first.click()
    person.wait_for_timeout(2100)
    person.get_by_role("button", name="Send rating").click()
    expect(person.locator("h1")).to_have_text("Thank you")
    assert (counted(), Rating.objects.count()) == (["neutral"], 1)
    assert person.context.cookies() == []


def test_one_more_press_is_enough_for_a_hasty_person(open_as, invitation):
    page = open_as(None, rate_path(invitation, "bad"), SMALL, java_script_enabled=False)
    page.get_by_label("One line for Nino, if you like").fill("Creased again")
    hurry(page)
    page.get_by_role("button", name="Send rating").click()
    page.get_by_role("button", name="Yes, send it").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    assert [*Rating.objects.counted().values_list("value", "comment")] == [("bad", "Creased again")]


def test_a_line_is_added_and_the_choice_is_changed(open_as, invitation, unhurried):
    page = open_as(None, rate_path(invitation, "good"), SMALL, java_script_enabled=False)
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    page.get_by_label("One line for Nino, if you like").fill("Fast")
    page.get_by_role("button", name="Add the line").click()
    expect(page.locator(".rb-told")).to_contain_text("“Fast”")
    Word.objects.update(said_at=timezone.now() - timedelta(minutes=1))
    page.get_by_role("link", name="Change it").click()
    expect(page.get_by_label("One line for Nino, if you like")).to_have_value("Fast")
    page.get_by_label("Bad").check(force=True)
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    assert counted() == ["bad"]


def test_the_keyboard_is_enough(open_as, invitation, unhurried):
    page = open_as(None, rate_path(invitation, "good"), SMALL)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Neutral")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("So so")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you")
    assert [*Rating.objects.counted().values_list("value", "comment")] == [("neutral", "So so")]


def test_each_choice_says_a_sentence(open_as, invitation):
    page = open_as(None, rate_path(invitation), SMALL)
    names = [page.get_by_role("radio").nth(n) for n in range(3)]
    for radio, name in zip(
        names,
        ("Bad – I was not content.", "Neutral – It was all right.", "Good – I am content."),
        strict=True,
    ):
        expect(radio).to_have_accessible_name(name)


def test_the_scale_by_keyboard_at_320_pixels(open_as, scale, unhurried):
    page = open_as(None, rate_path(scale, "7"), SMALL)
    boxes = [page.locator(".rb-scale span").nth(n).bounding_box() for n in (0, 10)]
    assert all(box["width"] >= 36 and box["height"] >= 44 for box in boxes)
    page.keyboard.press("Tab")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Send rating").press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you")
    assert [*Recommendation.objects.values_list("score", flat=True)] == [9]


@pytest.mark.parametrize("language", ["en", "de", "ka"])
def test_axe_finds_nothing_and_nothing_runs_off(open_as, nino, invitation, scale, language):
    signature = Signature.objects.create(user=nino)
    in_language = f"?language={language}"
    page = open_as(None, f"/o/{signature.code}/{in_language}&v=bad", SMALL, reduced_motion="reduce")
    found = {"open": (violations(page), runs_off(page))}
    page.goto(rate_path(scale) + in_language)
    found["scale"] = (violations(page), runs_off(page))
    for choice in VALUES:
        page.goto(f"{rate_path(invitation)}{in_language}&v={choice}")
        page.locator("details").evaluate("details => details.open = true")
        found[choice] = (violations(page), runs_off(page))
    hurry(page)
    for state in ("sure", "thanks"):
        with page.expect_navigation():
            page.get_by_role("button").click()
        found[state] = (violations(page), runs_off(page))
    Word.objects.update(confirmed_at=timezone.now() - timedelta(days=14))
    page.goto(rate_path(invitation) + in_language)
    found["said"] = (violations(page), runs_off(page))
    Invitation.objects.update(revoked_at=timezone.now())
    page.goto(rate_path(invitation) + in_language)
    found["over"] = (violations(page), runs_off(page))
    assert found == dict.fromkeys(found, ([], False))


def test_who_has_the_link_under_a_mail_rates_in_two_clicks(open_as, nino, live_server):
    signature = Signature.objects.create(user=nino)
    page = open_as(None, f"/o/{signature.code}/?v=good&language=en", SMALL, java_script_enabled=False)
    hurry(page)
    page.get_by_role("button", name="Send rating").click()
    page.get_by_role("button", name="Yes, send it").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    assert OpenWord.objects.get().value == "good"
