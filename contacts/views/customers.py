"""The list of all dossiers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contacts import registry
from contacts.forms import FindForm
from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet

PAGE = 50


@dataclass(frozen=True)
class Page:
    """Some rows of the list. `previous` and `next` are the ids to page from, None at the ends."""

    rows: list[Customer]
    previous: int | None
    next: int | None

    @property
    def last(self) -> Customer:
        return self.rows[-1]

    @property
    def is_whole(self) -> bool:
        return not self.previous and not self.next


class Found:
    """The dossiers that were asked for: those whose name begins so, has it, or whose people have it; each by name.

    Read part by part, as the index of names has them: sorting all that match would take long where many do.
    """

    def __init__(self, dossiers: CustomerQuerySet, text: str = "") -> None:
        self.dossiers, self.text = dossiers, text
        rows = dossiers.with_main_person().defer("search_text")
        self.parts = [rows]
        if text:
            others = rows.matching(text).not_beginning_with(text)
            self.parts = [rows.beginning_with(text), others.named(text), others.not_named(text)]

    def first(self, number: int) -> list[Customer]:
        return _take(number, self.parts)

    def page(self, *, after: int | None = None, before: int | None = None) -> Page:
        """PAGE rows behind or before a dossier, without counting the others. Is it gone: the first."""
        edge = self._edge(after or before)
        if edge and before:
            rows = self._before(edge)
            return _page(rows[:PAGE][::-1], has_previous=len(rows) > PAGE, has_next=True)
        rows = self._after(edge) if edge else self.first(PAGE + 1)
        return _page(rows[:PAGE], has_previous=edge is not None, has_next=len(rows) > PAGE)

    def _edge(self, pk: int | None) -> Customer | None:
        return self.dossiers.select_related(None).only("sort_name").filter(pk=pk).first() if pk else None

    def _part_of(self, edge: Customer) -> int:
        if not self.text or edge.name_begins_with(self.text):
            return 0
        return 1 if edge.is_named(self.text) else 2

    def _after(self, edge: Customer) -> list[Customer]:
        at = self._part_of(edge)
        return _take(PAGE + 1, [self.parts[at].after(edge), *self.parts[at + 1 :]])

    def _before(self, edge: Customer) -> list[Customer]:
        at = self._part_of(edge)
        return _take(
            PAGE + 1, [self.parts[at].before(edge), *(part.reverse() for part in self.parts[:at][::-1])]
        )


def _take(number: int, parts: Iterable[CustomerQuerySet]) -> list[Customer]:
    """The first rows of the parts one after the other; what is not needed is not read."""
    rows = []
    for part in parts:
        if len(rows) < number:
            rows += part[: number - len(rows)]
    return rows


def _page(rows: list[Customer], *, has_previous: bool, has_next: bool) -> Page:
    return Page(
        rows,
        previous=rows[0].pk if rows and has_previous else None,
        next=rows[-1].pk if rows and has_next else None,
    )


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET, user=request.user)
    today = request.user.today()
    found = Found(_asked_for(form, Customer.objects.visible_to(request.user, on=today)), form.text)
    page = found.page(after=form.cleaned_data.get("after"), before=form.cleaned_data.get("before"))
    show_places(page.rows)
    context = {"form": form, "page": page, "today": today, "owners": form.owners(request.user)}
    context["tags"] = form.fields["tag"].queryset
    return render(request, f"contacts/list.html{'#results' if wants_part(request) else ''}", context)


def _asked_for(form: FindForm, dossiers: CustomerQuerySet) -> CustomerQuerySet:
    dossiers = dossiers.filter(owner=form.whose) if form.whose else dossiers
    return (dossiers.tagged(form.with_tag) if form.with_tag else dossiers).with_tags()


def show_places(rows: list[Customer]) -> None:
    """Give each row the `place` where its dossier lies, None if it lies nowhere."""
    places = registry.lies_under(rows) if rows else {}
    for row in rows:
        row.place = places.get(row.pk)


def wants_part(request: HttpRequest) -> bool:
    """htmx asks for a part of the page, unless it has lost what Back should show."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty form that was sent is also an answer."""
    return request.POST if request.method == "POST" else None
