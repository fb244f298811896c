"""E-mail addresses as they are compared and remembered."""

import hmac

from django.conf import settings


def normal(address: str) -> str:
    """The form in which two addresses are the same."""
    return address.strip().casefold()


def address_hash(address: str) -> str:
    """A keyed hash, 64 hexadecimal digits: it recognizes an address that is erased everywhere else."""
    return hmac.digest(settings.ADDRESS_KEY.encode(), normal(address).encode(), "sha256").hex()


def hidden(address: str) -> str:
    """What tells its owner which one is meant, and nobody else much: "b***@kessler.example"."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"
