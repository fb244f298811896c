"""A team that writes reminders: its sender, a series with letters, and customers who are due."""

from datetime import timedelta
from itertools import count

from contacts.models import Letter
from segmentation.models import Expectation, Forecast, Reminder, Score, Series, Step
from tests.factories import NOW, TODAY, make_dossier, make_legal_basis, make_purchase, make_sender

_numbers = count(1)

BODY = "{greeting}\n\nyour last boxes are from {last_purchase}. Order at [our shop](https://shop.example/?code={code})."


def make_letter(team, *, name="Boxes again", texts=(("en", "Time for new boxes, {name}?", BODY),)):
    letter = Letter.objects.create(team=team, name=name, is_advertising=True)
    for language, subject, body in texts:
        letter.texts.create(language=language, subject=subject, body=body)
    return letter


def make_series(lead, *, steps=(0, 10), variants=(), letter=None, running=True, **kw):
    """A series of one letter after the other, so many days apart; nobody is held out unless said so."""
    team = lead.team
    if not hasattr(team, "sender"):
        make_sender(team=team)
    letter = letter or Letter.objects.filter(team=team).first() or make_letter(team)
    fields = {"name": "Boxes", "held_out_percent": 0, "running_since": NOW if running else None}
    series = Series.objects.create(team=team, made_by=lead, **fields | kw)
    for position, after in enumerate(steps, 1):
        step = Step.objects.create(series=series, position=position, after_days=after, letter=letter)
        for key, subject in zip("ABC", variants, strict=False):
            step.variants.create(key=key, subjects={"en": subject})
    return series


def make_due(owner, *, due=0, bought=40, consents=True, group="growing", product_group="Boxes", **kw):
    """A customer whose window opens `due` days from TODAY, and who last bought `bought` days before TODAY."""
    email = f"office{next(_numbers)}@customer.example"
    customer = make_dossier(owner=owner, **{"email": email} | kw).customer
    if consents:
        make_legal_basis(customers=[customer])
    last_on, opens = TODAY - timedelta(bought), TODAY + timedelta(due)
    make_purchase(customer=customer, bought_on=last_on, product_group=product_group)
    Score.objects.create(
        customer=customer, team=customer.team, purchase_days=3, frequency=3, money=300, monetary=300,
        first_on=last_on - timedelta(80), last_on=last_on, r=4, f=3, m=2, group=group,
    )  # fmt: skip
    Expectation.objects.create(
        customer=customer, team=customer.team, purchases=3, usual_days=41, window_from=opens,
        due_on=opens + timedelta(5), window_to=opens + timedelta(12), p14=0.31, p28=0.5, cases=412,
    )  # fmt: skip
    Forecast.objects.update_or_create(team=customer.team, defaults={"kind": "table", "as_of": TODAY})
    return customer


def make_reminder(customer, series, **kw):
    """Enrolled yesterday, with the first letter to come today."""
    fields = {
        "team": customer.team, "cycle": TODAY - timedelta(40), "group": "growing", "held_out": False,
        "enrolled_at": NOW - timedelta(days=1), "begins_on": TODAY,
    }  # fmt: skip
    fields["next_on"] = None if kw.get("held_out") else TODAY
    return Reminder.objects.create(customer=customer, series=series, **fields | kw)
