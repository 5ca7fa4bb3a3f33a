"""Bylines, signatures, biographies, dates and datelines around the text of an article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from index.formats.base import Block, Metadata
from index.text.dates import (
    MONTH_NUMBERS,
    WEEKDAY_NUMBERS,
    find_date,
    moment_and_rest,
    weekday_names,
)
from index.text.folding import fold
from index.text.names import PEOPLE, PERSON, is_one_person

_BYLINE = re.compile(
    r"(?:(?:un (?:article|texte) |écrit |rédigé |propos recueillis )?par|(?:written )?by|por|von"
    rf"|auteur(?:e|s)?|autrice|author)(?:\s*+:)?\s++(?P<people>{PEOPLE})",
    re.IGNORECASE,
)
# « Par l'Agence de l'eau, 9 février 2026 »: an organisation, then a date and nothing else.
_ORGANISATION = re.compile(
    r"(?:[Pp]ar|[Bb]y) (?:l['’]|la |le |les |the )(?P<name>[A-ZÀ-ÖØ-Þ][^,;\n]{1,80}), "
)
_DASHED = re.compile(rf"[—–-]\s*({PERSON})")
_CAPITALISED = re.compile(PEOPLE)
_ABOUT = re.compile(
    r"(?:[àa] propos (?:de l['’](?:auteur|autrice|auteure)|des (?:auteurs|autrices|auteures))"
    r"|(?:biographie|bio) (?:de l['’](?:auteur|autrice|auteure)|des auteurs)"
    r"|about the (?:authors?|writer)|author bio(?:graphy)?"
    r"|(?:acerca del|sobre el|sobre la|sobre o|sobre a) autora?|über (?:den autor|die autorin)"
    r"|(?:informazioni )?sull['’]autor[ei]|over de auteur)\s*:?",
    re.IGNORECASE,
)
_BIOGRAPHY = 1_500  # characters, or a quarter of the text: more is the article's own subject
_ROLE = 40  # characters, as in « Par Jeanne Petit, envoyée spéciale à Rome »
_PROSE = 80  # characters; a signature stands under a paragraph


@dataclass(frozen=True, slots=True)
class Byline:
    """The people named by a line, and the rest of the line (often the date)."""

    people: str
    rest: str


def parse_byline(line: str) -> Byline | None:
    """Parse « Par Jeanne Petit, le 3 mars 2024 »; None for any other line."""
    if signature := _DASHED.fullmatch(line):
        return Byline(signature[1], "")
    match = _BYLINE.match(line)
    people = _CAPITALISED.match(match["people"]) if match else None
    if match is None or people is None:
        return None
    rest = line[match.start("people") + people.end() :]
    apart = re.match(r"\s*[,|•·(—–-]|\s+(?:le|on|publi\w*|avec|with)\b", rest)
    short = len(rest) <= _ROLE and not rest.endswith((".", "!", "?", "…"))
    if rest and not (apart and (short or find_date(rest))):
        return None
    return Byline(people[0], rest)


def split_signature(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], str | None]:
    """Split off the author's name and biography at the end; return the rest and the name."""
    about = _find_biography(blocks)
    if about is None:
        # A name alone under the last paragraph is a signature.
        if len(blocks) < 2 or "\n" in blocks[-1].text or len(blocks[-2].text) < _PROSE:
            return blocks, None
        return _split_last_line(blocks)
    index, line = about
    lines = blocks[index].text.split("\n")
    after = [*lines[line + 1 :], *(block.text.split("\n")[0] for block in blocks[index + 1 :])]
    rest = _append_lines(blocks[:index], lines[:line], blocks[index])
    shorter, author = _split_last_line(rest)
    if author is None and after and is_one_person(after[0]):
        author = after[0]
    return shorter, author


