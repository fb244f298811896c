"""Recording a legal basis for all customers of a list at once, and taking it back."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from contacts.forms_legal_basis import StatementForm
from contacts.legal_basis import record_for_all
from contacts.models import Customer, LegalBasis
from contacts.models.customer import CustomerQuerySet, is_suppressed
from contacts.views.customers import sent
from crm.mail.models import Suppression
from crm.team.models import User

if TYPE_CHECKING:
    from segmentation.lists import CustomerList

ASKED = "basis"  # in a list's address: ask on what ground they may be written to
UNDO_FOR = timedelta(minutes=30)


def ask(request: HttpRequest, listing: "CustomerList", *, title: str) -> HttpResponse:
    """The question on what ground all of the list may be written to; posted to, its answer. For leads."""
    if not request.user.is_lead:
        raise PermissionDenied
    form = StatementForm(sent(request), today=listing.today)
    if not form.is_valid():
        context = {"listing": listing, "title": title, "form": form, "numbers": numbers(listing.customers)}
        return render(request, "segmentation/basis.html", context, status=422 if form.is_bound else 200)
    basis, number = record_for_all(
        listing.customers,
        team=request.user.team,
        statement=form.statement,
        by=request.user,
        now=listing.now,
    )
    request.session["based"] = {"pk": basis.pk, "n": number}
    return redirect(listing.address(based=basis.pk))


def numbers(customers: CustomerQuerySet) -> dict[str, int]:
    """Of all: how many stand on a ground already, objected, and get one now; of the last, how many have no address."""
    has_one = Q(legal_basis__isnull=False)
    objected = ~has_one & is_suppressed(*Suppression.OBJECTIONS)
    asked = Customer.objects.filter(pk__in=customers.order_by().values("pk")).order_by()
    fresh = ~has_one & ~is_suppressed(*Suppression.OBJECTIONS)
    return asked.aggregate(
        all=Count("pk"),
        based=Count("pk", filter=has_one),
        objected=Count("pk", filter=objected),
        fresh=Count("pk", filter=fresh),
        without_address=Count("pk", filter=fresh & Q(letter_hash="")),
    )


def offered(request: HttpRequest) -> dict:
    """What a list shows of a basis that this session has recorded a moment ago for all of it: pk and n."""
    kept = request.session.get("based")
    is_shown = bool(kept) and request.GET.get("based") == str(kept["pk"])
    return {"based": kept if is_shown else None}


def to_take_back(pk: int, *, by: User, now: datetime) -> LegalBasis | None:
    """What this person has recorded not long ago."""
    mine = LegalBasis.objects.filter(team_id=by.team_id, recorded_by=by, recorded_at__gt=now - UNDO_FOR)
    return mine.select_related("team").filter(pk=pk).first()
