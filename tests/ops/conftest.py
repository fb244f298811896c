import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.ops.programs import environment, run


@pytest.fixture(scope="session")
def first_preparation(tmp_path_factory) -> tuple[Path, CompletedProcess]:
    """A directory in which `prepare --no-demo` ran for the first time, and what it said."""
    var = tmp_path_factory.mktemp("prepared")
    return var, run(sys.executable, "manage.py", "prepare", "--no-demo", env=environment(var, REDIS_URL=""))


@pytest.fixture
def prepared(first_preparation, tmp_path) -> Path:
    """A directory of one's own with an empty database and the static files."""
    return shutil.copytree(first_preparation[0], tmp_path / "var")
