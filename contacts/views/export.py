"""All data of one customer, in one click."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.exporting import file_name, package
from contacts.models import Customer


@require_POST
def export(request: HttpRequest, pk: int) -> FileResponse:
    """For leads and the dossier's owner. The timeline keeps that it was done."""
    dossiers = Customer.objects.visible_to(request.user).with_main_person().select_related("team")
    customer = get_object_or_404(dossiers, pk=pk)
    if not (request.user.is_lead or customer.owner_id == request.user.pk):
        raise PermissionDenied
    now = timezone.now()
    file = package(customer, by=request.user, now=now)
    customer.entries.create(text=_("All data was exported."), author=request.user, happened_at=now)
    name = file_name(customer, on=request.user.today(now))
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
