"""The pages of ratings: one of them, those to be put right, links under mails, the sheet with the code."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from crm.mail.models import OutgoingMail
from feedback.actions_rating import make_signature
from feedback.asking import was_asked
from feedback.links import stamp
from feedback.models import Decision, Invitation, OpenWord, Rating, Signature, Word
from feedback.saying import say
from tests.factories import NOW, make_dossier, make_legal_basis, make_sender, make_user
from tests.feedback.makers import make_invitation, make_rating, make_rules, make_ticket

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def customer(nino):
    make_sender(team=nino.team)
    found = make_dossier(owner=nino, name="Weingut Kessler", email="b@kessler.example").customer
    make_legal_basis(customers=[found])
    return found


@pytest.fixture
def invitation(customer, levan):
    return make_invitation(
        ticket=make_ticket(customer=customer, assignee=levan, number=482, closed_at=NOW - timedelta(hours=1))
    )


def rated(invitation, value="bad", *, comment="", at=LATER, read_for=20):
    page_at = at - timedelta(seconds=read_for)
    say(invitation=invitation, value=value, comment=comment, page_at=page_at, now=at)
    return Rating.objects.get(invitation=invitation)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_page_of_a_bad_one(client_of, invitation, levan, lead, nino, django_assert_max_num_queries):
    rating = rated(invitation, comment="Creased again")
    for user in (levan, lead, nino):
        client = client_of(user)
        with django_assert_max_num_queries(9):
            response = client.get(rating.get_absolute_url())
        page = text(response)
        assert ("“Creased again”" in page, "Put it right" in page) == (True, True)
        assert ("What happened" in page) == (user != nino)
        assert ("Do not count it" in page) == (user == lead)


def test_who_may_not_see_it_is_led_to_the_ticket(client_of, invitation, nino, stranger):
    rating = rated(invitation)
    colleague = client_of(make_user(team=nino.team))
    response = colleague.get(rating.get_absolute_url())
    assert (response.status_code, response.url) == (302, rating.ticket.get_absolute_url())
    assert colleague.post(rating.get_absolute_url(), {"text": "Called"}).status_code == 404
    assert client_of(stranger).get(rating.get_absolute_url()).status_code == 404
    assert client_of(nino).put(rating.get_absolute_url()).status_code == 405


def test_praise_shows_no_history_to_colleagues(client_of, invitation, nino):
    rated(invitation, "bad", comment="Creased again")
    rating = rated(invitation, "good", comment="They rang me", at=LATER + timedelta(days=1))
    page = text(client_of(make_user(team=nino.team)).get(rating.get_absolute_url()))
    assert ("They rang me" in page, "Creased" in page, "changed" in page, "What happened" in page) == (
        True, False, False, False,
    )  # fmt: skip


def test_what_was_done_is_written_down(client_of, invitation, nino):
    rating = rated(invitation)
    said = {"quick": ["apologised", "called"], "text": "New ones leave tomorrow."}
    response = client_of(nino).post(rating.get_absolute_url(), said, follow=True)
    rating.refresh_from_db()
    assert rating.answer == "Called, apologised. New ones leave tomorrow."
    assert "Written down, and filed in the dossier." in text(response)
    response = client_of(nino).post(rating.get_absolute_url(), {"text": "Called too"})
    assert (response.status_code, Rating.objects.get().answer) == (409, rating.answer)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "Tick or write what was done."),
        ({"text": "x" * 1801}, "1801"),
        ({"quick": ["bribed"], "text": "Kept"}, "bribed"),
    ],
)
def test_what_is_wrong_with_it_is_said(client_of, invitation, nino, said, problem):
    rating = rated(invitation)
    response = client_of(nino).post(rating.get_absolute_url(), said)
    assert (response.status_code, problem in text(response)) == (422, True)
    assert said.get("text", "") in response.content.decode()
    assert Rating.objects.to_put_right().exists()


def test_the_customer_is_asked_once_more(client_of, invitation, nino):
    rating = rated(invitation)
    again = reverse("feedback:rating_again", args=[rating.pk])
    page = text(client_of(nino).post(again, follow=True))
    assert ("Write first what was done." in page, OutgoingMail.objects.filter(kind="rating").count()) == (
        True,
        0,
    )
    client_of(nino).post(rating.get_absolute_url(), {"quick": ["called"]})
    page = client_of(nino).get(rating.get_absolute_url())
    assert "Ask the customer once more" in text(page)
    page = text(client_of(nino).post(again, follow=True))
    assert "The customer is asked once more: waiting." in page
    assert OutgoingMail.objects.filter(kind="rating").count() == 1
    assert "asked once more already" in text(client_of(nino).post(again, follow=True))


def test_without_a_legal_basis_nobody_is_asked_once_more(client_of, invitation, customer, nino):
    rating = rated(invitation)
    client_of(nino).post(rating.get_absolute_url(), {"quick": ["called"]})
    type(customer).objects.update(legal_basis=None)
    page = text(client_of(nino).get(rating.get_absolute_url()))
    assert "The customer cannot be asked once more. No legal basis for letters is recorded" in page
    assert "Ask the customer once more" not in page


def test_thanks_are_passed_on(client_of, invitation, lead, levan):
    rating = rated(invitation, "good", comment="Levan is the best")
    thanks = reverse("feedback:rating_thanks", args=[rating.pk])
    assert "Pass it on to Levan" in text(client_of(lead).get(rating.get_absolute_url()))
    assert client_of(levan).post(thanks).status_code == 403
    assert client_of(lead).post(thanks, {"words": "x" * 501}).status_code == 422
    page = text(client_of(lead).post(thanks, {"words": "Well done"}, follow=True))
    assert "Passed on to Levan." in page
    page = text(client_of(levan).get(reverse("feedback:to_put_right")))
    assert "Passed on to you, with thanks" in page
    assert "“Levan is the best”" in page
    assert "It was passed on already." in text(client_of(lead).post(thanks, {}, follow=True))


def test_a_lead_sets_it_aside_and_takes_that_back(client_of, invitation, lead, levan):
    rating = rated(invitation)
    aside = reverse("feedback:rating_aside", args=[rating.pk])
    assert client_of(levan).post(aside, {"aside-set_aside_why": "No"}).status_code == 403
    response = client_of(lead).post(aside, {"aside-set_aside_why": " "})
    assert (response.status_code, "Write why, in a few words." in text(response)) == (422, True)
    page = text(client_of(lead).post(aside, {"aside-set_aside_why": "Our own test"}, follow=True))
    assert "It does not count: Our own test" in page
    assert f"{lead.name} does not count it: Our own test" in page
    undo = reverse("feedback:rating_undo", args=[rating.pk, Decision.objects.get().pk])
    page = text(client_of(lead).post(undo, follow=True))
    assert ("Taken back." in page, f"{lead.name} took that back" in page) == (True, True)
    assert "Somebody else was quicker." in text(client_of(lead).post(undo, follow=True))
    assert Rating.objects.counted().exists()


def test_a_lead_lets_a_suspect_word_count(client_of, invitation, lead, levan):
    rating = rated(invitation, "good", read_for=1)
    page = text(client_of(lead).get(rating.get_absolute_url()))
    assert "It does not count: sent within 2 seconds of its page" in page
    assert "Let it count" in page
    assert "Let it count" not in text(client_of(levan).get(rating.get_absolute_url()))
    count = reverse("feedback:rating_count", args=[rating.pk, Word.objects.get().pk])
    assert client_of(lead).post(count).status_code == 422
    assert client_of(lead).post(reverse("feedback:rating_count", args=[rating.pk, 99999])).status_code == 404
    page = text(client_of(lead).post(count, {"count-set_aside_why": "I rang him"}, follow=True))
    assert f"{lead.name} counts “Good”: I rang him" in page
    assert Rating.objects.counted().exists()


def test_those_to_be_put_right(
    client_of, invitation, nino, levan, lead, customer, django_assert_max_num_queries
):
    first = rated(invitation, comment="Creased again")
    other = make_dossier(owner=levan, name="Bergmann Optik").customer
    second = rated(make_invitation(ticket=make_ticket(customer=other)), at=LATER - timedelta(minutes=5))
    doubted = make_invitation(ticket=make_ticket(customer=other, assignee=nino))
    rated(doubted, "good", read_for=1, at=timezone.now())  # of long ago they are not listed
    url = reverse("feedback:to_put_right")

    def listed(user):
        page = client_of(user).get(url).content.decode()
        return [int(pk) for pk in re.findall(r'is-bad">.*?/ratings/(\d+)/', page)]

    assert listed(lead) == [second.pk, first.pk]
    assert listed(nino) == [first.pk]
    assert listed(levan) == [second.pk, first.pk]
    colleague = make_user(team=nino.team)
    assert listed(colleague) == []
    assert "Nobody waits for an apology." in text(client_of(colleague).get(url))
    assert "Set aside by themselves" in text(client_of(lead).get(url))
    assert "Set aside by themselves" not in text(client_of(nino).get(url))


def test_links_under_mails(client_of, nino, levan, lead):
    make_sender(team=nino.team)
    url = reverse("feedback:signature")
    assert "Make my links" in text(client_of(nino).get(url))
    client_of(nino).post(url)
    code = Signature.objects.get(user=nino).code
    client_of(nino).post(url)
    assert Signature.objects.get().code == code
    page = client_of(nino).get(f"{url}?language=de").content.decode()
    assert page.count(f"/o/{code}/?v=good&amp;language=de") == 1
    assert page.count(f"/o/{code}/?v=good&amp;amp;language=de") == 1
    body = client_of(nino).get(reverse("feedback:signature_body") + "?language=ka").content.decode()
    assert ("როგორი იყო ჩვენი პასუხი?" in body, body.count("<a href=")) == (True, 3)
    assert client_of(levan).get(reverse("feedback:signature_body")).content == b""
    OpenWord.objects.create(user=nino, value="bad", comment="Never there")
    assert [("Never there" in text(client_of(user).get(url))) for user in (nino, levan, lead)] == [
        True,
        False,
        True,
    ]


def open_form(code, value="good", *, read_for=20, **kw):
    page = stamp(code, now=NOW - timedelta(seconds=read_for))
    return {"v": value, "comment": "", "page": page, "language": "en"} | kw


@pytest.fixture
def signature(nino, time_machine_at):
    make_sender(team=nino.team)
    return make_signature(user=nino, now=NOW)


@pytest.fixture
def time_machine_at():
    with time_machine.travel(NOW, tick=False):
        yield


def test_whoever_has_the_link_may_rate(client, signature, nino, django_assert_num_queries):
    path = reverse("feedback:open_rate", args=[signature.code])
    with django_assert_num_queries(1):
        page = client.get(f"{path}?v=good&language=de")
    assert ("Wie war unsere Antwort?" in text(page), "Beantwortet von Nino Beridze" in text(page)) == (
        True,
        True,
    )
    assert page.cookies == {}
    assert client.post(path, open_form(signature.code, "")).status_code == 422
    said = client.post(path, open_form(signature.code, comment="Quick"))
    assert ("Thank you" in text(said), "“Quick”" in text(said)) == (True, True)
    assert [*OpenWord.objects.values_list("user", "value", "comment")] == [(nino.pk, "good", "Quick")]
    assert Rating.objects.count() == 0


def test_a_machine_at_the_open_page_is_asked_once_more(client, signature):
    path = reverse("feedback:open_rate", args=[signature.code])
    for said in (open_form(signature.code, read_for=1), open_form(signature.code, page="")):
        page = client.post(path, said)
        assert ("Yes, send it" in text(page), OpenWord.objects.count()) == (True, 0)
    sure = re.search(r'name="sure" value="([^"]+)"', page.content.decode()).group(1)
    client.post(path, open_form(signature.code, "bad", read_for=1, sure=sure))
    assert OpenWord.objects.count() == 0
    client.post(path, open_form(signature.code, read_for=1, sure=sure))
    assert OpenWord.objects.get().value == "good"


def test_the_open_page_is_limited_and_friendly(client, signature, nino):
    path = reverse("feedback:open_rate", args=[signature.code])
    for code in ("222222222222", "%00", "€"):
        assert client.get(f"/o/{code}/").status_code == 404
    assert [client.get(path).status_code for _ in range(31)][-1] == 429
    type(nino).objects.update(is_active=False)
    assert client.get(path, REMOTE_ADDR="192.0.2.9").status_code == 404


def test_one_link_has_one_limit_however_it_is_written(client, signature):
    code = signature.code
    spellings = [f"{code[:n]}-{code[n:].upper()}" for n in range(1, 12)] * 3
    pages = [client.get(reverse("feedback:open_rate", args=[spelt])).status_code for spelt in spellings]
    assert pages == [200] * 30 + [429] * 3


def test_unknown_links_are_limited_together(client, signature):
    pages = [client.get(f"/o/{n:0>12}/").status_code for n in range(31)]
    assert pages == [404] * 30 + [429]


def test_the_sheet_is_made_once_and_shows_its_code(client_of, nino, customer, levan, stranger):
    ticket = make_ticket(customer=customer, assignee=levan)
    url = reverse("feedback:sheet", args=[ticket.pk])
    assert "Make the sheet" in text(client_of(nino).get(url))
    assert Invitation.objects.count() == 0
    for _ in range(2):
        assert client_of(nino).post(url).url == url
    sheet = Invitation.objects.get()
    assert (sheet.channel, sheet.employee, sheet.ticket_kind) == ("sheet", levan, "question")
    page = client_of(nino).get(f"{url}?language=de").content.decode()
    code = sheet.code
    assert f"/s/{code[:4]}-{code[4:8]}-{code[8:]}" in page
    assert "Wie war unsere Antwort?" in page
    assert ("<svg" in page, "style=" in page, "<img" in page) == (True, False, False)
    assert client_of(stranger).get(url).status_code == 404
    assert client_of(stranger).post(url).status_code == 404


def test_a_sheet_for_nobody(client_of, nino):
    ticket = make_ticket(assignee=nino)
    type(ticket).objects.update(customer=None)
    url = reverse("feedback:sheet", args=[ticket.pk])
    response = client_of(nino).post(url)
    assert (response.status_code, "put it into one first" in text(response)) == (409, True)


def test_a_sheet_counts_as_a_request_once_it_is_answered(client_of, nino, customer):
    make_rules(team=nino.team)
    client_of(nino).post(reverse("feedback:sheet", args=[make_ticket(customer=customer).pk]))
    sheet = Invitation.objects.get()
    later = sheet.asked_at + timedelta(days=29)
    assert not was_asked(customer, now=later)
    rated(sheet, at=later)
    assert was_asked(customer, now=later)


def test_the_slip_on_the_board_leads_to_the_rating(client_of, invitation, nino, customer):
    rating = rated(invitation)
    place = customer.followups.open().get()
    page = client_of(nino).get(f"/binder/{nino.pk}/{place.due_on}/{customer.pk}/").content.decode()
    slip = "Something of ticket 482 is to be put right"
    assert f'<a href="{rating.get_absolute_url()}">{slip}</a>' in page


def test_a_list_of_three_costs_as_much_as_one_of_one(client_of, nino, lead, django_assert_num_queries):
    client, url = client_of(lead), reverse("feedback:to_put_right")
    for n in (1, 2):
        for _ in range(n):
            make_rating(
                invitation=make_invitation(ticket=make_ticket(assignee=nino)), value="bad", bad_since=NOW
            )  # fmt: skip
        with django_assert_num_queries(6):
            client.get(url)
