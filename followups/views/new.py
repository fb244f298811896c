"""A new dossier in under a minute."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contacts.models import Customer
from contacts.views.customers import sent, wants_part
from contacts.views.find import similar_dossiers
from followups.forms import DATE_FIELDS
from followups.forms_new import NewDossierForm


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if wants_part(request) and request.method == "GET":
        return _name_the_date(request)
    now = timezone.now()
    given = {"name": request.GET.get("name", "")[:200]}
    form = NewDossierForm(sent(request), user=request.user, now=now, initial=given)
    similar = []
    if form.is_valid():
        similar = _similar(request, form)
        if form.date_was_seen and _all_seen(request, similar) and (followup := form.write(now=now)):
            _say_where(request, form, name=followup.customer.name)
            return redirect(followup.customer)
    status = 422 if form.errors else 200
    return render(request, "followups/new.html", {"form": form, "similar": similar}, status=status)


def _name_the_date(request: HttpRequest) -> HttpResponse:
    """While a date is being written, or another owner is chosen: what the button would do, and that one's days."""
    form = NewDossierForm(request.GET, user=request.user, now=timezone.now())
    if not any(request.GET.get(name) for name in DATE_FIELDS):
        form.errors.pop("when", None)  # nobody has asked for the day yet
    is_other = request.htmx.trigger_name == "owner"
    return render(request, "followups/parts/new_named.html", {"form": form, "is_other": is_other})


def _similar(request: HttpRequest, form: NewDossierForm) -> list[Customer]:
    found = Customer.objects.visible_to(request.user)
    return similar_dossiers(found, form.clues, country=request.user.team.country)


def _all_seen(request: HttpRequest, similar: list[Customer]) -> bool:
    """Whoever goes on although he has seen them means another customer."""
    return {str(customer.pk) for customer in similar} <= set(request.POST.getlist("seen"))


def _say_where(request: HttpRequest, form: NewDossierForm, *, name: str) -> None:
    to = form.cleaned_data["to"]
    messages.success(request, _("%(name)s lies under %(tab)s.") % {"name": name, "tab": to.name})
