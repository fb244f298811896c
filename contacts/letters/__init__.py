"""Letters to customers: what a team writes once, with fields in braces, and what each customer then reads."""

from contacts.letters.compiled import Compiled, compiled, written_out
from contacts.letters.fields import FIELDS, check_body, check_subject, unknown_fields
from contacts.letters.values import language_of, recipient_of, values_for

__all__ = [
    "FIELDS",
    "Compiled",
    "check_body",
    "check_subject",
    "compiled",
    "language_of",
    "recipient_of",
    "unknown_fields",
    "values_for",
    "written_out",
]
