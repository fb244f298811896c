"""What README.md says of the house must be so."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()


def required(path: str) -> list[str]:
    """Packages of a list of requirements, without versions, extras and the lists it includes."""
    return re.findall(r"^([A-Za-z][\w.-]*)(?:\[.*\])?==", (ROOT / path).read_text(), re.MULTILINE)


def explained() -> list[str]:
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", README.partition("## Dependencies")[2], re.MULTILINE)
    return [name for name, _ in rows if name != "Package"]


def test_every_dependency_has_its_reason_and_no_other_is_named():
    assert explained() == required("requirements.txt") + required("requirements-dev.txt")


def test_every_line_of_the_requirements_is_pinned():
    lines = [
        line
        for path in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / path).read_text().splitlines()
        if line and not line.startswith(("#", "-r "))
    ]
    assert len(lines) == len(explained())


def test_every_setting_is_explained():
    sources = "".join((ROOT / path).read_text() for path in ("crm/settings.py", "gunicorn.conf.py"))
    asked = set(re.findall(r'env(?:\.\w+|iron\.get)?\(\s*"([A-Z_]+)"', sources))
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    assert asked - set(re.findall(r"`([A-Z_]+)`", table)) == set()


def test_every_script_is_named():
    assert {path.name for path in (ROOT / "bin").iterdir()} == set(
        re.findall(r"(?<![/\w])bin/([a-z]+)", README)
    )


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!http)([^)]+)\)", README))))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_every_package_of_the_house_is_in_its_plan():
    plan = README.partition("## The house")[2].partition("\n* ")[0]
    rooms = {
        app.replace(".", "/") for app in settings.INSTALLED_APPS if (ROOT / app.replace(".", "/")).is_dir()
    }
    assert rooms - set(re.findall(r"^([\w/]+)/ ", plan, re.MULTILINE)) == set()
