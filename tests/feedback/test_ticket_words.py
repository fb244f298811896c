"""Searching tickets finds the same with an index of pieces as without, on both databases."""

from random import Random

import pytest
from django.db import connection

from contacts.folding import search_forms
from feedback import ticket_words
from feedback.models import Ticket
from tests.factories import make_customer
from tests.feedback.makers import make_ticket

LETTERS = "aböß1 2\"%_'#é"
ODD = [
    "",
    "#",
    "12",
    "#12",
    "012",
    "٣٣٣",
    '"',
    '""""',
    "AND",
    "NEAR(",
    "100%",
    "a_b",
    "½½½",
    "*",
    "ß",
]


def found(text, user):
    return set(
        Ticket.objects.visible_to(user).matching(text, user=user).values_list("search_text", flat=True)
    )


def said(text, tickets):
    """By plain Python, of words that are no numbers."""
    words = text.split()
    return {
        t.search_text for t in tickets if all(any(f in t.search_text for f in search_forms(w)) for w in words)
    }


@pytest.fixture
def customer(nino):
    """In whose name nothing is found."""
    return make_customer(owner=nino, name="Q")


def test_random_words_find_what_has_them(nino, customer):
    random = Random(7)

    def some(least, most):
        return "".join(random.choice(LETTERS) for _ in range(random.randint(least, most))).strip() or "x"

    tickets = [make_ticket(customer=customer, subject=some(5, 20), from_name=some(1, 9)) for _ in range(30)]
    for _ in range(60):
        text = random.choice(
            [some(1, 5), random.choice(tickets).subject[2:8].strip(), f"{some(1, 3)} {some(3, 4)}"]
        )
        if not any(word.removeprefix("#").isdecimal() for word in text.split()):
            assert (text, found(text, nino)) == (text, said(text, tickets))


@pytest.mark.parametrize("text", ODD)
def test_odd_words_find_the_same_as_without_an_index(nino, customer, text, monkeypatch):
    for number, subject in (
        (12, "Lid"),
        (333, "100% a_b AND ½½½"),
        (1012, 'say "" ""'),
        (9, "012 # * NEAR( Straße"),
    ):
        make_ticket(customer=customer, number=number, subject=subject)
    with_index = found(text, nino)
    monkeypatch.setattr(ticket_words, "_in_index", lambda word: "")
    assert with_index == found(text, nino)


def test_a_number_is_found_by_a_part_of_a_text_or_as_a_whole(nino, customer):
    whole, part, _other = (
        make_ticket(customer=customer, number=4711, subject="Lid"),
        make_ticket(customer=customer, number=1, subject="As in 4711"),
        make_ticket(customer=customer, number=14711, subject="Box"),
    )
    assert found("#4711", nino) == found("4711", nino) == {whole.search_text, part.search_text}


def test_what_changes_is_found_as_it_is_now(nino, customer):
    ticket = make_ticket(customer=customer, subject="Crushed corners")
    ticket.subject = "Folding by machine"
    ticket.save()
    assert (found("crushed", nino), found("machine", nino)) == (set(), {ticket.search_text})
    Ticket.objects.update(search_text="labels")
    assert (found("machine", nino), found("labels", nino)) == (set(), {"labels"})
    Ticket.objects.all().delete()
    assert found("labels", nino) == set()


def test_a_word_in_very_many_is_found_all_the_same(nino, customer, monkeypatch):
    monkeypatch.setattr(ticket_words, "MOST", 2)
    tickets = [make_ticket(customer=customer, subject=f"Cartons {n}") for n in range(4)]
    assert found("cartons", nino) == {ticket.search_text for ticket in tickets}


def test_an_index_whose_triggers_were_lost_is_made_anew(nino, customer):
    if connection.vendor == "sqlite":  # as it is when Django changes the table
        with connection.cursor() as cursor:
            for name in ticket_words._TRIGGERS:
                cursor.execute(f"DROP TRIGGER {name}")
    ticket = make_ticket(customer=customer, subject="Crushed corners")
    ticket_words.keep_index()
    ticket_words.keep_index()
    assert found("crushed", nino) == {ticket.search_text}


@pytest.mark.parametrize("path", ["tickets/?q=%00lid", "tickets/{}/merge/?q=%00lid", "tickets/new/?q=%00lid"])
def test_a_sign_that_no_text_has_is_passed_over(client, nino, customer, path):
    ticket = make_ticket(customer=customer, subject="Lid")
    client.force_login(nino)
    assert client.get(f"/{path.format(ticket.pk)}").status_code == 200
