"""Uploaded lists between the steps of an import: on disk under a random name, gone after a day."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from contacts.importing.columns import chosen
from contacts.importing.customers import Imported, ListBasis, import_customers
from contacts.importing.readers import Table, read_table
from contacts.importing.reports import about_flaws, left_out_csv
from contacts.legal_basis import Statement
from contacts.models import ImportFile
from crm.team.models import User

FLAWS_SHOWN = 500
KEPT_FOR = timedelta(days=1)
_NAME_LENGTH = ImportFile._meta.get_field("name").max_length


def path_of(upload: ImportFile, *, left_out: bool = False) -> Path:
    """Where the list lies, or afterwards the file of the rows that were left out."""
    return settings.IMPORT_DIR / (f"{upload.token}.left-out" if left_out else str(upload.token))


def keep(content: bytes, *, name: str, user: User, options: dict[str, Any]) -> ImportFile:
    upload = ImportFile(user=user, name=name[-_NAME_LENGTH:], options=options)
    settings.IMPORT_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    path_of(upload).write_bytes(content)
    upload.save()
    return upload


def read(upload: ImportFile) -> Table:
    return read_table(upload.name, path_of(upload).read_bytes())


def mapping_of(upload: ImportFile, table: Table) -> dict[int, str]:
    """What each column means: as the user said, else as we guess."""
    return chosen(table.headings, upload.options.get("columns", {}))


def say_columns(upload: ImportFile, mapping: dict[int, str], table: Table) -> bool:
    """Keep what the columns mean; say whether that is something new."""
    if mapping == mapping_of(upload, table):
        return False
    upload.options["columns"] = {str(column): key for column, key in mapping.items()}
    upload.save(update_fields=["options"])
    return True


def say_basis(upload: ImportFile, said: dict[str, Any]) -> None:
    """Keep on what ground one may write to those on the list, as ListStatementForm has it; {} where none is said."""
    upload.options["basis"] = said
    upload.save(update_fields=["options"])


def basis_of(upload: ImportFile) -> ListBasis | None:
    said = dict(upload.options.get("basis") or {})
    if not said:
        return None
    known = said.pop("known", False)
    return ListBasis(Statement(**said | {"given_on": date.fromisoformat(said["given_on"])}), known)


@transaction.atomic
def carry_out(upload: ImportFile, *, owner: User, by: User, now: datetime) -> None:
    """Import the kept list, once: for a second press of the button there is nothing left to do."""
    upload = ImportFile.objects.select_for_update().get(pk=upload.pk)
    if "done" in upload.options:
        return
    table = read(upload)
    mapping = mapping_of(upload, table)
    undated, basis = upload.options["undated"], basis_of(upload)
    done = import_customers(table, mapping, owner=owner, by=by, undated=undated, now=now, basis=basis)
    if done.plan.left_out or done.plan.duplicates:
        path_of(upload, left_out=True).write_bytes(left_out_csv(done.plan, table))
    upload.options["done"] = _summary(done)
    upload.save(update_fields=["options"])
    transaction.on_commit(path_of(upload).unlink)


def _summary(done: Imported) -> dict[str, Any]:
    plan = done.plan
    return {
        "read": plan.rows_read,
        "made": done.made,
        "dated": done.dated,
        "undated": done.undated,
        "duplicates": len(plan.duplicates),
        "left_out": len(plan.left_out),
        "flawed": len(plan.flawed),
        "based": done.based,
        "suppressed": done.suppressed,
        "flaws": [asdict(remark) for remark in about_flaws(plan)[:FLAWS_SHOWN]],
    }


def clear_old(now: datetime) -> None:
    """Forget uploads of more than a day ago, imported or not."""
    oldest = now - KEPT_FOR
    ImportFile.objects.filter(created_at__lt=oldest).delete()
    for path in settings.IMPORT_DIR.glob("*"):
        if path.stat().st_mtime < oldest.timestamp():
            path.unlink(missing_ok=True)
