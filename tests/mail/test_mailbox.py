"""The mailbox to which failed mail comes back, on a real IMAP server."""

import base64
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, OperationalError, connection

from crm import periodic
from crm.mail import kinds, returns, rounds
from crm.mail.kinds import Kind
from crm.mail.mailbox import collect, opened
from crm.mail.models import Pulse, Return, State, Suppression
from crm.mail.models.outgoing import new_public_id
from tests.factories import NOW, make_mail, make_sender, make_user
from tests.mail.messages import make_answer, make_bounce, make_complaint

SEEN, LOOKED_AT = r"\Seen", "Ringbinder"


@pytest.fixture
def mail(team):
    return make_sent(team=team, to_email="b@kessler.example")


@pytest.fixture
def answers(monkeypatch):
    """What the kind of the mails is told of answers."""
    said = []
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register(Kind("note", "a note", answered=lambda mail, text, now: said.append((mail.pk, text))))
    return said


def make_sent(**kw):
    return make_mail(message_id=f"<{new_public_id()}@carton.example>", state=State.SENT, **kw)


def suppressed(mail):
    return sorted(Suppression.objects.of(mail.team, mail.address_hash).values_list("reason", flat=True))


def returned(mail):
    return sorted(mail.returns.values_list("what", flat=True))


def test_a_bounce_ends_all_mail_to_the_address(mailbox, mail):
    waiting = make_mail(team=mail.team, to_email=mail.to_email)
    mailbox.put(make_bounce(mail.message_id))
    assert collect(NOW) == "1 read, 1 about our mail"
    assert (suppressed(mail), returned(mail)) == (["bounced"], ["bounced"])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.SUPPRESSED, "bounced")
    assert mailbox.flags() == [{SEEN}]


@pytest.mark.parametrize(
    ("status", "action", "what"), [("5.2.2", "failed", "refused"), ("4.4.1", "delayed", "delayed")]
)
def test_what_does_not_last_is_only_noted(mailbox, mail, status, action, what):
    mailbox.put(make_bounce(mail.message_id, status=status, action=action, diagnostic="smtp said so"))
    collect(NOW)
    assert (suppressed(mail), returned(mail)) == ([], [what])
    assert mailbox.flags() == [{SEEN}]


def test_a_complaint(mailbox, mail):
    mailbox.put(make_complaint(mail.message_id))
    collect(NOW)
    assert (suppressed(mail), returned(mail)) == (["complained"], ["complained"])


def test_an_answer_is_told_and_stays_unread(mailbox, mail, answers):
    mailbox.put(
        make_answer(mail, "Yes, please.\n\nOn Tue, 17 Nov 2026 at 10:03, Carton & Co wrote:\n> Ready?")
    )
    assert collect(NOW) == "1 read, 1 about our mail"
    assert answers == [(mail.pk, "Yes, please.")]
    assert mailbox.flags() == [{LOOKED_AT}]
    assert suppressed(mail) == []


def test_an_answer_that_names_the_provider_s_id(mailbox, mail, answers):
    mail.provider_id = "0100018c-77-000000"
    mail.save()
    mailbox.put(make_answer(mail, In_Reply_To="<0100018c-77-000000@email.provider.example>", References=""))
    collect(NOW)
    assert answers == [(mail.pk, "Yes, please.")]


@pytest.mark.parametrize("sender", ["office@carton.example", "Nino@team.example"])
def test_what_a_colleague_writes_is_no_answer(mailbox, mail, answers, sender):
    make_user(team=mail.team, email="nino@team.example")
    mailbox.put(make_answer(mail, From=f"Nino <{sender}>"))
    assert collect(NOW) == "1 read, 0 about our mail"
    assert (answers, returned(mail)) == ([], [])


def test_a_holiday_notice_is_no_answer(mailbox, mail, answers):
    mailbox.put(make_answer(mail, "I am away.", Auto_Submitted="auto-replied"))
    assert collect(NOW) == "1 read, 0 about our mail"
    assert answers == []


