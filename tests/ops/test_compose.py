"""No container engine runs here: what the compose file says is compared with what runs without one."""

import os
import re

import pytest
import yaml

from crm.team.management.commands import serve
from tests.ops.programs import ROOT, run

FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
RUNNING = ("web", "worker", "beat")


def test_the_services():
    assert set(SERVICES) == {"migrate", *RUNNING, "postgres", "redis"}
    assert set(OURS) == {"migrate", *RUNNING}
    assert SERVICES["postgres"]["image"] == "postgres:16"
    assert SERVICES["redis"]["image"] == "redis:7"


def test_its_programs_are_those_that_bin_run_starts(settings):
    settings.REDIS_URL = "redis://redis"
    assert serve.programs() == RUNNING
    assert {name: OURS[name]["command"] for name in RUNNING} == {name: [f"bin/{name}"] for name in RUNNING}
    assert all(os.access(ROOT / "bin" / name, os.X_OK) for name in RUNNING)


def test_its_migration_is_that_of_bin_setup(first_preparation):
    command = OURS["migrate"]["command"]
    assert (ROOT / "bin/setup").read_text().splitlines()[-1] == f'exec .venv/bin/{" ".join(command[:3])} "$@"'
    var, result = first_preparation
    assert command == ["python", *result.args[1:]]
    assert (result.returncode, result.stderr) == (0, "")
    assert (var / "static/staticfiles.json").exists()


def test_the_image_starts_the_web_server():
    assert (ROOT / "Dockerfile").read_text().splitlines()[-1] == f"CMD {OURS['web']['command']}".replace(
        "'", '"'
    )


def test_what_runs_has_a_health_check_that_exists():
    checks = {name: service["healthcheck"]["test"] for name, service in SERVICES.items() if name != "migrate"}
    assert {name: checks[name] for name in RUNNING} == {
        name: ["CMD", "bin/healthy", name] for name in RUNNING
    }
    assert checks["postgres"][:2] == ["CMD", "pg_isready"]
    assert checks["redis"] == ["CMD", "redis-cli", "ping"]
    assert run("bin/healthy", "tea", env=dict(os.environ)).stderr == "bin/healthy web|worker|beat\n"


@pytest.mark.parametrize("name", RUNNING)
def test_nothing_starts_before_the_database_is_ready(name):
    assert OURS[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
    }


def test_every_variable_is_one_that_the_settings_read():
    read = set(re.findall(r'env(?:\.\w+)?\("([A-Z_]+)"', (ROOT / "crm/settings.py").read_text()))
    given = {variable for service in OURS.values() for variable in service["environment"]}
    assert given - read == set()


def test_the_example_names_every_variable_asked_for():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked - example == {"PORT"}
    assert example - asked == set()


def test_no_secret_is_written_in_the_file():
    shared = OURS["web"]["environment"]
    assert shared["SECRET_KEY"] == "${SECRET_KEY:?see .env.example}"
    assert "${POSTGRES_PASSWORD:?see .env.example}@postgres" in shared["DATABASE_URL"]


def test_data_outlives_the_containers():
    assert set(FILE["volumes"]) == {"var", "postgres", "redis"}
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(FILE["volumes"])
