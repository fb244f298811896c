"""Building a series of reminder letters, and changing one that runs."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.letters.presets import find_preset
from contacts.models import LetterText
from crm.mail.models import Suppression
from segmentation.models import ReminderLetter, Series, TypicalInterval
from segmentation.series_audience import Audience, audience
from segmentation.series_proposal import days_between
from tests.factories import TODAY, make_suppression
from tests.segmentation.reminders import make_due, make_letter, make_reminder, make_series

ALL, NEW = reverse("segmentation:series_all"), reverse("segmentation:series_new")
HTMX = {"HTTP_HX_REQUEST": "true"}
RULE = {
    "groups": ["growing"], "product_group": "", "begins": "window_from", "shift_days": "0",
    "held_out_percent": "20", "code_prefix": "AGAIN",
}  # fmt: skip


@pytest.fixture
def letter(team):
    return make_letter(team)


def step(number=0, letter="", days="14", **more):
    sent = {"letter": getattr(letter, "pk", letter), "after_days": days, "variants": 0} | more
    return {f"s{number}-{name.replace('_in_', '-')}": value for name, value in sent.items()}


def sent(*steps, do="save", **rule):
    data = {"name": "Boxes again", "do": do} | RULE | rule
    for each in steps:
        data |= each
    return data


def edit(series):
    return reverse("segmentation:series_edit", args=[series.pk])


def kept_step(step, number=0, **more):
    return {f"s{number}-step": step.pk} | {
        f"s{number}-{name.replace('_in_', '-')}": value
        for name, value in ({"letter": step.letter_id, "after_days": step.after_days or 14} | more).items()
    }


# --- the proposal


def test_a_new_series_begins_with_three_letters_and_the_teams_own_days(client_of, lead, letter):
    make_letter(lead.team, name="Offer")
    later = {"until": {"0.5": 80, "0.25": 30, "0.1": 9}}
    TypicalInterval.objects.create(team=lead.team, as_of=TODAY, second=later, later=later)
    builder = client_of(lead).get(NEW).context["builder"]
    assert [(row.chosen and row.chosen.name, row.data[f"s{n}-after_days"]) for n, row in enumerate(builder.steps)] == [
        ("Boxes again", "0"), ("Offer", "21"), (None, "21"),
    ]  # fmt: skip


def test_the_proposal_can_be_saved_as_it_is(client_of, lead):
    """Under a free name, our letters in their order and not by name, with a beginning for the codes they name."""
    for letter, texts in (find_preset(key).letter(lead.team) for key in ("offer", "reminder")):
        letter.save()
        LetterText.objects.bulk_create(texts)
    make_letter(lead.team, name="Last reminder")
    for name in ("Time to order again", "time to order again 2", "Time to order again, cans"):
        make_series(lead, name=name)
    response = client_of(lead).get(NEW)
    builder, page = response.context["builder"], response.content.decode()
    assert builder.form["name"].value() == "Time to order again 3"
    assert [step.chosen.name for step in builder.steps] == [
        "Time to reorder", "Reminder with an offer code", "Last reminder",
    ]  # fmt: skip
    assert builder.form["code_prefix"].value() == "AGAIN"
    assert ("rb-errors" in page, "aria-invalid" in page, page.count("autofocus")) == (False, False, 1)
    assert builder.form.fields["name"].widget.attrs["autofocus"]
    assert client_of(lead).post(NEW, builder.data | {"do": "save"}).status_code == 302


def test_letters_without_a_code_need_no_beginning_for_it(client_of, lead):
    make_letter(lead.team, texts=[("en", "Hello", "{greeting}")])
    assert client_of(lead).get(NEW).context["builder"].form["code_prefix"].value() == ""


def test_nothing_is_complained_of_before_anything_was_sent(client_of, lead):
    series = make_series(lead, code_prefix="wrong")
    for response in (client_of(lead).get(edit(series)), client_of(lead).get(NEW, {"like": series.pk})):
        page = response.content.decode()
        assert ("rb-errors" in page, "aria-invalid" in page) == (False, False)


def test_one_mistake_gets_one_message(client_of, lead, letter):
    response = client_of(lead).post(NEW, sent(step(0, letter), code_prefix="x"))
    assert response.context["builder"].complaints == [
        (
            "id_code_prefix",
            "Offer code begins with: Two to eight capital letters or digits, such as AGAIN.",
        )
    ]


@pytest.mark.parametrize(("interval", "days"), [(None, 14), (9, 7), (41, 7), (80, 21), (400, 28)])
def test_letters_are_a_quarter_of_the_interval_apart_in_whole_weeks(interval, days):
    assert days_between(interval) == days


def test_who_is_no_lead_builds_none(client_of, nino):
    assert client_of(nino).get(NEW).status_code == 403


def test_a_copy_begins_with_everything_but_the_name(client_of, lead):
    series = make_series(lead, variants=("One", "Two"), code_prefix="BOX")
    builder = client_of(lead).get(NEW, {"like": series.pk}).context["builder"]
    assert (builder.form["name"].value(), builder.form["code_prefix"].value()) == ("", "BOX")
    assert [row.variant_count for row in builder.steps] == [2, 2]
    assert builder.series.pk is None


def test_nobody_copies_a_strangers_series(client_of, lead, stranger):
    series = make_series(stranger)
    assert client_of(lead).get(NEW, {"like": series.pk}).status_code == 404


# --- saving


def test_a_series_is_saved_with_its_steps_and_subject_lines(client_of, lead, letter):
    steps = (step(0, letter, variants=2, A_in_en="", B_in_en="Still enough, {name}?"), step(1, letter, "21"))
    response = client_of(lead).post(NEW, sent(*steps, name="  Boxes   again "))
    series = Series.objects.get()
    assert response.url == series.get_absolute_url()
    assert (series.name, series.groups, series.held_out_percent, series.is_running) == (
        "Boxes again", ["growing"], 20, False,
    )  # fmt: skip
    assert list(series.steps.values_list("position", "after_days")) == [(1, 0), (2, 21)]
    assert list(series.steps.get(position=1).variants.values_list("key", "subjects")) == [
        ("A", {}), ("B", {"en": "Still enough, {name}?"}),
    ]  # fmt: skip


WRONG = [
    ({"name": ""}, {}, "Give it a name"),
    ({"name": "boxes"}, {}, "There is a series “boxes” already"),
    ({"shift_days": "x"}, {}, "Enter a whole number"),
    ({"held_out_percent": "95"}, {}, "less than or equal to 90"),
    ({"code_prefix": "again"}, {}, "Two to eight capital letters"),
    ({"code_prefix": ""}, {}, "names an offer code: say how codes begin"),
    ({"begins": "never"}, {}, "Select a valid choice"),
    ({}, {"s0-letter": ""}, "Choose a letter."),
    ({}, {"s1-after_days": "3"}, "At least 7 days: nobody gets two such letters within a week."),
    ({}, {"s0-variants": "2", "s0-A-en": "Same", "s0-B-en": "Same"}, "are the same: nothing could be compared"),
    ({}, {"s0-variants": "2", "s0-A-en": "{nmae}"}, "{nmae}"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "steps", "said"), WRONG)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client_of, lead, letter, rule, steps, said):
    make_series(lead, name="Boxes")
    data = sent(step(0, letter), step(1, letter), **rule) | steps
    response = client_of(lead).post(NEW, data)
    page = response.content.decode()
    assert (response.status_code, Series.objects.count()) == (422, 1)
    assert said in page.replace("&quot;", '"')
    assert [step.data.get(f"s{n}-letter") for n, step in enumerate(response.context["builder"].steps)] == [
        str(data["s0-letter"]), str(letter.pk),
    ]  # fmt: skip


def test_a_letter_of_another_team_is_no_choice(client_of, lead, letter, stranger):
    theirs = make_letter(stranger.team)
    assert client_of(lead).post(NEW, sent(step(0, theirs))).status_code == 422


# --- the builder's buttons


@pytest.mark.parametrize("headers", [{}, HTMX | {"HTTP_HX_TARGET": "builder"}])
@pytest.mark.parametrize(
    ("do", "letters", "variants"),
    [("add", 3, [0, 0, 0]), ("remove-0", 1, [0]), ("vary-0", 2, [2, 0]), ("count", 2, [0, 0])],
)
def test_buttons_change_the_form_and_save_nothing(client_of, lead, letter, headers, do, letters, variants):
    data = sent(step(0, letter), step(1, letter), do=do, name="")
    response = client_of(lead).post(NEW, data, **headers)
    builder = response.context["builder"]
    assert (response.status_code, len(builder.steps)) == (200, letters)
    assert [row.variant_count for row in builder.steps] == variants
    assert builder.complaints == []
    assert not Series.objects.exists()
    assert ("<html" in response.content.decode()) == (not headers)


def test_a_third_subject_line_is_the_last_and_the_last_can_be_removed(client_of, lead, letter):
    client, two = client_of(lead), step(0, letter, variants=2, A_in_en="One", B_in_en="Two")
    more = client.post(NEW, sent(two, do="vary-0")).context["builder"].steps[0]
    assert (more.keys, more.can_vary) == ("ABC", False)
    fewer = client.post(NEW, sent(two, do="unvary-0")).context["builder"].steps[0]
    assert fewer.keys == ""


def test_no_sixth_letter_is_offered_or_taken(client_of, lead, letter):
    five = [step(n, letter) for n in range(5)]
    builder = client_of(lead).post(NEW, sent(*five, do="add")).context["builder"]
    assert (len(builder.steps), builder.can_add) == (5, False)
    client_of(lead).post(NEW, sent(*five, step(5, letter)))
    assert Series.objects.get().steps.count() == 5


# --- the count


def test_of_those_due_each_who_gets_no_letter_is_counted_once(lead, letter):
    make_due(lead)
    make_due(lead, consents=False)
    make_due(lead, email="")
    opted_out = make_due(lead)
    make_suppression(customer=opted_out, reason=Suppression.Why.OPTED_OUT)
    make_due(lead, group="vip")
    make_due(lead, due=3)
    series = Series(team=lead.team, made_by=lead, groups=["growing"])
    assert audience(series, on=TODAY) == Audience(
        due=4, letter=1, no_address=1, no_basis=1, suppressed=1, unhappy=0, share=20
    )


def test_the_count_follows_while_one_writes(client_of, lead, letter):
    headers = HTMX | {"HTTP_HX_TARGET": "audience"}
    response = client_of(lead).post(NEW, sent(step(0, letter), do="count", groups=["lost"]), **headers)
    page = response.content.decode()
    assert 'id="audience"' in page
    assert "<b>0</b> of 0 customers who are due" in page
    assert "<form" not in page


def test_a_rule_that_cannot_be_read_is_not_counted(client_of, lead, letter):
    response = client_of(lead).post(NEW, sent(step(0, letter), do="count", shift_days="x"))
    assert response.context["audience"] is None


@pytest.mark.parametrize("number", [3, 30])
def test_the_count_is_one_query_however_many_there_are(lead, letter, number):
    for _ in range(number):
        make_due(lead)
    with CaptureQueriesContext(connection) as queries:
        assert audience(Series(team=lead.team), on=TODAY).letter == number
    assert len(queries) == 1


# --- one that runs


@contextmanager
def meanwhile(verb, table, happen):
    """Before the first such statement, as if by somebody else."""
    todo = [happen]

    def before(execute, sql, *rest):
        if todo and sql.startswith(f'{verb} "{table}"'):
            todo.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(before):
        yield


def queued(series, owner, step=None):
    reminder = make_reminder(make_due(owner), series, steps_done=1)
    first = step or series.steps.first()
    return ReminderLetter.objects.create(
        reminder=reminder, step=first, variant=first.variants.first(), queued_on=TODAY
    )


def test_of_a_running_series_days_and_letters_may_be_changed(client_of, lead, letter):
    series = make_series(lead, letter=letter)
    queued(series, lead)
    first, second = series.steps.all()
    offer = make_letter(lead.team, name="Offer")
    steps = (kept_step(first), kept_step(second, 1, after_days=30, letter=offer.pk), step(2, letter))
    response = client_of(lead).post(edit(series), sent(*steps), follow=True)
    assert "It holds from now on" in response.content.decode()
    assert list(series.steps.values_list("pk", "after_days", "letter__name"))[:2] == [
        (first.pk, 0, "Boxes again"), (second.pk, 30, "Offer"),
    ]  # fmt: skip
    assert series.steps.count() == 3


def test_a_letter_that_was_sent_stays(client_of, lead, letter):
    series = make_series(lead, letter=letter)
    queued(series, lead)
    _first, second = series.steps.all()
    page = client_of(lead).get(edit(series)).content.decode()
    assert ('value="remove-0"' in page, 'value="remove-1"' in page) == (False, True)
    response = client_of(lead).post(edit(series), sent(kept_step(second)))
    assert (response.status_code, series.steps.count()) == (422, 2)
    assert "Letters of step 1 have left already" in response.content.decode()


def test_a_letter_that_was_sent_keeps_its_place(client_of, lead, letter):
    series = make_series(lead, letter=letter)
    queued(series, lead)
    first, second = series.steps.all()
    response = client_of(lead).post(edit(series), sent(kept_step(second), kept_step(first, 1)))
    assert response.status_code == 422
    assert (
        "Letters of step 1 have left already, so it stays, and stays in its place"
        in response.content.decode()
    )
    assert list(series.steps.values_list("pk", flat=True)) == [first.pk, second.pk]


def test_a_name_that_is_taken_while_one_saves_is_said_beside_it(client_of, lead, letter):
    series = make_series(lead, letter=letter)
    with meanwhile("UPDATE", "segmentation_series", lambda: make_series(lead, name="Boxes again")):
        page = client_of(lead).post(edit(series), sent(kept_step(series.steps.first()))).content.decode()
    assert "There is a series “Boxes again” already" in page


def test_a_letter_that_leaves_while_its_step_is_removed_keeps_the_step(client_of, lead, letter):
    series = make_series(lead, letter=letter)
    first, second = series.steps.all()
    with meanwhile("UPDATE", "segmentation_series", lambda: queued(series, lead, step=second)):
        response = client_of(lead).post(edit(series), sent(kept_step(first), name="New name"))
    page = response.content.decode()
    assert (response.status_code, "The series has changed meanwhile" in page) == (422, True)
    assert ("There is a series" in page, 'value="New name"' in page) == (False, True)
    assert series.steps.count() == 2


def test_what_was_not_sent_can_be_removed_and_the_rest_moves_up(client_of, lead, letter):
    series = make_series(lead, letter=letter, steps=(0, 10, 20), running=False)
    first, _second, third = series.steps.all()
    client_of(lead).post(edit(series), sent(kept_step(first), kept_step(third, 1)))
    assert list(series.steps.values_list("pk", "position")) == [(first.pk, 1), (third.pk, 2)]


def test_a_subject_line_that_was_sent_stays(client_of, lead, letter):
    series = make_series(lead, letter=letter, variants=("One", "Two"), steps=(0,))
    used = queued(series, lead)
    client_of(lead).post(edit(series), sent(kept_step(used.step, variants=0)))
    assert list(series.steps.get().variants.values_list("key", flat=True)) == ["A"]


def test_managers_change_nothing_and_strangers_see_nothing(client_of, lead, nino, stranger):
    series = make_series(lead)
    assert client_of(nino).get(edit(series)).status_code == 403
    stranger.role = "lead"
    stranger.save()
    assert client_of(stranger).post(edit(series), sent()).status_code == 404


# --- all of them


def test_a_team_without_a_series_is_told_the_idea(client_of, lead, nino):
    page = client_of(lead).get(ALL).content.decode()
    assert "Here is the idea" in page
    assert NEW in page
    assert NEW not in client_of(nino).get(ALL).content.decode()


def test_the_list_says_who_is_under_way_and_whether_it_helped(client_of, nino, lead):
    series = make_series(lead, groups=["vip"], product_group="Tape")
    make_series(lead, name="A draft", running=False)
    make_reminder(make_due(lead), series)
    response = client_of(nino).get(ALL)
    rows = response.context["rows"]
    assert [(row.series.name, row.under_way, row.sent) for row in rows] == [
        ("Boxes", 1, 0),
        ("A draft", 0, 0),
    ]
    page = response.content.decode()
    assert "VIP, bought Tape last" in page
    assert "Nobody has been reached long enough ago" in page


@pytest.mark.parametrize("number", [1, 5])
def test_the_list_costs_the_same_however_many_there_are(client_of, lead, number):
    for n in range(number):
        make_reminder(make_due(lead), make_series(lead, name=f"Series {n}"))
    client = client_of(lead)
    with CaptureQueriesContext(connection) as queries:
        client.get(ALL)
    # Session, who asks, the usual interval, series, their steps, three of their progress, the effects.
    assert len(queries) == 9


# --- offer codes in its letters


def test_a_letter_of_a_series_without_codes_gets_none(client_of, lead, letter):
    make_series(lead, letter=letter, name="With codes", code_prefix="AGAIN", steps=(0,))
    words = {"name": letter.name, "is_advertising": "on", "subject_en": "Again?", "body_en": "It is {code}."}
    url, client = letter.get_absolute_url(), client_of(lead)
    assert client.post(url, words).status_code == 302
    series = make_series(lead, letter=letter)
    for changes in ({}, {"subject_en": "{ code }", "body_en": "Again?"}):
        response = client.post(url, words | changes)
        assert (response.status_code, response.context["form"].non_field_errors()) == (
            422,
            ["The series “Boxes” sends this letter and has no offer code. Say there first how codes begin."],
        )
    assert client.post(url, words | {"body_en": "Without."}).status_code == 302
    Series.objects.filter(pk=series.pk).update(code_prefix="MORE")
    assert client.post(url, words).status_code == 302
    assert letter.texts.get().body == "It is {code}."
