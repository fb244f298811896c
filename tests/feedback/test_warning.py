"""Who is told before a ticket is late, and who once it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import periodic
from crm.mail.kinds import kind_of
from crm.mail.models import OutgoingMail
from feedback import actions
from feedback.models import ServiceRules, Ticket
from feedback.ticket_notices import told_of_escalation
from feedback.warning import due_soon, warn_all, work_out_all
from tests.factories import NOW, make_absence, make_customer, make_lead, make_sender, make_user
from tests.feedback.makers import make_ticket

HOUR = timedelta(hours=1)
SOON, LATE = NOW + timedelta(hours=23), NOW + timedelta(hours=26)  # due at 11:03 tomorrow, after 25


@pytest.fixture
def ticket(nino, lead):
    make_sender(team=nino.team)
    return make_ticket(customer=make_customer(owner=nino), number=12, subject="Creased & late")


def told():
    return [(mail.to_email, mail.subject) for mail in OutgoingMail.objects.order_by("pk")]


def test_the_one_who_answers_for_it_is_told_once_before(ticket, nino):
    assert warn_all(SOON) == "1 told"
    assert warn_all(SOON + timedelta(minutes=10)) == "0 told"
    assert told() == [(nino.email, "Due soon: ticket 12, Creased & late")]
    mail = OutgoingMail.objects.get()
    address = f"http://localhost:8000{ticket.get_absolute_url()}"
    assert "the first answer to ticket 12 (Creased & late) is due Wednesday, 18 November, 11:03." in mail.text
    assert address in mail.text
    assert "(Creased &amp; late)" in mail.html
    assert f'<a href="{address}">Open ticket 12</a>' in mail.html
    assert (mail.is_advertising, kind_of(mail).is_automatic, mail.recipient_id) == (False, False, None)


def test_the_leads_are_told_once_it_is_late(ticket, nino, lead):
    other = make_user(team=nino.team, role="admin", name="Ada Admin")
    make_user(team=nino.team, role="lead", is_active=False)
    assert warn_all(LATE) == "2 told"
    assert warn_all(LATE + HOUR) == "0 told"
    assert told() == [(user.email, "Late: ticket 12, Creased & late") for user in (other, lead)]
    text = OutgoingMail.objects.latest("pk").text
    assert "was due Wednesday, 18 November, 11:03. Nino Beridze answers for it." in text


def test_of_a_solution_too_and_of_each_due_anew(ticket, nino, lead):
    rules = ServiceRules.of(ticket.team)
    ticket.note_answer(by=nino, rules=rules, now=NOW)
    assert warn_all(SOON) == "0 told"
    assert warn_all(ticket.solution_due_at - HOUR) == "1 told"
    assert "ticket 12 (Creased & late) is to be solved by" in OutgoingMail.objects.get().text
    actions.wait(ticket=ticket, by=nino, now=ticket.solution_due_at - HOUR)
    assert warn_all(ticket.solution_due_at + HOUR) == "0 told"
    actions.go_on(ticket=ticket, by=nino, now=ticket.solution_due_at + 30 * HOUR)
    assert warn_all(Ticket.objects.get().next_due_at - timedelta(minutes=5)) == "1 told"


def test_his_stand_in_is_told_while_he_is_away_and_the_leads_where_it_is_nobodys(ticket, nino, levan, lead):
    make_absence(user=nino, stand_in=levan)
    warn_all(SOON)
    assert [email for email, _subject in told()] == [levan.email]
    Ticket.objects.update(assignee=None)
    warn_all(SOON)
    assert [email for email, _subject in told()] == [levan.email, lead.email]


def test_what_is_done_meanwhile_is_not_announced(ticket, nino):
    warn_all(SOON)
    mail = OutgoingMail.objects.get()
    kind = kind_of(mail)
    assert kind.why_not(mail, SOON) == ""
    actions.close(ticket=ticket, done="", by=nino, now=SOON)
    assert kind.why_not(mail, SOON) == "done"
    ticket.delete()
    assert kind.why_not(mail, SOON) == "erased"


def test_a_team_without_a_sender_is_told_nothing(nino, lead):
    make_ticket(customer=make_customer(owner=nino))
    assert (warn_all(SOON), warn_all(LATE), told()) == ("0 told", "0 told", [])


def test_what_was_late_long_ago_is_not_told_any_more(ticket):
    assert warn_all(LATE + timedelta(days=1)) == "0 told"


def test_the_words_of_a_mail_and_of_a_page_agree(ticket):
    rules = ServiceRules.of(ticket.team)
    for hours in range(27):
        at = NOW + hours * HOUR
        assert due_soon(rules, at=at).exists() == (ticket.standing(at=at, rules=rules) == "due_soon")


def test_as_many_queries_however_many_are_due(ticket, nino):
    def queries(at):
        with CaptureQueriesContext(connection) as captured:
            warn_all(at)
        return len(captured)

    one = queries(SOON)
    for _ in range(11):
        make_ticket(customer=ticket.customer)
    assert queries(SOON) == one <= 14


def test_both_jobs_come_round(ticket):
    names = {job.name: job.run for job in periodic.JOBS}
    assert {names["tickets"], names["ticket_dues"]} == {
        "feedback.warning.warn_all",
        "feedback.warning.work_out_all",
    }


def test_another_calendar_holds_for_what_is_open(ticket):
    ticket.team.working_days = "2"
    ticket.team.save()
    assert work_out_all(NOW) == "1 open"
    assert Ticket.objects.get().answer_due_at == NOW + timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("de", "Bald fällig: Ticket 12, ", "ist bis Mittwoch, 18. November, 11:03 fällig."),
        ("ka", "ვადა მალე იწურება: მიმართვა 12, ", "პირველი პასუხის ვადაა ოთხშაბათი, 18 ნოემბერი, 11:03."),
    ],
)
def test_colleagues_read_it_in_the_language_of_their_team(ticket, language, subject, words):
    ticket.team.sender.language = language
    ticket.team.sender.save()
    warn_all(SOON)
    mail = OutgoingMail.objects.get()
    assert (mail.language, mail.subject) == (language, f"{subject}Creased & late")
    assert words in mail.text


# --- escalated


def escalate(ticket, by, *, now=NOW):
    return actions.escalate(ticket=ticket, text="She is <furious>", by=by, now=now)


def test_the_leads_are_told_at_once_that_they_are_asked(ticket, nino, lead):
    other = make_user(team=nino.team, role="admin", name="Ada Admin")
    make_user(team=nino.team, role="lead", is_active=False)
    make_lead()
    assert escalate(ticket, nino)
    assert not escalate(ticket, nino)
    assert told() == [(user.email, "Please look at ticket 12, Creased & late") for user in (other, lead)]
    mail = OutgoingMail.objects.get(to_email=lead.email)
    assert "Nino Beridze asks you to look at ticket 12 (Creased & late):\n\n“She is <furious>”" in mail.text
    assert ("“She is &lt;furious&gt;”" in mail.html, ticket.get_absolute_url() in mail.text) == (True, True)
    assert (mail.by, mail.kind, mail.not_before) == (nino, "ticket_notice", NOW)
    assert [each.to_name for each in told_of_escalation(ticket)] == ["Ada Admin", "Lena Vogt"]


def test_who_is_a_lead_himself_tells_the_others(ticket, lead):
    escalate(ticket, lead)
    assert (told(), told_of_escalation(ticket)) == ([], [])


def test_an_escalation_that_was_taken_back_or_settled_is_not_announced(ticket, nino, lead):
    escalate(ticket, nino)
    mail = OutgoingMail.objects.get()
    kind = kind_of(mail)
    assert kind.why_not(mail, NOW) == ""
    actions.calm(ticket=ticket, by=nino, now=NOW)
    assert kind.why_not(mail, NOW) == "done"
    escalate(ticket, nino, now=NOW + HOUR)
    again = OutgoingMail.objects.latest("pk")
    assert (OutgoingMail.objects.count(), kind.why_not(again, NOW + HOUR)) == (2, "")
    actions.close(ticket=ticket, done="", by=nino, now=NOW + HOUR)
    assert kind.why_not(again, NOW + HOUR) == "done"


def test_a_team_without_a_sender_asks_its_leads_by_their_list(nino, lead):
    ticket = make_ticket(customer=make_customer(owner=nino))
    assert escalate(ticket, nino)
    assert (told(), told_of_escalation(ticket)) == ([], [])