def _find_biography(blocks: tuple[Block, ...]) -> tuple[int, int] | None:
    """Find the block and line that announce a biography, if little follows."""
    total = sum(len(block.text) for block in blocks)
    characters = 0
    for index in range(len(blocks) - 1, 0, -1):
        for number, line in enumerate(blocks[index].text.split("\n")):
            if _ABOUT.fullmatch(line.strip()):
                return index, number
        characters += len(blocks[index].text)
        if characters > max(_BIOGRAPHY, total // 4):
            break
    return None


def _append_lines(blocks: tuple[Block, ...], lines: list[str], model: Block) -> tuple[Block, ...]:
    return (*blocks, replace(model, text="\n".join(lines))) if lines else blocks


def _split_last_line(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], str | None]:
    *lines, last = blocks[-1].text.split("\n")
    byline = parse_byline(last)
    alone = last if is_one_person(last) else None
    name = byline.people if byline is not None and not byline.rest else alone
    if name is None or (len(blocks) == 1 and not lines):
        return blocks, None
    return _append_lines(blocks[:-1], lines, blocks[-1]), name


_HEAD = 150  # characters; the first longer paragraph ends the lines about the article
_HEAD_BLOCKS = 12  # blocks above the article's text, at most
_AROUND = 40  # characters beside a label and its date (« dans Vie locale »); more is a sentence
_ADDRESS = re.compile(r"(?:(?:source|lien|url|link)\s*:\s*)?(https?://\S+)", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:article )?(?:publi[ée]e?|paru|mis en ligne|cré[ée]|published|posted|publicado"
    r"|pubblicato|veröffentlicht|gepubliceerd)\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\b(?:(?:derni[èe]re )?mise? [àa] jour|modifié|(?:last )?(?:updated|modified)|actualizado"
    r"|aggiornato|aktualisiert)\b",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"(?<![\w-])[A-ZÀ-Þ][\w-]++, ")
_WITH_A_DATE = {"le", "on", "el", "am", "il", "the"} | WEEKDAY_NUMBERS.keys()
_HEADS_PROSE = re.compile(r"[.!?…»”\"]\s*$")


def parse_head_line(line: str) -> Metadata | None:
    """Parse a line that only states facts about the article; None for any other line."""
    if match := _ADDRESS.fullmatch(line):
        return Metadata.of("text", url=match[1])
    if byline := parse_byline(line):
        labels = _labels(byline.rest)
        before = byline.rest[: labels[0].start()] if labels else byline.rest
        people = Metadata.of("text", author=byline.people)
        day = Metadata.of("text", published=moment_and_rest(before)[0])
        return people.completed(_facts(byline.rest, labels)).completed(day)
    if match := _ORGANISATION.match(line):
        dated = _bare_date(line[match.end() :])
        return Metadata.of("text", author=match["name"]).completed(dated) if dated else None
    labels = _labels(line)
    if not labels or line[: labels[0].start()].strip(" -–—|·•([:"):
        return _bare_date(line)
    # « Publié le 3 mars 2024 à 10h12 - Mis à jour le 5 », unless it is the start of a sentence.
    around = sum(len(moment_and_rest(part)[1].strip()) for part in _parts(line, labels))
    facts = _facts(line, labels)
    sentence = bool(_HEADS_PROSE.search(line)) and around > len("le ")
    return None if facts == Metadata() or sentence or around > _AROUND else facts


def split_head_lines(blocks: Sequence[Block]) -> tuple[Metadata, tuple[Block, ...]]:
    """Return the facts in the lines above the first long paragraph, and the other blocks.

    A bare date in a heading does not count.
    """
    metadata = Metadata()
    others: list[Block] = []
    for index, block in enumerate(blocks):
        if len(block.text) >= _HEAD or index == _HEAD_BLOCKS:
            return metadata, (*others, *blocks[index:])
        lines = []
        for line in block.text.split("\n"):
            facts = None if block.heading and _bare_date(line) else parse_head_line(line)
            if facts is None:
                lines.append(line)
            else:
                metadata = metadata.completed(facts)
        if lines:
            others.append(replace(block, text="\n".join(lines)))
    return metadata, tuple(others)


def _bare_date(line: str) -> Metadata | None:
    """Parse « Le 3 mars 2024 », « Paris, lundi 3 mars 2024 à 10h »: a date and nothing else."""
    moment, rest = moment_and_rest(_DATELINE.sub("", line, count=1))
    words = re.findall(r"\w+", rest)
    alone = moment is not None and len(line) <= _HEAD and set(words) <= _WITH_A_DATE
    return Metadata.of("text", published=moment) if alone else None


