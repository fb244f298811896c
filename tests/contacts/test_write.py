"""“Write” in the dossier: one letter by hand, through the outbox, into the timeline."""

import re
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from contacts.actions import SECOND_THOUGHTS
from contacts.legal_basis import withdraw
from contacts.letters.kinds import LETTER
from contacts.models import Entry, LegalBasis, Letter
from contacts.views.letter_frames import between
from crm.mail.actions import put_back
from crm.mail.addresses import address_hash
from crm.mail.delivery import Hold, why_hold
from crm.mail.models import OutgoingMail, Reason, State, Suppression
from tests.factories import (
    NOW,
    TODAY,
    make_customer,
    make_dossier,
    make_letter,
    make_mail,
    make_person,
    make_purchase,
    make_sender,
)


@pytest.fixture
def sender(team):
    return make_sender(team=team, name="Lindner Packaging", email="office@lindner.example")


@pytest.fixture
def kessler(nino):
    customer = make_dossier(
        owner=nino, name="Kessler", email="office@kessler.example", person="Barbara Kessler"
    ).customer
    customer.main_person.email = "barbara@kessler.example"
    customer.main_person.save()
    customer.write()
    return customer


@pytest.fixture
def client(nino, client_of, sender):
    return client_of(nino)


def write_url(customer):
    return reverse("contacts:write", args=[customer.pk])


