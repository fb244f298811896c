"""A calendar to subscribe to, the stack as a file, and today's tab with the network cut."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Error, expect
from pypdf import PdfReader

from tests.browser.axe import SCRIPT, faults
from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, make_dossier

NOTHING_KEPT = "caches.keys().then((all) => !all.length)"
NO_WORKER = "navigator.serviceWorker.getRegistrations().then((all) => !all.length)"
# A browser of its own, so that no other test finds a worker in it.
OWN = {"locale": "en-GB", "reduced_motion": "reduce"}


def until(page, promise):
    """Wait until what is promised is true; wait_for_function takes any promise for true."""
    page.evaluate(
        f"""async () => {{
            for (let frames = 0; !(await {promise}); frames++) {{
                if (frames > 3600) throw new Error("never");
                await new Promise(requestAnimationFrame);
            }}
        }}"""
    )


@pytest.fixture
def today(nino, levan):
    for user, name in ((nino, "Weingut Kessler"), (levan, "Castle Mead")):
        make_dossier(
            owner=user, due_on=user.today(), name=name, plan="600 cartons?", phone="+49 69 90009 142"
        )


@pytest.fixture
def kept(open_as, today, nino):
    """A phone that keeps today's tab."""
    page = open_as(nino, "/binder/pocket/", PHONE, **OWN)
    page.get_by_role("button", name="Keep it on this device").click()
    page.get_by_text("Kept on this device").wait_for()
    yield page
    page.context.set_offline(False)
    page.goto("/binder/pocket/")
    page.evaluate("caches.delete('pocket')")
    page.evaluate(
        "navigator.serviceWorker.getRegistrations().then((a) => Promise.all(a.map((r) => r.unregister())))"
    )


def test_the_address_is_made_copied_and_given_up_without_a_script_too(open_as, nino):
    page = open_as(nino, "/settings/", PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Agreed times in your calendar").click()
    page.get_by_role("button", name="Make an address").click()
    field = page.get_by_label("Private address")
    address = field.input_value()
    assert address.endswith(".ics")
    page.get_by_role("button", name="Replace").click()
    expect(field).not_to_have_value(address)
    expect(field).to_have_value(re.compile(r"\.ics$"))
    page.get_by_role("button", name="Give it up").click()
    page.get_by_text("There is none.").wait_for()


def test_the_address_is_copied_by_one_press(open_as, nino):
    page = open_as(nino, "/settings/calendar/", PHONE, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_label("Private address")).to_be_visible()
    assert faults(page) == {}
    page.get_by_role("button", name="Copy the address").click()
    page.get_by_role("button", name="Copied").wait_for()
    address = page.get_by_label("Private address").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_the_stack_is_taken_along_as_a_file(open_as, today, nino):
    page = open_as(nino, "/binder/", java_script_enabled=False)
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    content = download.value.path().read_bytes()
    assert "Weingut Kessler" in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_without_a_network_every_page_is_todays_tab_and_says_how_old_it_is(kept):
    put_copy_of(kept, minutes_ago=90)
    kept.context.set_offline(True)
    for path in ("/binder/", "/customers/"):
        kept.goto(path)
        kept.get_by_role("heading", name="Weingut Kessler").wait_for()
        kept.get_by_text("There is no network.").wait_for()
        expect(kept.locator("[data-made]")).to_have_text("1 hour ago")
    assert kept.locator(".rb-pocket__num").evaluate("(each) => getComputedStyle(each).fontSize") == "56px"
    kept.context.set_offline(False)
    kept.goto("/customers/")
    kept.get_by_role("heading", name="Customers").wait_for()


def test_it_has_no_barriers_with_the_network_cut(kept):
    kept.evaluate("path => caches.open('pocket').then((cache) => cache.add(path))", SCRIPT)
    kept.context.set_offline(True)
    kept.goto("/binder/")
    kept.get_by_text("There is no network.").wait_for()
    expect(kept.locator("form, input, textarea, select")).to_have_count(0)
    assert faults(kept) == {}


def test_nothing_stays_after_logging_out(kept):
    kept.goto("/account/logout/")
    kept.get_by_role("button", name="Log out").last.click()
    kept.get_by_role("heading", name="Log in").wait_for()
    until(kept, NO_WORKER)
    until(kept, NOTHING_KEPT)


def test_nothing_stays_when_the_login_has_run_out(kept):
    kept.context.clear_cookies()
    kept.goto("/binder/")
    kept.get_by_role("heading", name="Log in").wait_for()
    until(kept, NO_WORKER)
    until(kept, NOTHING_KEPT)


def test_nothing_stays_when_somebody_else_logs_in(kept, levan):
    levan.set_password(PASSWORD)
    levan.save()
    kept.context.clear_cookies()
    kept.goto("/account/login/")
    kept.fill("[name=login]", levan.email)
    kept.fill("[name=password]", PASSWORD)
    kept.get_by_role("button", name="Log in").click()
    kept.get_by_role("link", name="Castle Mead").first.wait_for()
    until(kept, NOTHING_KEPT)


def test_somebody_elses_page_forgets_it_at_once(kept, levan, session_of):
    kept.context.add_cookies([session_of(levan)])
    kept.goto("/help/")
    until(kept, NO_WORKER)
    until(kept, NOTHING_KEPT)


def put_copy_of(page, minutes_ago):
    """The kept copy, as if it had been kept that long ago."""
    page.evaluate(
        """async (minutes) => {
            const cache = await caches.open("pocket");
            const page = await cache.match("/binder/pocket/", { ignoreVary: true });
            const headers = { "X-Kept-For": page.headers.get("X-Kept-For"), "Content-Type": "text/html" };
            const at = Date.now() - minutes * 60000;
            headers["X-Kept-At"] = at;
            const made = `data-made="${new Date(at).toISOString()}"`;
            const text = (await page.text()).replace(/data-made="[^"]*"/, made);
            await cache.put("/binder/pocket/", new Response(text, { headers }));
        }""",
        minutes_ago,
    )


def test_it_renews_itself_with_the_pages_one_opens(kept, nino):
    make_dossier(owner=nino, due_on=nino.today(), name="Bäckerei Sonnentor")
    kept.goto("/help/")
    put_copy_of(kept, 6)
    kept.goto("/help/")
    text = "caches.match('/binder/pocket/', { ignoreVary: true }).then((page) => page.text())"
    until(kept, f"{text}.then((words) => words.includes('Sonnentor'))")


def test_after_a_day_it_is_shown_no_more(kept):
    put_copy_of(kept, 24 * 60 + 1)
    kept.context.set_offline(True)
    with pytest.raises(Error, match="ERR_FAILED"):
        kept.goto("/binder/")
    kept.context.set_offline(False)
    kept.goto("/help/")
    until(kept, NOTHING_KEPT)
