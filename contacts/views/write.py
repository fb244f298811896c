"""Writing to a customer by hand: one letter, through the outbox, into the timeline."""

import re
from datetime import timedelta
from uuid import uuid4

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from contacts.actions import send_letter, take_back_letter
from contacts.forms_letters import BeginForm, WriteForm
from contacts.letters.by_hand import Writing
from contacts.letters.kinds import LETTER
from contacts.models import Customer, Entry, Letter
from contacts.views.customers import sent
from contacts.views.letter_frames import sender_of, show_letter, show_problems
from crm.mail.actions import Content
from crm.mail.framing import as_mail_body
from crm.team.models import User

AT_ONCE = timedelta(minutes=1)
_BRACE = re.compile("[{}]")  # in words that were sent they are no fields


def _find(user: User, pk: int) -> Customer:
    rows = Customer.objects.visible_to(user).select_related("owner", "main_person", "legal_basis")
    return get_object_or_404(rows.prefetch_related("people"), pk=pk)


@csp_update({"frame-src": [SELF]})
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """?letter=…&language=… begins with the words of one of the team's letters."""
    customer, sender = _find(request.user, pk), sender_of(request.user.team)
    writing = Writing(customer, sender=sender, by=request.user) if sender else None
    if writing is None or not writing.addresses:
        return render(request, "contacts/write_not.html", {"customer": customer, "sender": sender})
    if request.method != "POST":
        return _begin(request, writing)
    form = _form(request, writing)
    content = _checked(form, writing)
    if content is None:
        return _show(request, writing, form, status=422)
    return _send(request, writing, form, content)


def _begin(request: HttpRequest, writing: Writing) -> HttpResponse:
    begin = BeginForm(request.GET, team_letters=_letters(request.user))
    asked = begin.cleaned_data
    initial = writing.begin(asked.get("letter"), language=asked.get("language") or "")
    return _show(request, writing, _form(request, writing, initial=initial), begin)


def _letters(user: User) -> object:
    return Letter.objects.visible_to(user).prefetch_related("texts")


def _form(
    request: HttpRequest, writing: Writing, *, initial: dict | None = None, **instead: object
) -> WriteForm:
    """Bound to what was sent, with other values `instead` of some of it."""
    addresses = {key: (each.name, each.email) for key, each in writing.addresses.items()}
    data = sent(request)
    if data is not None and instead:
        data = data.copy()
        for name, value in instead.items():
            data[name] = str(value)
    return WriteForm(data, customer=writing.customer, addresses=addresses, initial=initial)


def _checked(form: WriteForm, writing: Writing) -> Content | None:
    """The letter that the form says, None, with errors on the form, if it cannot be sent."""
    if not form.is_valid():
        return None
    said = form.cleaned_data
    to = writing.addresses[said["to"]]
    if why_not := writing.why_not(to, advertising=said["advertising"]):
        form.add_error(None, why_not)
        return None
    try:
        return writing.content(said["subject"], said["text"], to=to, language=said["language"])
    except ValidationError as error:
        form.add_error("text", error)
        return None


def _show(
    request: HttpRequest,
    writing: Writing,
    form: WriteForm,
    begin: BeginForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    begin = begin or BeginForm({"language": form["language"].value()}, team_letters=_letters(request.user))
    language = form["language"].value()
    context = {
        "customer": writing.customer,
        "form": form,
        "letters": begin.fields["letter"].queryset,
        "chosen": begin.cleaned_data.get("letter"),
        "languages": begin.fields["language"].choices,
        "written_in": language,
        "basis": writing.customer.legal_basis,
    }
    return render(request, "contacts/write.html", context, status=status)


def _send(request: HttpRequest, writing: Writing, form: WriteForm, content: Content) -> HttpResponse:
    said = form.cleaned_data
    to = writing.addresses[said["to"]]
    entry = send_letter(
        customer=writing.customer,
        sender=writing.sender,
        to=writing.recipient(to, said["language"]),
        content=content,
        by=request.user,
        token=said["token"],
        advertising=said["advertising"],
        now=timezone.now(),
    )
    if entry.text != f"{content.subject}\n\n{content.text}":
        return _show(request, writing, _anew(request, writing), status=409)
    waits = entry.mail.not_before - entry.mail.queued_at > AT_ONCE
    context = {"customer": writing.customer, "entry": entry, "to": to, "waits": waits}
    messages.success(request, render_to_string("contacts/write_sent.html", context, request))
    return redirect(writing.customer)


def _anew(request: HttpRequest, writing: Writing) -> WriteForm:
    """What was written, with a token of its own: that of the page has sent other words already."""
    form = _form(request, writing, token=uuid4())
    form.add_error(
        None, _("This page has sent a letter already, and these words are others. Send them if you like.")
    )
    return form


@require_POST
@as_mail_body
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    customer, sender = _find(request.user, pk), sender_of(request.user.team)
    if sender is None:
        return show_problems(request, [_("Your team has no address to write from yet.")])
    writing = Writing(customer, sender=sender, by=request.user)
    form = _form(request, writing, subject=request.POST.get("subject", "").strip() or _("(no subject yet)"))
    content = _checked(form, writing)
    if content is None:
        return show_problems(request, [error for errors in form.errors.values() for error in errors])
    said = form.cleaned_data
    return show_letter(
        request,
        sender=sender,
        to=writing.recipient(writing.addresses[said["to"]], said["language"]),
        content=content,
        advertising=said["advertising"],
    )


@csp_update({"frame-src": [SELF]})
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: int, entry_id: int) -> HttpResponse:
    """A letter that has not left is taken back, and lies open again to be changed."""
    customer = _find(request.user, pk)
    rows = Entry.objects.filter(customer=customer, mail__kind=LETTER.name).select_related("mail")
    entry = get_object_or_404(rows, pk=entry_id)
    if request.method != "POST":
        return render(request, "contacts/write_back.html", {"customer": customer, "entry": entry})
    if not take_back_letter(entry=entry, by=request.user, now=timezone.now()):
        messages.error(request, _("The letter is on its way already and cannot be taken back."))
        return redirect(customer)
    messages.info(request, _("Taken back: nothing was sent. Here it lies, to be changed or left."))
    subject, _gap, text = _BRACE.sub(r"\\\g<0>", entry.text).partition("\n\n")
    writing = Writing(customer, sender=sender_of(request.user.team), by=request.user)
    initial = writing.begin(None, language=entry.mail.language) | {
        "subject": subject,
        "text": text,
        "advertising": entry.mail.is_advertising,
    }
    keys = [key for key, each in writing.addresses.items() if each.email == entry.mail.to_email]
    form = WriteForm(
        customer=customer,
        addresses={key: (each.name, each.email) for key, each in writing.addresses.items()},
        initial=initial | ({"to": keys[0]} if keys else {}),
    )
    return _show(request, writing, form)
