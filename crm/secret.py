"""The signing key: from the environment, else made once and kept beside the embedded database."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(given: str, var_dir: Path) -> str:
    """Return `given`, or the key kept in `var_dir/secret_key`, which is made when missing (mode 0600)."""
    if given:
        return given
    path = var_dir / "secret_key"
    var_dir.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return path.read_text()
