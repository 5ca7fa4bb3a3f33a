"""Parse a chat model's choice of sentences by number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from index.text.folding import fold_phrase

_MAX_REPLY = 4_000  # characters parsed
_MIN_COPY = 20  # characters of a sentence that a model copies instead of its number

_LINK = r"(?:,|;|/|&|\+|-|–|—|et|and|puis|then|ou|or|a|to)"
_LABEL = r"(?:(?:la |les |the )?(?:phrases?|sentences?) ?|n[°o]\.? ?|#)"
_NUMBERS = rf"\[?\d{{1,3}}\]?(?: ?{_LINK} ?{_LABEL}?\[?\d{{1,3}}\]?){{0,30}}"
_RANGE = re.compile(r"(\d{1,3})\]? ?(?:-|–|—|\ba\b|\bto\b) ?\[?(\d{1,3})|(\d{1,3})")
_BRACKETED = re.compile(r"\[ ?(\d{1,3}(?: ?[,;–-] ?\d{1,3}){0,30}) ?\]")
_NAMED = r"(?:phrases?|sentences?|numeros?|numbers?|reponses?|answers?|n[°o])"
_LABELLED = re.compile(rf"{_NAMED}(?: est| is)?[ .:]{{0,3}}({_NUMBERS})(?![\w,.]*\d)")
_LINE = re.compile(rf"[^\w\[]{{0,5}}({_NUMBERS})[^\w\[]{{0,5}}")
_COPY = re.compile(r"[^\w\[]{0,5}\[?(\d{1,3})\]?[.):] \D")
_NONE = re.compile(r"\W*(?:aucune?|none|no sentences?|neant|rien|nothing|n/a|0)\b")
_CUT_LIST = re.compile(r"[^\[\]]{0,40}\[((?: ?\d{1,3} ?,){1,1000})")
_OPENING = re.compile(r"\s*(?:```\w*\s*)?(?=[{\[])")


_THOUGHT = re.compile(r"<(/?)(?:think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)


def strip_thoughts(reply: str) -> str:
    """Remove a model's thinking. Some servers omit the opening tag, and some replies end inside."""
    text, at, is_inside = "", 0, False
    for tag in _THOUGHT.finditer(reply):
        if tag[1]:
            text = text if is_inside else ""
        elif not is_inside:
            text += reply[at : tag.start()]
        at, is_inside = tag.end(), not tag[1]
    return text if is_inside else text + reply[at:]


def parse_choice(reply: str, sentences: Sequence[str]) -> tuple[int, ...] | None:
    """Parse the numbers, counted from 1, of the sentences that a reply chooses, in its order.

    Empty if the reply says that none answers; None if it has no choice. Invalid numbers are
    skipped, and a copied sentence counts as its number.
    """
    text = strip_thoughts(reply)[:_MAX_REPLY].strip()
    value = _parse_json(text)
    endless_list = _CUT_LIST.match(text)
    if value is None and _OPENING.match(text) and endless_list is not None:  # an endless list
        value = [int(number) for number in endless_list[1].rstrip(" ,").split(",")]
    if value is not None:
        numbers = list(_integers(value))
        return _within(numbers, len(sentences)) if numbers else ()
    normal = fold_phrase(text)
    if _NONE.match(normal) and not _BRACKETED.search(normal):
        return ()
    numbers = _numbers_in(text)
    return _within(numbers, len(sentences)) if numbers else _find_copies(normal, sentences)


def _parse_json(text: str) -> Any:
    """The complete object or list at the beginning of a reply, or None."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text, opening.end())
    except (ValueError, RecursionError):
        return None
    # [2], [5] is not JSON, though its beginning is.
    return value if isinstance(value, dict) or text[opening.end() :].count("[") == 1 else None


def _integers(value: Any) -> Iterator[int]:
    """Every integer in a JSON value, including those in strings."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _integers(item)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, str):
        yield from _numbers_in(value)


def _numbers_in(text: str) -> list[int]:
    """The numbers in brackets, after « phrases », or alone on a line.

    Other numbers may belong to the answer itself.
    """
    lines = [fold_phrase(line).strip() for line in text.splitlines()]
    groups = (
        [group for line in lines for group in _BRACKETED.findall(line)]
        or [group for line in lines for group in _LABELLED.findall(line)]
        or [match[1] for line in lines if (match := _LINE.fullmatch(line))]
        or [match[1] for line in lines if (match := _COPY.match(line))]
    )
    return [number for group in groups for number in _expand(group)]


def _expand(text: str) -> Iterator[int]:
    """Expand « 2, 4 à 6 »; at most 30 numbers a range."""
    for first, last, single in _RANGE.findall(text):
        if single:
            yield int(single)
        elif int(first) < int(last):
            yield from range(int(first), min(int(last), int(first) + 30) + 1)
        else:
            yield from (int(first), int(last))


def _within(numbers: Sequence[int], count: int) -> tuple[int, ...] | None:
    """The distinct numbers from 1 to `count`; None if there are none."""
    return tuple(dict.fromkeys(n for n in numbers if 1 <= n <= count)) or None


def _find_copies(normal: str, sentences: Sequence[str]) -> tuple[int, ...] | None:
    """The numbers of the sentences that contain a folded reply, or that it contains."""
    reply = normal.strip(" \"'«».")
    copies = [
        number
        for number, sentence in enumerate(map(fold_phrase, sentences), 1)
        if (len(sentence) >= _MIN_COPY and sentence in normal)
        or (len(reply) >= _MIN_COPY and reply in sentence)
    ]
    return tuple(copies) or None
