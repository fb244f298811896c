"""Styles and scripts as they are sent: without comments and indents, under names that change with what is in them."""

import re
from pathlib import Path, PurePath

from django.contrib.staticfiles.finders import find
from django.core.files.base import ContentFile, File
from lightningcss import process_stylesheet
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# As it stands in the source, and as Django makes it of that: url("top.1f0f3a4b5c6d.css")
IMPORT = re.compile(r'@import (?:url\()?"([\w-]+)(?:\.[0-9a-f]{12})?\.css"\)?;')


def _shorten_style(text: str) -> str:
    """With the styles of ours that it imports in it."""
    whole = IMPORT.sub(lambda found: Path(find(f"css/{found[1]}.css")).read_text(), text)
    return process_stylesheet(whole)


# By the folder of our own; those of libraries are sent as their makers meant them.
SHORTENED = {"css": _shorten_style, "js": jsmin}


class ShortenedStorage(CompressedManifestStaticFilesStorage):
    """Where `collectstatic` puts the files of a running server."""

    def _save(self, name: str, content: File) -> str:
        if shorten := SHORTENED.get(PurePath(name).parts[0]):
            content = ContentFile(shorten(b"".join(content.chunks()).decode()).encode())
        return super()._save(name, content)
