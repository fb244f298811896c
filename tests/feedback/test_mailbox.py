"""The mailbox of which every mail becomes a ticket, on a real IMAP server."""

import threading
from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection

from crm import periodic
from crm.mail import kinds, mailbox
from crm.mail.kinds import Kind
from crm.mail.models import Pulse, Return, State
from crm.mail.models.outgoing import new_public_id
from feedback import actions, taking
from feedback import mailbox as ticket_mailbox
from feedback.mailbox import collect
from feedback.models import Message, Ticket
from feedback.tokens import subject_tag
from tests.factories import (
    NOW,
    make_customer,
    make_entry,
    make_mail,
    make_person,
    make_sender,
    make_user,
)
from tests.feedback.letters import PDF, PNG, make_letter
from tests.feedback.makers import make_message, make_rules, make_ticket
from tests.mail.messages import make_bounce, make_complaint

SEEN, LOOKED_AT = r"\Seen", "Ringbinder"
DONE, LEFT = {SEEN, LOOKED_AT}, {LOOKED_AT}


@pytest.fixture
def rules(team):
    make_sender(team=team)
    return make_rules(team=team, email="Service@carton.example")


@pytest.fixture
def kessler(nino, rules):
    customer = make_customer(
        owner=nino, name="Weingut Kessler", email="office@kessler.example", language="de"
    )
    make_person(customer=customer, name="Barbara Kessler", email="B@Kessler.example")
    customer.write()
    return customer


@pytest.fixture
def answered(kessler, nino):
    """A ticket of Kessler's that we have answered by mail: (ticket, mail)."""
    ticket = make_ticket(customer=kessler, first_answered_at=NOW)
    mail = make_mail(
        team=kessler.team, kind="ticket", to_email="b@kessler.example", state=State.SENT,
        message_id=f"<{new_public_id()}@carton.example>",
    )  # fmt: skip
    make_message(ticket=ticket, kind=Message.Kind.OUT, author=nino, mail=mail)
    return ticket, mail


def texts(ticket, kind=Message.Kind.IN):
    return [*ticket.messages.filter(kind=kind).in_order().values_list("text", flat=True)]


def reply(mail, text="Thank you.", **headers):
    return make_letter(text, **{"Subject": "Re: Our delivery", "In_Reply_To": mail.message_id} | headers)


def test_a_mail_becomes_a_ticket_of_its_customer(ticket_box, kessler, nino):
    ticket_box.put(
        make_letter("Where is it?\n\nOn Tue, 17 Nov 2026, Carton wrote:\n> Soon.", Message_ID="<1@k>")
    )
    assert collect(NOW) == "1 new tickets"
    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.person.name, ticket.assignee) == (kessler, "Barbara Kessler", nino)
    assert (ticket.kind, ticket.channel, ticket.subject, ticket.language) == (
        "question", "mail", "Our delivery", "de",
    )  # fmt: skip
    assert (ticket.from_name, ticket.from_email) == ("Barbara Kessler", "b@kessler.example")
    assert [*ticket.messages.values_list("kind", "text", "message_id")] == [("in", "Where is it?", "<1@k>")]
    assert (ticket.opened_at, ticket.answer_due_at > NOW) == (NOW, True)
    assert ticket_box.flags() == [DONE]
    assert (collect(NOW), Pulse.objects.get(name="ticket_mailbox").at) == ("", NOW)


def test_the_customer_waits_since_it_arrived(ticket_box, kessler, monkeypatch):
    ticket_box.put(make_letter(), make_letter())
    arrived = iter([NOW - timedelta(hours=50), NOW - timedelta(days=400)])
    monkeypatch.setattr(ticket_mailbox, "_measured", lambda box, uid: (1000, next(arrived)))
    collect(NOW)
    assert [*Ticket.objects.order_by("pk").values_list("opened_at", flat=True)] == [
        NOW - timedelta(hours=50),
        NOW,  # a mailbox that was full when it was named first
    ]


def test_what_the_server_says_of_size_and_time(ticket_box, kessler):
    ticket_box.client.append("INBOX", None, '"16-Nov-2026 23:30:00 +0200"', make_letter())
    with mailbox.opened(ticket_box.url) as box:
        size, arrived = ticket_mailbox._measured(box, box.uids()[0])
    assert (arrived, size > 200) == (NOW.replace(day=16, hour=21, minute=30), True)


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("Re: AW: Fwd: Our delivery", "Our delivery"),
        ("RE[2]: Our [#12-k7f3q9hw] delivery", "Our delivery"),
        ("Rebate?", "Rebate?"),
        ("=?utf-8?b?4YOb4YOY4YOs4YOd4YOT4YOU4YOR4YOQ?=", "მიწოდება"),
        ("Re:", "Where is it? I wait."),
        (None, "Where is it? I wait."),
    ],
)
def test_the_subject(ticket_box, kessler, subject, kept):
    ticket_box.put(make_letter("Where is it?\nI wait.", Subject=subject))
    collect(NOW)
    assert Ticket.objects.get().subject == kept