def test_what_is_not_about_our_mail_stays_unread(mailbox, mail):
    mailbox.put(
        b"From: a@b.example\r\nSubject: An order\r\n\r\n600 cartons, please.\r\n",
        make_bounce("<q3TjbXkfqM0hW8mZyVn2Lw@carton.example>"),
        make_complaint(f"<{new_public_id()}@carton.example>"),
    )
    assert collect(NOW) == "3 read, 0 about our mail"
    assert mailbox.flags() == [{LOOKED_AT}] * 3
    assert (Return.objects.count(), Suppression.objects.count()) == (0, 0)
    assert collect(NOW) == ""


def test_nobody_can_make_up_a_bounce_of_an_address(mailbox, mail):
    mailbox.put(
        make_bounce("<guess@carton.example>"), make_bounce(""), make_bounce(f"<{mail.pk}@carton.example>")
    )
    collect(NOW)
    assert (suppressed(mail), returned(mail)) == ([], [])


@pytest.mark.parametrize("empty", ["<@carton.example>", "<@@@>", "<   >"])
def test_an_id_without_a_name_is_no_mail_of_ours(mailbox, mail, answers, empty):
    """Mails that left without a provider have no name of his."""
    mailbox.put(
        make_bounce(empty), make_complaint(empty), make_answer(mail, In_Reply_To=empty, References="")
    )
    assert collect(NOW) == "3 read, 0 about our mail"
    assert (suppressed(mail), returned(mail), answers) == ([], [], [])


def test_what_somebody_has_read_is_left_alone(mailbox, mail):
    mailbox.put(make_bounce(mail.message_id))
    mailbox.set_flag(1, SEEN)
    assert collect(NOW) == ""
    assert returned(mail) == []


def test_nothing_is_deleted_that_somebody_has_marked_so(mailbox, mail):
    mailbox.put(make_bounce(mail.message_id), b"Subject: old\r\n\r\nold")
    mailbox.set_flag(2, r"\Deleted")
    collect(NOW)
    assert mailbox.flags() == [{SEEN}, {r"\Deleted", LOOKED_AT}]


def test_read_again_it_counts_once(mailbox, mail, answers):
    """As when a run is cut off between what it tells and its mark."""
    for _ in range(2):
        mailbox.put(make_answer(mail), make_bounce(mail.message_id))
        collect(NOW)
    assert answers == [(mail.pk, "Yes, please.")]
    assert returned(mail) == ["answered", "bounced"]


def test_cut_off_in_the_middle_it_goes_on_the_next_time(mailbox, team, monkeypatch):
    mails = [make_sent(team=team) for _ in range(3)]
    mailbox.put(*(make_bounce(mail.message_id, status=f"5.1.{n}") for n, mail in enumerate(mails, 1)))

    def fall(mail, **kw):
        if mail == mails[1]:
            raise OperationalError  # the database is away
        bounced(mail, **kw)

    bounced = returns.bounced
    with monkeypatch.context() as patch:
        patch.setattr(returns, "bounced", fall)
        with pytest.raises(OperationalError):
            collect(NOW)
    assert mailbox.flags() == [{SEEN}, set(), set()]
    assert not Pulse.objects.exists()
    assert collect(NOW) == "2 read, 2 about our mail"
    assert [returned(mail) for mail in mails] == [["bounced"]] * 3


def test_garbage_holds_nothing_up(mailbox, mail):
    large = make_bounce(mail.message_id) + b"x" * 20_000_000
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 3000
    mailbox.put(
        b"\xff\xfe\x80",
        b"Content-Type: multipart/report\r\n\r\n",
        nested,
        b"Subject: \xff\r\n\r\n\x80",
        large,
    )
    assert collect(NOW) == "5 read, 1 about our mail"
    assert returned(mail) == ["bounced"]
    assert mailbox.flags() == [{LOOKED_AT}] * 4 + [{SEEN}]


