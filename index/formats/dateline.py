"""Datelines: place, date and agency before the first sentence of an article.

« 22 mai 2012. – », « PARIS, 12 mars 2019 (AFP) – », "LONDON (Reuters) —".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from index.formats.base import Block, Metadata
from index.text.dates import MONTH_NUMBERS, find_date, moment_and_rest, weekday_names
from index.text.folding import fold

_LIMIT = 100  # characters of a dateline
_DASHES = 4  # inspected in a line; « Fort-de-France – 12 mars 2019 – » has two
_PROSE = 40  # characters that must follow it, or it is a list's entry
_LONG = 150  # characters of a paragraph
_ABOVE = 2  # long paragraphs at most: a lead, a caption
_BLOCKS = 100  # looked at
_LINES = 20  # of a block
_YEARS = range(1800, 2100)
_DASH = re.compile(r"[–—]|(?<=[\s.)])--?(?=\s|$)")
_AGENCY = re.compile(
    r"\((AFP|AP|Reuters|Belga|(?:Keystone-)?ATS|EFE|DPA|ANSA|APA|PA|UPI|PTI|MAP|APS|TAP|ANP|Xinhua"
    r"|TASS|Kyodo|Bloomberg|La Presse Canadienne|The Canadian Press|ONU Info)\)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\d{4}|\(")  # a year or an agency
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[«“\"‘'(\[\s]*[^\W_]")
_UNCAPITALISED = """
le la les de du des d l et en sur sous lès a à aux the of on and el am il er st nd rd th h min
heure heures utc gmt cet cest
"""
# Words of dates and place names that are not capitalised.
_SMALL = frozenset(_UNCAPITALISED.split()) | weekday_names("fr") | MONTH_NUMBERS.keys()


@dataclass(frozen=True, slots=True)
class Dateline:
    """The facts of a dateline, and where the sentence after it begins."""

    published: date | datetime | None
    agency: str | None
    end: int


def parse_dateline(line: str) -> Dateline | None:
    """Parse the dateline at the start of a line, or return None.

    It contains a whole date, or a place and an agency; a dash ends it; a sentence or nothing
    follows.
    """
    if not _TOLD.search(line[:_LIMIT]):
        return None
    for dash in islice(_DASH.finditer(line[:_LIMIT]), _DASHES):
        head, rest = line[: dash.start()].strip(), line[dash.end() :].lstrip()
        dateline = _parse_head(head, len(line) - len(rest))
        if dateline is not None and _opens_sentence(head, rest):
            return dateline
    return None


def split_dateline(blocks: Sequence[Block]) -> tuple[Metadata, tuple[Block, ...]]:
    """Return the facts of the dateline above or in the first paragraph, and the other blocks.

    A text with dates before several of its paragraphs is a chronology, and is left alone.
    """
    first = next(_datelines(_candidates(blocks)), None)
    if first is None:
        return Metadata(), tuple(blocks)
    number, at, dateline = first
    lines = blocks[number].text.split("\n")
    later = [replace(blocks[number], text="\n".join(lines[at + 1 :])), *blocks[number + 1 :]]
    if any(each.published for _, _, each in _datelines(enumerate(later[:_BLOCKS]))):
        return Metadata(), tuple(blocks)
    lines[at] = lines[at][dateline.end :]
    text = "\n".join(line for line in lines if line)
    remainder = (replace(blocks[number], text=text),) if text else ()
    rest = (*blocks[:number], *remainder, *blocks[number + 1 :])
    if all(block.heading for block in rest):
        return Metadata(), tuple(blocks)
    return Metadata.of("text", published=dateline.published, author=dateline.agency), rest


def _candidates(blocks: Sequence[Block]) -> Iterator[tuple[int, Block]]:
    """Yield the blocks where a dateline may stand."""
    above = 0
    for number, block in enumerate(blocks[:_BLOCKS]):
        yield number, block
        above += len(block.text) >= _LONG
        if above > _ABOVE:
            return


def _datelines(blocks: Iterable[tuple[int, Block]]) -> Iterator[tuple[int, int, Dateline]]:
    for number, block in blocks:
        for at, line in enumerate(block.text.split("\n", _LINES)[:_LINES]):
            dateline = parse_dateline(line)
            if dateline is not None and not (block.heading and dateline.end < len(line)):
                yield number, at, dateline


def _parse_head(head: str, end: int) -> Dateline | None:
    """Parse the words before the dash if they are only a place, a date and an agency."""
    if not head[:1].isupper() and not head[:1].isdigit():
        return None
    agency = _AGENCY.search(head)
    moment, _ = moment_and_rest(head)
    words = _WORD.findall(_AGENCY.sub("", head))
    capitalised = all(word[0].isupper() or fold(word) in _SMALL for word in words)
    if not (capitalised or (moment and _is_stopped(head))):
        return None
    if moment is not None and moment.year in _YEARS:
        return Dateline(moment, agency[1] if agency else None, end)
    return Dateline(None, agency[1], end) if agency and words else None


def _is_stopped(head: str) -> bool:
    """True for « 4 août 2016, cratère de Maragua. – »: no sentence has a stop before a dash."""
    return head[0].isdigit() and head.endswith(".")


def _opens_sentence(head: str, rest: str) -> bool:
    """True if a sentence or nothing follows the dash."""
    if not rest:
        return True
    begins = _SENTENCE.match(rest)
    if begins is None or len(rest) < _PROSE or (begins[0][-1].islower() and not _is_stopped(head)):
        return False
    return not (rest[0].isdigit() and find_date(rest[:20]))  # « 12 mars 2019 – 14 mars 2019 »