def test_of_a_forwarded_mail_all_is_kept(ticket_box, kessler):
    text = "What is that?\n\n---------- Forwarded message ---------\nFrom: a@b.example\n\nYour parcel"
    ticket_box.put(make_letter(text, Subject="Fwd: Your parcel"))
    collect(NOW)
    assert texts(Ticket.objects.get()) == [text]


def test_nobody_knows_the_sender(ticket_box, rules):
    make_customer(email="b@kessler.example")  # of another team
    ticket_box.put(make_letter())
    collect(NOW)
    ticket = Ticket.objects.get()
    assert (ticket.team, ticket.customer, ticket.person, ticket.assignee, ticket.language) == (
        rules.team, None, None, None, "",
    )  # fmt: skip


def test_of_several_customers_the_one_last_talked_with(ticket_box, kessler, nino):
    others = [make_customer(owner=nino, email="B@kessler.example") for _ in range(3)]
    make_entry(customer=kessler, happened_at=NOW - timedelta(5))
    make_entry(customer=others[1], happened_at=NOW - timedelta(2))
    make_entry(customer=others[0], happened_at=NOW - timedelta(9))
    ticket_box.put(make_letter())
    collect(NOW)
    assert (Ticket.objects.get().customer, Ticket.objects.get().person) == (others[1], None)


def test_an_address_is_meant_whole(ticket_box, kessler, nino):
    make_customer(owner=nino, email="bb@kessler.example")
    make_customer(owner=nino, name="b@kessler.example")
    ticket_box.put(make_letter(From="x_@kessler.example"), make_letter(From="b@kessler.example.com"))
    collect(NOW)
    assert set(Ticket.objects.values_list("customer", flat=True)) == {None}


# --- replies


def test_an_answer_joins_its_ticket(ticket_box, answered):
    ticket, mail = answered
    actions.close(ticket=ticket, done="Sent", by=ticket.assignee, now=NOW)
    ticket_box.put(reply(mail, files={"invoice.pdf": PDF}))
    assert collect(NOW + timedelta(hours=1)) == "1 joined to tickets"
    ticket.refresh_from_db()
    assert (ticket.is_open, ticket.reopened, texts(ticket)) == (True, 1, ["Thank you."])
    assert [*ticket.messages.get(kind="in").attachments.values_list("name", flat=True)] == ["invoice.pdf"]
    assert Ticket.objects.count() == 1


def test_an_answer_by_the_provider_s_id(ticket_box, answered):
    ticket, mail = answered
    mail.provider_id = "0100018c-77-000000"
    mail.save()
    ticket_box.put(reply(mail, In_Reply_To="<0100018c-77-000000@email.provider.example>"))
    collect(NOW)
    assert texts(ticket) == ["Thank you."]


def test_a_second_mail_joins_by_the_first(ticket_box, kessler):
    ticket_box.put(make_letter("One", Message_ID="<1@k>"))
    collect(NOW)
    ticket_box.put(make_letter("Two", Message_ID="<2@k>", References="<0@x> <1@k>"))
    collect(NOW)
    assert texts(Ticket.objects.get()) == ["One", "Two"]


@pytest.mark.parametrize(
    ("sender", "joins"),
    [
        ("OFFICE@kessler.example", True),
        ("b@kessler.example", True),
        ("other@elsewhere.example", False),
        ("", False),
    ],
)
def test_by_its_headers_only_the_ticket_s_people_join(ticket_box, answered, sender, joins):
    ticket, mail = answered
    ticket_box.put(reply(mail, From=sender or None))
    assert collect(NOW) == ("1 joined to tickets" if joins else "1 new tickets")
    assert texts(ticket) == (["Thank you."] if joins else [])


def test_the_tag_is_enough_for_anybody_and_it_is_said_who(ticket_box, answered):
    ticket, _mail = answered
    ticket_box.put(
        make_letter(
            "I am her colleague.", From="Otto <otto@x.example>", Subject=f"WG: {subject_tag(ticket)} x"
        )
    )
    assert collect(NOW) == "1 joined to tickets"
    assert texts(ticket) == ["I am her colleague."]
    assert texts(ticket, Message.Kind.NOTE) == [
        "This was written by Otto <otto@x.example>, who had the number of the ticket."
    ]


