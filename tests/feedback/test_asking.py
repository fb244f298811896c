"""Asking the customer whether all was well: who is asked when, who is not and why, and what the mail says."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from contacts import legal_basis
from contacts.erasing import erase
from contacts.exporting import everything
from contacts.models import Entry
from crm.mail import returns, rounds
from crm.mail.delivery import why_hold
from crm.mail.kinds import kind_of
from crm.mail.models import OutgoingMail, Reason, State
from feedback import actions, asking
from feedback.actions_rating import ask_again, print_sheet
from feedback.kinds_rating import sent
from feedback.models import Invitation, Message, ServiceRules, Ticket, Value
from tests.factories import (
    NOW,
    make_dossier,
    make_legal_basis,
    make_mail,
    make_person,
    make_sender,
    make_suppression,
)
from tests.feedback.makers import make_invitation, make_rating, make_rules, make_ticket, make_word


@pytest.fixture
def kessler(nino):
    make_sender(team=nino.team, reply_to="answers@carton.example")
    fields = {"person": "Barbara Kessler", "email": "b@kessler.example", "country": "DE", "language": "en"}
    customer = make_dossier(owner=nino, name="Weingut Kessler", **fields).customer
    make_legal_basis(customers=[customer])
    return customer


def close(ticket, *, now=NOW):
    actions.close(ticket=ticket, done="Replaced", by=ticket.assignee, now=now)
    return ticket


def asked():
    return Invitation.objects.select_related("mail", "team").get()


def asked_by_mail(ticket):
    return Invitation.objects.get(ticket=ticket, channel=Invitation.Channel.MAIL)


def why_not(ticket):
    return asking.why_not_asked(ticket, rules=ServiceRules.of(ticket.team), now=NOW)


def state():
    return OutgoingMail.objects.values_list("state", "reason").get()


def leave(now=NOW + timedelta(hours=1)):
    """The mail reaches the customer."""
    mail = OutgoingMail.objects.get(state=State.QUEUED)
    OutgoingMail.objects.filter(pk=mail.pk).update(state=State.SENT, handed_off_at=now, settled_at=now)
    kind_of(mail).sent(mail, now)
    return mail


def held(mail, *, now=NOW + timedelta(hours=1)):
    hold = why_hold(OutgoingMail.objects.select_related("team__sender").get(pk=mail.pk), now=now)
    return hold.reason if hold else ""


def test_a_closed_ticket_asks_an_hour_later(kessler):
    ticket = close(make_ticket(customer=kessler))
    mail = asked().mail
    assert (mail.kind, mail.idempotency_key) == ("rating", f"rating:{ticket.pk}:1")
    assert (mail.not_before, mail.valid_until) == (
        NOW + timedelta(hours=1),
        NOW + timedelta(days=10, hours=1),
    )
    assert (mail.is_advertising, mail.basis) == (True, "consent, 3 May 2026, order form")
    assert (mail.to_email, mail.reply_to) == ("b@kessler.example", "answers@carton.example")
    assert (asked().asked_at, why_not(ticket)) == (None, "")


@pytest.mark.parametrize(
    ("closed", "minutes", "leaves"),
    [
        (datetime(2026, 11, 17, 17, 30, tzinfo=UTC), 60, datetime(2026, 11, 17, 18, 30, tzinfo=UTC)),
        (
            datetime(2026, 11, 17, 18, 30, tzinfo=UTC),
            60,
            datetime(2026, 11, 18, 7, 0, tzinfo=UTC),
        ),  # 20:30 there
        (
            datetime(2026, 11, 21, 18, 30, tzinfo=UTC),
            60,
            datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
        ),  # Saturday night
        (datetime(2026, 12, 25, 9, 0, tzinfo=UTC), 0, datetime(2026, 12, 28, 7, 0, tzinfo=UTC)),  # Christmas
        (datetime(2026, 11, 17, 9, 0, tzinfo=UTC), 0, datetime(2026, 11, 17, 9, 0, tzinfo=UTC)),
    ],
)
def test_it_waits_as_long_as_the_rules_say_and_for_a_decent_hour(kessler, closed, minutes, leaves):
    make_rules(team=kessler.team, ask_after=minutes)
    close(make_ticket(customer=kessler, opened_at=closed - timedelta(hours=1)), now=closed)
    assert asked().mail.not_before == leaves


def test_what_is_said_in_the_mail(kessler):
    close(make_ticket(customer=kessler))
    mail = asked().mail
    assert mail.subject == "Was all well? Your question of 17 November 2026"
    assert mail.text.startswith(
        "Dear Barbara Kessler,\n\nYour question of 17 November 2026: it is settled for us. Was all well?\n"
    )
    privacy = "One click opens a small page where you confirm. It goes to Nino and the team lead"
    links = re.findall(r"(http\S+/r/\S+)\?v=(\w+)", mail.text)
    assert [value for _link, value in links] == ["good", "neutral", "bad"]
    in_html = re.findall(r'href="(http[^"]+/r/[^"]+)\?v=(\w+)"', mail.html)
    assert sorted(in_html) == sorted(links)
    for body in (mail.text, mail.html):
        assert (privacy in body, "Kartonweg 3" in body, "/u/" in body) == (True, True, True)
    assert re.findall(r'class="verdict (\w+)"', mail.html) == ["bad", "neutral", "good"]  # which darken
    words = re.findall(r"</span>(\w+)</a>", mail.html)
    assert (words, "<img" in mail.html) == (["Bad", "Neutral", "Good"], False)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("de", "War alles gut? Ihre Frage vom 17. November 2026", ["Schlecht", "Neutral", "Gut"]),
        ("ka", "ყველაფერი რიგზე იყო? თქვენი შეკითხვა (17 ნოემბერი, 2026)", ["ცუდი", "საშუალო", "კარგი"]),
    ],
)
def test_the_mail_speaks_the_customers_language(kessler, language, subject, words):
    kessler.language = language
    kessler.save()
    close(make_ticket(customer=kessler))
    mail = asked().mail
    assert (mail.subject, mail.language, re.findall(r"</span>([^<]+)</a>", mail.html)) == (
        subject,
        language,
        words,
    )
    assert all(f"{word}: http" in mail.text for word in words)


def test_who_answers_for_it_when_it_leaves_is_rated(kessler, levan):
    ticket = close(make_ticket(customer=kessler, product_group="Boxes"))
    Ticket.objects.update(assignee=levan)
    leave()
    Ticket.objects.update(assignee=kessler.owner)
    invitation = asked()
    assert (invitation.employee, invitation.ticket_kind, invitation.product_group) == (
        levan,
        "question",
        "Boxes",
    )
    assert invitation.asked_at == NOW + timedelta(hours=1)
    entry = kessler.entries.get(kind=Entry.Kind.RATING)
    assert (entry.text, entry.source_id) == (
        "Asked by e-mail whether all was well, after ticket 1",
        ticket.pk,
    )
    sent(invitation.mail, NOW + timedelta(days=1))
    assert asked().asked_at == NOW + timedelta(hours=1)


def without_basis(customer):
    legal_basis.withdraw(customer=customer, by=customer.owner, now=NOW)


def without_address(customer):
    customer.email = ""
    customer.write()


def opted_out(customer):
    make_suppression(customer=customer)


def bounced(customer):
    make_suppression(customer=customer, reason="bounced")


def not_asking(customer):
    make_rules(team=customer.team, asks=False)


def without_sender(customer):
    customer.team.sender.delete()


def asked_lately(customer):
    ticket = make_ticket(customer=customer, closed_at=NOW - timedelta(days=29))
    make_invitation(ticket=ticket, asked_at=NOW - timedelta(days=29))


@pytest.mark.parametrize(
    ("against", "why"),
    [
        (without_basis, "No legal basis for letters is recorded, and asking counts as advertising."),
        (without_address, "The dossier has no e-mail address."),
        (opted_out, "Nothing may be sent to the customer’s address."),
        (bounced, "Nothing may be sent to the customer’s address."),
        (not_asking, "Your team does not ask customers: the rules say so."),
        (without_sender, "Your team has no address to write from yet."),
        (asked_lately, "The customer was asked within the last 30 days."),
    ],
)
def test_nobody_is_asked_against_law_and_manners(kessler, against, why):
    against(kessler)
    before = Invitation.objects.count()
    ticket = close(make_ticket(customer=kessler))
    assert (Invitation.objects.count(), OutgoingMail.objects.count()) == (before, 0)
    assert why_not(ticket) == why


def test_a_ticket_of_nobody_and_one_that_was_merged_ask_nobody(kessler):
    nobodys = make_ticket(customer=kessler)
    nobodys.customer, nobodys.customer_id = None, None
    nobodys.save()
    other = make_ticket(customer=kessler)
    merged = make_ticket(customer=kessler, closed_at=NOW, merged_into=other)
    asking.ask(nobodys, NOW)
    asking.ask(merged, NOW)
    assert not Invitation.objects.exists()
    assert why_not(merged).startswith("It is a part of another ticket")


def test_a_request_of_thirty_days_ago_is_forgotten(kessler):
    asked_lately(kessler)
    Invitation.objects.update(asked_at=NOW - timedelta(days=30))
    close(make_ticket(customer=kessler))
    assert Invitation.objects.filter(asked_at=None).count() == 1


def test_of_two_tickets_closed_at_once_one_asks(kessler):
    for _ in range(2):
        ticket = close(make_ticket(customer=kessler))
    assert OutgoingMail.objects.count() == 1
    assert why_not(ticket) == "The customer was asked within the last 30 days."


def test_a_question_that_may_have_left_counts_as_asked(kessler):
    close(make_ticket(customer=kessler))
    OutgoingMail.objects.update(state=State.UNKNOWN, handed_off_at=NOW, settled_at=NOW)
    ticket = close(make_ticket(customer=kessler))
    assert why_not(ticket) == "The customer was asked within the last 30 days."


def test_a_sheet_that_nobody_answers_keeps_no_mail_from_leaving(kessler):
    ticket = make_ticket(customer=kessler)
    sheet = print_sheet(ticket=ticket, now=NOW)
    close(ticket)
    mail = asked_by_mail(ticket).mail
    assert held(mail) == ""
    make_word(invitation=sheet)
    assert held(mail) == "lately"


def test_a_question_that_never_left_blocks_nothing(kessler):
    close(make_ticket(customer=kessler))
    OutgoingMail.objects.update(state=State.EXPIRED, reason=Reason.TOO_LATE)
    first = asked().ticket
    assert why_not(first) == ("The question did not leave: it could not leave while it was of use.")
    close(make_ticket(customer=kessler))
    assert OutgoingMail.objects.count() == 2


def test_a_ticket_that_goes_on_takes_its_question_back(kessler):
    ticket = close(make_ticket(customer=kessler))
    actions.reopen(ticket=ticket, by=kessler.owner, now=NOW + timedelta(minutes=10))
    assert (state(), asked().revoked_at) == ((State.SUPPRESSED, "reopened"), NOW + timedelta(minutes=10))
    close(ticket, now=NOW + timedelta(minutes=20))
    keys = [*OutgoingMail.objects.order_by("pk").values_list("idempotency_key", flat=True)]
    assert keys == [f"rating:{ticket.pk}:1", f"rating:{ticket.pk}:2"]


def test_a_question_that_has_left_stays_when_the_ticket_goes_on(kessler):
    ticket = close(make_ticket(customer=kessler))
    leave()
    actions.reopen(ticket=ticket, by=kessler.owner, now=NOW + timedelta(hours=2))
    assert (asked().revoked_at, state()) == (None, (State.SENT, ""))


def test_it_does_not_leave_once_the_law_says_no(kessler):
    close(make_ticket(customer=kessler))
    mail = asked().mail
    assert held(mail) == ""
    without_basis(kessler)
    assert state() == (State.SUPPRESSED, Reason.NO_BASIS)


def test_the_outbox_asks_once_more_at_the_hand_off(kessler):
    ticket = close(make_ticket(customer=kessler))
    mail = asked().mail
    other = make_invitation(ticket=make_ticket(customer=kessler, closed_at=NOW), asked_at=NOW)
    assert held(mail) == "lately"
    doubted = make_mail(team=kessler.team, state=State.UNKNOWN, handed_off_at=NOW, settled_at=NOW)
    Invitation.objects.filter(pk=other.pk).update(asked_at=None, mail=doubted)
    assert held(mail) == "lately"
    other.delete()
    ServiceRules.objects.update(asks=False)
    assert held(mail) == "off"
    ServiceRules.objects.update(asks=True)
    kessler.email = "new@kessler.example"
    kessler.write()
    assert held(mail) == "address"
    kessler.email = "b@kessler.example"
    kessler.write()
    type(kessler).objects.update(legal_basis=None)
    assert held(mail) == Reason.NO_BASIS
    Invitation.objects.filter(ticket=ticket).update(revoked_at=NOW)
    assert held(mail) == "reopened"
    Invitation.objects.all().delete()
    assert held(mail) == Reason.ERASED


def test_who_is_erased_is_asked_nothing(kessler, lead):
    close(make_ticket(customer=kessler))
    erase(customer=kessler, by=lead, now=NOW)
    assert (OutgoingMail.objects.count(), Invitation.objects.count()) == (0, 0)


def test_who_writes_back_is_heard_in_the_ticket(kessler):
    ticket = close(make_ticket(customer=kessler))
    mail = leave()
    returns.answered(mail, "It is still creased.", now=NOW + timedelta(hours=3))
    ticket.refresh_from_db()
    assert ticket.is_open
    assert ticket.messages.filter(kind=Message.Kind.IN).get().text == "It is still creased."


def test_once_more_after_it_was_put_right(kessler):
    ticket = close(make_ticket(customer=kessler))
    leave()
    rating = make_rating(
        invitation=Invitation.objects.get(), value=Value.BAD, bad_since=NOW, answered_at=NOW, answer="Called.",
        answered_by=kessler.owner,
    )  # fmt: skip
    assert ask_again(rating=rating, now=NOW + timedelta(days=1))
    assert not ask_again(rating=rating, now=NOW + timedelta(days=1))
    mail = OutgoingMail.objects.get(state=State.QUEUED)
    assert (mail.idempotency_key, mail.is_advertising) == (f"rating:{ticket.pk}:1:again:{rating.pk}", True)
    assert mail.subject == "Is all well now? Your question of 17 November 2026"
    assert held(mail, now=NOW + timedelta(days=1)) == ""
    assert "you were not content, and we have seen to it." in mail.html


def test_what_was_bad_by_mail_and_on_paper_is_asked_about_once_more_each(kessler):
    ticket = close(make_ticket(customer=kessler))
    leave()
    sheet = make_invitation(ticket=ticket, channel=Invitation.Channel.SHEET, resolution=1)
    for invitation in (asked_by_mail(ticket), sheet):
        rating = make_rating(
            invitation=invitation, value=Value.BAD, bad_since=NOW, answered_at=NOW, answer="Called."
        )
        assert ask_again(rating=rating, now=NOW + timedelta(days=1))
    assert Invitation.objects.exclude(again_after=None).values("mail").distinct().count() == 2


def test_the_request_that_comes_once_more_outlasts_the_turn_of_the_first(kessler, inbox):
    close(make_ticket(customer=kessler))
    rounds.drain(clock=lambda: NOW + timedelta(hours=1))
    rating = make_rating(
        invitation=asked(), value=Value.BAD, bad_since=NOW, answered_at=NOW, answer="Called."
    )
    next_day = NOW + timedelta(days=1)
    assert ask_again(rating=rating, now=next_day)
    rounds.drain(clock=lambda: next_day)
    assert OutgoingMail.objects.filter(state=State.QUEUED, reason=Reason.TURN).exists()
    rounds.drain(clock=lambda: NOW + timedelta(days=7, hours=1))
    assert [*OutgoingMail.objects.values_list("state", flat=True)] == [State.SENT] * 2


def test_the_outbox_page_says_what_it_is_about(kessler, lead, client_of):
    ticket = close(make_ticket(customer=kessler))
    page = client_of(lead).get("/outbox/").content.decode()
    assert (f'href="{ticket.get_absolute_url()}">Ticket 1</a>' in page, "Was all well?" in page) == (
        True,
        True,
    )


def test_nobody_else_gets_to_press_the_customers_links(kessler, lead, client_of):
    close(make_ticket(customer=kessler))
    mail = asked().mail
    pages = [client_of(lead).get(f"/outbox/{mail.pk}/{part}").content.decode() for part in ("", "body/")]
    pages.append(next(str(given.data) for given in everything(kessler) if given.key == "mails"))
    assert [bool(re.search(r"/r/[\w-]{22}~", page)) for page in pages] == [False, False, False]
    assert [("/r/…" in page) for page in pages] == [True, True, True]


def test_closing_asks_no_more_however_many_tickets_there_are(kessler, django_assert_max_num_queries):
    make_mail(team=kessler.team)
    make_person(customer=kessler)
    for _ in range(5):
        make_ticket(customer=kessler, closed_at=NOW - timedelta(days=40))
    with django_assert_max_num_queries(40):
        close(make_ticket(customer=kessler))
