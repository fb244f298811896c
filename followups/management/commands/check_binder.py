from django.core.management.base import BaseCommand, CommandError

from followups.checks import check_binder


class Command(BaseCommand):
    help = "Count the dossiers in the binder, in the cabinet and astray; fails if any is astray."

    def handle(self, **options: object) -> None:
        report = check_binder()
        self.stdout.write(str(report))
        if report.astray:
            raise CommandError(f"Astray: customers {report.named}")
