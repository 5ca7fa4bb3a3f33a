"""Text with styles and links, cut to messages without breaking either."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from bot.locale.text import harmless
from index.text.sentences import sentence_spans

# Longest message, in UTF-16 code units after the markup is read: the stricter way to count.
MESSAGE_LIMIT = 4_096
TAG_LIMIT = 100  # telegram drops the styles and links of a message beyond this many
Style = Literal["", "b", "i", "code"]

_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}


@dataclass(frozen=True, slots=True)
class StyledSpan:
    """A stretch of text in one style, linked or not.

    Spans that are `folded` stand together in a block quote, which shows three lines until somebody
    opens it.
    """

    text: str
    style: Style = ""
    link: str | None = None
    folded: bool = False

    @property
    def tags(self) -> int:
        """How many entities Telegram makes of it, the block quote left out."""
        return bool(self.text) * (bool(self.style) + bool(self.link))


@dataclass(frozen=True, slots=True)
class StyledBlock:
    """Spans that belong in one message; `gap` stands before them unless they begin one."""

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
    """The spans as Telegram's HTML."""
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
    """The blocks as few messages as hold them, in order.

    A block that fits no message is cut at its sentence ends, failing that between words, failing
    that between characters.
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
    """Messages filled one after the other."""

    def __init__(self, limit: int) -> None:
        self.filled: list[tuple[StyledSpan, ...]] = []
        self._limit = limit
        self._current: list[StyledSpan] = []
        self._size = self._tags = 0

    def room(self, gap: str) -> int:
        """Code units left in the message that is being filled, after a gap."""
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
    """The spans before and after a place in their text, without white space at the seam."""
    head: list[StyledSpan] = []
    tail: list[StyledSpan] = []
    for span in spans:
        size = len(span.text)
        head.append(replace(span, text=span.text[: max(at, 0)]))
        tail.append(replace(span, text=span.text[max(at, 0) :]))
        at -= size
    return tuple(_strip(reversed(head), str.rstrip)[::-1]), tuple(_strip(tail, str.lstrip))


def _strip(spans: Iterable[StyledSpan], strip: Callable[[str], str]) -> list[StyledSpan]:
    """The spans without the white space that they begin with, seen from the side of the seam."""
    kept: list[StyledSpan] = []
    for span in spans:
        text = span.text if kept else strip(span.text)
        if text:
            kept.append(replace(span, text=text))
    return kept
