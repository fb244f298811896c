"""The team's scripts: words for common situations, looked at with a real customer."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.forms_letters import LookForm
from contacts.letters import FIELDS
from contacts.letters.trying import Trying
from contacts.models import Customer
from contacts.views.customers import Found, sent
from contacts.views.letter_frames import sender_of, show_letter, show_problems
from crm.mail.framing import as_mail_body
from crm.mail.models import LANGUAGES
from crm.team.views.guards import leads_only
from feedback.answering import whole
from feedback.forms_scripts import ScriptForm
from feedback.models import Script
from feedback.presets import PRESETS, find_preset


@require_safe
def scripts(request: HttpRequest) -> HttpResponse:
    rows = list(Script.objects.visible_to(request.user))
    taken = {row.name for row in rows}
    context = {
        "scripts": rows,
        "presets": [preset for preset in PRESETS if preset.name not in taken],
        "languages": LANGUAGES,
    }
    return render(request, "feedback/scripts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})
@leads_only
def new(request: HttpRequest) -> HttpResponse:
    """?like=damaged&language=de begins with one of ours."""
    team = request.user.team
    sender = sender_of(team)
    language = request.GET.get("language") or (sender.language if sender else "en")
    script = Script(team=team, language=language if language in dict(LANGUAGES) else "en")
    if preset := find_preset(request.GET.get("like", "")):
        script = preset.script(team, script.language)
    return _write(request, script)


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": [SELF]})
def script(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody may read it; it is changed by leads."""
    found = get_object_or_404(Script.objects.visible_to(request.user), pk=pk)
    if request.method == "POST" and not request.user.is_lead:
        raise PermissionDenied
    return _write(request, found)


def _write(request: HttpRequest, script: Script) -> HttpResponse:
    name, form = script.name if script.pk else "", ScriptForm(sent(request), instance=script)
    if form.is_valid():
        form.save()
        messages.success(request, _("“%(name)s” is saved.") % {"name": script.name})
        return redirect("feedback:scripts")
    context = {
        "form": form,
        "script": script,
        "name": name,
        "fields": FIELDS,
        "look": LookForm(request.POST or None),
        "may_change": request.user.is_lead,
    }
    return render(request, "feedback/script.html", context, status=422 if form.errors else 200)


@require_POST
@as_mail_body
def preview(request: HttpRequest) -> HttpResponse:
    """What stands in the form, as a customer would see it; ?who of LookForm, else one of one's own."""
    user, look = request.user, LookForm(request.POST)
    form = ScriptForm(request.POST, instance=Script(team=user.team))
    problems = [error for name, errors in form.errors.items() if name != "name" for error in errors]
    if problems:
        return show_problems(request, problems)
    rows = Customer.objects.visible_to(user).select_related("legal_basis").with_main_person()
    found = Found(rows, look.text).first(1) if look.text else list(rows.filter(owner=user)[:1])
    data = form.cleaned_data
    trying = Trying(
        {data["language"]: (_("Answer"), whole(data["text"], data["language"]))},
        sender=sender_of(user.team),
        customer=found[0] if found else None,
        user=user,
    )
    content, language = trying.content()
    return show_letter(
        request, sender=trying.sender, to=trying.recipient(language), content=content, advertising=False,
        missing=trying.missing(), customer=trying.customer,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Script.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "feedback/script_delete.html", {"script": found})
    found.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return redirect("feedback:scripts")
