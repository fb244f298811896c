"""What follows when something comes back to a mail: once, and whoever listens may fail."""

import pytest

from crm.mail import kinds, returns
from crm.mail.kinds import Kind
from crm.mail.models import Return, State, Suppression
from tests.factories import NOW, make_mail


@pytest.fixture
def heard(monkeypatch):
    """What a kind of mail and listeners to opt-outs and answers hear, in that order."""
    said = []
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(kinds, "_listeners", [lambda mail, now: said.append(("opted out", mail.pk, now))])
    monkeypatch.setattr(
        kinds, "_answer_listeners", [lambda mail, now: said.append(("answered", mail.pk, now))]
    )
    kinds.register(
        Kind(
            "note",
            "a note",
            answered=lambda mail, text, now: said.append((text, mail.pk, now)),
            bounced=lambda mail, now: said.append(("bounced", mail.pk, now)),
            complained=lambda mail, now: said.append(("complained", mail.pk, now)),
        )
    )
    return said


@pytest.fixture
def mail(team):
    return make_mail(team=team, state=State.SENT)


def test_an_opt_out_is_told_once(mail, heard):
    for _ in range(2):
        returns.opted_out(mail, now=NOW)
    assert heard == [("opted out", mail.pk, NOW)]


def test_a_bounce_is_told_once(mail, heard):
    for _ in range(2):
        returns.bounced(mail, now=NOW, detail="550 5.1.1 User unknown")
    assert heard == [("bounced", mail.pk, NOW)]
    assert Return.objects.get().detail == "550 5.1.1 User unknown"


def test_who_complains_has_opted_out(mail, heard):
    for _ in range(2):
        returns.complained(mail, now=NOW)
    assert heard == [("complained", mail.pk, NOW), ("opted out", mail.pk, NOW)]


def test_each_answer_is_told_once(mail, heard):
    for key, text in (("a", "Yes, please"), ("a", "Yes, please"), ("b", "And 20 more")):
        returns.answered(mail, text, now=NOW, key=key)
    answered = ("answered", mail.pk, NOW)
    assert heard == [("Yes, please", mail.pk, NOW), answered, ("And 20 more", mail.pk, NOW), answered]


def test_an_answer_is_told_whatever_the_kind(mail, heard):
    mail.kind = "gone"
    returns.answered(mail, "Yes, please", now=NOW)
    assert heard == [("answered", mail.pk, NOW)]


def test_an_answer_is_kept_though_a_listener_fails(mail, heard, caplog):
    def fail(mail, now):
        Return.objects.all().delete()
        raise LookupError(mail.to_email)

    kinds.on_answer(fail)
    returns.answered(mail, "Yes, please", now=NOW)
    assert Return.objects.get().what == Return.What.ANSWERED
    assert (mail.to_email in caplog.text, "LookupError" in caplog.text) == (False, True)


def test_a_remark_has_no_consequences(mail, heard):
    returns.remarked(mail, Return.What.DELAYED, now=NOW, detail="x" * 400)
    assert (heard, Suppression.objects.count()) == ([], 0)
    assert len(Return.objects.get().detail) == 300


def test_a_listener_that_fails_changes_nothing(mail, heard, caplog):
    def fail(mail, now):
        Suppression.objects.all().delete()
        raise LookupError(mail.to_email)

    kinds.on_opt_out(fail)
    returns.opted_out(mail, now=NOW)
    assert Suppression.objects.count() == 1
    assert (mail.to_email in caplog.text, "LookupError" in caplog.text) == (False, True)


@pytest.mark.parametrize("verb", [returns.opted_out, returns.bounced, returns.complained])
def test_a_mail_of_a_kind_that_is_gone(mail, verb, monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    verb(mail, now=NOW)
    assert Suppression.objects.count() == 1
