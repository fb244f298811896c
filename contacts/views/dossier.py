"""One dossier: its card, its people, its timeline, and what other apps add."""

from functools import cache

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts import registry
from contacts.forms import CardForm, NoteForm
from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from contacts.timeline import Place, Timeline
from contacts.views.customers import show_places, wants_part
from crm.prepared import Blank, Prepared
from crm.team.models import User


def find_dossier(user: User, pk: int) -> Customer:
    """The dossier with its people and what other apps know of it, or 404 for somebody who may not see it."""
    customer = next(iter(_found(user, pk)), None)
    if customer is None:
        raise Http404
    customer.main_person = next((p for p in customer.people.all() if p.pk == customer.main_person_id), None)
    return customer


def _found(user: User, pk: int) -> list[Customer]:
    if user.sees_team:
        return _of_team(pk=pk, team=user.team_id)
    return list(_whole().visible_to(user).filter(pk=pk))


_of_team = Prepared(lambda: _whole().filter(pk=Blank("pk"), team=Blank("team")))


@cache
def _whole() -> CustomerQuerySet:
    dossiers = Customer.objects.with_tags().with_legal_basis().select_related("owner")
    return registry.whole(dossiers).prefetch_related("people")


@require_safe
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    customer = find_dossier(request.user, pk)
    timeline = Timeline(
        customer,
        zone=request.user.zone,
        show=request.GET.get("show", ""),
        before=Place.from_slug(request.GET.get("before", "")),
    )
    if wants_part(request):
        return render_timeline(request, timeline)
    return render(request, "contacts/dossier.html", page_context(request, timeline) | {"note": NoteForm()})


@require_safe
def print_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossier on one A4 sheet. Its page fetches this too, so that printing that page prints the sheet."""
    customer = find_dossier(request.user, pk)
    context = page_context(request, Timeline(customer, zone=request.user.zone))
    part = "#sheet" if request.htmx else ""
    return render(request, f"contacts/print.html{part}", context)


def page_context(request: HttpRequest, timeline: Timeline) -> dict:
    """What the whole page shows of a dossier."""
    customer, today = timeline.customer, request.user.today()
    show_places([customer])
    verdicts = registry.verdicts({customer.pk: customer.owner_id}, viewer=request.user, on=today)
    return {
        "customer": customer,
        "verdict": verdicts.get(customer.pk, ""),
        "people": customer.people.all(),
        "timeline": timeline,
        "months": timeline.months(),
        "place": customer.place,
        "today": today,
    }


def render_timeline(
    request: HttpRequest, timeline: Timeline, *, status: int = 200, **more: object
) -> HttpResponse:
    """The timeline's section, or only the lines behind those that stand already."""
    going_on = request.htmx.target == "older"
    months = timeline.months(going_on=going_on)
    context = {"customer": timeline.customer, "timeline": timeline, "months": months}
    part = "older" if going_on else "timeline"
    template = f"contacts/dossier_timeline.html#{part}"
    return render(request, template, {"note": NoteForm()} | context | more, status=status)


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note into the timeline without moving the dossier."""
    customer = find_dossier(request.user, pk)
    form = NoteForm(request.POST)
    is_written = form.is_valid()
    if is_written:
        text = form.cleaned_data["text"]
        stamp = {"author": request.user, "on_behalf_of_id": customer.owner_for(request.user)}
        customer.entries.create(text=text, happened_at=timezone.now(), **stamp)
        if not request.htmx:
            return redirect(f"{customer.get_absolute_url()}#timeline")
    timeline = Timeline(customer, zone=request.user.zone)
    context = {"note": NoteForm() if is_written else form}
    status = 200 if is_written else 422
    if request.htmx:
        return render_timeline(request, timeline, status=status, **context)
    return render(request, "contacts/dossier.html", page_context(request, timeline) | context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = find_dossier(request.user, pk)
    if request.method == "POST":
        with transaction.atomic():
            return _save_card(request, Customer.objects.select_for_update().get(pk=customer.pk))
    return _show_card(request, CardForm(instance=customer, user=request.user), name=customer.name)


def _save_card(request: HttpRequest, customer: Customer) -> HttpResponse:
    name = customer.name
    form = CardForm(request.POST, instance=customer, user=request.user)
    is_valid = form.is_valid()
    if form.contested:
        return _show_card(request, form, name=name, status=409)
    if not is_valid or not form.write(now=timezone.now()):
        return _show_card(request, form, name=name, status=422)
    if not Customer.objects.visible_to(request.user).filter(pk=customer.pk).exists():
        return redirect("contacts:list")  # given away, in a team where one sees only one's own
    return redirect(customer)


def _show_card(request: HttpRequest, form: CardForm, *, name: str, status: int = 200) -> HttpResponse:
    context = {"form": form, "customer": form.instance, "name": name}
    return render(request, "contacts/edit.html", context, status=status)
