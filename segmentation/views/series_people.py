"""Who gets the next letter of a series and why; the letter itself; taking somebody out."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.views.customers import wants_part
from crm.mail.framing import as_mail_body
from crm.mail.tokens import without_tokens
from crm.numbers import number_in
from segmentation.models import Reminder, Series
from segmentation.models.reminder import ReminderQuerySet
from segmentation.reminding.words import with_reasons
from segmentation.series_letter import LetterPage
from segmentation.series_people import KINDS, People

WHOLE = ("customer__owner__team", "customer__main_person", "customer__legal_basis", "series__team")


@require_safe
def people(request: HttpRequest, pk: int) -> HttpResponse:
    series = get_object_or_404(Series.objects.visible_to(request.user), pk=pk)
    people = People(series, request.GET, user=request.user, today=request.user.today())
    context = {"series": series, "people": people, "kinds": KINDS, "today": people.today}
    context["taken"] = just_taken_out(request, series)
    return render(request, "segmentation/series_people.html", context)


@require_POST
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    reminder = _find(request, pk)
    done = reminder.take_out(by=request.user, now=timezone.now())
    if wants_part(request):
        return _row(request, pk, taken=done, status=200 if done else 409)
    if not done:
        messages.error(request, _("There was no letter to come any more."))
        return redirect(_back(request, reminder))
    if request.POST.get("back") == reminder.customer.get_absolute_url():
        return redirect(reminder.customer)
    return redirect(_with_taken(_back(request, reminder), reminder))


@require_POST
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    reminder = _find(request, pk)
    done = reminder.put_back(now=timezone.now())
    if wants_part(request):
        return _row(request, pk, taken=not done)
    if done:
        words = _("%(name)s gets the letter again.")
        messages.success(request, words % {"name": reminder.customer.name})
    else:
        messages.error(request, _("That cannot be taken back any more: no letter is to come."))
    return redirect(_back(request, reminder))


@require_safe
@csp_update({"frame-src": [SELF]})
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of ?step=2 as this customer got it, or would get it now; ?variant=B of those that are tried."""
    page = _letter_page(request, pk)
    return render(request, "segmentation/series_letter.html", {"page": page, "series": page.series})


@require_safe
@as_mail_body
def letter_body(request: HttpRequest, pk: int) -> HttpResponse:
    mail = _letter_page(request, pk).mail
    return HttpResponse(without_tokens(mail.html) if mail else "")


def _letter_page(request: HttpRequest, pk: int) -> LetterPage:
    reminder = get_object_or_404(
        with_reasons(_mine(request)).select_related(*WHOLE, "customer__expectation"), pk=pk
    )
    position = number_in(request.GET.get("step")) or 0
    variant = request.GET.get("variant", "")
    return LetterPage(reminder, position=position, variant=variant, user=request.user, now=timezone.now())


def just_taken_out(request: HttpRequest, series: Series) -> Reminder | None:
    """The one of ?taken=…, while taking out can be undone."""
    taken = {"pk": number_in(request.GET.get("taken")), "stopped_why": Reminder.Stopped.TAKEN_OUT}
    return _mine(request).filter(series=series, **taken).first()


def _mine(request: HttpRequest) -> ReminderQuerySet:
    return Reminder.objects.visible_to(request.user, on=request.user.today()).select_related(
        "customer", "series"
    )


def _find(request: HttpRequest, pk: int) -> Reminder:
    return get_object_or_404(_mine(request), pk=pk)


def _row(request: HttpRequest, pk: int, *, taken: bool, status: int = 200) -> HttpResponse:
    reminder = (
        with_reasons(_mine(request)).select_related("customer__owner", "customer__main_person").get(pk=pk)
    )
    people = People(reminder.series, request.GET, user=request.user, today=request.user.today())
    context = {
        "line": people.line(reminder),
        "people": people,
        "taken_now": taken,
        "landed": True,
        "today": people.today,
    }
    return render(request, "segmentation/series_person.html", context, status=status)


def _back(request: HttpRequest, reminder: Reminder) -> str:
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else reverse("segmentation:series_people", args=[reminder.series_id])


def _with_taken(address: str, reminder: Reminder) -> str:
    return f"{address}{'&' if '?' in address else '?'}taken={reminder.pk}"
