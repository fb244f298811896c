"""Which files may come with a message, and whether one is what its name says.

A check of the first bytes is a dozen lines; a library would not look into the ZIPs that office documents are.
"""

import zipfile
from collections.abc import Callable
from io import BytesIO

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN = "application/vnd.oasis.opendocument."

# By extension, as what it is given out. No archives: nobody can say what is in them. No HTML, SVG or scripts.
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "txt": "text/plain",
    "csv": "text/csv",
    "docx": _WORD,
    "xlsx": _SHEET,
    "odt": f"{_OPEN}text",
    "ods": f"{_OPEN}spreadsheet",
}


def fits(extension: str, content: bytes) -> bool:
    """Whether the content is of that kind, as far as its beginning, or the list of what is in it, tells."""
    return _CHECKS[extension](content)


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_text(content: bytes) -> bool:
    """No byte that no text has, and no other kind's beginning; UTF-16 has all bytes, and says so in front."""
    if content.startswith(_BEGINNINGS):
        return False
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not content.translate(None, _IN_TEXTS)


_PNG, _JPEG, _GIF = (b"\x89PNG\r\n\x1a\n",), (b"\xff\xd8\xff",), (b"GIF87a", b"GIF89a")
_BEGINNINGS = (b"%PDF-", b"RIFF", *_PNG, *_JPEG, *_GIF)
_IN_TEXTS = bytes({*range(32, 256), *b"\t\n\r\f\x1b"} - {127})


def _office(folder: str) -> Callable[[bytes], bool]:
    """A document of Word or Excel without macros."""

    def is_one(content: bytes) -> bool:
        names = _names_in(content)
        has_macros = any("vbaproject" in name.lower() for name in names)
        return "[Content_Types].xml" in names and _has(folder, names) and not has_macros

    return is_one


def _open_document(kind: str) -> Callable[[bytes], bool]:
    """A document of LibreOffice without macros: its first file says, uncompressed, of which kind it is."""
    said = f"mimetype{_OPEN}{kind}PK".encode()

    def is_one(content: bytes) -> bool:
        names = _names_in(content)
        has_macros = _has("Basic/", names) or _has("Scripts/", names)
        return content.startswith(said, _BEFORE_NAME) and "content.xml" in names and not has_macros

    return is_one


_BEFORE_NAME = 30  # bytes of a ZIP before the name of its first file


def _has(folder: str, names: set[str]) -> bool:
    return any(name.startswith(folder) for name in names)


def _names_in(content: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return set(archive.namelist())
    except Exception:  # the reader of ZIPs meets whatever anybody has sent
        return set()


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "pdf": _is_pdf,
    "png": _begins(*_PNG),
    "jpg": _begins(*_JPEG),
    "jpeg": _begins(*_JPEG),
    "gif": _begins(*_GIF),
    "webp": _is_webp,
    "txt": _is_text,
    "csv": _is_text,
    "docx": _office("word/"),
    "xlsx": _office("xl/"),
    "odt": _open_document("text"),
    "ods": _open_document("spreadsheet"),
}