def a_letter(customer, **changes):
    fields = {
        "to": str(customer.main_person_id),
        "language": "en",
        "subject": "Your cartons",
        "text": "Dear Barbara Kessler,\n\nthey are **ready**.",
        "token": str(uuid4()),
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


def initial(response):
    form = response.context["form"]
    return {name: form[name].value() for name in ("to", "language", "subject", "text", "advertising")}


def errors(response):
    return [error for errors in response.context["form"].errors.values() for error in errors]


# --- what it begins with


def test_an_empty_letter_greets_and_is_signed_by_who_writes(client_of, lead, kessler, sender):
    response = client_of(lead).get(write_url(kessler))
    assert initial(response) == {
        "to": str(kessler.main_person_id),
        "language": "en",
        "subject": "",
        "text": "Dear Barbara Kessler,\n\n\n\nKind regards,\nLena Vogt\nLindner Packaging, lena@team.example",
        "advertising": False,
    }


@pytest.mark.parametrize(
    ("country", "first", "close"),
    [
        ("AT", "Guten Tag Barbara Kessler,", "Mit freundlichen Grüßen"),
        ("GE", "პატივცემულო Barbara Kessler,", "პატივისცემით,"),
    ],
)
def test_an_empty_letter_is_in_the_customers_language(client, kessler, country, first, close):
    kessler.country = country
    kessler.write()
    lines = initial(client.get(write_url(kessler)))["text"].splitlines()
    assert (lines[0], lines[4]) == (first, close)


def test_a_template_shows_real_words(client, kessler, team):
    make_purchase(customer=kessler, bought_on=TODAY, product_group="Bags *large*")
    letter = make_letter(
        team=team,
        is_advertising=True,
        de=("Für {company}", "{greeting}\n\nSie kauften {product_group} am {last_purchase}. {code}"),
    )
    response = client.get(write_url(kessler), {"letter": letter.pk, "language": "de"})
    assert initial(response) == {
        "to": str(kessler.main_person_id),
        "language": "de",
        "subject": "Für Kessler",
        "text": "Guten Tag Barbara Kessler,\n\nSie kauften Bags \\*large\\* am 17. November 2026. {code}",
        "advertising": True,
    }


@pytest.mark.parametrize("asked", [{"letter": "x"}, {"letter": "99999"}, {"language": "xx"}])
def test_what_cannot_be_read_begins_an_empty_letter(client, kessler, asked):
    assert initial(client.get(write_url(kessler), asked))["subject"] == ""


def test_another_teams_letter_is_none(client, kessler):
    foreign = make_letter(en=("Theirs", "x"))
    response = client.get(write_url(kessler), {"letter": foreign.pk})
    assert initial(response)["subject"] == ""
    assert b"Theirs" not in response.content


def test_everybody_with_an_address_can_be_chosen_once(client, kessler):
    karl = make_person(customer=kessler, name="Karl Kessler", email="KARL@kessler.example")
    make_person(customer=kessler, name="No Address")
    make_person(customer=kessler, name="Same Address", email="office@kessler.example")
    form = client.get(write_url(kessler)).context["form"]
    people = {person.name: str(person.pk) for person in kessler.people.all()}
    assert form.fields["to"].choices == [
        (people["Barbara Kessler"], "Barbara Kessler <barbara@kessler.example>"),
        (str(karl.pk), "Karl Kessler <KARL@kessler.example>"),
        (people["Same Address"], "Same Address <office@kessler.example>"),
    ]


# --- sending


def test_a_letter_goes_to_the_outbox_and_into_the_timeline(client, kessler, nino):
    before = timezone.now()
    response = client.post(write_url(kessler), a_letter(kessler))
    mail, entry = OutgoingMail.objects.get(), Entry.objects.get()
    assert response.url == f"/customers/{kessler.pk}/"
    assert (mail.kind, mail.team_id, mail.recipient_id, mail.by) == ("letter", nino.team_id, kessler.pk, nino)
    assert (mail.to_name, mail.to_email) == ("Barbara Kessler", "barbara@kessler.example")
    assert (mail.from_name, mail.from_email) == ("Nino Beridze, Lindner Packaging", "office@lindner.example")
    assert (mail.reply_to, mail.subject, mail.is_advertising) == ("nino@team.example", "Your cartons", False)
    assert mail.text.startswith("Dear Barbara Kessler,\n\nthey are ready.\n\n--\nLindner Packaging\n")
    assert "they are <strong>ready</strong>.</p>" in mail.html
    assert mail.not_before - mail.queued_at == SECOND_THOUGHTS
    assert before <= mail.queued_at == entry.happened_at
    assert (entry.customer, entry.kind, entry.author, entry.mail) == (kessler, "email", nino, mail)
    assert entry.text == "Your cartons\n\nDear Barbara Kessler,\n\nthey are ready."
    assert not LETTER.is_automatic


def test_a_letter_to_another_person_greets_him(client, kessler):
    karl = make_person(customer=kessler, name="Karl Kessler", email="karl@kessler.example")
    client.post(write_url(kessler), a_letter(kessler, to=str(karl.pk), text="{greeting}\n\n{manager}"))
    mail = OutgoingMail.objects.get()
    assert (mail.to_name, mail.to_email) == ("Karl Kessler", "karl@kessler.example")
    assert mail.text.startswith("Dear Karl Kessler,\n\nNino Beridze\n")


def test_other_words_under_the_same_token_are_not_lost(client, kessler):
    first = a_letter(kessler)
    client.post(write_url(kessler), first)
    answer = client.post(write_url(kessler), first | {"subject": "Something else"})
    assert answer.status_code == 409
    assert errors(answer) == [
        "This page has sent a letter already, and these words are others. Send them if you like."
    ]
    assert initial(answer)["subject"] == "Something else"
    again = first | {"subject": "Something else", "token": answer.context["form"]["token"].value()}
    assert client.post(write_url(kessler), again).status_code == 302
    assert list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)) == [
        "Your cartons",
        "Something else",
    ]


def test_advertising_waits_for_the_next_working_hour_and_says_so(client, kessler, team):
    a_basis(kessler, team)
    with time_machine.travel("2026-11-22 11:00:00Z", tick=False):  # a Sunday
        client.post(write_url(kessler), a_letter(kessler, advertising="on"))
        page = client.get(reverse("contacts:dossier", args=[kessler.pk])).content.decode()
    assert OutgoingMail.objects.get().not_before.isoformat() == "2026-11-23T07:00:00+00:00"
    assert "leaves on Monday 23 November at 08:00: advertising comes by day" in page


