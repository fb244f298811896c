"""A series of reminders: built by keyboard, without a script, and watched while its letters leave."""

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from crm.mail.models import State
from segmentation.models import Forecast, Reminder, ReminderLetter, Series
from segmentation.reminding.kind import REPURCHASE
from tests.browser.clock import open_with_clock
from tests.browser.conftest import DESKTOP, PHONE, hold_back
from tests.factories import NOW, make_mail, make_sender
from tests.segmentation.reminders import make_due, make_letter, make_reminder, make_series

NEW = "/segments/reminders/new/"


@pytest.fixture
def drawer(live_server, team, nino, lead):
    """Two who are due, one of whom may not be written to; two letters."""
    make_sender(team=team)
    today = lead.today()
    for consents in (True, False):
        customer = make_due(nino, name="Kessler" if consents else "Zimt", consents=consents, person="Barbara")
        customer.expectation.window_from = today
        customer.expectation.save()
    Forecast.objects.update(as_of=today)
    return [make_letter(team, name=name) for name in ("Boxes again", "Offer")]


def test_a_series_is_built_by_keyboard_while_the_count_follows(open_as, lead, drawer):
    page = open_as(lead, NEW)
    expect(page.locator("#audience .rb-found__n")).to_have_text("1 of 2 customers who are due")
    page.get_by_label("Growing").focus()
    page.keyboard.press("Space")
    expect(page.locator("#audience .rb-found__n")).to_have_text("0 of 0 customers who are due")
    expect(page.get_by_label("Growing")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#audience .rb-found__n")).to_have_text("1 of 2 customers who are due")
    let_go = hold_back(page, "do=remove-2")
    with page.expect_response(lambda answer: "do=count" in (answer.request.post_data or "")):
        page.locator("#id_code_prefix").fill("BOX")
        page.get_by_role("button", name="Remove letter 3").press("Enter")
    let_go()  # it was not lost to the count of what was typed before
    expect(page.locator(".rb-step")).to_have_count(2)
    expect(page.locator("#id_s1-letter")).to_be_focused()
    page.get_by_role("button", name="Try subject lines against each other to letter 1").press("Enter")
    expect(page.locator("#id_s0-A-en")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Still enough boxes, {{name}?")
    page.keyboard.press("Enter")
    expect(page.locator("#id_s0-B-en")).to_have_value("Still enough boxes, {{name}?")
    page.get_by_role("button", name="Save the series").press("Enter")
    expect(page.locator(".rb-errors")).to_contain_text("A brace stands alone")
    page.locator("#id_s0-B-en").fill("Still enough boxes, {name}?")
    page.get_by_role("button", name="Save the series").press("Enter")
    expect(page.locator("h1")).to_have_text("Time to order again")
    series = Series.objects.get()
    assert [step.variants.count() for step in series.steps.all()] == [2, 0]
    page.get_by_role("link", name="Start", exact=True).press("Enter")
    page.get_by_role("button", name="Start, with 1 letter").press("Enter")
    expect(page.locator(".rb-message--success")).to_contain_text("Started. 1 customer has joined")
    assert Reminder.objects.get().series == series


def test_a_series_is_built_and_started_without_a_script(open_as, lead, drawer):
    page = open_as(lead, NEW, PHONE, java_script_enabled=False)
    page.fill("#id_code_prefix", "BOX")
    page.fill("#id_held_out_percent", "0")  # the lot might fall on the only customer
    page.click("[aria-label='Remove letter 3']")
    expect(page.locator(".rb-step")).to_have_count(2)
    page.select_option("#id_s1-letter", label="Offer")
    page.click("text=Show what this gives")
    page.click("text=Try subject lines against each other >> nth=1")
    page.fill("#id_s1-B-en", "One more")
    page.click("text=Save the series")
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("button", name="Start, with 1 letter").click()
    expect(page.locator(".rb-people tbody b").first).to_have_text("Kessler")
    page.get_by_role("button", name="Take out").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".rb-message--success")).to_contain_text("Kessler gets the letter again.")


@pytest.fixture
def weekday(lead):
    """Letters leave now, whatever day and hour it is."""
    lead.team.time_zone = "Europe/Berlin"
    lead.team.save()
    with time_machine.travel(NOW):
        yield


def test_progress_moves_by_itself_until_the_last_letter_has_left(open_as, live_server, lead, weekday):
    series = make_series(lead)
    reminder = make_reminder(make_due(lead), series)
    now = timezone.now()
    mail = make_mail(team=lead.team, kind=REPURCHASE.name, recipient_id=reminder.customer_id, not_before=now)
    ReminderLetter.objects.create(
        reminder=reminder, step=series.steps.first(), mail=mail, queued_on=now.date()
    )
    page = open_with_clock(open_as, lead, series.get_absolute_url())
    expect(page.locator(".rb-run__say")).to_have_text("0 of 1 letter settled")
    mail.state, mail.handed_off_at, mail.settled_at = State.SENT, now, timezone.now()
    mail.save()
    page.clock.fast_forward("03")
    expect(page.locator(".rb-run__say")).to_have_text("1 of 1 letter settled")
    expect(page.locator("#progress")).not_to_have_attribute("hx-trigger", "every 3s")


def test_a_customer_is_taken_out_and_put_back_where_he_stands(open_as, live_server, lead):
    series = make_series(lead)
    for name in ("Anker", "Kessler"):
        make_reminder(make_due(lead, name=name), series)
    page = open_as(lead, f"{series.get_absolute_url()}customers/")
    page.get_by_role("button", name="Take out Kessler").press("Enter")
    undo = page.get_by_role("button", name="Undo Kessler")
    expect(undo).to_be_focused()
    assert Reminder.objects.filter(stopped_why="taken_out").count() == 1
    undo.press("Enter")
    expect(page.get_by_role("button", name="Take out Kessler")).to_be_focused()
    assert not Reminder.objects.exclude(stopped_why="").exists()


def test_a_phone_shows_the_letters_and_then_some_of_their_people(open_as, lead):
    series = make_series(lead)
    for _ in range(6):
        make_reminder(make_due(lead), series)
    page = open_as(lead, series.get_absolute_url(), PHONE)
    for viewport, shown in ((PHONE, 4), (DESKTOP, 6)):
        page.set_viewport_size(viewport)
        expect(page.locator("main h2")).to_have_text(
            ["Letters of today", "The letters", "Next letters", "Where they are"]
        )
        expect(page.locator(".rb-people tbody tr:visible")).to_have_count(shown)
        expect(page.get_by_role("link", name="All 6")).to_be_visible()


def test_the_letter_can_be_looked_at_in_its_frame(open_as, live_server, lead):
    series = make_series(lead)
    reminder = make_reminder(make_due(lead, person="Barbara Kessler"), series)
    page = open_as(lead, f"/segments/reminders/letter/{reminder.pk}/")
    expect(page.frame_locator(".rb-letter__body").locator("body")).to_contain_text("Dear Barbara Kessler,")
