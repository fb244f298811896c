"""Mail servers on free ports of this machine: one that speaks real SMTP, and one that breaks off where it is told."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 2.0.0 OK"


@dataclass
class Inbox:
    """What an SMTP server took. `answers` to MAIL, RCPT or DATA are given in turn, then all is well.

    `pipelines`: it says that it takes several commands at once, as most servers do.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    sessions: set[tuple] = field(default_factory=set)
    pipelines: bool = True

    def _answer(self, verb: str) -> str:
        return self.answers[verb].pop(0) if self.answers.get(verb) else OK

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        return ["250-PIPELINING"] * self.pipelines + responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer("MAIL")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._answer("RCPT")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer("DATA")
        if answer.startswith("2"):
            self.sessions.add(session.peer)
            self.raw.append(envelope.original_content)
            self.senders.append(envelope.mail_from)
            self.mails.append(message_from_bytes(envelope.original_content, policy=policy.default))
        return answer


@contextlib.contextmanager
def smtp_server(**options: object) -> Iterator[Inbox]:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=0, **options)
    # The controller asks the port it was given, so it is given one that is free.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        inbox.port = controller.port = probe.getsockname()[1]
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


@dataclass
class Breaking:
    """A server that closes the connection at a point: "greeting", "RCPT", "DATA" (unanswered), "body" or "dot".

    "dot" takes the whole mail and says nothing. `whole` counts mails of which the last dot came.
    """

    at: str
    pipelines: bool = False
    port: int = 0
    whole: int = 0
    connections: int = 0

    def serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                with connection, contextlib.suppress(OSError):
                    self._talk(connection, connection.makefile("rb"))

    def _talk(self, connection: socket.socket, lines: object) -> None:
        if self.at == "greeting":
            return
        connection.sendall(b"220 here\r\n")
        while line := lines.readline():
            verb = line[:4].decode().strip().upper()
            if verb == self.at:
                return
            if verb == "DATA":
                connection.sendall(b"354 go on\r\n")
                return self._read_mail(lines)
            connection.sendall(
                b"250-here\r\n250 PIPELINING\r\n" if self.pipelines and verb == "EHLO" else b"250 OK\r\n"
            )

    def _read_mail(self, lines: object) -> None:
        while self.at == "dot" and (line := lines.readline()):
            if line == b".\r\n":
                self.whole += 1
                return


@contextlib.contextmanager
def breaking_server(at: str, *, pipelines: bool = False) -> Iterator[Breaking]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Breaking(at, pipelines, port=listener.getsockname()[1])
    thread = threading.Thread(target=server.serve, args=[listener])
    thread.start()
    try:
        yield server
    finally:
        # A thread in accept() does not see that its socket is closed.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
