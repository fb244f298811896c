"""How the team serves, in plain words, set by its leads."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from contacts.views.customers import sent
from crm.team.views.guards import leads_only
from feedback import actions
from feedback.forms_rules import ServiceRulesForm, example
from feedback.models import ServiceRules, Ticket


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def rules(request: HttpRequest) -> HttpResponse:
    team, now = request.user.team, timezone.now()
    in_force = ServiceRules.of(team)
    form = ServiceRulesForm(sent(request), instance=ServiceRules.of(team))
    if form.is_valid():
        _save(form, now)
        messages.success(request, _told(Ticket.objects.filter(team=team).late(at=now).count()))
        return redirect("feedback:rules")
    answer_due, solution_due = example(in_force, now=now)
    context = {
        "form": form,
        "rules": in_force,
        "answer_due": answer_due,
        "solution_due": solution_due,
        "base": settings.BASE_URL,
    }
    return render(request, "feedback/rules.html", context, status=422 if form.errors else 200)


def _save(form: ServiceRulesForm, now: datetime) -> None:
    team = form.instance.team
    with transaction.atomic():
        ServiceRules.objects.get_or_create(team=team, defaults={"slug": form.instance.slug})
        form.write()
    actions.rules_changed(team=team, now=now)


def _told(late: int) -> str:
    if not late:
        return _("Saved. All open tickets follow these rules now; none is late.")
    words = ngettext(
        "Saved. All open tickets follow these rules now; %(n)s is late by them.",
        "Saved. All open tickets follow these rules now; %(n)s are late by them.",
        late,
    )
    return words % {"n": late}