def test_sending_twice_sends_once(client, kessler):
    letter = a_letter(kessler)
    for _time in range(2):
        assert client.post(write_url(kessler), letter).status_code == 302
    assert (OutgoingMail.objects.count(), Entry.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": ""}, "Write a subject."),
        ({"text": " "}, "Write the letter."),
        ({"text": "Hello {nmae}"}, "There is no field {nmae}. Did you mean {name}?"),
        (
            {"text": "See [x](shop)"},
            "The link to “shop” leads nowhere. Begin its address with https:// or mailto:.",
        ),
        ({"text": "{code}, {name}"}, "Nothing is known for {code}. Write words of your own instead."),
        ({"subject": "x" * 151}, "Ensure this value has at most 150 characters (it has 151)."),
        ({"advertising": "on"}, "Advertising needs a legal basis, and none is recorded for this customer."),
    ],
)
def test_what_cannot_be_sent_is_explained_and_kept(client, kessler, changes, said):
    letter = a_letter(kessler) | changes
    response = client.post(write_url(kessler), letter)
    assert (response.status_code, errors(response)) == (422, [said])
    assert initial(response)["text"] == letter["text"]
    assert initial(response)["subject"] == letter["subject"]
    assert not OutgoingMail.objects.exists()
    assert not Entry.objects.exists()


def test_somebody_elses_person_cannot_be_written_to(client, kessler):
    stranger = make_person(name="Stranger", email="s@elsewhere.example")
    response = client.post(write_url(kessler), a_letter(kessler, to=str(stranger.pk)))
    assert response.status_code == 422
    assert not OutgoingMail.objects.exists()


def a_basis(customer, team):
    customer.legal_basis = LegalBasis.objects.create(
        team=team, text="Yes", source="order form", given_on=TODAY
    )
    customer.write()


def test_an_advertising_letter_says_its_basis_and_how_to_opt_out(client, kessler, team):
    a_basis(kessler, team)
    client.post(write_url(kessler), a_letter(kessler, advertising="on"))
    mail = OutgoingMail.objects.get()
    assert (mail.is_advertising, mail.basis) == (True, "consent, 17 Nov 2026, order form")
    assert "/u/" in mail.text


def test_advertising_that_is_put_back_leaves_only_on_a_legal_basis(client, kessler, nino, team):
    a_basis(kessler, team)
    client.post(write_url(kessler), a_letter(kessler, advertising="on"))
    client.post(write_url(kessler), a_letter(kessler))
    mails = list(OutgoingMail.objects.select_related("team"))
    assert [mail.take_out(by=nino, now=mail.queued_at) for mail in mails] == [True, True]
    withdraw(customer=kessler, by=nino, now=NOW)
    assert [put_back(mail, now=mail.queued_at) for mail in mails] == [True, True]
    holds = {mail.is_advertising: why_hold(mail, now=mail.not_before) for mail in mails}
    assert holds == {True: Hold(Reason.NO_BASIS), False: None}


@pytest.mark.parametrize(
    ("reason", "advertising", "said"),
    [
        ("opted_out", "on", "barbara@kessler.example wants no advertising from us."),
        ("complained", None, "From barbara@kessler.example came a complaint that our mail is spam. "
            "We do not write there."),
        ("bounced", None, "The address barbara@kessler.example does not exist: a mail to it came back."),
    ],
)  # fmt: skip
def test_nothing_is_written_where_it_is_not_wanted(client, kessler, team, reason, advertising, said):
    a_basis(kessler, team)
    Suppression.record(team=team, hashed=address_hash("Barbara@kessler.example"), reason=reason, now=NOW)
    response = client.post(write_url(kessler), a_letter(kessler, advertising=advertising))
    assert (response.status_code, errors(response)) == (422, [said])


def test_who_opted_out_of_advertising_gets_other_letters(client, kessler, team):
    Suppression.record(team=team, hashed=address_hash("barbara@kessler.example"), reason="opted_out", now=NOW)
    assert client.post(write_url(kessler), a_letter(kessler)).status_code == 302


def test_without_a_sender_or_an_address_a_sentence_says_what_to_do(client_of, nino, lead, kessler):
    said = "Your team has not said yet from which address it writes"
    assert said in client_of(nino).get(write_url(kessler)).content.decode()
    assert 'href="/settings/mail/"' in client_of(lead).get(write_url(kessler)).content.decode()
    make_sender(team=nino.team)
    mute = make_customer(owner=nino)
    assert "no e-mail address in this dossier" in client_of(nino).post(write_url(mute)).content.decode()


