"""A list of customers comes in: upload, preview, result."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from contacts import registry
from contacts.forms_import import ColumnsForm, UploadForm
from contacts.forms_legal_basis import ListStatementForm
from contacts.importing import files
from contacts.importing.customers import Plan, make_plan
from contacts.importing.readers import ImportRefused, Table
from contacts.importing.reports import about_duplicates, about_flaws, about_left_out
from contacts.models import ImportFile
from crm.team.models import User

LONG = 5_000  # rows; more than these take noticeable time
SHOWN_ROWS = 5
SHOWN = 500  # remarks of a kind


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, user=request.user)
    if form.is_valid():
        name = form.cleaned_data["file"].name
        kept = files.keep(form.content, name=name, user=request.user, options=form.options())
        return redirect("contacts:import_preview", kept.token)
    return render(request, "contacts/import.html", {"form": form})


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, token: str) -> HttpResponse:
    kept = get_object_or_404(_uploads(request), token=token)
    if "done" in kept.options:
        return redirect("contacts:import_result", kept.token)
    owner = get_object_or_404(User.objects.active().visible_to(request.user), pk=kept.options["owner"])
    table = _read(kept)
    sent = request.POST if request.method == "POST" else None
    form = ColumnsForm(sent, table=table, mapping=files.mapping_of(kept, table))
    basis = ListStatementForm(sent, said=kept.options.get("basis") or {}, today=request.user.today())
    if form.is_valid() and basis.is_valid():
        files.say_basis(kept, basis.said)
        if files.say_columns(kept, form.mapping, table):
            messages.info(request, _("The columns now mean what you said. Please look at the preview again."))
        elif "import" in request.POST:
            return _import(request, kept, owner=owner)
        return redirect("contacts:import_preview", kept.token)
    return _show(request, kept, table=table, form=form, owner=owner, basis=basis)


@require_GET
def result(request: HttpRequest, token: str) -> HttpResponse:
    kept = get_object_or_404(_uploads(request), token=token)
    if "done" not in kept.options:
        return redirect("contacts:import_preview", kept.token)
    owner = get_object_or_404(User.objects.visible_to(request.user), pk=kept.options["owner"])
    context = {
        "upload": kept,
        "done": kept.options["done"],
        "owner": owner,
        "undated": kept.options["undated"],
    }
    return render(request, "contacts/import_result.html", context)


@require_GET
def left_out(request: HttpRequest, token: str) -> FileResponse:
    kept = get_object_or_404(_uploads(request), token=token)
    try:
        file = files.path_of(kept, left_out=True).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        file, as_attachment=True, filename="left-out.csv", content_type="text/csv; charset=utf-8"
    )


def _uploads(request: HttpRequest) -> QuerySet[ImportFile]:
    return ImportFile.objects.visible_to(request.user)


def _read(kept: ImportFile) -> Table:
    try:
        return files.read(kept)
    except FileNotFoundError as error:
        raise Http404 from error


def _import(request: HttpRequest, kept: ImportFile, *, owner: User) -> HttpResponse:
    try:
        files.carry_out(kept, owner=owner, by=request.user, now=timezone.now())
    except ImportRefused as error:
        messages.error(request, str(error))
        return redirect("contacts:import_preview", kept.token)
    return redirect("contacts:import_result", kept.token)


def _show(
    request: HttpRequest,
    kept: ImportFile,
    *,
    table: Table,
    form: ColumnsForm,
    owner: User,
    basis: ListStatementForm,
) -> HttpResponse:
    plan, refused = None, ""
    try:
        plan = make_plan(table, files.mapping_of(kept, table), team=owner.team, reader=request.user)
    except ImportRefused as error:
        refused = str(error)
    context = {
        "upload": kept,
        "table": table,
        "first_rows": [row.cells for row in table.rows if not row.problem][:SHOWN_ROWS],
        "form": form,
        "basis": basis,
        "owner": owner,
        "undated": kept.options["undated"],
        "plan": plan,
        "foreseen": _foreseen(plan, kept, owner=owner) if plan else [],
        "refused": refused,
        "is_long": len(table.rows) > LONG,
        "remarks": _remarks(plan) if plan else [],
    }
    return render(request, "contacts/import_preview.html", context)


def _foreseen(plan: Plan, kept: ImportFile, *, owner: User) -> list[str]:
    """On which days the new dossiers would lie, and how full these would be."""
    days = [draft.next_on for draft in plan.new]
    return registry.foresee(days, owner=owner, now=timezone.now(), undated=kept.options["undated"])


def _remarks(plan: Plan) -> list[dict]:
    """What the preview says about single rows, by kind."""
    no_dossier = _("Of these rows no dossier can be made.")
    twice = _("These customers have a dossier, or get one from another row.")
    in_note = _("These dossiers are made; what could not be read is kept in the note.")
    kinds = (
        ("left-out", _("Left out"), no_dossier, about_left_out(plan)),
        ("duplicates", _("Duplicates"), twice, about_duplicates(plan)),
        ("flaws", _("Flaws"), in_note, about_flaws(plan)),
    )
    return [
        {"key": key, "title": title, "about": about, "shown": found[:SHOWN], "more": len(found[SHOWN:])}
        for key, title, about, found in kinds
        if found
    ]
