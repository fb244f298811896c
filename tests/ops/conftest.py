import json
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.ops.programs import environment, run
from tests.sharing import one_at_a_time


@pytest.fixture(scope="session")
def first_preparation(shared_folder) -> tuple[Path, CompletedProcess]:
    """A directory in which `prepare --no-demo` ran for the first time, and what it said."""
    with one_at_a_time(shared_folder, "prepared") as var:
        said = var.with_suffix(".json")
        if not said.exists():
            done = run(
                sys.executable, "manage.py", "prepare", "--no-demo", env=environment(var, REDIS_URL="")
            )
            said.write_text(json.dumps(vars(done)))
    return var, CompletedProcess(**json.loads(said.read_text()))


@pytest.fixture
def prepared(first_preparation, tmp_path) -> Path:
    """A directory of one's own with an empty database and the static files."""
    return shutil.copytree(first_preparation[0], tmp_path / "var")
