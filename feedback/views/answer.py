"""Answering a customer: by mail or on the phone, and what becomes of the ticket with it."""

from uuid import uuid4

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.views.letter_frames import sender_of, show_letter, show_problems
from crm.mail.actions import Content
from crm.mail.addresses import normal
from crm.mail.framing import as_mail_body
from feedback import actions
from feedback.answering import Answering
from feedback.forms import AnswerForm
from feedback.models import Message, Ticket
from feedback.ticket_page import news
from feedback.tokens import without_tags
from feedback.views.ticket import find_ticket, show

SEND, AND_CLOSE, AND_WAIT, PHONE, FILL = "send", "close", "wait", "phone", "fill"


@require_POST
@csp_update({"frame-src": [SELF]})
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """do = send, close, wait or phone; with fill the words of a script go into the text, and nothing else happens."""
    found = find_ticket(request.user, pk)
    answering = Answering(found, sender=sender_of(found.team), by=request.user)
    form = AnswerForm(request.POST, answering=answering)
    do = request.POST.get("do", SEND)
    if do == FILL:
        return _fill(request, found, form)
    content = _checked(form, by_phone=do == PHONE)
    if content is None:
        return show(request, found, answer=form, status=422)
    seen = form.cleaned_data["seen"]
    if newer := news(found, seen=seen, user=request.user):
        again = _bound(request, form, seen=newer[-1].pk)
        return show(request, found, answer=again, seen=seen, status=409)
    return _send(request, found, form, content, do)


def _bound(request: HttpRequest, form: AnswerForm, **instead: object) -> AnswerForm:
    data = request.POST.copy()
    for name, value in instead.items():
        data[name] = str(value)
    again = AnswerForm(data, answering=form.answering)
    again.full_clean()
    return again


def _fill(request: HttpRequest, found: Ticket, form: AnswerForm) -> HttpResponse:
    """The same page with the words of the chosen script behind what was typed."""
    form.is_valid()
    typed, script = request.POST.get("text", ""), form.cleaned_data.get("script")
    text = form.answering.filled(script, typed) if script else typed
    initial = {name: request.POST.get(name, "") for name in ("to", "subject", "token", "seen")}
    again = AnswerForm(answering=form.answering, initial=initial)
    again.initial |= initial | {"text": text}
    return show(request, found, answer=again)


def _checked(form: AnswerForm, *, by_phone: bool) -> Content | None:
    """What the form says; None, with errors on the form, if that cannot be sent."""
    if not form.is_valid():
        return None
    said, answering = form.cleaned_data, form.answering
    if by_phone:
        return answering.spoken(said["text"])
    to = answering.to(said["to"])
    why_not = answering.why_not(to) if to.email else _("There is no address to write to.")
    if why_not:
        form.add_error(None, why_not)
        return None
    try:
        return answering.content(said["text"], subject=said["subject"] or answering.subject, to=to)
    except ValidationError as error:
        form.add_error("text", error)
        return None


def _send(request: HttpRequest, found: Ticket, form: AnswerForm, content: Content, do: str) -> HttpResponse:
    now, answering = timezone.now(), form.answering
    to = answering.to(form.cleaned_data["to"])
    by_mail = {} if do == PHONE else {"sender": answering.sender, "to": answering.recipient(to)}
    with transaction.atomic():
        message = actions.answer(
            ticket=found,
            content=content,
            by=request.user,
            now=now,
            token=form.cleaned_data["token"],
            words=form.cleaned_data["text"],
            **by_mail,
        )
        if message is None or message.text != content.text:
            return show(request, found, answer=_anew(request, form, message), status=409)
        if do == AND_CLOSE:
            actions.close(ticket=found, done=_("Answered by e-mail"), by=request.user, now=now)
        elif do == AND_WAIT:
            actions.wait(ticket=found, by=request.user, now=now)
    found.refresh_from_db()
    say(request, found, message, to.name)
    return redirect(found)


def _anew(request: HttpRequest, form: AnswerForm, sent: Message | None) -> AnswerForm:
    """The same words, with a token of their own."""
    again = _bound(request, form, token=uuid4())
    words = (
        _("This page has sent an answer already, and these words are others. Send them if you like.")
        if sent
        else _("What this page had sent was taken back. Send it if you like.")
    )
    again.add_error(None, words)
    return again


@require_POST
@csp_update({"frame-src": [SELF]})
def take_back(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """An answer of one's own that has not left: its words lie in the answer again."""
    found = find_ticket(request.user, pk)
    mine = found.messages.filter(kind=Message.Kind.OUT, author=request.user, pk=message)
    said = mine.select_related("mail", "ticket__merged_into").first()
    if not (said and said.mail and actions.take_back(message=said, by=request.user, now=timezone.now())):
        messages.error(request, _("There is nothing to take back any more: the answer is on its way."))
        return redirect(found)
    found = find_ticket(request.user, pk)
    if not found.is_open:
        words = _("Taken back: nothing was sent. You had written: %(words)s")
        messages.info(request, words % {"words": said.words})
        return redirect(found)
    messages.info(request, _("Taken back: nothing was sent. Your words are in the answer again."))
    return show(request, found, answer=_again(request, found, said))


def _again(request: HttpRequest, found: Ticket, said: Message) -> AnswerForm:
    """The form as it was when the answer was sent."""
    answering = Answering(found, sender=sender_of(found.team), by=request.user)
    to = [key for key, each in answering.addresses.items() if normal(each.email) == said.mail.to_email]
    newest = found.messages.order_by("pk").last()
    form = AnswerForm(answering=answering)
    form.initial |= {"text": said.words, "subject": without_tags(said.mail.subject), "to": next(iter(to), "")}
    form.initial |= {"seen": newest.pk if newest else ""}
    return form


def say(request: HttpRequest, found: Ticket, message: Message | None, name: str = "") -> None:
    """What was done, with the way back where there is one."""
    context = {"ticket": found, "message": message, "name": name}
    messages.success(request, render_to_string("feedback/said.html", context, request))


@require_POST
@as_mail_body
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole mail as the customer would see it."""
    found = find_ticket(request.user, pk)
    sender = sender_of(found.team)
    if sender is None:
        return show_problems(request, [_("Your team has no address to write from yet.")])
    form = AnswerForm(request.POST, answering=Answering(found, sender=sender, by=request.user))
    content = _checked(form, by_phone=False)
    if content is None:
        return show_problems(request, [error for errors in form.errors.values() for error in errors])
    answering = form.answering
    to = answering.recipient(answering.to(form.cleaned_data["to"]))
    return show_letter(request, sender=sender, to=to, content=content, advertising=False)
