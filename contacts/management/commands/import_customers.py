from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts.importing.columns import guess
from contacts.importing.customers import Plan, import_customers, make_plan
from contacts.importing.readers import ImportRefused, Table, read_file
from contacts.importing.reports import about_duplicates, about_flaws, about_left_out
from crm.team.models import User


class Command(BaseCommand):
    help = "Make dossiers of a list of customers (CSV or XLSX, German or English headings)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, help="e-mail of the person whose binder they go into")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--undated",
            choices=["spread", "rest"],
            default="spread",
            help="dossiers without a date to come: over the coming working days, or into the cabinet",
        )

    def handle(self, *, file: Path, owner: str, dry_run: bool, undated: str, **options: Any) -> None:
        user = User.objects.active().filter(email__iexact=owner).first()
        if not user:
            raise CommandError(f"There is nobody with the e-mail {owner}.")
        try:
            table = read_file(file)
            plan = self.carry_out(table, owner=user, dry_run=dry_run, undated=undated)
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        self.report(plan, dry_run=dry_run)

    def carry_out(self, table: Table, *, owner: User, dry_run: bool, undated: str) -> Plan:
        mapping = guess(table.headings)
        if dry_run:
            return make_plan(table, mapping, team=owner.team)
        done = import_customers(table, mapping, owner=owner, by=owner, undated=undated, now=timezone.now())
        return done.plan

    def report(self, plan: Plan, *, dry_run: bool) -> None:
        self.stdout.write(f"{plan.rows_read} rows read.")
        self.stdout.write(f"{len(plan.new)} dossiers {'would be ' if dry_run else ''}made.")
        for title, remarks in (
            ("duplicates, not made twice", about_duplicates(plan)),
            ("rows left out", about_left_out(plan)),
            ("values that could not be read, kept in the note", about_flaws(plan)),
        ):
            self.stdout.write(f"{len(remarks)} {title}{':' if remarks else '.'}")
            for remark in remarks:
                self.stdout.write(f"  {remark}")
