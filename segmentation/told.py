"""What the info card says of a customer's purchases, and the word of his group beside his name."""

from collections.abc import Iterator
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Customer
from crm.markup import fill, join, written
from crm.templatetags.ringbinder import money
from segmentation.models import Expectation, Score
from segmentation.models.expectation import TWO_WEEKS
from segmentation.words import due_words, group_chip

METER = (
    '<span class="rb-meter"><svg class="rb-bar" aria-hidden="true"><rect width="{percent}%" height="4"/></svg>'
    "{letter}{score}</span>"
)
READS = ("score", "expectation")


def mark(customer: Customer) -> SafeString:
    score = getattr(customer, "score", None)
    return group_chip(score.group) if score else SafeString("")


def facts(customer: Customer, *, today: date, currency: str) -> Iterator[tuple[str, SafeString]]:
    score, expectation = getattr(customer, "score", None), getattr(customer, "expectation", None)
    if not score:
        return
    if expectation:
        yield _("Buys"), _rhythm(expectation, today)
    yield _("Last order"), fill("{day}", day=written(score.last_on, "j M Y"))
    yield _("Bought"), _bought(score, currency)
    if score.r:
        yield _("Score"), join(_meter(*each) for each in (("R", score.r), ("F", score.f), ("M", score.m)))


def _rhythm(expectation: Expectation, today: date) -> SafeString:
    days = expectation.usual_days
    every = ngettext("every day", "every %(n)s days", days) % {"n": days}
    if expectation.due_on < today - TWO_WEEKS:
        return fill("{every}", every=every)
    days_left = (expectation.due_on - today).days
    due = due_words(days_left) if days_left < 0 else _("due %(when)s") % {"when": due_words(days_left)}
    return fill("{every} · <b>{due}</b>", every=every, due=due)


def _bought(score: Score, currency: str) -> SafeString:
    days = score.purchase_days
    text = ngettext("once · %(sum)s in %(year)s", "on %(n)s days · %(sum)s since %(year)s", days)
    return fill(
        "{text}", text=text % {"n": days, "sum": money(score.money, currency), "year": score.first_on.year}
    )


def _meter(letter: str, score: int) -> SafeString:
    return fill(METER, percent=score * 20, letter=letter, score=score)
