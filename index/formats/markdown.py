"""Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from index.formats.base import ArticleDraft, Block, Content, list_blocks
from index.formats.frontmatter import from_marked_text
from index.formats.site_template import add_site_templates, drop_templates

_UNSEEN = re.compile(r"<(?:(!--)|(script|style)\b)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"\n\s*\n")
_SPACES = re.compile(r"[ \t]+")
_parser = add_site_templates(MarkdownIt("commonmark").enable(["table", "strikethrough"]))


def read(content: Content) -> Iterator[ArticleDraft]:
    """Yield the article of a Markdown file."""
    yield from_marked_text(content, read_markdown)


def read_markdown(text: str) -> ArticleDraft:
    """Return the paragraphs and headings of a Markdown text as plain text."""
    root = SyntaxTreeNode(_parser.parse(text))
    blocks = (block for node in root.children for block in _blocks(node))
    return ArticleDraft(tuple(block for block in blocks if block.text))


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    match node.type:
        case "heading":
            yield Block(_words(node).replace("\n", " "), heading=True)
        case "bullet_list" | "ordered_list":
            yield from list_blocks(list(_items(node)))
        case "table":
            rows = (map(_words, row.children) for part in node.children for row in part.children)
            yield Block("\n".join(" | ".join(filter(None, cells)) for cells in rows))
        case "fence" | "code_block":
            yield Block(_BLANKS.sub("\n", node.content).strip("\n"))
        case "html_block":
            source = drop_templates("".join(_visible_html(node.content)))
            for paragraph in _BLANKS.split(html.unescape(_TAG.sub(" ", source))):
                yield Block(" ".join(paragraph.split()))
        case "blockquote":
            for child in node.children:
                yield from _blocks(child)
        case "paragraph":
            yield Block(_words(node))


def _items(node: SyntaxTreeNode) -> Iterator[str]:
    """Yield one line per item, including those of inner lists; numbers are kept, bullets not."""
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    for item in node.children:
        blocks = [block for child in item.children for block in _blocks(child)]
        lines = [block.text for block in blocks if block.text]
        if number is not None:
            lines[:1] = [f"{number}. {line}" for line in lines[:1]]
            number += 1
        yield from lines


def _words(node: SyntaxTreeNode) -> str:
    lines = "".join(_inline(child) for child in node.children).split("\n")
    return "\n".join(line for line in (_SPACES.sub(" ", line).strip(" ") for line in lines) if line)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image" | "html_inline":
            return ""
        case _:
            return "".join(_inline(child) for child in node.children)


def _visible_html(source: str) -> Iterator[str]:
    """Yield the HTML outside comments, scripts and styles; an unclosed one hides the rest."""
    folded, start = source.lower(), 0
    while (opening := _UNSEEN.search(source, start)) is not None:
        yield source[start : opening.start()]
        closing = "-->" if opening[1] else f"</{opening[2].lower()}"
        end = folded.find(closing, opening.end())
        if end < 0:
            return
        start = end if opening[2] else end + len(closing)
    yield source[start:]
