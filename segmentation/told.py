"""What the info card says of a customer's purchases, and the word of his group beside his name."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from contacts.models import Customer
from crm.markup import fill, join
from crm.templatetags.ringbinder import money
from segmentation.models import Expectation, Group, Score
from segmentation.models.expectation import TWO_WEEKS

CHIP = '<span class="rb-seg rb-seg--{group}">{label}</span>'
METER = (
    '<span class="rb-meter"><svg class="rb-bar" aria-hidden="true"><rect width="{percent}%" height="4"/></svg>'
    "{letter}{score}</span>"
)
READS = ("score", "expectation")


def mark(customer: Customer) -> SafeString:
    score = getattr(customer, "score", None)
    return group_chip(score.group, get_language()) if score else SafeString("")


@lru_cache(maxsize=64)
def group_chip(group: str, language: str) -> SafeString:
    return fill(CHIP, group=group, label=capitalized(str(Group(group).label)))


def capitalized(label: str) -> str:
    return label[:1].upper() + label[1:]


def facts(customer: Customer, *, today: date, currency: str) -> Iterator[tuple[str, SafeString]]:
    score, expectation = getattr(customer, "score", None), getattr(customer, "expectation", None)
    if not score:
        return
    if expectation:
        yield _("Buys"), _rhythm(expectation, today)
    yield _("Last order"), fill("{day}", day=date_format(score.last_on, "j M Y"))
    yield _("Bought"), _bought(score, currency)
    if score.r:
        yield _("Score"), join(_meter(*each) for each in (("R", score.r), ("F", score.f), ("M", score.m)))


def _rhythm(expectation: Expectation, today: date) -> SafeString:
    days = expectation.usual_days
    every = ngettext("every day", "every %(n)s days", days) % {"n": days}
    if expectation.due_on < today - TWO_WEEKS:
        return fill("{every}", every=every)
    return fill("{every} · <b>{due}</b>", every=every, due=due_words(expectation.due_on, on=today))


def due_words(due_on: date, *, on: date) -> str:
    """ "due in 9 days", "due today", "4 days over"."""
    days = (due_on - on).days
    if days < 0:
        return ngettext("%(n)s day over", "%(n)s days over", -days) % {"n": -days}
    return ngettext("due in %(n)s day", "due in %(n)s days", days) % {"n": days} if days else _("due today")


def _bought(score: Score, currency: str) -> SafeString:
    days = score.purchase_days
    text = ngettext("once · %(sum)s in %(year)s", "on %(n)s days · %(sum)s since %(year)s", days)
    return fill(
        "{text}", text=text % {"n": days, "sum": money(score.money, currency), "year": score.first_on.year}
    )


def _meter(letter: str, score: int) -> SafeString:
    return fill(METER, percent=score * 20, letter=letter, score=score)
