"""Asking the DNS, within a few seconds."""

import time

import dns.exception
import dns.resolver

from crm.mail.domain import NoAnswer, NoSuchName

PATIENCE = 4.0  # seconds for all questions together: somebody waits for the page


class Dns:
    """The resolver of this machine, or of `servers`."""

    def __init__(
        self, *, servers: list[str] | None = None, port: int = 53, patience: float = PATIENCE
    ) -> None:
        self._until = time.monotonic() + patience
        self._servers, self._port = servers, port

    def txt(self, name: str) -> list[str]:
        left = self._until - time.monotonic()
        if left <= 0:
            raise NoAnswer
        try:
            answer = self._resolver().resolve(name, "TXT", lifetime=left, search=False)
        except dns.resolver.NXDOMAIN as error:
            raise NoSuchName from error
        except dns.resolver.NoAnswer:
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer from error
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=self._servers is None)
        if self._servers:
            resolver.nameservers, resolver.port = self._servers, self._port
        return resolver
