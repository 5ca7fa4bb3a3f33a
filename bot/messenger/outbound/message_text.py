"""Text with styles and links, split into messages without breaking either."""

from __future__ import annotations

import html
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
    """A stretch of text in one style, linked or not.

    Consecutive `folded` spans form a block quote that shows three lines until it is opened.
    """

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
        quotes = sum(folded for folded, _ in groupby(self.spans, key=_is_folded))
        return quotes + sum(span.tags for span in self.spans)


def _is_folded(span: StyledSpan) -> bool:
    return span.folded


def units(text: str) -> int:
    """Length in UTF-16 code units: a character beyond U+FFFF counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def to_html(spans: Iterable[StyledSpan]) -> str:
    """Render spans as Telegram HTML."""
    written = []
    for folded, together in groupby(spans, key=_is_folded):
        html = "".join(map(_tagged, together))
        written.append(f"<blockquote expandable>{html}</blockquote>" if folded and html else html)
    return "".join(written)


def _tagged(span: StyledSpan) -> str:
    text = html.escape(harmless(span.text), quote=False)
    if span.text and span.style:
        text = f"<{span.style}>{text}</{span.style}>"
    if span.text and span.link:
        text = f'<a href="{html.escape(span.link)}">{text}</a>'
    return text


def messages(
    blocks: Sequence[StyledBlock], language: str, limit: int = MESSAGE_LIMIT
) -> tuple[tuple[StyledSpan, ...], ...]:
    """Arrange blocks in as few messages as possible, in order.

    A block that is too long for a message is split between sentences, else between words, else
    between characters.
    """
    pages = _Pages(limit)
    for block in blocks:
        while units(block.text) > limit:
            if pages.room(block.gap) < limit // 2:
                pages.turn()
            at = _cut_point(block.text, language, pages.room(block.gap))
            head, tail = _cut(block.spans, at)
            pages.add(replace(block, spans=head))
            pages.turn()
            block = replace(block, spans=tail)
        pages.add(block)
    pages.turn()
    return tuple(pages.filled)


class _Pages:
    """Messages, filled one after another."""

    def __init__(self, limit: int) -> None:
        self.filled: list[tuple[StyledSpan, ...]] = []
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
            self.turn()
        gap = block.gap if self._current else ""
        self._current += [StyledSpan(gap), *block.spans]
        self._size += units(gap) + units(block.text)
        self._tags += block.tags

    def turn(self) -> None:
        if self._current:
            self.filled.append(tuple(span for span in self._current if span.text))
        self._current = []
        self._size = self._tags = 0


def _cut_point(text: str, language: str, limit: int) -> int:
    longest = _longest_prefix(text, limit)
    ends = [end for _, end in sentence_spans(text, language) if end <= longest]
    if ends:
        return ends[-1]
    for at in range(longest, 0, -1):
        if text[at].isspace():
            return at
    at = longest
    while at > 1 and _continues(text, at):
        at -= 1
    return at if at > 1 else longest


def _longest_prefix(text: str, limit: int) -> int:
    size = 0
    for at, character in enumerate(text):
        size += units(character)
        if size > limit:
            return at
    return len(text)


def _continues(text: str, at: int) -> bool:
    here = text[at]
    return bool(unicodedata.combining(here)) or here in _JOINERS or text[at - 1] == "\u200d"


def _cut(
    spans: Sequence[StyledSpan], at: int
) -> tuple[tuple[StyledSpan, ...], tuple[StyledSpan, ...]]:
    """Split spans at a position of their text, without white space at the seam."""
    head: list[StyledSpan] = []
    tail: list[StyledSpan] = []
    for span in spans:
        size = len(span.text)
        head.append(replace(span, text=span.text[: max(at, 0)]))
        tail.append(replace(span, text=span.text[max(at, 0) :]))
        at -= size
    return tuple(_strip(reversed(head), str.rstrip)[::-1]), tuple(_strip(tail, str.lstrip))


def _strip(spans: Iterable[StyledSpan], strip: Callable[[str], str]) -> list[StyledSpan]:
    """Strip the leading white space of spans, leading as seen from the seam."""
    kept: list[StyledSpan] = []
    for span in spans:
        text = span.text if kept else strip(span.text)
        if text:
            kept.append(replace(span, text=text))
    return kept