# --- looking at it


def preview_url(customer):
    return reverse("contacts:write_preview", args=[customer.pk])


def test_the_preview_is_the_mail_and_sends_nothing(client, kessler):
    response = client.post(preview_url(kessler), a_letter(kessler))
    body = response.content.decode()
    assert "they are <strong>ready</strong>.</p>" in body
    assert re.search(r'<body[^>]*>\s*<div lang="en" class="sheet ink".*to Barbara Kessler', body, re.DOTALL)
    assert "Dear Barbara Kessler,\n\nthey are ready.\n\n--\nLindner Packaging" in body
    assert "to Barbara Kessler, barbara@kessler.example" in body
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert not OutgoingMail.objects.exists()


def test_a_letter_without_a_subject_yet_is_shown(client, kessler):
    body = client.post(preview_url(kessler), a_letter(kessler, subject=" ")).content.decode()
    assert "(no subject yet)" in body
    assert "they are <strong>ready</strong>.</p>" in body


def test_a_letter_is_framed_whatever_its_body_looks_like():
    page = between('<html><body class="new" id="b">Ready.</body></html>', "HEAD ", " FOOT")
    assert page == '<html><body class="new" id="b">HEAD Ready. FOOT</body></html>'
    for broken in ("<html>Ready.</html>", "<body>Ready."):
        with pytest.raises(ValueError, match="unpack"):
            between(broken, "HEAD", "FOOT")


def test_the_preview_says_what_is_wrong(client, kessler):
    response = client.post(preview_url(kessler), a_letter(kessler, text="{nmae}"))
    assert "Did you mean {name}?" in response.content.decode()


# --- taking it back


def test_a_letter_that_waits_is_taken_back_and_lies_open_again(client, kessler, nino):
    client.post(write_url(kessler), a_letter(kessler, language="de", text="Hallo \\{ok\\}"))
    entry = Entry.objects.get()
    url = reverse("contacts:take_back", args=[kessler.pk, entry.pk])
    assert client.get(url).status_code == 200
    response = client.post(url)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.reason, mail.settled_by) == (State.SUPPRESSED, Reason.TAKEN_BACK, nino)
    assert not Entry.objects.exists()
    assert initial(response)["subject"] == "Your cartons"
    assert (initial(response)["text"], initial(response)["language"]) == ("Hallo \\{ok\\}", "de")
    assert client.post(write_url(kessler), a_letter(kessler)).status_code == 302
    assert OutgoingMail.objects.waiting().count() == 1
    assert client.post(url).status_code == 404


def test_what_its_writer_has_taken_back_is_not_put_back(client, client_of, lead, kessler):
    client.post(write_url(kessler), a_letter(kessler))
    client.post(reverse("contacts:take_back", args=[kessler.pk, Entry.objects.get().pk]))
    mail = OutgoingMail.objects.get()
    page = client_of(lead).get(f"/outbox/{mail.pk}/").content.decode()
    assert ("Taken back by its writer" in page, "Put back" in page) == (True, False)
    assert not put_back(mail, now=NOW)


def test_a_letter_that_has_left_stays(client, kessler):
    client.post(write_url(kessler), a_letter(kessler))
    OutgoingMail.objects.update(state=State.SENT, settled_at=NOW)
    entry = Entry.objects.get()
    response = client.post(reverse("contacts:take_back", args=[kessler.pk, entry.pk]), follow=True)
    assert "cannot be taken back" in response.content.decode()
    assert Entry.objects.exists()


# --- in the timeline


def dossier_of(client, customer):
    return client.get(customer.get_absolute_url()).content.decode()


def letter_entry(customer, **mail):
    fields = {"team": customer.team, "recipient_id": customer.pk, "kind": "letter"}
    return Entry.objects.create(
        customer=customer, kind="email", text="Your cartons", author=customer.owner, happened_at=NOW,
        mail=make_mail(**fields | mail),
    )  # fmt: skip


