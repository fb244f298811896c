"""All dossiers of one colleague for another, when somebody leaves or the work is dealt out anew."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from contacts.forms import HandOverForm
from contacts.models import Customer
from contacts.views.customers import sent
from crm.team.models import User
from crm.team.summaries import duties_of
from crm.team.views.guards import leads_only


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def hand_over(request: HttpRequest, who: int) -> HttpResponse:
    owner = get_object_or_404(User.objects.visible_to(request.user), pk=who)
    form = HandOverForm(sent(request), user=request.user, owner=owner)
    if form.is_valid() and form.hand_over(by=request.user, now=timezone.now()):
        to = form.cleaned_data["to"]
        messages.success(request, _told(form.number, owner=owner, to=to))
        return redirect(f"{reverse('contacts:list')}?owner={to.pk}")
    number = Customer.objects.filter(owner=owner).count()
    context = {"form": form, "owner": owner, "number": number, "duties": duties_of(owner)}
    return render(request, "contacts/hand_over.html", context, status=422 if form.is_bound else 200)


def _told(number: int, *, owner: User, to: User) -> str:
    told = ngettext(
        "%(n)d dossier of %(before)s is now with %(after)s.",
        "%(n)d dossiers of %(before)s are now with %(after)s.",
        number,
    )
    return told % {"n": number, "before": owner.name, "after": to.name}
