"""Conditions on the info card and its tags. They know today's card only."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_, or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contacts.folding import fold
from contacts.models import Customer
from segmentation.filters.inputs import Amount, Countries, Day, Number, OneOf, People, Text, Words
from segmentation.filters.moment import Moment
from segmentation.filters.registry import Condition, Operator, register

CARD = _("Info card")
SEVERAL = Words("names", _("one or more, with commas"))
COUNTRIES = Countries("names", _("one or more, with commas"))
KINDS = OneOf("kinds", _("kind"), find=lambda moment: Customer.Kind.choices)
OWNERS = People("owners", _("owner"))
TAGS = OneOf("names", _("tags"), find=lambda moment: moment.tags, may_go=True)
AMOUNT = Amount("amount", _("amount"))
DAY = Day("day", _("day"))
DAYS = Number("days", _("days"), most=3650)
TEXT = Text("text", _("words"))


def spelled(field: str, lookup: str, texts: Iterable[str]) -> Q:
    """Whatever the case. SQLite knows that of plain letters only, and is asked for the others both ways."""
    forms = {form for text in texts for form in (text, text.lower(), text.upper(), text.title())}
    return reduce(or_, (Q(**{f"{field}__{lookup}": form}) for form in sorted(forms)))


def has(column: str) -> Q:
    """The customer has it, or the person to call first."""
    return ~Q(**{column: ""}) | (Q(main_person__isnull=False) & ~Q(**{f"main_person__{column}": ""}))


def tagged(names: Iterable[str]) -> Q:
    keys = [fold(name) for name in names]
    links = Customer.tags.through.objects.filter(customer=OuterRef("pk"), tag__sort_name__in=keys)
    return Q(Exists(links))


def any_tag() -> Q:
    return Q(Exists(Customer.tags.through.objects.filter(customer=OuterRef("pk"))))


def _name_has(text: str) -> Q:
    # The first condition has the index, the second is meant.
    return Q(search_text__contains=fold(text), sort_name__contains=fold(text))


def _line(key: str, label: object) -> Condition:
    """A text of the card, by its field's name."""
    operators = (
        Operator("is", _("is %(names)s"), lambda moment, names: spelled(key, "iexact", names), (SEVERAL,)),
        Operator(
            "is_not", _("is not %(names)s"), lambda moment, names: ~spelled(key, "iexact", names), (SEVERAL,)
        ),
        Operator(
            "begins",
            _("begins with %(names)s"),
            lambda moment, names: spelled(key, "istartswith", names),
            (SEVERAL,),
        ),
        Operator("missing", _("is missing"), lambda moment: Q(**{key: ""})),
    )
    return Condition(key, CARD, label, operators)


def _choice(key: str, label: object, ticked: OneOf, column: str) -> Condition:
    def among(moment: Moment, **values: list[str]) -> Q:
        return Q(**{f"{column}__in": values[ticked.name]})

    def not_among(moment: Moment, **values: list[str]) -> Q:
        return ~among(moment, **values)

    one, none = {
        "kinds": (_("is %(kinds)s"), _("is not %(kinds)s")),
        "owners": (_("is %(owners)s"), _("is not %(owners)s")),
    }[ticked.name]
    return Condition(
        key,
        CARD,
        label,
        (Operator("is", one, among, (ticked,)), Operator("is_not", none, not_among, (ticked,))),
    )


def _there(key: str, label: object) -> Condition:
    return Condition(
        key,
        CARD,
        label,
        (
            Operator("there", _("is there"), lambda moment: has(key)),
            Operator("missing", _("is missing"), lambda moment: ~has(key)),
        ),
    )


def _customer_since(lookup: str) -> Callable[..., Q]:
    def since(moment: Moment, day: date) -> Q:
        return Q(**{f"customer_since__{lookup}": day})

    return since


def _made_since(moment: Moment, day: date) -> Q:
    return Q(created_at__gte=moment.midnight(day))


def _made_within(moment: Moment, days: int) -> Q:
    return _made_since(moment, moment.ago(days))


def _revenue(lookup: str) -> Callable[..., Q]:
    def is_so(moment: Moment, amount: Decimal) -> Q:
        return Q(**{f"annual_revenue__{lookup}": amount})

    return is_so


register(
    Condition(
        "name", CARD, _("name"),
        (
            Operator("contains", _("contains %(text)s"), lambda moment, text: _name_has(text), (TEXT,)),
            Operator("contains_not", _("does not contain %(text)s"),
                     lambda moment, text: ~_name_has(text), (TEXT,)),
        ),
    ),
    Condition(
        "tags", CARD, _("tags"),
        (
            Operator("any", _("include %(names)s"), lambda moment, names: tagged(names), (TAGS,)),
            Operator("all", _("include each of these: %(names)s"),
                     lambda moment, names: reduce(and_, (tagged([name]) for name in names)), (TAGS,)),
            Operator("none", _("do not include %(names)s"), lambda moment, names: ~tagged(names), (TAGS,)),
            Operator("missing", _("are missing"), lambda moment: ~any_tag()),
        ),
    ),
    _choice("owner", _("owner"), OWNERS, "owner_id"),
    _choice("kind", _("kind"), KINDS, "kind"),
    _line("town", _("town")),
    _line("postcode", _("postcode")),
    Condition(
        "country", CARD, _("country"),
        (
            Operator("is", _("is %(names)s"), lambda moment, names: Q(country__in=names), (COUNTRIES,)),
            Operator("is_not", _("is not %(names)s"), lambda moment, names: ~Q(country__in=names), (COUNTRIES,)),
            Operator("missing", _("is missing"), lambda moment: Q(country="")),
        ),
    ),
    _line("source", _("source")),
    _there("phone", _("phone number")),
    _there("email", _("e-mail address")),
    Condition(
        "customer_since", CARD, _("customer since"),
        (
            Operator("from", _("%(day)s or later"), _customer_since("gte"), (DAY,)),
            Operator("before", _("before %(day)s"), _customer_since("lt"), (DAY,)),
            Operator("missing", _("is missing"), lambda moment: Q(customer_since__isnull=True)),
        ),
    ),
    Condition(
        "annual_revenue", CARD, _("revenue last year"),
        (
            Operator("least", _("was at least %(amount)s"), _revenue("gte"), (AMOUNT,)),
            Operator("most", _("was at most %(amount)s"), _revenue("lte"), (AMOUNT,)),
            Operator("missing", _("is missing"), lambda moment: Q(annual_revenue__isnull=True)),
        ),
    ),
    Condition(
        "made", CARD, _("dossier made"),
        (
            Operator("within", _("within the last %(days)s days"), _made_within, (DAYS,)),
            Operator("from", _("on %(day)s or later"), _made_since, (DAY,)),
            Operator("before", _("before %(day)s"),
                     lambda moment, day: ~_made_since(moment, day), (DAY,)),
        ),
    ),
)  # fmt: skip