def test_the_tag_of_another_team_is_none(ticket_box, answered):
    theirs = make_ticket()
    ticket_box.put(make_letter(Subject=f"Re: {subject_tag(theirs)}"))
    assert collect(NOW) == "1 new tickets"
    assert texts(theirs) == []


def test_the_message_id_of_another_team_s_customer_is_none(ticket_box, kessler):
    theirs = make_message(ticket=make_ticket(from_email="b@kessler.example"), message_id="<1@k>").ticket
    ticket_box.put(make_letter(In_Reply_To="<1@k>"))
    assert collect(NOW) == "1 new tickets"
    assert len(texts(theirs)) == 1


def test_an_answer_to_a_merged_ticket_joins_the_other(ticket_box, answered):
    ticket, mail = answered
    last = make_ticket(customer=ticket.customer)
    middle = make_ticket(customer=ticket.customer, closed_at=NOW, merged_into=last)
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=NOW, merged_into=middle, next_due_at=None)
    ticket_box.put(reply(mail), make_letter("And?", Subject=subject_tag(ticket)))
    assert collect(NOW) == "2 joined to tickets"
    assert (texts(ticket), texts(middle), texts(last)) == ([], [], ["Thank you.", "And?"])


def test_an_answer_to_a_ticket_s_mail_whose_ticket_is_gone(ticket_box, answered):
    ticket, mail = answered
    ticket.delete()
    ticket_box.put(reply(mail))
    assert collect(NOW) == "1 new tickets"


def test_an_answer_to_any_other_mail_is_told_and_is_no_ticket(ticket_box, kessler, monkeypatch):
    heard = []
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(Kind("note", "a note", answered=lambda mail, text, now: heard.append((mail.pk, text))))
    mail = make_mail(team=kessler.team, state=State.SENT)
    ticket_box.put(reply(mail, "Yes.\n\n> Ready?"))
    assert collect(NOW) == "1 answers to other mail"
    assert (heard, Ticket.objects.count(), ticket_box.flags()) == ([(mail.pk, "Yes.")], 0, [LEFT])
    assert Return.objects.get().what == Return.What.ANSWERED


# --- reports


def test_bounces_and_complaints_go_where_they_went(ticket_box, answered):
    ticket, mail = answered
    other = make_mail(team=mail.team, state=State.SENT, message_id="<q3TjbXkfqM0hW8mZyVn2Lw@carton.example>")
    ticket_box.put(make_bounce(mail.message_id), make_complaint(other.message_id), make_bounce("<no@x>"))
    assert collect(NOW) == "2 reports on our mail, 1 by machines or ourselves"
    assert sorted(Return.objects.values_list("mail", "what")) == sorted(
        [(mail.pk, "bounced"), (other.pk, "complained")]
    )
    assert [*ticket.messages.filter(kind="event").values_list("event", "text")] == [
        ("bounced", "b@kessler.example")
    ]
    assert ticket_box.flags() == [DONE, DONE, LEFT]


def test_one_box_for_both_is_read_by_one(ticket_box, answered, settings):
    settings.BOUNCE_IMAP_URL = ticket_box.url.replace("/INBOX", "")
    ticket_box.put(make_bounce(answered[1].message_id), make_letter())
    assert mailbox.collect(NOW) == ""
    assert ticket_box.flags() == [set(), set()]
    assert collect(NOW) == "1 new tickets, 1 reports on our mail"
    assert {*Pulse.objects.values_list("name", flat=True)} == {"ticket_mailbox", "mailbox"}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("imaps://u%40x:secret@HOST/", True),
        ("imap+tls://u%40x:other@host:143/INBOX", True),
        ("imaps://u:p@host/INBOX", False),
        ("imaps://u%40x:p@host/Tickets", False),
        ("imaps://u%40x:p@other/INBOX", False),
        ("", False),
    ],
)
def test_which_addresses_are_the_same_box(other, same):
    assert mailbox.is_same("imaps://u%40x:p@host:993/INBOX", other) == same


