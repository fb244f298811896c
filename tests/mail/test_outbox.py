"""The outbox of a team, as its leads see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.mail import outbox
from crm.mail.models import OutgoingMail, Pulse, Return, State
from crm.mail.models.outgoing import Reason
from crm.mail.outbox import Heap, Outbox
from tests.factories import NOW, make_customer, make_mail, make_sender

ONE_OF_EACH = [
    State.QUEUED, State.CLAIMED, State.HANDOFF, State.RETRY, State.SENT, State.UNKNOWN, State.FAILED, State.SUPPRESSED,
    State.EXPIRED,
]  # fmt: skip


@pytest.fixture
def page(client_of, lead):
    return client_of(lead)


@pytest.fixture
def told(register):
    """A kind that knows what its mails are about."""
    return register(
        label="Note",
        reasons={"sold": "he has bought meanwhile"},
        about=lambda mails: {mail.pk: ("Spring fair", "/fairs/1/") for mail in mails},
    )


def shown(response) -> list[str]:
    return [row.mail.subject for row in response.context["page"].rows]


def test_a_row_says_when_to_whom_what_and_why(page, team, nino, told):
    kessler = make_customer(owner=nino, name="Weingut Kessler")
    mail = make_mail(
        team=team, recipient_id=kessler.pk, to_email="b@kessler.example", subject="Your cartons", state=State.FAILED,
        reason=Reason.REFUSED, detail="550 no such user",
    )  # fmt: skip
    html = page.get("/outbox/").content.decode()
    assert (
        f'<a href="/outbox/{mail.pk}/">Your cartons</a><small>Note · <a href="/fairs/1/">Spring fair</a></small>'
        in html
    )
    dossier = f'<a href="/customers/{kessler.pk}/"><b>Weingut Kessler</b></a>'
    assert f"{dossier}<small>Barbara Kessler · b@kessler.example</small>" in html
    assert "the mail server refused it: 550 no such user" in html
    assert "17 Nov, 10:03" in html


def test_the_reasons_of_a_kind_are_said_in_its_words(page, team, told):
    make_mail(team=team, state=State.SUPPRESSED, reason="sold")
    assert "he has bought meanwhile" in page.get("/outbox/").content.decode()


def test_a_mail_whose_app_is_gone_is_listed_all_the_same(page, team):
    make_mail(team=team, kind="newsletter", reason="summer", state=State.SUPPRESSED)
    (row,) = page.get("/outbox/").context["page"].rows
    assert (row.kind, row.why, row.about, row.to) == ("newsletter", "summer", None, None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": State.SENT, "detail": "250 OK"}, ""),
        ({"state": State.RETRY, "reason": Reason.UNREACHABLE, "detail": "451"}, "could not be reached: 451"),
        # It was put off since: what the server said before does not matter now.
        ({"reason": Reason.QUIET, "detail": "451"}, "a holiday at the customer’s"),
    ],
)
def test_what_a_server_said_is_told_where_it_is_the_reason(page, team, fields, said):
    make_mail(team=team, **fields)
    (row,) = page.get("/outbox/").context["page"].rows
    assert (row.why.endswith(said), bool(row.why)) == (True, bool(said))


def test_what_came_back_stands_at_the_mail(page, team):
    mail = make_mail(team=team, state=State.SENT)
    Return.objects.create(mail=mail, what=Return.What.BOUNCED, key="1", detail="550 5.1.1", came_at=NOW)
    html = page.get("/outbox/").content.decode()
    assert "the address does not exist</small>" in html
    history = page.get(f"/outbox/{mail.pk}/").content.decode()
    assert "the address does not exist: 550 5.1.1" in history


def test_each_state_lies_in_one_heap(page, team):
    for state in ONE_OF_EACH:
        make_mail(team=team, subject=state, state=state)
    assert dict(page.get("/outbox/").context["box"].counted) == {
        Heap.WAITING: 4, Heap.SENT: 1, Heap.UNKNOWN: 1, Heap.FAILED: 1, Heap.HELD: 1, Heap.LATE: 1,
    }  # fmt: skip
    assert {heap: shown(page.get("/outbox/", {"heap": heap})) for heap in Heap.values} == {
        "waiting": ["retry", "handoff", "claimed", "queued"],
        "sent": ["sent"],
        "unknown": ["unknown"],
        "failed": ["failed"],
        "held": ["suppressed"],
        "late": ["expired"],
    }


def test_the_newest_come_first_and_pages_follow(page, team, monkeypatch):
    monkeypatch.setattr(outbox, "PAGE", 2)
    for number in range(5):
        make_mail(team=team, subject=str(number))
    first = page.get("/outbox/")
    second = page.get("/outbox/", {"after": first.context["page"].next})
    third = page.get("/outbox/", {"after": second.context["page"].next})
    back = page.get("/outbox/", {"before": third.context["page"].previous})
    assert [shown(each) for each in (first, second, third, back)] == [
        ["4", "3"],
        ["2", "1"],
        ["0"],
        ["2", "1"],
    ]
    ends = [(each.context["page"].previous, each.context["page"].next) for each in (first, third)]
    assert (ends[0][0], ends[1][1]) == (None, None)


def test_a_link_to_another_page_keeps_what_was_asked_for(page, team, monkeypatch):
    monkeypatch.setattr(outbox, "PAGE", 1)
    oldest, newest = (make_mail(team=team, to_name="Käthe & Söhne") for _ in range(2))
    html = page.get("/outbox/", {"heap": "waiting", "q": "Käthe &"}).content.decode()
    assert f'href="/outbox/?heap=waiting&amp;q=K%C3%A4the+%26&amp;after={newest.pk}"' in html
    older = page.get("/outbox/", {"heap": "waiting", "q": "Käthe &", "after": newest.pk})
    assert [row.mail for row in older.context["page"].rows] == [oldest]


@pytest.mark.parametrize("text", ["KESSLER", "barbara", "b@kess"])
def test_mail_is_found_by_name_and_address(page, team, text):
    make_mail(team=team, to_name="Barbara Kessler", to_email="b@kessler.example", subject="Hers")
    make_mail(team=team, to_name="Till Ahrens", to_email="till@ahrens.example", subject="His")
    assert shown(page.get("/outbox/", {"q": text})) == ["Hers"]


def test_mail_is_found_by_the_customer_it_went_to(page, team, nino, stranger):
    kessler = make_customer(owner=nino, name="Weingut Oppenheim")
    make_mail(team=team, recipient_id=kessler.pk, subject="His", state=State.SENT)
    make_mail(recipient_id=kessler.pk, subject="Of another team")
    make_mail(
        team=team, recipient_id=make_customer(owner=stranger, name="Weingut Elsewhere").pk, subject="Not his"
    )
    assert shown(page.get("/outbox/", {"q": "weingut"})) == ["His"]
    assert shown(page.get("/outbox/", {"q": "weingut", "heap": "failed"})) == []


@pytest.mark.parametrize(
    "asked",
    [{"heap": "none"}, {"q": "\0"}, {"after": "9" * 30}, {"after": "x"}, {"before": "-1"}, {"q": "a" * 200}],
)
def test_what_cannot_be_read_counts_as_not_asked(page, team, asked):
    make_mail(team=team, subject="There")
    assert shown(page.get("/outbox/", asked)) == ["There"]


def test_what_is_not_certain_stands_on_top_until_it_is_decided(page, team):
    mails = [make_mail(team=team, state=State.UNKNOWN, subject=f"Doubt {n}") for n in range(7)]
    response = page.get("/outbox/", {"heap": "sent"})
    assert [row.mail for row in response.context["box"].decisions] == mails[:5]
    html = response.content.decode()
    assert "To be decided" in html
    assert 'href="/outbox/?heap=unknown">All 7</a>' in html
    OutgoingMail.objects.update(state=State.SENT)
    assert "To be decided" not in page.get("/outbox/").content.decode()


def test_a_heap_is_counted_no_further_than_it_is_quick(page, team, monkeypatch):
    monkeypatch.setattr(outbox, "COUNTED", 2)
    monkeypatch.setattr(Outbox, "most", 2)
    for _ in range(4):
        make_mail(team=team, state=State.SENT)
    response = page.get("/outbox/")
    assert response.context["box"].counts[Heap.SENT] == 3
    assert "over 2" in response.content.decode()


def test_another_teams_mail_is_neither_listed_nor_counted(page, team):
    make_mail(subject="Theirs", state=State.UNKNOWN)
    response = page.get("/outbox/")
    assert (shown(response), sum(response.context["box"].counts.values())) == ([], 0)
    assert response.context["box"].decisions == []


def test_managers_have_no_outbox(client_of, nino):
    client = client_of(nino)
    assert client.get("/outbox/").status_code == 403
    assert "/outbox/" not in client.get("/settings/").content.decode()


def test_leads_find_it_behind_their_initials(page):
    assert 'href="/outbox/"' in page.get("/settings/").content.decode()


def test_a_page_costs_the_same_however_many_mails_there_are(page, team, told):
    make_sender(team=team)
    costs = []
    for number in (9, 30):
        for n in range(number):
            make_mail(team=team, state=ONE_OF_EACH[n % len(ONE_OF_EACH)], recipient_id=n, kind=told.name)
        with CaptureQueriesContext(connection) as queries:
            page.get("/outbox/")
        costs.append(len(queries))
    assert costs == [15, 15]


def test_htmx_finds_without_the_page_around_it(page, team):
    make_mail(team=team, subject="Hers", to_name="Barbara Kessler")
    make_mail(team=team, subject="His", to_name="Till Ahrens")
    part = page.get(
        "/outbox/", {"q": "barb"}, headers={"HX-Request": "true", "HX-Target": "found"}
    ).content.decode()
    assert part.strip().startswith('<div id="found">')
    assert ("Hers" in part, "His" in part, "<html" in part) == (True, False, False)
    # What stands above follows, so that its links do not forget what was searched.
    assert 'hx-swap-oob="true" hx-get="/outbox/?q=barb"' in part
    assert 'href="/outbox/?heap=failed&amp;q=barb"' in part


def test_the_counts_come_anew_while_something_waits(page, team, lead):
    mail = make_mail(team=team, subject="Waiting here")
    whole = page.get("/outbox/?heap=sent").content.decode()
    assert 'hx-get="/outbox/?heap=sent" hx-trigger="every 5s"' in whole
    htmx = {"HX-Request": "true", "HX-Target": "standing"}
    with CaptureQueriesContext(connection) as queries:
        part = page.get("/outbox/?heap=sent", headers=htmx).content.decode()
    assert part.strip().startswith('<div id="standing"')
    assert ("every 5s" in part, "<table" in part) == (True, False)
    assert not [query["sql"] for query in queries if "LIMIT 51" in query["sql"]]
    mail.take_out(by=lead, now=NOW)
    assert "every 5s" not in page.get("/outbox/?heap=sent", headers=htmx).content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "No mail has been written yet."),
        ({"heap": "failed"}, "There is no such mail."),
        ({"q": "<b>"}, "No such mail went to “&lt;b&gt;”."),
    ],
)
def test_an_empty_list_says_what_that_means(page, asked, said):
    assert said in page.get("/outbox/", asked).content.decode()


# --- pause


def test_all_mail_is_paused_and_goes_on_by_one_switch(page, team, lead):
    sender = make_sender(team=team)
    mail = make_mail(team=team)
    assert "Pause all mail" in page.get("/outbox/").content.decode()
    assert page.post("/outbox/pause/").url == "/outbox/"
    assert list(OutgoingMail.objects.due(at=NOW)) == []
    html = page.get("/outbox/").content.decode()
    assert "All mail is paused." in html
    assert f"by {lead.name}" in html
    assert "Pause all mail" not in html
    assert page.post("/outbox/go-on/").url == "/outbox/"
    sender.refresh_from_db()
    assert (sender.paused_at, sender.paused_by) == (None, None)
    assert list(OutgoingMail.objects.due(at=NOW)) == [mail]


def test_who_paused_first_stays_named(page, team, lead, levan):
    sender = make_sender(team=team, paused_at=NOW, paused_by=levan)
    page.post("/outbox/pause/")
    sender.refresh_from_db()
    assert (sender.paused_at, sender.paused_by) == (NOW, levan)


@pytest.mark.parametrize("path", ["/outbox/pause/", "/outbox/go-on/"])
def test_the_switch_is_the_leads_own(client_of, page, nino, team, path):
    other = make_sender()
    assert page.post(path).status_code == 404
    make_sender(team=team)
    assert page.get(path).status_code == 405
    assert client_of(nino).post(path).status_code == 403
    other.refresh_from_db()
    assert other.paused_at is None


# --- what holds for all mail


def test_without_a_server_the_page_says_that_nothing_leaves(page, team, settings):
    assert "Nothing leaves this machine." in page.get("/outbox/").content.decode()
    assert str(settings.MAIL_FOLDER) in page.get("/outbox/").content.decode()
    settings.MAIL_CARRIER = "smtp"
    assert "Nothing leaves this machine." not in page.get("/outbox/").content.decode()
    make_sender(team=team, stays_here=True)
    assert "Nothing leaves this machine." in page.get("/outbox/").content.decode()


def test_a_team_without_a_sender_is_sent_to_its_settings(page):
    assert 'href="/settings/mail/">Say first as whom you write.' in page.get("/outbox/").content.decode()


def test_it_says_when_something_waits_and_nobody_sends(page, team):
    make_sender(team=team)
    assert "Nobody is sending." not in page.get("/outbox/").content.decode()
    make_mail(team=team)
    assert "Nobody is sending." in page.get("/outbox/").content.decode()
    Pulse.beat("sweep", now=timezone.now() - timedelta(minutes=1))
    assert "Nobody is sending." not in page.get("/outbox/").content.decode()
