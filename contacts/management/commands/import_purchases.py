from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts.importing.purchases import PurchasesImported, import_purchases
from contacts.importing.readers import ImportRefused, read_file
from crm.team.models import Team, User

SHOWN = 20


class Command(BaseCommand):
    help = "Add a list of purchases (customer number, date, amount; optionally reference, product group)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--create", action="store_true", help="make dossiers for unknown customer numbers"
        )
        parser.add_argument("--owner", help="whose dossiers these become, by e-mail; else the first lead’s")
        parser.add_argument("--team", help="the team’s name, if there are several")

    def handle(
        self, *, file: Path, create: bool, owner: str | None, team: str | None, **options: Any
    ) -> None:
        user = self.user(owner) if owner else None
        chosen = user.team if user else self.team(team)
        create_for = (user or self.first_lead(chosen)) if create else None
        try:
            table = read_file(file)
            done = import_purchases(table, team=chosen, create_for=create_for, now=timezone.now())
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        self.report(done)

    def user(self, email: str) -> User:
        user = User.objects.active().filter(email__iexact=email).first()
        if not user:
            raise CommandError(f"There is nobody with the e-mail {email}.")
        return user

    def team(self, name: str | None) -> Team:
        teams = list(Team.objects.filter(name=name) if name else Team.objects.all())
        if not teams:
            raise CommandError("There is no such team.")
        if len(teams) > 1:
            raise CommandError("There are several teams; please name one with --team NAME.")
        return teams[0]

    def first_lead(self, team: Team) -> User:
        people = list(User.objects.active().filter(team=team).order_by("pk"))
        lead = next((user for user in people if user.role == User.Role.LEAD), None)
        lead = lead or next((user for user in people if user.is_lead), None)
        if not lead:
            raise CommandError("The team has no lead; please name an owner with --owner EMAIL.")
        return lead

    def report(self, done: PurchasesImported) -> None:
        self.stdout.write(f"{done.rows_read} rows read.")
        self.stdout.write(f"{done.made} purchases added, {done.known} known already.")
        if done.customers_made:
            self.stdout.write(f"{done.customers_made} dossiers made, resting in the cabinet.")
        if done.unknown:
            self.stdout.write(f"{len(done.unknown)} unknown customer numbers ({done.unknown.total()} rows):")
            self.stdout.write("  " + ", ".join(sorted(done.unknown)[:SHOWN]))
        if done.unread:
            self.stdout.write(f"{len(done.unread)} rows could not be read:")
            for line, reason in done.unread[:SHOWN]:
                self.stdout.write(f"  Line {line}: {reason}.")
