"""Parse the numbers of sentences that a chat model chose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.llm.answer_parser import ThoughtFilter, is_refusal
from index.text.folding import fold_phrase

LONGEST_REPLY = 4_000  # characters that are looked at
_LEAST_COPY = 20  # characters of a sentence that a model copies in place of its number

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


def parse_choice(reply: str, sentences: Sequence[str]) -> tuple[int, ...] | None:
    """Return the numbers, counted from 1, of the sentences that a reply chooses, in its order.

    Empty if it says that none answers; None if no choice can be read in it. Numbers that no
    sentence has are skipped, and a copied sentence counts as its number.
    """
    thoughts = ThoughtFilter()
    text = (thoughts.feed(reply) + thoughts.feed("", last=True))[:LONGEST_REPLY].strip()
    value = _parse_json(text)
    cut = _CUT_LIST.match(text)
    if value is None and _OPENING.match(text) and cut is not None:  # it could not stop
        value = [int(each) for each in cut[1].rstrip(" ,").split(",")]
    if value is not None:
        numbers = list(_integers(value))
        return _within(numbers, len(sentences)) if numbers else ()
    folded = fold_phrase(text)
    if (_NONE.match(folded) or is_refusal(text)) and not _BRACKETED.search(folded):
        return ()
    numbers = _numbers_in(text)
    return _within(numbers, len(sentences)) if numbers else _copied(folded, sentences)


def is_complete(text: str) -> bool:
    """True if a reply in JSON has ended, whatever may follow."""
    return _parse_json(text.strip()) is not None


def _parse_json(text: str) -> Any:
    """The object or the list that a reply begins with; None if it does not, or is incomplete."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text, opening.end())
    except (ValueError, RecursionError):  # unreadable, or brackets without end
        return None
    # [2], [5] is not JSON, though its beginning is.
    return value if isinstance(value, dict) or text[opening.end() :].count("[") == 1 else None


def _integers(value: Any) -> Iterator[int]:
    """Every whole number in a JSON value, those in strings too."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _integers(each)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, str):
        yield from _numbers_in(value)


def _numbers_in(text: str) -> list[int]:
    """The numbers that choose: in brackets, behind « phrases », or by themselves on a line.

    Other numbers may be the answer itself.
    """
    lines = [fold_phrase(line).strip() for line in text.splitlines()]
    written = [each for line in lines for each in _BRACKETED.findall(line)]
    written = written or [each for line in lines for each in _LABELLED.findall(line)]
    if not written:
        written = [match[1] for line in lines if (match := _LINE.fullmatch(line))]
        written = written or [match[1] for line in lines if (match := _COPY.match(line))]
    return [number for each in written for number in _expand(each)]


def _expand(text: str) -> Iterator[int]:
    """The numbers of a list such as « 2, 4 à 6 »; a range has at most 30."""
    for first, last, single in _RANGE.findall(text):
        if single:
            yield int(single)
        elif int(first) < int(last):
            yield from range(int(first), min(int(last), int(first) + 30) + 1)
        else:
            yield from (int(first), int(last))


def _within(numbers: Sequence[int], count: int) -> tuple[int, ...] | None:
    """The numbers from 1 to `count`, each once; None if there are none."""
    return tuple(dict.fromkeys(n for n in numbers if 1 <= n <= count)) or None


def _copied(folded: str, sentences: Sequence[str]) -> tuple[int, ...] | None:
    """The numbers of the sentences that stand in a folded reply, or that it is a part of."""
    reply = folded.strip(" \"'«».")
    copies = [
        number
        for number, sentence in enumerate(map(fold_phrase, sentences), 1)
        if (len(sentence) >= _LEAST_COPY and sentence in folded)
        or (len(reply) >= _LEAST_COPY and reply in sentence)
    ]
    return tuple(copies) or None
