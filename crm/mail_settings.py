"""What EMAIL_URL says, as Django's own settings and as the outbox's."""

from urllib.parse import unquote, urlsplit

# scheme: (port where none is given, STARTTLS, TLS from the start)
SMTP = {
    "smtp": (25, False, False),
    "smtp+tls": (587, True, False),
    "submission": (587, True, False),
    "smtps": (465, False, True),
    "smtp+ssl": (465, False, True),
    "submissions": (465, False, True),
}


def mail_settings(url: str) -> dict[str, object]:
    """Settings by name. ValueError, without passwords, for an address of an unknown form."""
    parts = urlsplit(url)
    if not url or parts.scheme == "consolemail":
        return {"MAIL_CARRIER": "folder", "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme in SMTP:
        return _smtp(url)
    if parts.scheme == "anymail" and (parts.hostname or "").replace("_", "").isalnum():
        # Anymail's modules have underscores, which host names do not.
        backend = f"anymail.backends.{parts.hostname}.EmailBackend"
        return {"MAIL_CARRIER": "anymail", "EMAIL_BACKEND": backend}
    raise ValueError(
        f"EMAIL_URL begins with {', '.join([*SMTP, 'anymail', 'consolemail'])}, not {parts.scheme}."
    )


def _smtp(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    port, starts_tls, is_tls = SMTP[parts.scheme]
    return {
        "MAIL_CARRIER": "smtp",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": starts_tls,
        "EMAIL_USE_SSL": is_tls,
        "EMAIL_TIMEOUT": 30,
    }
