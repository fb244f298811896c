"""A small part of Markdown, written twice: as HTML that mail programs show alike, and as plain text.

Paragraphs, line breaks, **bold**, *italic*, lists and [links](https://…). A link that is a paragraph of its own
becomes a button. HTML is no markup here, it is shown as it stands. Marks (see MARKS) go through unchanged; within
the address of a link they become marks of IN_LINK.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import indent
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.tree import SyntaxTreeNode as Node

# Signs for private use, one for each field: to Markdown they are letters like others.
MARKS = range(0xE000, 0xE100)
IN_LINK = range(0xE100, 0xE200)
_TO_LINK = {mark: mark - MARKS.start + IN_LINK.start for mark in MARKS}

_SCHEMES = ("https://", "http://", "mailto:", "tel:")
_BARE = re.compile(r"(https?://[^\s<>“”„\"]*[^\s<>“”„\".,;:!?)\]’'])")
_UNSAFE = re.compile(r"[^\x21-\x7e\ue000-\ue1ff]")

_PARAGRAPH = '<p style="margin:0 0 16px">'
_LINK = '<a href="%s" style="color:#1b2a49;text-decoration:underline">'
_LIST = ' style="margin:0 0 16px;padding:0 0 0 24px"'
_ITEM = '<li style="margin:0 0 6px">'
_BUTTON = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px"><tr>'
    '<td class="button" bgcolor="#1b2a49" style="background:#1b2a49;border-radius:6px;padding:13px 26px">'
    '<a href="%s" style="color:#ffffff;font-weight:bold;text-decoration:none">%s</a></td></tr></table>'
)

_markdown = MarkdownIt("zero", {"breaks": True}).enable(
    ["emphasis", "link", "list", "newline", "escape", "autolink"]
)


def _normal(address: str) -> str:
    if any(
        ord(sign) in MARKS for sign in address
    ):  # the library would take marks for letters of a foreign script
        return _UNSAFE.sub(lambda sign: quote(sign[0]), address)
    return normalizeLink(address)


_markdown.normalizeLink = _normal
_markdown.validateLink = lambda address: True  # those that lead nowhere are named, not passed over


@dataclass(frozen=True)
class Reading:
    html: str
    text: str
    bad_links: tuple[str, ...]


def read(source: str) -> Reading:
    root = Node(_markdown.parse(source))
    links = (node.attrGet("href") for node in root.walk() if node.type == "link")
    bad = tuple(link for link in links if not link.lower().startswith(_SCHEMES))
    return Reading(html=_html(root), text=_text(root).strip(), bad_links=bad)


def _href(node: Node) -> str:
    return node.attrGet("href").translate(_TO_LINK)


# --- HTML


def _html(node: Node) -> str:
    inner = "".join(map(_html, node.children))
    match node.type:
        case "text":
            return _with_links(node)
        case "softbreak" | "hardbreak":
            return "<br>\n"
        case "strong" | "em":
            return f"<{node.type}>{inner}</{node.type}>"
        case "link":
            return f"{_LINK % escape(_href(node))}{inner}</a>"
        case "paragraph" if not node.hidden:
            return _button(node) or f"{_PARAGRAPH}{inner}</p>\n"
        case "list_item":
            return f"{_ITEM}{inner}</li>\n"
        case "bullet_list":
            return f"<ul{_LIST}>\n{inner}</ul>\n"
        case "ordered_list":
            return f'<ol start="{_start(node)}"{_LIST}>\n{inner}</ol>\n'
    return inner


def _with_links(node: Node) -> str:
    """A text, escaped; addresses of pages in it are links."""
    if _is_within_link(node):
        return escape(node.content)
    # Every second piece is an address.
    pieces = enumerate(_BARE.split(node.content))
    return "".join(_bare_link(piece) if i % 2 else escape(piece) for i, piece in pieces)


def _bare_link(address: str) -> str:
    href = escape(address.translate(_TO_LINK))
    return f"{_LINK % href}{href}</a>"


def _is_within_link(node: Node) -> bool:
    parent = node.parent
    return parent is not None and (parent.type == "link" or _is_within_link(parent))


def _button(paragraph: Node) -> str:
    link = _only_link(paragraph)
    if link is None:
        return ""
    return _BUTTON % (escape(_href(link)), "".join(map(_html, link.children))) + "\n"


def _only_link(paragraph: Node) -> Node | None:
    """The link with words of its own that is all of the paragraph, if it is."""
    words = paragraph.children[0].children
    if len(words) == 1 and words[0].type == "link" and words[0].markup != "autolink":
        return words[0]
    return None


def _start(node: Node) -> int:
    return int(node.attrGet("start") or 1)


# --- plain text


def _text(node: Node) -> str:
    match node.type:
        case "text":
            return node.content if _is_within_link(node) else _BARE.sub(_in_text, node.content)
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            return _link_in_text(node)
        case "bullet_list" | "ordered_list":
            return "".join(_items(node)) + "\n"
    inner = "".join(map(_text, node.children))
    if node.type == "paragraph":
        return f"{inner}\n" if node.hidden else f"{inner}\n\n"
    return inner


def _in_text(match: re.Match[str]) -> str:
    return match[0].translate(_TO_LINK)


def _link_in_text(node: Node) -> str:
    words = "".join(map(_text, node.children))
    address = _href(node).removeprefix("mailto:").removeprefix("tel:")
    if words.translate(_TO_LINK) == address:
        return words
    is_button = node.parent.parent and _only_link(node.parent.parent) is node
    return f"{words}: {address}" if is_button else f"{words} ({address})"


def _items(node: Node) -> Iterator[str]:
    for number, item in enumerate(node.children, start=_start(node)):
        lead = "- " if node.type == "bullet_list" else f"{number}. "
        inner = "".join(map(_text, item.children)).strip("\n")
        yield f"{lead}{indent(inner, ' ' * len(lead)).lstrip(' ')}\n"