# --- what is no letter of a person


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (failure)"},
        {"Precedence": "Bulk"},
        {"Precedence": "list"},
        {"Precedence": "junk"},
        {"X_Auto_Response_Suppress": "OOF, AutoReply"},
        {"List_Id": "<news.kessler.example>"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"From": "MAILER-DAEMON@mx.kessler.example"},
        {"From": "office@carton.example"},
        {"From": "Service <SERVICE@carton.example>"},
        {"From": "nino@team.example"},
    ],
)
def test_machines_and_ourselves_change_nothing(ticket_box, answered, headers):
    ticket, mail = answered
    actions.close(ticket=ticket, done="Sent", by=ticket.assignee, now=NOW)
    subject = f"Re: {subject_tag(ticket)} Our delivery"
    ticket_box.put(reply(mail, "I am away.", **{"Subject": subject} | headers))
    assert collect(NOW) == "1 by machines or ourselves"
    ticket.refresh_from_db()
    assert (ticket.is_open, texts(ticket), Ticket.objects.count(), ticket_box.flags()) == (
        False,
        [],
        1,
        [LEFT],
    )
    assert (Return.objects.count(), collect(NOW)) == (0, "")


def test_a_mail_of_ours_that_comes_round_is_no_ticket(ticket_box, answered):
    _ticket, mail = answered
    ticket_box.put(make_letter(Message_ID=mail.message_id, From="forwarder@x.example"))
    assert collect(NOW) == "1 by machines or ourselves"


def test_a_person_who_says_so_is_no_machine(ticket_box, kessler):
    ticket_box.put(make_letter(Auto_Submitted="no", X_Auto_Response_Suppress="None"))
    assert collect(NOW) == "1 new tickets"


def test_a_colleague_of_another_team_is_a_customer_like_others(ticket_box, kessler):
    make_user(email="b@kessler.example")
    ticket_box.put(make_letter())
    assert collect(NOW) == "1 new tickets"


@pytest.mark.parametrize("sender", ["b@kessler.example", "unknown@x.example", ""])
def test_more_than_five_an_hour_join_the_last_open_one(ticket_box, kessler, sender):
    ticket_box.put(*(make_letter(f"{n}", From=sender or None) for n in range(7)))
    assert collect(NOW) == "5 new tickets, 2 joined to tickets"
    assert texts(Ticket.objects.latest("pk")) == ["4", "5", "6"]
    ticket_box.put(make_letter("later", From=sender or None), make_letter("other", From="other@x.example"))
    assert collect(NOW + timedelta(hours=1)) == "2 new tickets"


# --- to which team


@pytest.fixture
def two_teams(team):
    """Ours, with two addresses, and another."""
    make_sender(team=team, email="office@carton.example", reply_to="answers@carton.example")
    make_rules(team=team, email="service@carton.example")
    return team, make_rules(email="help@paper.example").team


@pytest.mark.parametrize(
    ("headers", "whose"),
    [
        ({"To": "Service <SERVICE@Carton.example>"}, 0),
        ({"To": "answers@carton.example"}, 0),
        ({"To": "office@carton.example"}, 0),
        ({"To": "x@y.example", "Cc": "a@b.example, help@paper.example"}, 1),
        ({"To": "undisclosed-recipients:;", "Delivered_To": "help@paper.example"}, 1),
        ({"To": None, "X_Original_To": "help@paper.example"}, 1),
        ({"To": "service@carton.example", "Delivered_To": "help@paper.example"}, 1),
        ({"To": "somebody@paper.example"}, None),
        ({"To": None}, None),
    ],
)
def test_the_team_is_the_one_it_was_written_to(ticket_box, two_teams, headers, whose):
    ticket_box.put(make_letter(**headers))
    if whose is None:
        assert (collect(NOW), ticket_box.flags()) == ("1 to no team", [LEFT])
    else:
        assert (collect(NOW), Ticket.objects.get().team) == ("1 new tickets", two_teams[whose])


def test_with_one_team_all_is_its(ticket_box, team):
    ticket_box.put(make_letter(To="anybody@x.example"))
    assert (collect(NOW), Ticket.objects.get().team) == ("1 new tickets", team)


def test_an_answer_finds_the_team_of_our_mail(ticket_box, answered):
    _ticket, mail = answered
    make_rules(email="help@paper.example")
    ticket_box.put(reply(mail, To="somewhere@x.example"))
    assert collect(NOW) == "1 joined to tickets"


# --- twice, cut off, and broken


def test_read_twice_it_counts_once(ticket_box, kessler, folder):
    same = [make_letter("One", Message_ID="<1@k>", files={"a.pdf": PDF}), make_letter("Two", Message_ID=None)]
    for said in ("2 new tickets", "2 known already"):
        ticket_box.put(*same)
        assert collect(NOW) == said
    assert (Ticket.objects.count(), Message.objects.filter(kind="in").count(), len([*folder.iterdir()])) == (
        2,
        2,
        1,
    )
    assert ticket_box.flags() == [DONE] * 4


