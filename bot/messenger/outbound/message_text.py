"""Text with styles and links, split into messages without breaking either."""

from __future__ import annotations

import html
import itertools
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from bot.locale.text import harmless
from index.text.sentences import sentence_spans

# Longest message, in UTF-16 code units after parsing the markup, the stricter way to count.
MESSAGE_LIMIT = 4_096
TAG_LIMIT = 100  # Telegram drops further styles and links of a message
Style = Literal["", "b", "i", "code"]

_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}


@dataclass(frozen=True, slots=True)
class StyledSpan:
    """Text in one style, optionally linked. Consecutive `folded` spans form a block quote that
    shows three lines until it is opened."""

    text: str
    style: Style = ""
    link: str | None = None
    folded: bool = False

    @property
    def tags(self) -> int:
        """Number of Telegram entities, without the block quote."""
        return bool(self.text) * (bool(self.style) + bool(self.link))


@dataclass(frozen=True, slots=True)
class StyledBlock:
    """Spans that belong in one message; `gap` precedes them unless they begin one."""

    spans: tuple[StyledSpan, ...]
    gap: str = "\n\n"

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    @property
    def tags(self) -> int:
        quotes = sum(folded for folded, _ in groupby(span.folded for span in self.spans))
        return quotes + sum(span.tags for span in self.spans)


def units(text: str) -> int:
    """Length in UTF-16 code units: a character beyond U+FFFF counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def render_messages(blocks: Sequence[StyledBlock], language: str) -> tuple[str, ...]:
    """Arrange blocks in as few messages as possible, as Telegram HTML."""
    return tuple(map(to_html, split_messages(blocks, language)))


def to_html(spans: Iterable[StyledSpan]) -> str:
    parts = []
    for folded, group in groupby(spans, lambda span: span.folded):
        html = "".join(map(_render_span, group))
        parts.append(f"<blockquote expandable>{html}</blockquote>" if folded and html else html)
    return "".join(parts)


def _render_span(span: StyledSpan) -> str:
    text = html.escape(harmless(span.text), quote=False)
    if span.text and span.style:
        text = f"<{span.style}>{text}</{span.style}>"
    if span.text and span.link:
        text = f'<a href="{html.escape(span.link)}">{text}</a>'
    return text


def split_messages(
    blocks: Sequence[StyledBlock], language: str, limit: int = MESSAGE_LIMIT
) -> tuple[tuple[StyledSpan, ...], ...]:
    """Arrange blocks in as few messages as possible, in order. A block that is too long for a
    message is split between sentences, else between words, else between characters."""
    pages = _Pages(limit)
    for block in blocks:
        while units(block.text) > limit:
            if pages.room(block.gap) < limit // 2:
                pages.end_page()
            at = _find_cut(block.text, language, pages.room(block.gap))
            head, tail = _cut(block.spans, at)
            pages.add(replace(block, spans=head))
            pages.end_page()
            block = replace(block, spans=tail)
        pages.add(block)
    pages.end_page()
    return tuple(pages.full)


class _Pages:
    """Messages, filled one after another."""

    def __init__(self, limit: int) -> None:
        self.full: list[tuple[StyledSpan, ...]] = []
        self._limit = limit
        self._current: list[StyledSpan] = []
        self._size = self._tags = 0

    def room(self, gap: str) -> int:
        """Code units left in the current message after a gap."""
        return self._limit - self._size - units(gap) if self._current else self._limit

    def add(self, block: StyledBlock) -> None:
        if not block.text.strip():
            return
        if units(block.text) > self.room(block.gap) or self._tags + block.tags > TAG_LIMIT:
            self.end_page()
        gap = block.gap if self._current else ""
        joins = bool(self._current and self._current[-1].folded and block.spans[0].folded)
        self._current += [StyledSpan(gap, folded=joins), *block.spans]
        self._size += units(gap) + units(block.text)
        self._tags += block.tags

    def end_page(self) -> None:
        if self._current:
            self.full.append(tuple(span for span in self._current if span.text))
        self._current = []
        self._size = self._tags = 0


def _find_cut(text: str, language: str, limit: int) -> int:
    sizes = itertools.accumulate(map(units, text))
    longest = next((at for at, size in enumerate(sizes) if size > limit), len(text))
    ends = [end for _, end in sentence_spans(text, language) if end <= longest]
    if ends:
        return ends[-1]
    for at in range(longest, 0, -1):
        if text[at].isspace():
            return at
    at = longest
    while at > 1 and _is_inside_cluster(text, at):
        at -= 1
    return at if at > 1 else longest


def _is_inside_cluster(text: str, at: int) -> bool:
    """True if a cut here would split a character from its accents or joiners."""
    return unicodedata.combining(text[at]) != 0 or text[at] in _JOINERS or text[at - 1] == "\u200d"


def _cut(
    spans: Sequence[StyledSpan], at: int
) -> tuple[tuple[StyledSpan, ...], tuple[StyledSpan, ...]]:
    """Split spans at a position of their text, without white space at the cut."""
    head: list[StyledSpan] = []
    tail: list[StyledSpan] = []
    for span in spans:
        head.append(replace(span, text=span.text[: max(at, 0)]))
        tail.append(replace(span, text=span.text[max(at, 0) :]))
        at -= len(span.text)
    return tuple(_strip(reversed(head), str.rstrip)[::-1]), tuple(_strip(tail, str.lstrip))


def _strip(spans: Iterable[StyledSpan], strip: Callable[[str], str]) -> list[StyledSpan]:
    """Strip white space at the beginning of spans, which are in order from the cut."""
    result: list[StyledSpan] = []
    for span in spans:
        text = span.text if result else strip(span.text)
        if text:
            result.append(replace(span, text=text))
    return result
