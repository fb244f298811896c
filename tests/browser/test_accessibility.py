"""axe finds nothing on any page, by day and by lamp, on a desk and on a phone; and nothing runs off the page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from contacts.actions import set_tags
from crm.mail.models import State
from crm.mail.tokens import UNSUBSCRIBE, token_for
from crm.team.models import User
from feedback.reading.award import award_all
from followups.dates import Tab
from followups.models import LeftBehind
from segmentation.models import Forecast, ReminderLetter, Segment
from tests.browser.axe import faults, runs_off, violations
from tests.browser.conftest import PHONE
from tests.factories import (
    NOW,
    make_absence,
    make_dossier,
    make_entry,
    make_letter,
    make_mail,
    make_person,
    make_purchase,
    make_sender,
    make_slip,
    make_user,
)  # fmt: skip
from tests.feedback.said import rate, recommend
from tests.segmentation.buyers import make_buyer, make_scoring
from tests.segmentation.reminders import make_due, make_reminder, make_series


@pytest.fixture
def world(live_server, team, nino, levan, lead):
    """A binder with something behind every kind of tab."""
    today = nino.today()
    first = make_dossier(
        owner=nino, due_on=today, at="10:15", name="Weingut Kessler & Sohn", plan="600 gift cartons, yes or no?",
        person="Barbara Kessler", phone="+49 69 90009 142", email="b@kessler.example", best_time="before noon",
        street="Rheinstraße 14", postcode="55276", town="Oppenheim",
    )  # fmt: skip
    make_entry(
        customer=first.customer, kind="call", outcome="agreed", text="Likes the window carton", next_on=today
    )
    for days in (0, 30, 75):
        make_purchase(customer=first.customer, bought_on=today - timedelta(days), product_group="Boxes")
    make_person(customer=first.customer, name="Matthias", role="uses", phone="+49 69 90009 145")
    make_slip(customer=first.customer, speaks_on=today, reason="Barbara turns 50")
    make_slip(customer=first.customer, key="old", speaks_on=today - timedelta(9), reason="Matthias turns 40")
    make_dossier(owner=nino, due_on=today, name="Sehr lange Donaudampfschifffahrtsgesellschaft mbH & Co. KG")
    for _ in range(2):
        make_dossier(owner=nino, due_on=today - timedelta(3), name="Bergmann Optik")
    make_dossier(owner=nino, due_on=today.replace(day=1), precision="month")
    make_dossier(
        owner=nino, due_on=(today + timedelta(90)).replace(day=1), precision="month", name="ყველის სახლი"
    )
    make_dossier(owner=nino, rest_reason="Closed for the season")
    first.absence = make_absence(user=levan, stand_in=nino, starts_on=today, ends_on=today + timedelta(3))
    make_meanwhile(nino, levan, today=today)
    make_scoring(team, as_of=today)
    make_buyer(owner=nino, name="Metekhi Books", person="Luka", due=5, due_on=today + timedelta(80))
    make_buyer(
        owner=levan, name="Hotel Rebstock", due=-4, score={"r": 5, "f": 5, "group": "vip", "monetary": 9000}
    )
    User.objects.filter(pk=nino.pk).update(own_capacity=1)
    weeks = [[str(today - timedelta(14)), 20.5, 24], [str(today), 21.0, None]]
    Forecast.objects.update_or_create(team=team, defaults={"as_of": today, "weeks": weeks})
    set_tags(customer=first.customer, names=["wine", "fair 2026"])
    first.segment = make_segments(nino)
    first.opt_out = token_for(make_mail(team=team).public_id, purpose=UNSUBSCRIBE)
    first.mail = make_mails(first.customer)
    first.letter = make_letter(
        team=team, en=("For {name}", "{greeting}\n\n[Order](https://x.example/{code})")
    )
    waiting = make_mail(team=team, recipient_id=first.customer_id, kind="letter")
    first.written = make_entry(customer=first.customer, kind="email", text="Boxes\n\nReady.", mail=waiting)
    first.series = make_reminders(lead, today=today)
    make_ratings(nino, levan, lead)
    return first


def make_meanwhile(nino, levan, *, today):
    """Something that Nino did for Levan, moved too often, and left behind."""
    place = make_dossier(owner=levan, due_on=today, name="Metekhi Press")
    make_entry(customer=place.customer, author=nino, on_behalf_of=levan, happened_at=timezone.now())
    often = make_dossier(owner=nino, due_on=today, name="Put off again and again")
    for _ in range(3):
        often = often.move(to=Tab(today), by=nino, now=timezone.now())
    for n in range(1, 9):
        LeftBehind.objects.create(user=nino, day=today - timedelta(n), number=n)


def make_reminders(lead, *, today):
    """A series with letters to come, held out, stopped and of long ago; behind it one that does not run."""
    series = make_series(lead, variants=("Time for new boxes, {name}?", "Still enough?"), held_out_percent=20)
    make_series(lead, name="A draft", running=False)
    first = make_reminder(make_due(lead, name="Kessler"), series, begins_on=today, next_on=today)
    mail = make_mail(team=lead.team, recipient_id=first.customer_id, not_before=timezone.now())
    ReminderLetter.objects.create(reminder=first, step=series.steps.first(), mail=mail, queued_on=today)
    make_reminder(
        make_due(lead, name="Anker"), series, next_on=today + timedelta(9), begins_on=today, steps_done=1
    )
    make_reminder(make_due(lead), series, stopped_at=timezone.now(), stopped_why="taken_out", stopped_by=lead)
    for n in range(8):
        began = today - timedelta(60)
        bought = began + timedelta(3) if n % 3 else None
        make_reminder(
            make_due(lead), series, begins_on=began, next_on=None, held_out=n % 2 == 1, bought_on=bought
        )
    series.first = first
    return series


def make_ratings(nino, levan, lead):
    """Of somebody with many answers and of somebody with few, in two months."""
    now = timezone.now()
    for at in (now, now - timedelta(31)):
        rate(
            nino,
            good=9,
            neutral=2,
            bad=1,
            at=at,
            answered_in=30,
            comment="A very long word: Donaudampfschifffahrt",
        )
        rate(levan, good=2, bad=1, at=at, answered_in=700, product_group="Boxes", group="vip")
    recommend(lead, 10, 9, 3, 8, silent=2, at=now)
    award_all(now)


def make_segments(user):
    """One with a field of each sort, and behind it one with a condition that is not known here."""
    rows = [
        (
            "purchases",
            "worth_span",
            {"amount": "10", "since": "2020-01-01", "until": "2099-01-01", "what": []},
        ),
        ("tags", "any", {"names": ["wine"]}),
        ("town", "is", {"names": ["Oppenheim"]}),
    ]
    filters = [{"condition": c, "operator": o, "values": values} for c, o, values in rows]
    segment = Segment.objects.create(team=user.team, made_by=user, name="Wineries", filters=filters)
    lost = [{"condition": "weather", "operator": "bad", "values": {}}]
    Segment.objects.create(pk=segment.pk + 1, team=user.team, made_by=user, name="Lost", filters=lost)
    return segment


def make_mails(customer):
    """One in each state; the one that nobody knows of is returned."""
    make_sender(team=customer.team, paused_at=NOW)
    mails = [
        make_mail(
            team=customer.team,
            recipient_id=customer.pk,
            to_email="b@kessler.example",
            state=state,
            reason="refused",
            detail="550 5.1.1 <b@kessler.example>: Recipient address rejected: User unknown in virtual mailbox table",
        )
        for state in State
    ]
    return next(mail for mail in mails if mail.state == State.UNKNOWN)


PAGES = {
    "today": lambda f: f"/binder/{f.owner_id}/{f.due_on}/",
    "open dossier": lambda f: f"/binder/{f.owner_id}/{f.due_on}/{f.customer_id}/",
    "month": lambda f: f"/binder/{f.owner_id}/{f.due_on + timedelta(90):%Y-%m}/",
    "cabinet": lambda f: f"/binder/{f.owner_id}/cabinet/",
    "empty tab": lambda f: f"/binder/{f.owner_id}/{f.due_on + timedelta(1)}/",
    "move some": lambda f: reverse("followups:move_some", args=[f.owner_id, f.due_on]),
    "deal out": lambda f: reverse("followups:deal", args=[f.owner_id, f"{f.due_on + timedelta(90):%Y-%m}"]),
    "binders": lambda f: reverse("followups:binders"),
    "level the team": lambda f: reverse("followups:level_team"),
    "new dossier": lambda f: reverse("followups:new"),
    "go to": lambda f: reverse("followups:go") + "?q=Kessler > tomorrow",
    "look back at a day": lambda f: reverse("followups:back", args=[f.owner_id, f.due_on.isoformat()]),
    "look back at a month": lambda f: reverse("followups:back", args=[f.owner_id, f"{f.due_on:%Y-%m}"]),
    "look back of the team": lambda f: reverse("followups:team_back", args=[f"{f.due_on:%Y-%m}"]),
    "while he was away": lambda f: reverse("followups:meanwhile", args=[f.absence.pk]),
    "split a binder": lambda f: reverse("followups:split", args=[f.owner_id]) + "?span=good",
    "absence": lambda f: reverse("team:absence", args=[f.absence.pk]),
    "hand over": lambda f: reverse("contacts:hand_over", args=[f.owner_id]),
    "customers": lambda f: reverse("contacts:list"),
    "nothing found": lambda f: reverse("contacts:list") + "?q=zzzz",
    "dossier": lambda f: reverse("contacts:dossier", args=[f.customer_id]),
    "printed dossier": lambda f: reverse("contacts:print", args=[f.customer_id]),
    "activity matrix": lambda f: reverse("segmentation:matrix"),
    "movers": lambda f: reverse("segmentation:movers"),
    "advice": lambda f: reverse("segmentation:advice"),
    "rules": lambda f: reverse("segmentation:rules"),
    "edit": lambda f: reverse("contacts:edit", args=[f.customer_id]),
    "person": lambda f: reverse("contacts:person_add", args=[f.customer_id]),
    "write": lambda f: reverse("contacts:write", args=[f.customer_id]) + f"?letter={f.letter.pk}&language=ka",
    "take a letter back": lambda f: reverse("contacts:take_back", args=[f.customer_id, f.written.pk]),
    "letters": lambda f: reverse("contacts:letters"),
    "new letter": lambda f: reverse("contacts:letter_new") + "?like=offer",
    "letter": lambda f: reverse("contacts:letter", args=[f.letter.pk]),
    "delete a letter": lambda f: reverse("contacts:letter_delete", args=[f.letter.pk]),
    "legal basis": lambda f: reverse("contacts:legal_basis", args=[f.customer_id]),
    "erase": lambda f: reverse("contacts:erase", args=[f.customer_id]),
    "no advertising": lambda f: reverse("contacts:no_advertising", args=[f.customer_id]),
    "import": lambda f: reverse("contacts:import"),
    "segments": lambda f: reverse("segmentation:overview"),
    "due soon": lambda f: reverse("segmentation:due"),
    "legal basis for all": lambda f: reverse("segmentation:due") + "?basis=1",
    "a cell of segments": lambda f: reverse("segmentation:customers") + "?r=4&f=3",
    "nobody like that": lambda f: reverse("segmentation:due") + "?group=lost",
    "interval": lambda f: reverse("segmentation:interval"),
    "expectations": lambda f: reverse("segmentation:expectations"),
    "own segments": lambda f: reverse("segmentation:own") + "?counted",
    "new segment": lambda f: reverse("segmentation:own_new"),
    "segment": lambda f: reverse("segmentation:own_members", args=[f.segment.pk]),
    "change a segment": lambda f: reverse("segmentation:own_edit", args=[f.segment.pk]),
    "delete a segment": lambda f: reverse("segmentation:own_delete", args=[f.segment.pk]),
    "compare a segment": lambda f: reverse("segmentation:own_compare", args=[f.segment.pk]),
    "segment that is lost": lambda f: reverse("segmentation:own_members", args=[f.segment.pk + 1]),
    "outbox": lambda f: reverse("mail:outbox"),
    "no such mail": lambda f: reverse("mail:outbox") + "?q=zzzz",
    "mail not certain": lambda f: reverse("mail:mail", args=[f.mail.pk]),
    "health of mail": lambda f: reverse("mail:health"),
    "sender": lambda f: reverse("mail:sender"),
    "domain": lambda f: reverse("mail:domain"),
    "reminders": lambda f: reverse("segmentation:series_all"),
    "new series": lambda f: reverse("segmentation:series_new"),
    "series": lambda f: f.series.get_absolute_url(),
    "change a series": lambda f: reverse("segmentation:series_edit", args=[f.series.pk]),
    "start a series": lambda f: reverse("segmentation:series_start", args=[f.series.pk + 1]),
    "stop a series": lambda f: reverse("segmentation:series_stop", args=[f.series.pk]),
    "who gets a letter": lambda f: reverse("segmentation:series_people", args=[f.series.pk]),
    "who was stopped": lambda f: reverse("segmentation:series_people", args=[f.series.pk]) + "?who=stopped",
    "letter of a series": lambda f: (
        reverse("segmentation:reminder_letter", args=[f.series.first.pk]) + "?step=2"
    ),
    "did it help": lambda f: reverse("segmentation:series_report", args=[f.series.pk]),
    "ratings": lambda f: reverse("feedback:ratings"),
    "ratings of a year": lambda f: reverse("feedback:ratings") + "?span=year",
    "no ratings": lambda f: reverse("feedback:ratings") + "?of=2020-01-01",
    "figures": lambda f: reverse("feedback:figures"),
    "employee of the month": lambda f: reverse("feedback:award"),
    "team": lambda f: reverse("team:members"),
    "new member": lambda f: reverse("team:member_new"),
    "absences": lambda f: reverse("team:absences"),
    "team settings": lambda f: reverse("team:settings"),
    "own settings": lambda f: reverse("team:profile"),
    "today without a network": lambda f: reverse("followups:pocket"),
    "what may speak up": lambda f: reverse("followups:slip_wishes"),
    "ignored slips": lambda f: reverse("followups:slips_left"),
    "own calendar": lambda f: reverse("followups:calendar"),
    "help": lambda f: reverse("team:help"),
    "two-step login": lambda f: reverse("mfa_index"),
    "password": lambda f: reverse("account_change_password"),
    "no more letters": lambda f: reverse("mail:unsubscribe", args=[f.opt_out]),
    "not found": lambda f: "/no/such/page/",
}
PARTS = 8  # of the pages, for the processes of a run to share
NARROW = [
    "/binder/",
    "/customers/",
    "/segments/",
    "/settings/",
    "/customers/new/",
    "/segments/own/new/?example=silent-vips",
    "/segments/reminders/",
    "/segments/reminders/new/",
    "/ratings/",
    "/ratings/figures/",
    "/ratings/month/",
]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_inside(open_as, world, lead, part):
    page = open_as(lead, "/binder/", PHONE, reduced_motion="reduce")
    for name, address in list(PAGES.items())[part::PARTS]:
        page.goto(address(world))
        assert (name, faults(page)) == (name, {})


def test_every_page_before_the_login(open_as, live_server, db):
    page = open_as(None, "/start/", PHONE, reduced_motion="reduce")
    assert faults(page) == {}
    make_user()
    for path in ("/account/login/", "/account/password/reset/"):
        page.goto(path)
        assert (path, faults(page)) == (path, {})


def test_what_only_shows_after_a_press(open_as, world, nino):
    page = open_as(nino, "/binder/", reduced_motion="reduce")
    page.fill("#when", "whenever")
    page.locator("#file-note .rb-ask").wait_for()
    page.click(".rb-behind summary")
    page.check("[data-row] input[name=f] >> nth=0", force=True)
    assert violations(page) == []
    page.fill("#when", "in 3 weeks")
    page.locator("[name=named]:not([value=''])").wait_for(state="attached")
    page.click("[data-file]")
    page.locator("#filed .rb-filed").wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("left behind").wait_for()
    assert violations(page) == []


def test_filing_from_a_list_before_and_after(open_as, world, lead):
    page = open_as(lead, "/segments/due/", reduced_motion="reduce")
    page.locator(".rb-why summary").first.click()
    page.check("input[name=all]")
    assert violations(page) == []
    page.fill("#when", "whenever")
    page.keyboard.press("Enter")
    page.locator(".rb-ask").wait_for()
    assert violations(page) == []
    page.fill("#when", str(world.due_on))
    page.check("input[name=all]")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="File ").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="File ").click()
    page.locator(".rb-moved").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, {"width": 720, "height": 450}])
def test_on_a_narrow_page_and_at_twice_the_size_nothing_runs_off(open_as, world, nino, viewport):
    page = open_as(nino, "/binder/", viewport)
    for path in NARROW:
        page.goto(path)
        assert (path, runs_off(page)) == (path, False)


def test_on_a_low_laptop_tabs_keep_their_height(open_as, world, nino):
    page = open_as(nino, "/binder/", {"width": 1366, "height": 768})
    heights = page.evaluate("[...document.querySelectorAll('.rb-rail li')].map(li => li.offsetHeight)")
    assert (len(heights), min(heights) >= 24) == (31, True)
    expect(page.locator(".rb-tab--today")).to_be_visible()