def test_cut_off_before_its_mark_it_counts_once(ticket_box, kessler, monkeypatch):
    ticket_box.put(make_letter("One"), make_letter("Two"))

    def fall(*args):
        raise OSError("the line is dead")

    with monkeypatch.context() as patch:
        patch.setattr(ticket_mailbox, "mark", fall)
        with pytest.raises(OSError, match="dead"):
            collect(NOW)
    assert (ticket_box.flags(), Ticket.objects.count()) == ([set(), set()], 1)
    assert collect(NOW) == "1 new tickets, 1 known already"
    assert Message.objects.filter(kind="in").count() == 2


def test_while_the_database_is_away_it_waits(ticket_box, kessler, folder, monkeypatch):
    ticket_box.put(make_letter(files={"a.png": PNG}))

    def fall(*args, **kw):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(taking, "_note", fall)
        ticket_box.put(make_letter(files={"a.png": PNG, "b.exe": b"MZ"}))
        with pytest.raises(OperationalError):
            collect(NOW)
    assert (ticket_box.flags(), Ticket.objects.count(), len([*folder.iterdir()])) == ([DONE, set()], 1, 1)
    assert not Pulse.objects.exists()
    assert collect(NOW) == "1 new tickets"


@pytest.mark.parametrize("error", [ValueError, RecursionError, DataError, IntegrityError])
def test_one_that_cannot_be_kept_holds_nothing_up(ticket_box, kessler, monkeypatch, caplog, error):
    real = taking._open

    def fail(letter, *args, **kw):
        if "bad" in letter.text:
            raise error("b@kessler.example")
        return real(letter, *args, **kw)

    monkeypatch.setattr(taking, "_open", fail)
    ticket_box.put(make_letter("bad"), make_letter("good"))
    assert collect(NOW) == "1 new tickets, 1 not readable"
    assert ticket_box.flags() == [LEFT, DONE]
    assert ("Message 1 in the ticket mailbox cannot be taken in" in caplog.text, "kessler" in caplog.text) == (
        True, False,
    )  # fmt: skip


def test_of_a_large_message_the_beginning_is_read(ticket_box, kessler, folder, monkeypatch):
    monkeypatch.setattr(ticket_mailbox, "LARGEST", 30_000)
    ticket_box.put(make_letter("See the film.", files={"film.pdf": PDF + b"x" * 400_000, "a.png": PNG}))
    ticket_box.put(make_letter("See the picture.", files={"a.png": PNG}))
    assert collect(NOW) == "2 new tickets"
    first, second = Ticket.objects.order_by("pk")
    assert (texts(first), texts(first, "note")) == (
        ["See the film."], ["The message was too large: its files were left out."],
    )  # fmt: skip
    assert (texts(second), texts(second, "note"), len([*folder.iterdir()])) == (["See the picture."], [], 1)


def test_ten_thousand_lines(ticket_box, kessler):
    ticket_box.put(make_letter("\n".join(f"Line {n} of the story" for n in range(10_000))))
    assert collect(NOW) == "1 new tickets"
    ticket = Ticket.objects.get()
    assert (len(texts(ticket)[0]), texts(ticket, "note")) == (
        20_000, ["The message is longer than this: the rest was left out."],
    )  # fmt: skip


def test_what_is_left_out_is_said(ticket_box, kessler):
    ticket_box.put(make_letter(files={"offer.exe": b"MZ", "plan.pdf": b"MZ", "good.pdf": PDF}))
    collect(NOW)
    ticket = Ticket.objects.get()
    assert texts(ticket, "note") == [
        "offer.exe was left out: files of this kind are not taken.\n"
        "plan.pdf was left out: it is not what its name says."
    ]


@pytest.mark.django_db(transaction=True)
def test_two_who_read_at_once_count_once(ticket_box, kessler):
    ticket_box.put(*(make_letter(f"Question {n}", From=f"{n}@x.example") for n in range(5)))

    def read():
        try:
            collect(NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Message.objects.values_list("text", flat=True)) == [f"Question {n}" for n in range(5)]
    assert sorted(Ticket.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_the_job(ticket_box, kessler):
    ticket_box.put(make_letter())
    assert periodic.run_job("ticket_mailbox", NOW)
    assert (Ticket.objects.count(), Pulse.objects.get(name="ticket_mailbox").at) == (1, NOW)


def test_without_a_mailbox_nothing_is_done(db, settings):
    settings.TICKET_IMAP_URL = ""
    assert (collect(NOW), Pulse.objects.count()) == ("", 0)


def test_the_same_message_is_looked_up_in_an_index(team):
    plan = Message.objects.known_by(["<1@k>"], team=team).explain()
    assert "ticket_mail_read_once" in plan or connection.vendor == "postgresql"
