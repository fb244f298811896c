"""As whom the team writes to its customers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.mail.connection import connection_of
from crm.mail.forms import SenderForm
from crm.mail.models import Sender
from crm.team.views.guards import leads_only


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def sender(request: HttpRequest) -> HttpResponse:
    """A new domain is checked at once: who is not trusted there writes in vain."""
    team = request.user.team
    found = Sender.objects.filter(team=team).first()
    form = SenderForm(
        request.POST if request.method == "POST" else None,
        instance=found or Sender(team=team, name=team.name),
    )
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('mail:domain')}?check=1" if form.has_new_domain else "mail:sender")
    context = {"form": form, "is_first": found is None, "sender": found, "connection": connection_of(found)}
    return render(request, "mail/sender.html", context, status=422 if form.is_bound else 200)
