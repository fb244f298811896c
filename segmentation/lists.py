"""Any list of customers as a page: with their scores, to be filed, exported and printed."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts import registry
from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from contacts.views.customers import PAGE, Found, Page
from crm.templatetags.ringbinder import number
from followups.models import FollowUp
from segmentation import basing, exports, filing
from segmentation.due import what_is_missing
from segmentation.models import Expectation, Forecast
from segmentation.rows import Row
from segmentation.words import COUNTED, counted

BATCH = 500

# A view that ends in show_list() is also posted to: the list files itself.
list_view = require_http_methods(["GET", "HEAD", "POST"])


class Sorted:
    """Pages of customers by these columns, "-" before those that fall; the last one tells any two apart.

    A column may be null for all customers or for none.
    """

    def __init__(self, customers: CustomerQuerySet, *columns: str, size: int = PAGE) -> None:
        self.customers, self.columns, self.size = customers, columns, size

    def page(self, *, after: int | None = None, before: int | None = None) -> Page:
        """As of contacts.views.customers.Found: `size` rows behind or before a customer."""
        values = self._edge(after or before)
        if values and before:
            found = self._beyond(values, [_turned(column) for column in self.columns])
            rows, has_more = self._cut(found)
            return _page(rows[::-1], has_previous=has_more, has_next=True)
        rows, has_more = self._cut(self._beyond(values, self.columns) if values else self.ordered)
        return _page(rows, has_previous=bool(values), has_next=has_more)

    def _cut(self, found: CustomerQuerySet) -> tuple[list[Customer], bool]:
        rows = list(found[: self.size + 1])
        return rows[: self.size], len(rows) > self.size

    @property
    def ordered(self) -> CustomerQuerySet:
        return self.customers.order_by(*self.columns)

    def _edge(self, pk: int | None) -> tuple | None:
        names = [column.removeprefix("-") for column in self.columns]
        return self.customers.filter(pk=pk).values_list(*names).first() if pk else None

    def _beyond(self, values: Sequence, columns: Sequence[str]) -> CustomerQuerySet:
        known = [(column, value) for column, value in zip(columns, values, strict=True) if value is not None]
        steps = (_step(known[:n], *known[n]) for n in range(len(known)))
        return self.customers.filter(reduce(or_, steps)).order_by(*columns)


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _step(same: Iterable[tuple[str, object]], column: str, value: object) -> Q:
    """Equal in the columns before, and beyond the value in this one."""
    equal = {name.removeprefix("-"): each for name, each in same}
    beyond = f"{column[1:]}__lt" if column.startswith("-") else f"{column}__gt"
    return Q(**equal, **{beyond: value})


def _page(rows: list[Customer], *, has_previous: bool, has_next: bool) -> Page:
    return Page(
        rows,
        previous=rows[0].pk if rows and has_previous else None,
        next=rows[-1].pk if rows and has_next else None,
    )


def _whole(customers: CustomerQuerySet) -> CustomerQuerySet:
    return customers.select_related("main_person", "owner", "score", "expectation").defer("search_text")


class CustomerList:
    """Customers whom `user` may see, as this request shows them: by name, or by `columns` (see Sorted)."""

    def __init__(
        self,
        request: HttpRequest,
        customers: CustomerQuerySet,
        *,
        columns: Sequence[str] = (),
        count: int | None = None,
        size: int = PAGE,
    ) -> None:
        self.user = request.user
        self.asked = request.GET
        self.path = request.path
        self.now = timezone.now()
        self.today = request.user.today(self.now)
        self.customers = customers
        self._columns, self._count, self._size = columns, count, size

    @cached_property
    def page(self) -> Page:
        edges = {
            edge: int(pk) for edge in ("after", "before") if (pk := self.asked.get(edge, "")).isdecimal()
        }
        customers = _whole(self.customers)
        pages = Sorted(customers, *self._columns, size=self._size) if self._columns else Found(customers)
        return pages.page(**edges)

    @cached_property
    def rows(self) -> list[Row]:
        return self._rows(self.page.rows)

    @cached_property
    def count(self) -> int:
        """Of all pages; where it had to be counted, no further than one more than COUNTED."""
        if self._count is not None:
            return self._count
        return len(self.page.rows) if self.page.is_whole else self.customers.order_by()[: COUNTED + 1].count()

    @property
    def number(self) -> str:
        """The count in words: "1,234", or "more than 1,000" where it was counted no further."""
        return counted(self.count) if self._count is None else number(self._count)

    def every(self) -> Iterator[Row]:
        """The rows of all pages, read part by part."""
        columns = self._columns or ("sort_name", "pk")
        ids = list(self.customers.order_by(*columns).values_list("pk", flat=True))
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            known = _whole(Customer.objects.filter(pk__in=part)).with_tags().in_bulk()
            yield from self._rows([known[pk] for pk in part if pk in known])

    @cached_property
    def forecast(self) -> Forecast | None:
        """By what the team's chances go; None before its first night."""
        return Forecast.objects.filter(team=self.user.team_id).defer("learnt").first()

    @property
    def missing(self) -> str:
        """What is missing until chances can be told; "" if nothing is."""
        return what_is_missing(self.forecast)

    @property
    def has_expectations(self) -> bool:
        """Somebody of the team has come back, so that something can be expected at all."""
        return Expectation.objects.filter(team=self.user.team_id).exists()

    def _rows(self, customers: list[Customer]) -> list[Row]:
        places = registry.lies_under(customers) if customers else {}
        return [self._row(customer, places.get(customer.pk)) for customer in customers]

    def _row(self, customer: Customer, place: FollowUp | None) -> Row:
        score, expectation = getattr(customer, "score", None), getattr(customer, "expectation", None)
        if expectation and self.forecast:
            expectation.team = self.user.team
            expectation.team.forecast = self.forecast
        return Row(customer, score, expectation, place, self.today)

    def address(self, **more: object) -> str:
        """The list's own address with what was asked for, without the page; `more` is added."""
        asked = self.asked.copy()
        for name in ("after", "before", "format", "moved", "based", basing.ASKED, *more):
            asked.pop(name, None)
        asked.update({name: str(value) for name, value in more.items()})
        return f"{self.path}?{asked.urlencode()}" if asked else self.path

    @property
    def previous(self) -> str:
        return self.address(before=self.page.previous) if self.page.previous else ""

    @property
    def next(self) -> str:
        return self.address(after=self.page.next) if self.page.next else ""

    @property
    def basis(self) -> str:
        """Where one says on what ground all of the list may be written to; "" for those who may not."""
        return self.address(**{basing.ASKED: 1}) if self.user.is_lead else ""

    @property
    def exports(self) -> list[tuple[str, str]]:
        """(name, address) of each way to take the list along."""
        return [(kind.upper(), self.address(format=kind)) for kind in exports.KINDS]


def show_list(
    request: HttpRequest,
    customers: CustomerQuerySet,
    *,
    title: str,
    about: str = "",
    back: tuple[str, str] | None = None,
    columns: Sequence[str] = (),
    count: int | None = None,
    size: int = PAGE,
    template: str = "segmentation/list.html",
    **context: object,
) -> HttpResponse:
    """A page of these customers, who must be visible to the user: the end of any view under `list_view`.

    With ?format=csv or xlsx it answers the whole list as a file, with ?basis it asks on what ground all of it may be
    written to; posted to, it files the ticked dossiers, or all of the list. `back` is (name, address) of the page
    above; `columns` another order than by name (see Sorted), `size` rows a page; `count` the number of customers
    where it is known already.
    """
    listing = CustomerList(request, customers, columns=columns, count=count, size=size)
    context |= {"listing": listing, "title": title, "about": about, "back": back, "today": listing.today}
    if basing.ASKED in request.GET:
        return basing.ask(request, listing, title=title)
    if request.method == "POST":
        return filing.file_listed(request, listing, template, context)
    if (kind := request.GET.get("format")) in exports.KINDS:
        return exports.answer(listing, kind, title=title)
    context |= filing.offered(request, listing) | basing.offered(request)
    return render(request, template, context)
