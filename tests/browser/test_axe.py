"""What is wrong with a page is found, even if it looks well at the other width or in the other theme."""

from tests.browser.axe import faults
from tests.browser.conftest import PHONE

PAGE = """<!doctype html><html lang="en"><title>A page</title>
<style>
:root { color-scheme: light dark; background: #fff; color: #222 }
@media (prefers-color-scheme: dark) { :root { background: #222; color: #eee } }
a { color: #336; text-decoration: none }
@media (prefers-color-scheme: dark) { a { color: #ccf } }
.desk { display: none }
@media (min-width: 800px) { .desk { display: block } .phone { display: none } }
</style>
<main><h1>A page</h1><p>For <b>both</b></p><p class="desk">For a desk</p><p class="phone">For a phone</p></main>
<nav><a href="/">A link</a></nav>"""
DESK, LAMP, DAY = "(min-width: 800px)", "(prefers-color-scheme: dark)", "(prefers-color-scheme: light)"
PLANTED = {
    f"<style>@media {DESK} and {LAMP} {{ b {{ color: #444 }} }}</style>": {1440: ["color-contrast"]},
    f"<style>@media (not {DESK}) and {DAY} {{ b {{ color: #ddd }} }}</style>": {390: ["color-contrast"]},
    f"<style>@media {LAMP} {{ .desk {{ color: #444 }} }}</style>": {1440: ["color-contrast"]},
    f"<style>@media {DAY} {{ .phone {{ color: #ddd }} }}</style>": {390: ["color-contrast"]},
    f"<style>@media {DAY} {{ main {{ background: #333 }} }}</style>": {
        390: ["color-contrast"],
        1440: ["color-contrast"],
    },
    f"<style>@media {DESK} and {DAY} {{ main {{ background: #333 }} }}</style>": {1440: ["color-contrast"]},
    "<style>b { opacity: .3 }</style>": {390: ["color-contrast"] * 2},
    "<style>p { position: relative; color: #ddd } p::before { content: ''; position: absolute; inset: 0 }</style>": {
        390: ["color-contrast"],
        1440: ["color-contrast"],
    },
    "<nav aria-label='Other'>Text with <a href='/'>a link</a></nav>": {390: ["link-in-text-block"] * 2},
    "<main class='desk'></main>": {1440: ["landmark-no-duplicate-main", "landmark-unique"]},
    "<input>": {390: ["label", "region"], 1440: ["label", "region"]},
    "<hr style='width: 500px'>": {390: ["runs off"]},
}


def faults_of(page, body):
    page.route("**/planted/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("/planted/")
    return {
        width: [name for name, _ in found] + ["runs off"] * is_off
        for width, (found, is_off) in faults(page).items()
    }


def test_a_planted_fault_is_found(open_as, db):
    """Colours that are wrong at both widths are told of on the phone."""
    page = open_as(None, "/start/", PHONE)
    assert faults_of(page, PAGE) == {}
    for planted, wrong in PLANTED.items():
        assert (planted, faults_of(page, PAGE + planted)) == (planted, wrong)
