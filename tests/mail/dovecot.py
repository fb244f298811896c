"""A real IMAP server for tests, on a port and in a folder of its own. `bin/test` installs the program."""

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tests.ops.programs import free_port

PASSWORD = "rings/and:tabs@31"
PATIENCE = 120  # seconds; the machine is shared
_boxes = count(1)

# Dovecot will not keep mail as root. Whoever else runs the tests runs all of it as himself.
_OWN_USER = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
"""

_SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
# A process for many connections, not one for each; and what is written need not outlive a power cut.
mail_fsync = never
service imap {{
  service_count = 1000
  process_limit = 100
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


class Dovecot:
    """A server that runs; every test takes a mailbox of its own, to which any name will do."""

    def __init__(self, port: int) -> None:
        self.port = port

    def mailbox(self) -> "Mailbox":
        return Mailbox(self.port, f"returns{next(_boxes)}")


class Mailbox:
    """One person's INBOX. `url` is what BOUNCE_IMAP_URL says of it."""

    def __init__(self, port: int, user: str) -> None:
        self.url = f"imap://{user}:rings%2Fand%3Atabs%4031@127.0.0.1:{port}/INBOX"
        self.client = imaplib.IMAP4("127.0.0.1", port, timeout=PATIENCE)
        self.client.login(user, PASSWORD)

    def put(self, *messages: bytes) -> None:
        for message in messages:
            status, answer = self.client.append("INBOX", None, None, message)
            assert status == "OK", answer

    def flags(self) -> list[set[str]]:
        """Of every message in its order, those that were set by somebody."""
        self.client.select("INBOX", readonly=True)
        _status, lines = self.client.fetch("1:*", "(FLAGS)")
        found = [{flag.decode() for flag in imaplib.ParseFlags(line)} for line in lines if line]
        return [flags - {r"\Recent"} for flags in found]

    def set_flag(self, number: int, flag: str) -> None:
        self.client.select("INBOX")
        self.client.store(str(number), "+FLAGS", f"({flag})")


@contextlib.contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    # A short path that everybody may enter: the names of its sockets are limited, and its processes are not us.
    folder = Path(tempfile.mkdtemp(prefix="rb-imap-"))
    folder.chmod(0o755)
    port = free_port()
    (folder / "dovecot.conf").write_text(_settings(folder, port))
    program = subprocess.Popen([_program(), "-F", "-c", folder / "dovecot.conf"], start_new_session=True)
    try:
        _wait(port, program, folder)
        yield Dovecot(port)
    finally:
        # Told to end, it and its processes take a second to agree on it.
        os.killpg(program.pid, signal.SIGKILL)
        program.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _program() -> str:
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, "The tests of the mailbox need Dovecot: bin/test installs it."
    return found


def _settings(folder: Path, port: int) -> str:
    mail = folder / "mail"
    mail.mkdir()
    is_root = os.geteuid() == 0
    uid = pwd.getpwnam("nobody").pw_uid if is_root else os.geteuid()
    user, group = pwd.getpwuid(uid).pw_name, grp.getgrgid(pwd.getpwuid(uid).pw_gid).gr_name
    if is_root:
        shutil.chown(mail, user, group)
    settings = _SETTINGS if is_root else _SETTINGS + _OWN_USER
    return settings.format(folder=folder, port=port, password=PASSWORD, user=user, group=group)


def _wait(port: int, program: subprocess.Popen, folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        assert program.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < until, "Dovecot does not answer"
        with contextlib.suppress(OSError):
            imaplib.IMAP4("127.0.0.1", port, timeout=PATIENCE).logout()
            return
        time.sleep(0.01)
