"""Numbers that come with a request."""

MOST_DIGITS = 18  # of which any fits into what the databases call a big integer


def number_in(text: object) -> int | None:
    """What a field or an address names by digits; None for what is no number, or more than a database can hold."""
    is_number = isinstance(text, str) and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None
