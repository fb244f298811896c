"""Who to talk to: the people on a card."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from contacts.actions import remove_person
from contacts.forms import PersonForm
from contacts.models import Customer, Person
from contacts.views.customers import sent
from contacts.views.dossier import find_dossier
from crm.team.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    return _write(request, Person(customer=find_dossier(request.user, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, person_id: int) -> HttpResponse:
    return _write(request, _person(request.user, pk, person_id))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int, person_id: int) -> HttpResponse:
    person = _person(request.user, pk, person_id)
    if request.method == "POST":
        remove_person(person=person)
        return redirect(person.customer)
    return render(request, "contacts/person_remove.html", {"person": person, "customer": person.customer})


def _person(user: User, pk: int, person_id: int) -> Person:
    people = Person.objects.filter(customer__in=Customer.objects.visible_to(user))
    return get_object_or_404(people.select_related("customer"), pk=person_id, customer_id=pk)


def _write(request: HttpRequest, person: Person) -> HttpResponse:
    name = person.name
    form = PersonForm(sent(request), instance=person, today=request.user.today())
    if form.is_valid():
        form.write()
        return redirect(person.customer)
    context = {"form": form, "person": person, "name": name, "customer": person.customer}
    return render(request, "contacts/person.html", context, status=422 if form.is_bound else 200)
