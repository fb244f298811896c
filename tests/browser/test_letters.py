"""Writing letters: seen at once beside the words, sent and taken back, all by keyboard."""

import pytest
from playwright.sync_api import expect

from contacts.letters.presets import find_preset
from contacts.models import Entry, Letter
from crm.mail.models import OutgoingMail
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import make_dossier, make_sender


@pytest.fixture
def kessler(nino):
    make_sender(team=nino.team, name="Lindner Packaging")
    return make_dossier(
        owner=nino, name="Kessler", email="office@kessler.example", person="Barbara Kessler"
    ).customer


@pytest.fixture
def thanks(team):
    letter, texts = find_preset("thanks").letter(team)
    letter.save()
    for text in texts:
        text.save()
    return letter


def test_a_letter_is_written_seen_sent_and_taken_back_by_keyboard(open_as, nino, kessler, thanks):
    page = open_as(nino, kessler.get_absolute_url())
    page.get_by_role("link", name="Write").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Begin with").focus()
    page.keyboard.press("T")  # one letter each: a machine that stops between two would begin a new word
    page.keyboard.press("Tab")
    page.keyboard.press("D")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/write/?letter=*")
    seen = page.frame_locator(".rb-frames iframe >> nth=-1")
    seen.get_by_text("vielen Dank für Ihre Bestellung.").nth(1).wait_for()
    page.get_by_label("Subject").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Danke, Barbara")
    seen.get_by_text("Danke, Barbara").wait_for()
    expect(page.locator(".rb-frames iframe")).to_have_count(1)
    page.get_by_role("button", name="Send the letter").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Your letter to Kessler leaves in a moment.").wait_for()
    expect(page.locator(".rb-tl__mail")).to_have_text("waiting · take back", use_inner_text=True)
    assert OutgoingMail.objects.get().subject == "Danke, Barbara"
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Taken back: nothing was sent.").wait_for()
    expect(page.get_by_label("Subject")).to_have_value("Danke, Barbara")
    assert not Entry.objects.exists()


def test_what_is_shown_while_typing_is_no_step_of_back(open_as, nino, kessler):
    page = open_as(nino, kessler.get_absolute_url())
    page.get_by_role("link", name="Write").click()
    seen = page.frame_locator(".rb-frames iframe >> nth=-1")
    for word in ("One", "Two"):
        page.get_by_label("Subject").fill(word)
        seen.get_by_text(word, exact=True).wait_for()
        expect(page.locator(".rb-frames iframe")).to_have_count(1)
    page.go_back()
    page.wait_for_url(f"**{kessler.get_absolute_url()}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_letter_is_seen_without_a_script(open_as, nino, kessler, viewport):
    page = open_as(nino, f"{kessler.get_absolute_url()}write/", viewport, java_script_enabled=False)
    page.get_by_label("Subject").fill("Hello {name}")
    page.locator("[data-preview]").click()
    seen = page.frame_locator(".rb-frames iframe >> nth=-1")
    seen.get_by_text("Hello Barbara Kessler", exact=True).wait_for()
    page.get_by_role("button", name="Send the letter").click()
    page.get_by_text("Your letter to Kessler leaves in a moment.").wait_for()


def test_a_lead_looks_at_a_letter_with_another_customer(open_as, lead, kessler, thanks):
    page = open_as(lead, thanks.get_absolute_url())
    seen = page.frame_locator(".rb-frames iframe >> nth=-1")
    seen.get_by_text("with words of a made-up customer").wait_for()
    page.get_by_label("Customer", exact=True).fill("Kess")
    seen.get_by_text("to Kessler, office@kessler.example").wait_for()
    page.get_by_label("Language", exact=True).select_option("ka")
    seen.get_by_text("პატივცემულო Barbara Kessler,").first.wait_for()
    page.get_by_role("button", name="Save the letter").click()
    page.get_by_text("“Thank you for your order” is saved.").wait_for()
    assert Letter.objects.get().texts.count() == 3
