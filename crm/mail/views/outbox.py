"""All mail of the team, for its leads; and the switch that holds all of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.mail.connection import connection_of
from crm.mail.forms import FindForm
from crm.mail.health import is_recent, swept_at
from crm.mail.models import Sender
from crm.mail.outbox import Heap, Outbox
from crm.team.views.guards import leads_only


@require_safe
@leads_only
def outbox(request: HttpRequest) -> HttpResponse:
    """The whole page; its counts alone for htmx that asks for them again while something is waiting."""
    form = FindForm(request.GET)
    box = Outbox(request.user, heap=form.heap_asked, text=form.text)
    sender = Sender.objects.filter(team=request.user.team_id).select_related("paused_by").first()
    context = {"form": form, "box": box, "heaps": Heap, "sender": sender, "connection": connection_of(sender)}
    context["is_swept"] = is_recent(swept_at(), now=timezone.now())
    if request.htmx.target == "standing":
        return render(request, "mail/outbox_standing.html", context)
    context["page"] = box.page(**form.edges)
    context["is_part"] = request.htmx.target == "found"
    return render(request, f"mail/outbox{'_found' if context['is_part'] else ''}.html", context)


@require_POST
@leads_only
def pause(request: HttpRequest) -> HttpResponse:
    sender = get_object_or_404(Sender, team=request.user.team_id)
    sender.pause(by=request.user, now=timezone.now())
    return redirect("mail:outbox")


@require_POST
@leads_only
def go_on(request: HttpRequest) -> HttpResponse:
    get_object_or_404(Sender, team=request.user.team_id).go_on()
    return redirect("mail:outbox")
