"""The outbox in a browser: the framed mail, the counts that come anew, and the way through it by keys."""

import re

import pytest
from playwright.sync_api import expect

from crm.mail.actions import Content, Recipient, compose
from crm.mail.kinds import Kind
from crm.mail.models import OutgoingMail, State
from tests.browser.axe import faults
from tests.browser.clock import open_with_clock
from tests.browser.conftest import PHONE
from tests.factories import NOW, make_mail, make_sender
from tests.mail.test_domain import ALL_WELL, OWN, Told


@pytest.fixture
def sender(live_server, team, lead):
    return make_sender(team=team)


@pytest.fixture
def doubt(sender):
    return make_mail(team=sender.team, subject="Your cartons", state=State.UNKNOWN, reason="cut_off")


def letter(sender) -> OutgoingMail:
    mail = compose(
        sender=sender,
        kind=Kind("letter", "Letter"),
        key="letter:1",
        to=Recipient("Barbara Kessler", "b@kessler.example", "en"),
        content=Content("Your cartons", "They are ready.", '<p id="said">They are ready.</p>'),
        now=NOW,
        valid_for=NOW - NOW.replace(year=2025),
    )
    # What a stranger might write; nothing of it may come to life.
    mail.html = mail.html.replace("</body>", '<script>document.title = "woken"</script></body>')
    mail.save()
    return mail


PAPER = {"light": "rgb(255, 254, 251)", "dark": "rgb(34, 37, 43)"}


def test_the_mail_is_drawn_in_its_frame_with_its_styles_and_without_its_scripts(
    chromium, live_server, session_of, sender, lead
):
    mail = letter(sender)
    # A window of its own: the browser says on the console that it has blocked the script.
    with chromium.new_context(base_url=live_server.url) as context:
        context.add_cookies([session_of(lead)])
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"/outbox/{mail.pk}/")
        frame = page.frame_locator("iframe")
        frame.locator("#said").wait_for()
        sheet = frame.locator("table.sheet")
        drawn = {}
        for scheme in PAPER:
            page.emulate_media(color_scheme=scheme)
            drawn[scheme] = sheet.evaluate("sheet => getComputedStyle(sheet).backgroundColor")
        assert (drawn, sheet.bounding_box()["width"]) == (PAPER, 600)
        assert page.frames[1].evaluate("[document.title, window.origin]") == ["Your cartons", "null"]
        assert [re.sub(r".*(Blocked script execution).*", r"\1", text, flags=re.S) for text in said] == [
            "Blocked script execution"
        ]


def test_a_doubt_is_decided_by_keys_alone(open_as, doubt, lead):
    page = open_as(lead, "/outbox/")
    page.get_by_role("link", name="Barbara Kessler Your cartons").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Not certain").wait_for()
    page.wait_for_load_state()
    reach(page, "Send again")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("It leaves again as soon as it may.").wait_for()
    doubt.refresh_from_db()
    assert (doubt.state, doubt.settled_by) == (State.QUEUED, lead)


def reach(page, name: str) -> None:
    """Press Tab until the button has the focus."""
    for _ in range(60):
        if page.evaluate("document.activeElement.innerText || ''").strip() == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to “{name}”")


def test_counts_follow_while_something_waits_and_the_search_does_not_lose_its_text(open_as, sender, lead):
    mail = make_mail(team=sender.team)
    page = open_with_clock(open_as, lead, "/outbox/")
    page.locator(".is-waiting b").get_by_text("1").wait_for()
    page.fill("#mail-q", "nobody")
    page.get_by_text("No such mail went to “nobody”.").wait_for()
    mail.take_out(by=lead, now=NOW)
    page.clock.fast_forward("05")
    page.locator(".is-held b").get_by_text("1").wait_for()
    expect(page.locator("#mail-q")).to_have_value("nobody")
    expect(page.locator("#standing")).not_to_have_attribute("hx-get", re.compile(""))


def test_who_stands_on_a_count_stays_there_when_it_comes_anew(open_as, sender, lead):
    make_mail(team=sender.team)
    page = open_with_clock(open_as, lead, "/outbox/")
    page.focus("#heap-sent")
    make_mail(team=sender.team)
    page.clock.fast_forward("05")
    page.locator(".is-waiting b").get_by_text("2").wait_for()
    expect(page.locator("#heap-sent")).to_be_focused()


def test_without_scripts_all_of_it_works(open_as, doubt, lead):
    page = open_as(lead, "/outbox/", java_script_enabled=False)
    page.get_by_role("button", name="Pause all mail").click()
    page.get_by_text("All mail is paused.").wait_for()
    page.get_by_role("button", name="Go on sending").click()
    expect(page.get_by_role("button", name="Pause all mail")).to_be_visible()
    page.fill("#mail-q", "kessler")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page).to_have_url(re.compile("q=kessler"))
    page.locator("#found").get_by_role("link", name="Your cartons").click()
    page.get_by_role("button", name="Mark as delivered").click()
    page.get_by_text("Marked as delivered.").wait_for()


def test_what_the_dns_says_is_shown_in_place(open_as, sender, lead, monkeypatch):
    records = ALL_WELL | {OWN: ["v=spf1 +all"], "_dmarc.carton.example": []}
    monkeypatch.setattr("crm.mail.dns.Dns", lambda: Told(records))
    page = open_as(lead, "/outbox/domain/", PHONE, reduced_motion="reduce")
    page.get_by_role("button", name="Check carton.example now").click()
    page.get_by_text("It allows everybody in the world to send in your name.").wait_for()
    expect(page).to_have_url(re.compile(r"/outbox/domain/\?check=1$"))
    assert faults(page) == {}
