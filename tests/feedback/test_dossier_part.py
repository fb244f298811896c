"""What a dossier shows of its tickets: in its timeline, beside it, and on paper."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Entry
from contacts.timeline import Timeline
from feedback import actions
from tests.factories import NOW, make_dossier, make_entry
from tests.feedback.makers import make_rating, make_ticket

HOUR = timedelta(hours=1)


@pytest.fixture
def kessler(nino):
    return make_dossier(owner=nino, name="Weingut Kessler").customer


@pytest.fixture
def solved(kessler, nino):
    ticket = make_ticket(customer=kessler, number=482, subject="Crease on 12 of 400")
    actions.close(ticket=ticket, done="Replaced, she was pleased.", by=nino, now=NOW + 5 * HOUR)
    return ticket


def page_of(client, customer, **query):
    return client.get(customer.get_absolute_url(), query).content.decode()


def test_a_settled_ticket_stands_in_the_timeline_with_its_working_time(client_of, nino, kessler, solved):
    page = page_of(client_of(nino), kessler)
    line = f'<p><b><a href="{solved.get_absolute_url()}">Ticket 482 closed</a></b> '
    assert line + '<span class="rb-muted">Nino, in 5 hours</span>' in page
    assert "<p>Crease on 12 of 400. Replaced, she was pleased.</p>" in page
    assert "#i-ticket" in page


@pytest.mark.parametrize(("minutes", "words"), [(0, "in 0 minutes"), (1, "in 1 minute"), (59, "in 59 minutes"),
                                                (60, "in 1 hour"), (320, "in 5 hours")])  # fmt: skip
def test_how_long_it_took_is_said_in_words(nino, kessler, minutes, words):
    make_entry(customer=kessler, kind="ticket", text="Ticket 1 closed\n\nX", minutes=minutes)
    [line] = Timeline(kessler, zone=nino.zone).lines
    assert (line.title, line.text, line.who) == ("Ticket 1 closed", "X", f"Nino, {words}")


def test_what_took_longer_than_an_entry_can_say_is_not_said(kessler, nino):
    ticket = make_ticket(customer=kessler)
    actions.close(ticket=ticket, done="", by=nino, now=NOW + timedelta(days=700))
    assert ticket.solved_in > 32_767
    assert Entry.objects.get().minutes is None


def test_tickets_and_ratings_can_be_shown_alone(client_of, nino, kessler, solved):
    make_entry(customer=kessler, text="A note")
    rating = make_rating(ticket=solved)
    make_entry(
        customer=kessler, kind="rating", author=None, source="rating", source_id=rating.pk,
        text="Rated good by e-mail, after ticket 482\n\nQuick.",
    )  # fmt: skip
    client = client_of(nino)
    page = page_of(client, kessler)
    assert ">Tickets <small>1</small>" in page
    assert ">Ratings <small>1</small>" in page
    tickets, ratings = (page_of(client, kessler, show=kind) for kind in ("ticket", "rating"))
    assert ("Ticket 482 closed" in tickets, "A note" in tickets, "Rated good" in tickets) == (
        True,
        False,
        False,
    )
    assert (f'href="{rating.get_absolute_url()}">Rated good by e-mail' in ratings, "#i-good" in ratings) == (
        True,
        True,
    )


def test_open_tickets_stand_beside_what_is_due_first_on_top(client_of, nino, kessler):
    now = timezone.now()
    later = make_ticket(customer=kessler, number=7, subject="Later", next_due_at=now + timedelta(days=40))
    late = make_ticket(customer=kessler, number=8, subject="Late", next_due_at=now - timedelta(days=400))
    waits = make_ticket(customer=kessler, number=9, subject="Waits", waiting_since=NOW, assignee=None)
    make_ticket(customer=kessler, number=10, subject="Closed one", closed_at=NOW)
    page = page_of(client_of(nino), kessler)
    panel = page[page.index('id="h-tickets"') :].partition("</section>")[0]
    places = [
        panel.index(f'<a href="{each.get_absolute_url()}">{each.number}</a>') for each in (late, later, waits)
    ]
    assert places == sorted(places)
    assert "Closed one" not in panel
    assert "late since" in panel
    assert "waits for the customer</span></td><td>–</td>" in panel
    assert f'href="/tickets/new/?customer={kessler.pk}"' in panel


def test_without_an_open_ticket_a_new_one_is_offered(client_of, nino, kessler):
    page = page_of(client_of(nino), kessler)
    assert ("Nothing is open." in page, "/tickets/new/?customer=" in page) == (True, True)


def test_many_open_tickets_are_counted(client_of, nino, kessler):
    for _ in range(6):
        make_ticket(customer=kessler)
    assert "and 2 more" in page_of(client_of(nino), kessler)


def test_tickets_cost_the_dossier_no_query(client_of, nino, kessler):
    client = client_of(nino)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            page_of(client, kessler)
        return len(captured)

    queries()
    before = queries()
    for _ in range(3):
        ticket = make_ticket(customer=kessler)
        actions.file_entry(ticket, "Ticket opened", "x", by=nino, now=NOW)
    assert queries() == before == 13


def test_open_tickets_stand_on_the_printed_sheet(client_of, nino, kessler, solved):
    client, address = client_of(nino), f"{kessler.get_absolute_url()}print/"
    assert "Open tickets" not in client.get(address).content.decode()
    make_ticket(customer=kessler, number=9, subject="Where is it?")
    page = client.get(address).content.decode()
    assert "<dt>Open tickets</dt><dd><b>9</b> Where is it?" in page
    assert "<b>Ticket 482 closed</b> · Nino, in 5 hours<br>Crease on 12 of 400." in page


def test_a_ticket_is_no_talk(kessler, solved):
    assert [entry.outcome for entry in kessler.entries.all()] == [""]
