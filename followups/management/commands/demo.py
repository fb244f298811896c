from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.team.models import Team, User
from followups.demo.cast import PASSWORD
from followups.demo.filling import SEED, fill_large, fill_small
from followups.demo.parts import crowds

PURCHASES_EACH = 6
MANAGERS = 3


class Command(BaseCommand):
    help = (
        "Fill an empty database with an invented team: a small scene or, with numbers, as much as they say."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--customers", type=int, help="dossiers to make; without any number, the small scene"
        )
        parser.add_argument("--purchases", type=int, help=f"{PURCHASES_EACH} for each customer if not said")
        parser.add_argument("--managers", type=int, help=f"{MANAGERS} if not said")
        for name in crowds():
            parser.add_argument(f"--{name}", type=int, default=0, help="none if not said")
        parser.add_argument(
            "--seed", type=int, default=SEED, help="the same seed on the same day: the same demo"
        )

    def handle(
        self,
        *,
        customers: int | None,
        purchases: int | None,
        managers: int | None,
        seed: int,
        **options: object,
    ) -> None:
        if Team.objects.exists():
            raise CommandError(
                "There is a team in this database already. The demo fills empty databases only."
            )
        more = {name: options[name] for name in crowds() if options.get(name)}
        if customers is None and (more or purchases is not None or managers is not None):
            raise CommandError("Say also how many --customers there shall be.")
        now = timezone.now()
        if customers is None:
            people = fill_small(now=now, seed=seed)
        else:
            numbers = _checked(customers, purchases, managers)
            people = fill_large(**numbers, more=more, now=now, seed=seed)
        self.print_logins(people)

    def print_logins(self, people: list[User]) -> None:
        self.stdout.write(f"The password of all demo logins is {PASSWORD}")
        for user in people:
            self.stdout.write(f"  {user.email:<22} {user.name}, {user.get_role_display()}")


def _checked(customers: int, purchases: int | None, managers: int | None) -> dict[str, int]:
    purchases = customers * PURCHASES_EACH if purchases is None else purchases
    managers = MANAGERS if managers is None else managers
    if customers < 1 or managers < 1 or purchases < 0:
        raise CommandError("A demo needs at least one customer and one manager.")
    return {"customers": customers, "purchases": purchases, "managers": managers}
