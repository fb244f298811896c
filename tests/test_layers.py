"""The arrows of the house point one way: who may import whom is read from the source."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings

# What each room may know of the others, of some only a part; itself it always may. The rest of `crm` is the roof, and
# knows all.
KNOWS = {
    "crm.team": set(),
    "crm.mail": {"crm.team"},
    "contacts": {"crm.team", "crm.mail"},
    "followups": {"crm.team", "crm.mail", "contacts"},
    "segmentation": {"crm.team", "crm.mail", "contacts", "followups"},
    # What a segment asks of tickets is said in the words of its conditions, of which segmentation knows nothing.
    "feedback": {"crm.team", "crm.mail", "contacts", "followups", "segmentation.filters"},
}
ROOF = "crm"
# Modules of the roof that stand beside the rooms: settings, and what knows no room itself.
SHARED = {
    "crm.settings",
    "crm.celery",  # knows how often mail is looked for, no more
    "crm.secret",
    "crm.health",
    "crm.errors",
    "crm.markup",
    "crm.numbers",
    "crm.prepared",
    "crm.public_paths",
    "crm.templatetags",
    "crm.statistics",
}
# Commands need an app to live in; those of the whole product live in crm.team, but belong to the roof.
COMMANDS = "crm.team.management"


def room_of(module: str) -> str | None:
    """The room in which a dotted module lies, or None if it is not ours."""
    if _lies_in(module, COMMANDS):
        return ROOF
    return next((room for room in (*KNOWS, ROOF) if _lies_in(module, room)), None)


def _lies_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def imported(source: str, module: str) -> set[str]:
    """Dotted names that a module imports, wherever in it; `from a import b` gives a.b."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(module.split(".")[: -node.level]) if node.level else ""
            origin = ".".join(filter(None, (base, node.module)))
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


def wrong_arrows(modules: Iterable[tuple[str, str]]) -> list[str]:
    """ "importer -> imported" for every (module, source) that knows what it must not."""
    arrows = (
        (module, target)
        for module, source in modules
        for target in imported(source, module)
        if room_of(target)
    )
    return sorted(f"{module} -> {target}" for module, target in arrows if not _may(module, target))


def _may(module: str, target: str) -> bool:
    here, there = room_of(module), room_of(target)
    is_shared = any(_lies_in(target, name) for name in SHARED)
    return here in (ROOF, there) or is_shared or any(_lies_in(target, known) for known in KNOWS[here])


def our_modules() -> Iterable[tuple[str, str]]:
    for room in ("crm", "contacts", "followups", "segmentation", "feedback"):
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            parts = path.relative_to(settings.BASE_DIR).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path.read_text()


def test_the_arrows_point_one_way():
    assert wrong_arrows(our_modules()) == []


def test_every_app_of_ours_has_its_place():
    ours = {
        app for app in settings.INSTALLED_APPS if (Path(settings.BASE_DIR) / app.replace(".", "/")).is_dir()
    }
    assert ours == set(KNOWS)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("crm.team.models", "from contacts.models import Customer"),
        ("crm.team.views.members", "def load():\n    import followups.load"),
        ("crm.team.actions", "from crm import views"),
        ("contacts.registry", "from followups import dossier_part"),
        ("contacts.models.customer", "if TYPE_CHECKING:\n    from followups.models import FollowUp"),
        ("contacts.views.dossier", "from crm.periodic import run_job"),
        ("contacts.views", "from ..followups import models"),
        ("contacts.registry", "from segmentation.scores import refresh"),
        ("crm.mail.kinds", "from contacts.models import Customer"),
        ("crm.team.models", "from crm.mail.models import OutgoingMail"),
        ("followups.slips", "from segmentation.models import Score"),
        ("feedback.asking", "from segmentation.models import Score"),
        ("segmentation.filters.chain", "from feedback.models import Ticket"),
    ],
)
def test_a_wrong_arrow_is_found(module, source):
    assert [arrow.split(" ")[0] for arrow in wrong_arrows([(module, source)])] == [module]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("crm.team.models", "from crm.team.calendar import WorkCalendar\nfrom django.db import models"),
        ("contacts.views.dossier", "from crm.team.models import User\nfrom .find import find"),
        ("followups.views.board", "from contacts import registry\nfrom crm.team import summaries"),
        ("segmentation.scores", "from contacts.models import Purchase\nfrom followups.models import Slip"),
        ("feedback.conditions", "from segmentation.filters import Moment"),
        ("crm.views", "from followups.models import FollowUp"),
        ("crm.team.management.commands.run_periodic", "from crm.periodic import run_due"),
    ],
)
def test_a_right_arrow_is_not(module, source):
    assert wrong_arrows([(module, source)]) == []