def _labels(line: str) -> list[re.Match[str]]:
    """Find « publié », « mis à jour » and the like in a line, in order."""
    matches = [*_PUBLISHED.finditer(line), *_UPDATED.finditer(line)]
    return sorted(matches, key=re.Match.start)


def _parts(line: str, labels: list[re.Match[str]]) -> list[str]:
    """Return the text after each label, up to the next one."""
    ends = [*(label.start() for label in labels[1:]), len(line)]
    return [line[label.end() : end] for label, end in zip(labels, ends, strict=False)]


def _facts(line: str, labels: list[re.Match[str]]) -> Metadata:
    metadata = Metadata()
    for label, part in zip(labels, _parts(line, labels), strict=True):
        name = "updated" if label.re is _UPDATED else "published"
        metadata = metadata.completed(Metadata.of("text", **{name: moment_and_rest(part)[0]}))
    return metadata


_LIMIT = 100  # characters of a dateline
_DASHES = 4  # dashes to try in a line; « Fort-de-France – 12 mars 2019 – » has two
_AFTER_DATELINE = 40  # minimum characters after a dateline; fewer are a list's entry
_LONG = 150  # characters of a paragraph
_ABOVE = 2  # long paragraphs at most: a lead, a caption
_BLOCKS = 100  # blocks to search
_LINES = 20  # lines of a block to search
_YEARS = range(1800, 2100)
_DASH = re.compile(r"[–—]|(?<=[\s.)])--?(?=\s|$)")
_AGENCY = re.compile(
    r"\((AFP|AP|Reuters|Belga|(?:Keystone-)?ATS|EFE|DPA|ANSA|APA|PA|UPI|PTI|MAP|APS|TAP|ANP|Xinhua"
    r"|TASS|Kyodo|Bloomberg|La Presse Canadienne|The Canadian Press|ONU Info)\)",
    re.IGNORECASE,
)
_YEAR_OR_AGENCY = re.compile(r"\d{4}|\(")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[«“\"‘'(\[\s]*[^\W_]")
_UNCAPITALISED = """
le la les de du des d l et en sur sous lès a à aux the of on and el am il er st nd rd th h min
heure heures utc gmt cet cest
"""
# Lower-case words of dates and place names.
_SMALL = frozenset(_UNCAPITALISED.split()) | weekday_names("fr") | MONTH_NUMBERS.keys()


@dataclass(frozen=True, slots=True)
class Dateline:
    """The facts of a dateline, and where the sentence after it begins."""

    published: date | datetime | None
    agency: str | None
    end: int


def parse_dateline(line: str) -> Dateline | None:
    """Parse the dateline at the start of a line, or return None.

    A dateline is a full date, or a place and an agency, then a dash, then a sentence or nothing.
    """
    if not _YEAR_OR_AGENCY.search(line[:_LIMIT]):
        return None
    for dash in islice(_DASH.finditer(line[:_LIMIT]), _DASHES):
        head, rest = line[: dash.start()].strip(), line[dash.end() :].lstrip()
        dateline = _parse_head(head, len(line) - len(rest))
        if dateline is not None and _opens_sentence(head, rest):
            return dateline
    return None


def split_dateline(blocks: Sequence[Block]) -> tuple[Metadata, tuple[Block, ...]]:
    """Return the facts of the dateline above or in the first paragraph, and the other blocks.

    A text with dates before several of its paragraphs is a chronology, and returned unchanged.
    """
    first = next(_datelines(_candidates(blocks)), None)
    if first is None:
        return Metadata(), tuple(blocks)
    number, at, dateline = first
    lines = blocks[number].text.split("\n")
    later = [replace(blocks[number], text="\n".join(lines[at + 1 :])), *blocks[number + 1 :]]
    if any(dateline.published for _, _, dateline in _datelines(enumerate(later[:_BLOCKS]))):
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
    is_capitalised = all(word[0].isupper() or fold(word) in _SMALL for word in words)
    if not (is_capitalised or (moment and _is_stopped(head))):
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
    if begins is None or len(rest) < _AFTER_DATELINE:
        return False
    if begins[0][-1].islower() and not _is_stopped(head):
        return False
    return not (rest[0].isdigit() and find_date(rest[:20]))  # « 12 mars 2019 – 14 mars 2019 »
