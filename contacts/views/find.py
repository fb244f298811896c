"""What the field in the top bar finds: while one types, and on Enter."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from contacts.forms import CluesForm, FindForm
from contacts.models import Customer
from contacts.models.customer import CustomerQuerySet
from contacts.views.customers import Found, show_places, wants_part

HITS = 8
SIMILAR = 5


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    text = FindForm(request.GET, user=request.user).text
    found = Found(Customer.objects.visible_to(request.user), text)
    hits = found.first(HITS) if text else []
    if not wants_part(request):
        return redirect(hits[0] if len(hits) == 1 else f"{reverse('contacts:list')}?{urlencode({'q': text})}")
    show_places(hits)
    context = {"text": text, "hits": hits, "is_full": len(hits) == HITS, "today": request.user.today()}
    return render(request, "contacts/find.html", context)


@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """Dossiers that may be the one somebody is about to make."""
    form = CluesForm(request.GET)
    if not wants_part(request):
        return redirect(f"{reverse('contacts:list')}?{urlencode({'q': form.clues['name']})}")
    found = Customer.objects.visible_to(request.user).exclude(pk=form.own_pk)
    dossiers = similar_dossiers(found, form.clues, country=request.user.team.country)
    return render(request, "contacts/similar.html", {"similar": dossiers, "own": form.own_pk})


def similar_dossiers(found: CustomerQuerySet, clues: dict[str, str], *, country: str) -> list[Customer]:
    """At most SIMILAR of them, first those that are `alike`: same name, phone or e-mail."""
    found = found.with_main_person().defer("search_text")
    contact = {key: clues.get(key, "") for key in ("phone", "email")}
    alike = found.same_name(clues["name"]) | found.similar_to(**contact, country=country)
    dossiers = list(alike[:SIMILAR])
    for dossier in dossiers:
        dossier.alike = True
    others = found.similar_to(**clues, country=country).exclude(pk__in=[each.pk for each in dossiers])
    return dossiers + list(others[: SIMILAR - len(dossiers)])
