"""Template syntax of static site generators in Markdown, invisible to readers.

Tags and variables of Liquid, Jinja and Nunjucks (`{% … %}`, `{{ … }}`, `{# … #}`), shortcodes of
Hugo (`{{< … >}}`), attribute lists (`{title="…"}`, `{: .class}`, `{#anchor}`), container fences
(`:::tip`), and the imports and exports of MDX. Code keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

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


def add_site_templates(parser: MarkdownIt) -> MarkdownIt:
    """Let the parser skip template syntax in text."""
    around: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "site_container", _container, around)
    parser.block.ruler.before("fence", "site_module", _module)
    parser.inline.ruler.before("escape", "site_tag", _tag)
    return parser


def drop_templates(text: str) -> str:
    """Drop tags, variables and attribute lists."""
    return "".join(_between_tags(text))


class _Tags:
    """Finds where tags end; each closing mark is searched for once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._next = dict.fromkeys(_CLOSING, -1)

    def end(self, at: int) -> int | None:
        """Return where the tag that begins at `at` ends; None if there is none."""
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
