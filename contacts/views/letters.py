"""The team's letters: all of them, and one, looked at with a real customer while it is written."""

from collections.abc import Mapping
from uuid import uuid4

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.actions import send_trial
from contacts.forms_letters import LetterForm, LookForm
from contacts.letters import FIELDS
from contacts.letters.presets import PRESETS, find_preset
from contacts.letters.trying import Trying
from contacts.models import Customer, Letter, LetterText
from contacts.views.customers import Found, sent
from contacts.views.letter_frames import sender_of, show_letter, show_problems
from crm.mail.framing import as_mail_body
from crm.mail.models import LANGUAGES
from crm.team.models import User
from crm.team.views.guards import leads_only

SOME = 8  # names offered while one types


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    rows = list(Letter.objects.visible_to(request.user).prefetch_related("texts"))
    names = dict(LANGUAGES)
    for row in rows:
        row.languages = ", ".join(names[text.language] for text in row.texts.all())
        row.first = next(iter(row.texts.all()), None)
    taken = {row.name for row in rows}
    presets = [preset for preset in PRESETS if preset.name not in taken]
    context = {"letters": rows, "presets": presets, "sender": sender_of(request.user.team)}
    return render(request, "contacts/letters.html", context)


@csp_update({"frame-src": [SELF]})
@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def new(request: HttpRequest) -> HttpResponse:
    """?like=… begins with one of our letters."""
    letter, texts = Letter(team=request.user.team), []
    if preset := find_preset(request.GET.get("like", "")):
        letter, texts = preset.letter(request.user.team)
    return _write(request, letter, texts)


@csp_update({"frame-src": [SELF]})
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody may read it; it is changed by leads."""
    found = _find(request.user, pk)
    if request.method == "POST" and not request.user.is_lead:
        raise PermissionDenied
    return _write(request, found, list(found.texts.all()))


def _find(user: User, pk: int) -> Letter:
    return get_object_or_404(Letter.objects.visible_to(user), pk=pk)


def _write(request: HttpRequest, letter: Letter, texts: list[LetterText]) -> HttpResponse:
    form = LetterForm(sent(request), letter=letter, texts=texts)
    if not form.is_bound:
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form, status=422)
    if request.POST.get("do") == "trial":
        return _send_trial(request, form)
    if not form.save():
        return _show(request, form, status=422)
    messages.success(request, _("“%(name)s” is saved.") % {"name": letter.name})
    return redirect("contacts:letters")


def _show(request: HttpRequest, form: LetterForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "look": LookForm(request.POST or None),
        "letter": form.letter,
        "name": form.letter.name if form.letter.pk else "",
        "fields": FIELDS,
        "sender": sender_of(request.user.team),
        "may_change": request.user.is_lead,
    }
    return render(request, "contacts/letter.html", context, status=status)


def _send_trial(request: HttpRequest, form: LetterForm) -> HttpResponse:
    """To oneself, of what is being written: it need not be saved for that."""
    user, sender = request.user, sender_of(request.user.team)
    if sender is None:
        return _show(request, form, status=409)
    trying = _trying(request, form.texts)
    content, language = trying.content()
    send_trial(sender=sender, content=content, language=language, to=user, token=uuid4(), now=timezone.now())
    messages.success(request, _("A trial is on its way to %(email)s.") % {"email": user.email})
    return _show(request, form)


def _trying(request: HttpRequest, texts: Mapping[str, tuple[str, str]]) -> Trying:
    """With the customer who was asked for, else with one of one's own, else with nobody's words."""
    look, user = LookForm(request.POST), request.user
    rows = Customer.objects.visible_to(user).select_related("legal_basis")
    found = (
        Found(rows, look.text).first(1) if look.text else list(rows.with_main_person().filter(owner=user)[:1])
    )
    customer = found[0] if found else None
    return Trying(
        texts, sender=sender_of(user.team), customer=customer, user=user, language=look.chosen_language
    )


@require_POST
@as_mail_body
def preview(request: HttpRequest) -> HttpResponse:
    """What stands in the form, as a customer would see it."""
    form = LetterForm(request.POST, letter=Letter(team=request.user.team), texts=[])
    form.is_valid()
    problems = [error for name, errors in form.errors.items() if name != "name" for error in errors]
    if problems:
        return show_problems(request, problems)
    trying = _trying(request, form.texts)
    content, language = trying.content()
    return show_letter(
        request,
        sender=trying.sender,
        to=trying.recipient(language),
        content=content,
        advertising=form.cleaned_data["is_advertising"],
        missing=trying.missing(),
        customer=trying.customer,
    )


@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """Names to look at a letter with, while one is typed."""
    look = LookForm(request.GET)
    found = Found(Customer.objects.visible_to(request.user), look.text).first(SOME) if look.text else []
    return render(request, "contacts/letter_who.html", {"customers": found})


@require_http_methods(["GET", "HEAD", "POST"])
@leads_only
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request.user, pk)
    if request.method != "POST":
        return render(request, "contacts/letter_delete.html", {"letter": found})
    try:
        found.delete()
    except ProtectedError:
        context = {"letter": found, "is_used": True}
        return render(request, "contacts/letter_delete.html", context, status=409)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return redirect("contacts:letters")
