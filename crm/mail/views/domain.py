"""Do mail programs believe that the team's mail is the team's? Asked of the DNS when somebody presses the button."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.mail.connection import Way, connection_of
from crm.mail.domain import check
from crm.mail.models import Sender
from crm.team.views.guards import leads_only


@require_safe
@leads_only
def domain(request: HttpRequest) -> HttpResponse:
    sender = Sender.objects.filter(team=request.user.team_id).first()
    context = {"sender": sender}
    if sender and "check" in request.GET:
        from crm.mail.dns import Dns  # slow to load, and needed for a check only

        connection = connection_of(sender)
        server = connection.name.partition(":")[0] if connection.way == Way.SERVER else ""
        context["report"] = check(sender, resolver=Dns(), server=server)
    return render(request, f"mail/domain.html{'#report' if request.htmx.target == 'report' else ''}", context)
