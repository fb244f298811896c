"""Nobody knows yet whose a ticket is: it goes into a dossier, or becomes the beginning of a new one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contacts.models import Customer
from contacts.views.customers import Found, show_places
from contacts.views.find import similar_dossiers
from crm.numbers import number_in
from feedback import actions
from feedback.forms import SenderForm
from feedback.models import Message, Ticket
from feedback.views.ticket import find_ticket, meanwhile

SOME = 12


@require_http_methods(["GET", "HEAD", "POST"])
def file_under(request: HttpRequest, pk: int) -> HttpResponse:
    """?q=… finds a dossier; without it those stand there that may be the sender's. do = new makes one."""
    found = find_ticket(request.user, pk)
    if request.method != "POST":
        return _show(request, found, SenderForm(initial={"name": found.from_name or found.from_email}))
    if request.POST.get("do") == "new":
        form = SenderForm(request.POST)
        if not form.is_valid():
            return _show(request, found, form, status=422)
        return _new(request, found, form.cleaned_data["name"])
    pk = number_in(request.POST.get("customer"))
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    return _file(request, found, customer)


def _new(request: HttpRequest, found: Ticket, name: str) -> HttpResponse:
    try:
        if not actions.open_dossier(ticket=found, name=name, by=request.user, now=timezone.now()):
            return meanwhile(request, found, Message.Event.FILED)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(found)
    messages.success(request, _("The ticket lies in a dossier of its own: %(name)s.") % {"name": name})
    return redirect(found)


def _file(request: HttpRequest, found: Ticket, customer: Customer) -> HttpResponse:
    if not actions.file_under(ticket=found, customer=customer, by=request.user, now=timezone.now()):
        return meanwhile(request, found, Message.Event.FILED)
    messages.success(request, _("The ticket lies in the dossier of %(name)s.") % {"name": customer.name})
    return redirect(found)


def _show(request: HttpRequest, found: Ticket, form: SenderForm, *, status: int = 200) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    dossiers = _dossiers(request, found, text)
    show_places(dossiers)
    context = {
        "ticket": found,
        "dossiers": dossiers,
        "text": text,
        "form": form,
        "today": request.user.today(),
    }
    return render(request, "feedback/file_under.html", context, status=status)


def _dossiers(request: HttpRequest, found: Ticket, text: str) -> list[Customer]:
    visible = Customer.objects.visible_to(request.user)
    if text:
        return Found(visible, text).first(SOME)
    clues = {"name": found.from_name, "phone": found.from_phone, "email": found.from_email}
    return similar_dossiers(visible, clues, country=request.user.team.country)
