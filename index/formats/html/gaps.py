"""What trafilatura leaves out between parts of an article: lists, tables, short paragraphs."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from index.formats.base import Block
from index.formats.html.body import element_blocks, is_block
from index.formats.html.tree import Element, text_length

logger = logging.getLogger(__name__)
_WORD = re.compile(r"\w+")
_GRAM = 3  # words
_PLACES = 8  # blocks to remember for a gram, so that the work is linear
_KEPT_SHARE = 0.6  # of its grams; a part with more is in the article
_LINK_SHARE = 0.6  # of its characters; a part with more leads to other pages
_PROSE = 80  # characters of a paragraph
_WARNED_SHARE = 0.25  # words of paragraphs left out, for one in the article
_LISTS = ("ul", "ol", "dl", "table")
_UNITS = frozenset({*_LISTS, "pre", "h2", "h3", "h4", "h5", "h6"})
_TEXTS = frozenset({*_UNITS, "p", "blockquote"})  # other elements may be captions and controls
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_OTHER = frozenset({"h1", "nav", "aside", "footer", "header", "form", "figure", "button", "dialog"})
_PATH = 4  # elements above a part that tell its place


@dataclass(slots=True)
class _Part:
    """A paragraph, heading, list or table of the page; `at` is the index of its block in the
    article, None if it is left out."""

    element: Element
    blocks: tuple[Block, ...]
    words: list[str]
    at: int | None = None


def fill_gaps(blocks: Sequence[Block], tree: Element, label: str) -> tuple[Block, ...]:
    """Insert what stands on the page between two blocks of the article, in the same place as one of
    them, and a list or table right below the last. Warn if much prose is still left out."""
    parts = list(_parts(tree))
    _locate(parts, blocks)
    left_out = {id(part): part for part in parts if part.at is None}
    kept = [number for number, part in enumerate(parts) if part.at is not None]
    if not kept:
        return tuple(blocks)
    inserts: dict[int, list[Block]] = {}
    for before, after in zip(kept, [*kept[1:], None], strict=True):
        upper, lower = parts[before], parts[after] if after is not None else None
        gap = parts[before + 1 : after] if after is not None else parts[before + 1 : before + 2]
        for part in gap:
            beside = _is_beside(part, upper) or (lower is not None and _is_beside(part, lower))
            follows = lower is not None or part.element.tag in _LISTS
            if beside and follows and _is_text(part.element):
                assert upper.at is not None
                inserts.setdefault(upper.at, []).extend(part.blocks)
                del left_out[id(part)]
    prose = [part for part in left_out.values() if _is_prose(part)]
    words = sum(len(part.words) for part in prose)
    if words > _WARNED_SHARE * sum(len(part.words) for part in parts if id(part) not in left_out):
        logger.warning("%s: %d words of its paragraphs are not in the article", label, words)
    result: list[Block] = []
    for number, block in enumerate(blocks):
        result += [block, *inserts.get(number, ())]
    return tuple(result)


def _parts(element: Element) -> Iterator[_Part]:
    """Yield the parts of an element in reading order."""
    if element.tag in _OTHER:
        return
    if element.tag in _UNITS or not any(is_block(child) for child in element):
        blocks = tuple(block for block in element_blocks(element) if block.text.strip())
        words = _WORD.findall(" ".join(block.text for block in blocks).casefold())
        if words:
            yield _Part(element, blocks, words)
        return
    for child in element:
        yield from _parts(child)


def _locate(parts: Sequence[_Part], blocks: Sequence[Block]) -> None:
    """Find the block of each part: the one with most of its words, of several alike the next."""
    places: dict[tuple[str, ...], list[int]] = {}
    for number, block in enumerate(blocks):
        for gram in _grams(_WORD.findall(block.text.casefold())):
            numbers = places.setdefault(gram, [])
            if len(numbers) < _PLACES:
                numbers.append(number)
    last = 0
    for part in parts:
        found = [places[gram] for gram in _grams(part.words) if gram in places]
        if len(found) < _KEPT_SHARE * len(_grams(part.words)):
            continue
        counts = Counter(number for numbers in found for number in numbers)
        part.at = last = max(counts, key=partial(_fitness, counts, last))


def _fitness(counts: Counter[int], last: int, number: int) -> tuple[int, bool, int]:
    return counts[number], number >= last, -abs(number - last)


def _grams(words: Sequence[str]) -> list[tuple[str, ...]]:
    count = max(1, len(words) - _GRAM + 1)
    return [tuple(words[start : start + _GRAM]) for start in range(count)]


def _is_beside(part: _Part, other: _Part) -> bool:
    """True if both have one parent, or are wrapped alike in it."""
    one, two = part.element.getparent(), other.element.getparent()
    for _ in range(_PATH):
        if one is two:
            return one is not None
        if one is None or two is None or _place(one) != _place(two):
            return False
        one, two = one.getparent(), two.getparent()
    return False


def _place(element: Element) -> tuple[str, str]:
    return element.tag, element.get("class") or ""


def _is_prose(part: _Part) -> bool:
    long = sum(len(block.text) for block in part.blocks) >= _PROSE
    return long and part.element.tag not in _UNITS and not _leads_elsewhere(part.element)


def _is_text(element: Element) -> bool:
    """True if a reader sees it, as a part of this article."""
    is_hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
    return element.tag in _TEXTS and not is_hidden and not _leads_elsewhere(element)


def _leads_elsewhere(element: Element) -> bool:
    links = sum(text_length(link) for link in element.iter("a"))
    return links > _LINK_SHARE * text_length(element)