def test_an_id_with_a_null_in_it_is_none(mailbox, mail):
    """Which a database may refuse; hidden in Base64, where it is not seen at first."""
    hidden = base64.b64encode(f"Message-ID: <{chr(0)}x@carton.example>\r\n\r\n".encode()).decode()
    report = make_bounce(
        "", returned_type="text/rfc822-headers\nContent-Transfer-Encoding: base64", returned=hidden
    )
    mailbox.put(report, make_bounce(mail.message_id))
    assert collect(NOW) == "2 read, 1 about our mail"
    assert mailbox.flags() == [{LOOKED_AT}, {SEEN}]


@pytest.mark.parametrize(
    "error", [ValueError, UnicodeEncodeError("utf-8", "b@kessler.example", 0, 1, ""), DataError]
)
def test_what_cannot_be_kept_holds_nothing_up(mailbox, mail, answers, monkeypatch, caplog, error):
    def fail(mail, **kw):
        raise error

    monkeypatch.setattr(returns, "bounced", fail)
    mailbox.put(make_bounce(mail.message_id), make_answer(mail))
    assert collect(NOW) == "2 read, 1 about our mail"
    assert mailbox.flags() == [{LOOKED_AT}] * 2
    assert answers == [(mail.pk, "Yes, please.")]
    assert "What message 1 in the mailbox says cannot be kept" in caplog.text
    assert "kessler" not in caplog.text


@pytest.mark.parametrize("written", ["", "undisclosed", "<>"])
def test_an_answer_from_nobody_knows_whom_is_told(mailbox, mail, answers, written):
    raw = make_answer(mail).replace(b"From: Barbara Kessler <b@kessler.example>", f"From: {written}".encode())
    mailbox.put(raw)
    assert (mail.reply_to, collect(NOW)) == ("", "1 read, 1 about our mail")
    assert answers == [(mail.pk, "Yes, please.")]


def test_the_job_beats_its_pulse(mailbox, db):
    assert periodic.run_job("mailbox", NOW)
    assert Pulse.objects.get(name="mailbox").at == NOW
    assert not periodic.run_job("mailbox", NOW)


def test_without_a_mailbox_nothing_is_done(db, settings):
    settings.BOUNCE_IMAP_URL = ""
    assert (collect(NOW), Pulse.objects.count()) == ("", 0)


@pytest.mark.parametrize("url", ["http://user:secret@host/", "imaps:///INBOX", "host"])
def test_an_address_that_is_none(url):
    with pytest.raises(ImproperlyConfigured) as error, opened(url):
        pass
    assert "secret" not in str(error.value)


def test_a_wrong_password_is_told_without_it(dovecot, settings, db, caplog):
    settings.BOUNCE_IMAP_URL = f"imap://returns:wrong-secret@127.0.0.1:{dovecot.port}/"
    assert periodic.run_job("mailbox", NOW)
    assert ("failed" in caplog.text, "wrong-secret" in caplog.text) == (True, False)
    assert not Pulse.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_read_at_once_count_once(mailbox, mail, answers):
    mailbox.put(*(make_answer(mail, f"Answer {n}", Message_ID=f"<{n}@kessler.example>") for n in range(5)))

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
    assert sorted(answers) == [(mail.pk, f"Answer {n}") for n in range(5)]
    assert Return.objects.count() == 5


@pytest.mark.parametrize(
    ("bounce_address", "envelope"),
    [("", "office@carton.example"), ("returns@carton.example", "returns@carton.example")],
)
def test_what_left_by_a_server_and_comes_back_is_known(
    inbox, mailbox, register, team, settings, bounce_address, envelope
):
    """The whole round: what the server of the outbox got is what the report of a bounce brings back."""
    settings.BOUNCE_ADDRESS = bounce_address
    register()
    mail = make_mail(team=make_sender(team=team).team)
    rounds.drain(clock=lambda: NOW)
    assert inbox.senders == [envelope]
    assert inbox.mails[0]["From"] == "Carton & Co <office@carton.example>"
    mailbox.put(make_bounce("", returned=inbox.raw[0].decode()))
    assert collect(NOW) == "1 read, 1 about our mail"
    assert (suppressed(mail), returned(mail)) == (["bounced"], ["bounced"])
