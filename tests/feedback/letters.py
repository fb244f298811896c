"""Messages as customers' programs write them, and files as they attach them."""

import io
import zipfile
from email.message import EmailMessage
from itertools import count

_numbers = count(1)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 12_000
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def make_letter(
    text: str = "Where is my delivery?",
    *,
    html: str = "",
    files: dict[str, bytes] | None = None,
    **headers: str,
) -> bytes:
    """From Barbara Kessler to the ticket mailbox; `headers` with _ for -, None leaves one out."""
    message = EmailMessage()
    fields = {
        "From": "Barbara Kessler <b@kessler.example>",
        "To": "service@carton.example",
        "Subject": "Our delivery",
        "Message-ID": f"<{next(_numbers)}@kessler.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in fields.items():
        if value is not None:
            message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def make_zip(*names: str, first: tuple[str, bytes] | None = None) -> bytes:
    """A ZIP with files of these names; `first` stands in front, uncompressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if first:
            archive.writestr(*first)
        for name in names:
            archive.writestr(name, b"<x/>")
    return file.getvalue()


DOCX = make_zip("[Content_Types].xml", "word/document.xml")
XLSX = make_zip("[Content_Types].xml", "xl/workbook.xml", "xl/printerSettings/printerSettings1.bin")
ODT = make_zip("content.xml", first=("mimetype", b"application/vnd.oasis.opendocument.text"))
ODS = make_zip("content.xml", first=("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"))
