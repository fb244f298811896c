from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F

from contacts.models import Customer, Entry, Letter, LetterText, Person, Purchase
from crm.mail.models import OutgoingMail, Sender
from crm.team.models import Absence, Team, User
from feedback import actions, slips
from feedback.models import Invitation, Message, Rating, Recommendation, ServiceRules, Ticket, Word
from feedback.reading.award import month_of
from feedback.reading.periods import Period, Span
from followups.binder import Binder
from followups.checks import check_binder
from followups.dates import Tab
from followups.demo.builder import Builder
from followups.demo.filling import fill_large, fill_small
from followups.demo.filling import scene as all_dossiers
from followups.models import FollowUp, Slip
from followups.slips import lay
from segmentation.effect import effect
from segmentation.models import Series
from segmentation.reminding.enrolling import enrol
from segmentation.reminding.progress import progress_of
from segmentation.reminding.queueing import queue_due
from segmentation.reminding.stopping import settle
from segmentation.series_audience import audience
from tests.factories import NOW, TODAY

FRIDAY = date(2026, 11, 20)
ON_THE_BOARD = [
    ("10:15", "call", "Weingut Kessler & Sohn", "Barbara Kessler", "+49 69 90009142"),
    ("10:30", "call", "Harrow & Pike Booksellers", "Oliver Pike", "+44 20 7946 0315"),
    ("11:30", "visit", "Bäckerei Sonnentor", "Markus Eder", "+49 89 99998231"),
    ("14:00", "call", "Castle Mead Brewery", "Hannah Whitlock", "+44 117 496 0227"),
    ("15:30", "call", "Gärtnerei Blumenthal", "Renate Blumenthal", "+49 30 23125718"),
    ("", "offer", "Alazani Valley Cheese", "Davit Gelashvili", "+995 32 255 04 62"),
    ("", "call", "Apotheke am Markt", "Dr. Ute Reinholz", "+49 221 4710377"),
    ("", "call", "Fahrrad Brandt", "Lukas Brandt", "+49 30 23125640"),
    ("", "call", "Kolkheti Tea Company", "Tamar Lomidze", "+995 32 255 01 18"),
    ("", "call", "Nordlicht Versand GmbH", "Silke Petersen", "+49 40 66969508"),
    ("", "offer", "Studio Mtkvari Ceramics", "Ana Jorbenadze", "+995 32 255 07 40"),
    ("", "call", "Thornbury School Supplies", "James Okafor", "+44 161 496 0184"),
]


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker):
    """The small demo on Tuesday 17 November 2026, 10:03 in Berlin; gives its people by first name.

    Tests with `db` run before it is made, as pytest-django sorts them first: they find an empty database.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield {user.first_name: user for user in fill_small(now=NOW, seed=31)}
        transaction.set_rollback(True)


def under_today(owner) -> list[FollowUp]:
    return list(FollowUp.objects.of(owner).open().due(on=TODAY).in_order().with_dossier())


def test_todays_tab_is_the_one_in_the_pictures(scene):
    rows = [
        (
            f"{f.at:%H:%M}" if f.at else "",
            f.kind,
            f.customer.name,
            f.customer.main_person.name,
            f.customer.any_phone,
        )
        for f in under_today(scene["Nino"])
    ]
    assert rows == ON_THE_BOARD


def test_three_are_left_behind_and_four_moved_on_today(scene):
    nino = scene["Nino"]
    behind = FollowUp.objects.of(nino).open().left_behind(today=TODAY).order_by("due_on", "customer__name")
    assert [(f.due_on.day, f.customer.name) for f in behind] == [
        (13, "Bergmann Optik"),
        (13, "Hotel Rustaveli 12"),
        (16, "Pages & Co"),
    ]
    done = FollowUp.objects.filter(closed_at__gte=NOW - timedelta(hours=10), closed_by=nino, due_on=TODAY)
    assert [f.next.due_on > TODAY and f.closed_at < NOW for f in done] == [True] * 4


def test_the_binder_is_as_full_as_in_the_pictures(scene):
    binder = Binder(scene["Nino"], now=NOW)
    assert (binder.total, binder.owner.capacity) == (327, 16)
    assert [binder.loads[TODAY + timedelta(n)] for n in range(7)] == [12, 11, 14, 18, 0, 0, 9]
    assert [n for tab in binder.month_tabs(opened=Tab(TODAY)) if (n := tab.load) == 0] == []
    assert [Binder(scene[name], now=NOW).total for name in ("Lena", "Levan", "Giorgi")] == [0, 40, 33]


def test_levan_is_on_leave_to_friday_and_nino_looks_after_five(scene):
    absence = Absence.objects.get()
    assert (absence.user, absence.stand_in) == (scene["Levan"], scene["Nino"])
    assert (absence.starts_on, absence.ends_on) == (date(2026, 11, 16), FRIDAY)
    assert len(under_today(scene["Levan"])) == 5


def test_two_birthdays_speak_up_and_one_of_them_has_pulled_its_dossier_forward(scene):
    said = Slip.objects.order_by("customer__name").values_list("customer__name", "reason", "pulled_from")
    assert list(said) == [
        ("Kolkheti Tea Company", "Birthday of Tamar Lomidze: turns 50", None),
        ("Penrose Candles", "Birthday of Violet Penrose: turns 40", date(2026, 11, 30)),
    ]


def test_the_dossier_in_the_pictures_has_its_people_talks_and_orders(scene):
    kessler = Customer.objects.get(name="Weingut Kessler & Sohn")
    assert [person.name for person in kessler.people.all()] == [
        "Barbara Kessler",
        "Matthias Kessler",
        "Irina Schuster",
    ]
    assert (kessler.address, kessler.about) == ("Rheinstraße 14, 55276 Oppenheim", "winery, 14 people")
    assert kessler.customer_since == date(2024, 2, 1)
    assert (kessler.purchases.count(), sum(p.amount for p in kessler.purchases.all())) == (11, 24610)
    talk = kessler.entries.latest_first().first()
    assert (talk.kind, talk.minutes, talk.happened_at.date(), talk.next_on) == (
        "call",
        6,
        date(2026, 11, 5),
        TODAY,
    )
    place = kessler.followups.get(closed_at=None)
    assert (place.previous.due_on, place.previous.previous.due_on) == (date(2026, 11, 5), date(2026, 10, 19))


def test_everything_in_it_obeys_the_law(scene):
    report = check_binder()
    assert (report.in_binder + report.resting, report.astray) == (400, [])
    assert Customer.objects.count() == 400
    assert not Entry.objects.filter(happened_at__gt=NOW).exists()
    assert not Purchase.objects.filter(bought_on__gt=TODAY).exists()
    assert Counter(FollowUp.objects.filter(previous=None).values_list("customer", flat=True)) == Counter(
        Customer.objects.values_list("pk", flat=True)
    )


def test_every_address_is_invented_and_every_number_unique(scene):
    addresses = [
        *Customer.objects.values_list("email", flat=True),
        *Person.objects.values_list("email", flat=True),
    ]
    assert [a for a in addresses if a and not a.endswith(".example")] == []
    assert Customer.objects.exclude(number="").values("number").distinct().count() == 400


def test_dossiers_are_found_by_name_umlaut_and_georgian_letters(scene):
    find = Customer.objects.matching
    assert [c.name for c in find("baeckerei sonnentor")] == ["Bäckerei Sonnentor"]
    assert [c.name for c in find("069 90009142")] == ["Weingut Kessler & Sohn"]
    assert find("კახეთის").exists()


def test_all_log_in_with_the_same_password(scene, rf):
    assert authenticate(rf.post("/"), email="nino@demo.example", password="demo-binder-31") == scene["Nino"]
    assert User.objects.values("password").distinct().count() == 1
    assert scene["Lena"].role == "lead"


# --- on any day


@pytest.mark.parametrize(
    "today",
    [
        date(2026, 11, 22),  # a Sunday
        date(2027, 1, 31),  # the next month is short
        date(2028, 2, 29),
        date(2026, 12, 25),  # a holiday
    ],
)
def test_the_scene_is_whole_on_any_day_and_uses_working_days_only(today):
    team = Team(pk=1, time_zone="Europe/Berlin", country="DE", working_days="12345")
    names = ("Nino Beridze", "Levan Gelashvili", "Giorgi Kiknadze")
    owners = [User(pk=pk, team=team, name=name) for pk, name in enumerate(names, start=1)]
    build = Builder(owners, Random(1), now=datetime.combine(today, time(9), UTC), quiet_birthday=True)
    places = [dossier.places[-1] for dossier in all_dossiers(build, owners)]
    assert Counter(place.owner_id for place in places) == {1: 327, 2: 40, 3: 33}
    assert sum(place.due_on == today for place in places if place.owner_id == 1) == 12
    days = {place.due_on for place in places if place.precision == "day"} - {None, today}
    calendar = owners[0].calendar
    assert {day for day in days if not calendar.is_working(day)} == set()


# --- as large as one likes


def counts() -> list[int]:
    return [model.objects.count() for model in (Customer, Purchase, User)]


def test_a_large_demo_has_exactly_the_numbers_asked_for(db):
    fill_large(customers=301, purchases=1234, managers=2, now=NOW, seed=1)
    assert counts() == [301, 1234, 3]
    assert check_binder().astray == []
    assert [Binder(user, now=NOW).total for user in User.objects.filter(role="manager").order_by("pk")] == [
        151,
        150,
    ]


def test_a_manager_of_a_large_demo_has_about_90_dossiers_a_day(db):
    _, manager = fill_large(customers=300, purchases=0, managers=1, now=NOW, seed=1)
    binder = Binder(manager, now=NOW)
    assert 85 <= binder.loads[TODAY] <= 95
    assert 85 <= binder.loads[TODAY + timedelta(1)] <= 95
    assert (binder.resting, binder.left_behind, binder.owner.capacity) == (36, 3, 100)


def snapshot(seed: int) -> list:
    with transaction.atomic():
        fill_large(customers=40, purchases=150, managers=4, now=NOW, seed=seed)
        customers = Customer.objects.order_by("number").values_list(
            "number", "name", "owner__email", "search_text"
        )
        places = FollowUp.objects.open().order_by("customer__number").values_list("due_on", "at", "plan")
        bought = Purchase.objects.order_by("reference").values_list("reference", "bought_on", "amount")
        found = [*customers, *places, *bought]
        transaction.set_rollback(True)
    return found


def test_the_same_seed_makes_the_same_demo_and_another_one_another(db):
    first = snapshot(1)
    assert snapshot(1) == first
    assert snapshot(2) != first


def test_a_large_demo_has_as_many_tickets_as_one_says(db):
    fill_large(customers=30, purchases=60, managers=2, now=NOW, seed=1, more={"tickets": 400})
    assert Ticket.objects.count() == ServiceRules.objects.get().last_number == 400
    assert 150 < Rating.objects.count() == Word.objects.count() < 250
    assert not Ticket.objects.filter(opened_at__gt=NOW).exists()
    assert not Rating.objects.filter(rated_at__gt=NOW).exists()
    ticket = Ticket.objects.closed().latest("pk")
    hours = ServiceRules.objects.get().hours
    assert ticket.solved_in == hours.worked(ticket.opened_at, ticket.closed_at) // timedelta(minutes=1)
    actions.open_ticket(
        team=Team.objects.get(), kind="question", subject="?", text="?", channel="mail", now=NOW
    )
    assert Ticket.objects.latest("pk").number == 401


# --- the command


def test_the_command_prints_the_logins(db, capsys):
    call_command("demo", customers=5, managers=1)
    assert capsys.readouterr().out.splitlines() == [
        "The password of all demo logins is demo-binder-31",
        "  lead@demo.example      Lena Vogt, team lead",
        "  nino@demo.example      Nino Beridze, manager",
    ]
    assert counts() == [5, 30, 2]


@pytest.mark.parametrize("numbers", [{}, {"customers": 5}])
def test_a_database_with_a_team_is_left_alone(team, numbers):
    with pytest.raises(CommandError, match="There is a team in this database already"):
        call_command("demo", **numbers)
    assert counts() == [0, 0, 0]


@pytest.mark.parametrize(
    "numbers",
    [{"managers": 3}, {"purchases": 3}, {"tickets": 3}, {"customers": 0}, {"customers": 3, "managers": 0}],
)
def test_numbers_that_make_no_sense_are_refused(db, numbers):
    with pytest.raises(CommandError):
        call_command("demo", **numbers)
    assert Team.objects.count() == 0


def test_on_a_sunday_no_letter_waits_for_that_day(db):
    sunday = datetime(2026, 11, 22, 8, 21, tzinfo=UTC)
    fill_small(now=sunday, seed=31)
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    waiting = OutgoingMail.objects.filter(settled_at=None)
    assert waiting.count() == 2
    assert not waiting.filter(not_before__lt=monday).exists()
    assert not waiting.filter(valid_until__lt=F("not_before")).exists()


# --- reminders: what segmentation adds to the scene


@pytest.fixture
def series(scene):
    return Series.objects.get(running_since__isnull=False)


def test_all_mail_of_the_demo_stays_on_this_machine(scene):
    sender = Sender.objects.get()
    assert (sender.stays_here, sender.email.endswith(".example")) == (True, True)
    assert sorted(set(LetterText.objects.values_list("language", flat=True))) == ["de", "en", "ka"]
    assert Letter.objects.count() == 5


def test_a_series_has_run_for_a_year_and_one_is_ready_to_start(scene, series):
    letters = effect(series.reminders.all(), on=TODAY)
    assert letters.letters.customers > 300
    assert letters.held_out.customers > 60
    assert 0 < letters.difference < 0.25
    progress = progress_of(series)
    assert progress.under_way > 10
    assert {"bought", "spoken_to", "over", "answered", "taken_out"} <= set(progress.stopped)
    draft = Series.objects.get(running_since=None)
    assert audience(draft, on=TODAY).letter > 0


def test_the_engine_finds_nothing_to_put_right(scene, series):
    before = progress_of(series)
    settle(series.team, now=NOW)
    assert progress_of(series) == before
    assert enrol(series, now=NOW) == 0
    assert queue_due(Sender.objects.get(), now=NOW) == 0


def test_letters_and_reminders_agree(scene, series):
    rows = series.reminders.annotate(n=Count("letters"))
    assert rows.exclude(n=F("steps_done")).count() == 0
    assert rows.filter(held_out=True, n__gt=0).count() == 0
    advertising = OutgoingMail.objects.filter(is_advertising=True)
    assert set(advertising.values_list("kind", flat=True)) == {"repurchase"}
    assert not advertising.filter(settled_at__gt=NOW).exists()


def test_the_outbox_has_mail_with_every_kind_of_end(scene):
    states = set(OutgoingMail.objects.values_list("state", flat=True))
    assert states == {"queued", "sent", "unknown", "retry", "failed", "suppressed", "expired"}
    assert OutgoingMail.objects.filter(state="unknown").count() == 1


def test_letters_stand_in_the_timelines(scene):
    written = Entry.objects.exclude(mail=None)
    assert {entry.mail.state for entry in written.select_related("mail")} <= {"sent", "unknown"}
    assert written.filter(mail__kind="letter", author__isnull=False).count() == 5


def test_the_dossier_in_the_pictures_gets_its_first_letter_tomorrow(scene):
    reminder = Customer.objects.get(name="Weingut Kessler & Sohn").reminders.get()
    assert (reminder.next_on, reminder.steps_done) == (TODAY + timedelta(1), 0)


# --- tickets and ratings: what feedback adds to the scene


def test_a_year_of_tickets_with_open_ones_in_every_state(scene):
    tickets, rules = Ticket.objects.all(), ServiceRules.objects.get()
    assert 570 <= tickets.count() == rules.last_number <= 590
    assert {kind for (kind,) in tickets.values_list("kind").distinct()} == set(Ticket.Kind.values)
    assert {channel for (channel,) in tickets.values_list("channel").distinct()} == set(Ticket.Channel.values)
    assert tickets.filter(merged_into__isnull=False).count() == 2
    opened = tickets.open()
    assert (opened.count(), opened.late(at=NOW).count(), opened.waiting().count()) == (21, 3, 3)
    assert opened.filter(escalated_at__isnull=False).count() == opened.filter(customer=None).count() == 1
    assert (
        opened.filter(promised_on__isnull=False).count(),
        opened.filter(call_at__isnull=False).count(),
    ) == (2, 2)
    assert opened.complaints().count() == 1
    assert not Message.objects.filter(happened_at__gt=NOW).exists()


def test_every_figure_of_the_demos_tickets_is_what_the_clock_says(scene):
    hours = ServiceRules.objects.get().hours
    for ticket in Ticket.objects.closed().not_merged().filter(reopened=0).prefetch_related("pauses"):
        worked = hours.worked(ticket.opened_at, ticket.closed_at, pauses=ticket.spans())
        assert ticket.solved_in == worked // timedelta(minutes=1)
    for ticket in Ticket.objects.open().prefetch_related("pauses"):
        before = (ticket.answer_due_at, ticket.solution_due_at, ticket.next_due_at)
        assert tuple(ticket.due_by(ServiceRules.objects.get()).values()) == before


def test_three_in_five_answer_and_some_are_liked_better_than_others(scene):
    asked, ratings = Invitation.objects.filter(question="ticket").count(), Rating.objects.all()
    assert 0.5 < ratings.count() / asked < 0.75
    good = {
        name: ratings.filter(employee=scene[name], value="good").count()
        / ratings.filter(employee=scene[name]).count()
        for name in ("Nino", "Levan", "Giorgi")
    }
    assert good["Nino"] > good["Levan"] > good["Giorgi"] > 0.5
    to_put_right = ratings.to_put_right().get()
    assert to_put_right.rated_at.date() == TODAY
    assert FollowUp.objects.open().get(customer=to_put_right.customer).due_on == TODAY
    quarters = {
        (day - date(2025, 1, 1)).days // 91
        for day in Recommendation.objects.values_list("rated_at__date", flat=True)
    }
    assert len(quarters) == 4


def test_last_months_figures_say_something(scene):
    """Who is rated ten times can be employee of the month."""
    october = Period(date(2026, 10, 1), Span.MONTH)
    month = month_of(scene["Nino"].team, october, now=NOW)
    ranked = {each.employee.first_name for each in month.standings if each.qualifies}
    assert ({"Nino", "Levan"} <= ranked, len(month.winners)) == (True, 1)


def test_nobody_is_asked_twice_in_thirty_days(scene):
    for customer in Customer.objects.filter(invitations__question="ticket").distinct():
        asked = sorted(each.asked_at for each in customer.invitations.filter(question="ticket"))
        assert all(later - earlier >= timedelta(days=30) for earlier, later in pairwise(asked))


def test_the_dossier_in_the_pictures_has_its_ticket_and_its_rating(scene):
    kessler = Customer.objects.get(name="Weingut Kessler & Sohn")
    closed, rated = kessler.entries.get(text__contains=" closed"), kessler.entries.get(kind="rating")
    assert (closed.minutes, closed.author, closed.happened_at.date()) == (
        300,
        scene["Giorgi"],
        date(2026, 10, 28),
    )
    assert rated.text.endswith("Quick, and honest about the delivery time.")


def test_no_ticket_moves_a_dossier_on_the_day_of_the_pictures(scene):
    with transaction.atomic():
        places = set(FollowUp.objects.open().values_list("pk", flat=True))
        for source in slips.SOURCES:
            for draft in source.find(NOW):
                lay(source, draft, now=NOW)
        assert Slip.objects.filter(source__in=[source.name for source in slips.SOURCES]).count() > 3
        assert set(FollowUp.objects.open().values_list("pk", flat=True)) == places
        transaction.set_rollback(True)
