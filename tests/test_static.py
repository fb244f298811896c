"""Styles and scripts as a running server sends them."""

from pathlib import Path

from django.contrib.staticfiles.finders import find
from django.core.files.base import ContentFile

from crm.static import ShortenedStorage

STYLE = "/* why */\n@layer parts {\n  .a :is(h2, h3) {\n    color: red;\n  }\n}\n"


def saved(folder, name, text):
    storage = ShortenedStorage(location=folder, base_url="/static/")
    content = ContentFile(text.encode())
    content.read()  # as somebody leaves it who has looked for what it is called
    return (folder / storage.save(name, content)).read_text()


def test_our_own_are_shortened(tmp_path):
    assert saved(tmp_path, "css/a.css", STYLE) == "@layer parts{.a :is(h2,h3){color:red}}"
    script = 'const a = `two  spaces // no comment`; // why\nlet b = a?.at(0) ?? "";\n'
    assert saved(tmp_path, "js/a.js", script) == 'const a=`two  spaces // no comment`;let b=a?.at(0)??"";'


def test_those_of_libraries_are_left_alone(tmp_path):
    assert saved(tmp_path, "admin/css/a.css", STYLE) == STYLE


def test_a_style_that_imports_others_is_sent_with_them_in_it(tmp_path):
    style = saved(tmp_path, "css/a.css", '@import "story.css";\n@import url("legal.0123456789ab.css");\n')
    alone = [
        saved(tmp_path, f"css/{name}", Path(find(f"css/{name}")).read_text())
        for name in ("story.css", "legal.css")
    ]
    assert "@import" not in style
    assert style == "".join(alone)