def test_the_timeline_says_what_became_of_a_letter(client, kessler):
    entry = letter_entry(kessler)
    body = dossier_of(client, kessler)
    back = reverse("contacts:take_back", args=[kessler.pk, entry.pk])
    assert f'<span class="rb-tl__mail">waiting · <a href="{back}">take back</a></span>' in body


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ({"state": State.SENT, "settled_at": NOW}, "sent 10:03"),
        ({"state": State.SENT, "settled_at": NOW.replace(day=18)}, "sent 18 Nov, 10:03"),
        ({"state": State.FAILED, "reason": "refused"}, "failed: the mail server refused it"),
        ({"state": State.SUPPRESSED, "reason": "withdrawn"}, "held back: taken out by a colleague"),
    ],
)
def test_states_in_words(client, kessler, mail, said):
    letter_entry(kessler, **mail)
    assert f'<span class="rb-tl__mail">{said}</span>' in dossier_of(client, kessler)


def test_a_lead_follows_a_letter_to_the_outbox(client_of, lead, kessler, sender):
    entry = letter_entry(kessler, state=State.SENT, settled_at=NOW)
    assert f'<a href="/outbox/{entry.mail_id}/">sent 10:03</a>' in dossier_of(client_of(lead), kessler)


def test_letters_cost_the_dossier_no_query(client, kessler, django_assert_num_queries):
    letter_entry(kessler)
    dossier_of(client, kessler)
    with django_assert_num_queries(13):
        dossier_of(client, kessler)
    for _number in range(3):
        letter_entry(kessler)
    with django_assert_num_queries(13):
        dossier_of(client, kessler)


def test_an_answer_and_a_bounce_stand_in_the_timeline(client, kessler):
    mail = letter_entry(kessler, to_email="barbara@kessler.example", subject="Your cartons").mail
    LETTER.answered(mail, "Thank you, send 300.", NOW)
    LETTER.bounced(mail, NOW)
    said = Entry.objects.filter(author=None).order_by("pk").values_list("kind", "text", "mail")
    assert list(said) == [
        ("email", "Thank you, send 300.", None),
        ("note", "“Your cartons” came back: the address barbara@kessler.example does not exist.", None),
    ]
    assert "<b>Answer</b>" in dossier_of(client, kessler)


def test_answers_of_an_erased_customer_are_dropped(db):
    LETTER.answered(make_mail(recipient_id=99), "Hello", NOW)
    assert not Entry.objects.exists()


# --- who may


def test_a_stranger_finds_nothing(client_of, stranger, kessler):
    entry = letter_entry(kessler)
    client = client_of(stranger)
    make_sender(team=stranger.team)
    back = reverse("contacts:take_back", args=[kessler.pk, entry.pk])
    assert [client.get(url).status_code for url in (write_url(kessler), back)] == [404, 404]
    posted = [client.post(url, a_letter(kessler)) for url in (write_url(kessler), preview_url(kessler), back)]
    assert [response.status_code for response in posted] == [404, 404, 404]
    assert Entry.objects.count() == 1
    assert client.get(preview_url(kessler)).status_code == 405


def test_many_templates_cost_as_many_queries_as_one(client, kessler, team, django_assert_num_queries):
    client.get(write_url(kessler))
    make_letter(team=team)
    with django_assert_num_queries(8):
        client.get(write_url(kessler))
    for number in range(3):
        make_letter(team=team, name=f"Letter {number} again")
    with django_assert_num_queries(8):
        client.get(write_url(kessler))


def test_writing_begins_in_the_dossier(client, kessler):
    assert f'href="{write_url(kessler)}"' in dossier_of(client, kessler)
    assert Letter.objects.count() == 0


def test_the_company_is_greeted_by_the_name_of_who_has_no_address_of_his_own(client, nino, kessler):
    kessler.people.update(email="")
    first = initial(client.get(write_url(kessler)))
    assert (first["to"], first["text"].splitlines()[0]) == ("card", "Dear Barbara Kessler,")
    client.post(write_url(kessler), a_letter(kessler, to="card", subject="For {name}"))
    mail = OutgoingMail.objects.get()
    assert (mail.to_name, mail.to_email, mail.subject) == (
        "Kessler",
        "office@kessler.example",
        "For Barbara Kessler",
    )
