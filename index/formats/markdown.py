"""Markdown, with the template syntax of static site generators."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from index.formats.base import Block, Content, ParsedArticle, list_blocks
from index.formats.frontmatter import from_marked_text

_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:(?=</\1)|\Z)", re.I | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"\n\s*\n")
_SPACES = re.compile(r"[ \t]+")


def read(content: Content) -> Iterator[ParsedArticle]:
    """Yield the article of a Markdown file."""
    yield from_marked_text(content, read_markdown)


def read_markdown(text: str) -> ParsedArticle:
    """Return the paragraphs and headings of a Markdown text as plain text."""
    root = SyntaxTreeNode(_parser().parse(text))
    blocks = (block for node in root.children for block in _blocks(node))
    return ParsedArticle(tuple(block for block in blocks if block.text))


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
            source = "".join(_between_tags(_UNSEEN.sub("", node.content)))
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


# Template syntax of static site generators, dropped outside code: tags and variables of Liquid,
# Jinja and Nunjucks (`{% … %}`, `{{ … }}`, `{# … #}`), shortcodes of Hugo (`{{< … >}}`), attribute
# lists (`{title="…"}`, `{: .class}`, `{#anchor}`), container fences (`:::tip`), and the imports and
# exports of MDX.
_LIMIT = 2_000  # characters of a tag
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_NAME = r"[a-zA-Z_][\w:-]{0,60}"
_VALUE = r"(?:\"[^\"{}]{0,500}\"|'[^'{}]{0,500}')"
_ATTRIBUTE = rf"(?:[#.]{_NAME}|{_NAME}={_VALUE}|(?:width|height)=[\w.%]{{1,20}})"
_ATTRIBUTES = re.compile(
    rf"\{{:?\s{{0,9}}{_ATTRIBUTE}(?:\s{{1,9}}{_ATTRIBUTE}){{0,20}}\s{{0,9}}\}}"
)
_TAGS = "site_tags"
_CONTAINER = ":::"
_EXPORTS = re.compile(r"export\s(?:default|const|let|var|function|async|class|\{|\*)")
_IMPORTED = re.compile(r"['\"][^'\"]+['\"];?\s*$")


@cache
def _parser() -> MarkdownIt:
    """Return a parser that drops template syntax."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    around: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "site_container", _container, around)
    parser.block.ruler.before("fence", "site_module", _module)
    parser.inline.ruler.before("escape", "site_tag", _tag)
    return parser


class _Tags:
    """Finds where tags end; each closing mark is searched for once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._next = dict.fromkeys(_CLOSING, -1)

    def end(self, at: int) -> int | None:
        """Return the end of the tag that begins at `at`; None if there is none."""
        opening = self.text[at : at + 2]
        if opening in _CLOSING:
            if self._next[opening] < at + 2:
                close = self.text.find(_CLOSING[opening], at + 2)
                self._next[opening] = close if close >= 0 else len(self.text) + _LIMIT
            if self._next[opening] < at + _LIMIT:
                return self._next[opening] + 2
        attributes = _ATTRIBUTES.match(self.text, at)
        return attributes.end() if attributes else None


def _between_tags(text: str) -> Iterator[str]:
    """Yield a text without tags, variables and attribute lists."""
    tags, start = _Tags(text), 0
    at = text.find("{")
    while at >= 0:
        end = tags.end(at)
        if end is not None:
            yield text[start:at]
            start = end
        at = text.find("{", at + 1 if end is None else end)
    yield text[start:]


def _tag(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    tags = state.env.get(_TAGS)
    if not isinstance(tags, _Tags) or tags.text is not state.src:
        tags = state.env[_TAGS] = _Tags(state.src)
    end = tags.end(state.pos)
    if end is None or end > state.posMax:
        return False
    state.pos = end
    return True


def _container(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first) or not _line(state, first).startswith(_CONTAINER):
        return False
    if not silent:
        state.line = first + 1
    return True


def _module(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Skip imports and exports, up to an empty line."""
    line = _line(state, first)
    imports = line.startswith("import ") and (" from " in line or line[7:8] in ("'", '"'))
    if not (imports and _IMPORTED.search(line[-200:])) and not _EXPORTS.match(line):
        return False
    if not silent:
        state.line = first + 1
        while state.line < last and not state.isEmpty(state.line):
            state.line += 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
