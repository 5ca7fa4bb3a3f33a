"""Lines that name who wrote an article, and the biographies that follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.formats.base_readers_draft import Block
from index.formats.dates import find_date

_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_PARTICLE = "(?:d[eiua]|des|del|della|l[ea]|van|von|der|den|ter|el|al|ben|y)"
_PART = rf"(?:d['’]|l['’])?{_CAPITAL}[\w'’.\-]*"
_NAME = rf"{_PART}(?: (?:{_PARTICLE} ){{0,2}}{_PART}){{1,4}}"
_ONE = rf"(?:{_NAME}|{_CAPITAL}\w+)"
_PEOPLE = rf"{_ONE}(?:(?:, | et | and | & | y | und ){_ONE})*"

_NAMED = re.compile(rf"(?![^ ]+\.$){_NAME}(?<![.])")
_BYLINE = re.compile(
    r"(?:(?:un (?:article|texte) |écrit |rédigé |propos recueillis )?par|(?:written )?by|por|von"
    rf"|auteur(?:e|s)?|autrice|author)\s*:?\s+(?P<people>{_PEOPLE})",
    re.IGNORECASE,
)
_DASHED = re.compile(rf"[—–-]\s*({_NAME})")
_CAPITALISED = re.compile(_PEOPLE)
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
_PROSE = 80  # characters; what a signature stands under


@dataclass(frozen=True, slots=True)
class Byline:
    """The people a line names, and what else it says (often the day)."""

    people: str
    rest: str


def byline(line: str) -> Byline | None:
    """« Par Jeanne Petit, le 3 mars 2024 », read; None for a line that is something else."""
    if dashed := _DASHED.fullmatch(line):
        return Byline(dashed[1], "")
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


def is_name(text: str) -> bool:
    """Whether the text is the name of a person or two, and nothing else."""
    return bool(_NAMED.fullmatch(text) or re.fullmatch(rf"{_NAME}(?: (?:et|and|&) {_NAME})?", text))


def without_signature(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], str | None]:
    """The blocks without the author's name and biography at their end, and that name."""
    about = _about(blocks)
    if about is None:
        return _without_last_name(blocks)
    index, line = about
    lines = blocks[index].text.split("\n")
    after = [*lines[line + 1 :], *(block.text.split("\n")[0] for block in blocks[index + 1 :])]
    kept = _with_last(blocks[:index], lines[:line], blocks[index])
    shorter, author = _without_last_line(kept)
    if author is None and after and _NAMED.fullmatch(after[0]):
        author = after[0]
    return shorter, author


def _about(blocks: tuple[Block, ...]) -> tuple[int, int] | None:
    """The block and the line that announce a biography, when little follows."""
    total = sum(len(block.text) for block in blocks)
    following = 0
    for index in range(len(blocks) - 1, 0, -1):
        for number, line in enumerate(blocks[index].text.split("\n")):
            if _ABOUT.fullmatch(line.strip()):
                return index, number
        following += len(blocks[index].text)
        if following > max(_BIOGRAPHY, total // 4):
            break
    return None


def _with_last(blocks: tuple[Block, ...], lines: list[str], model: Block) -> tuple[Block, ...]:
    return (*blocks, replace(model, text="\n".join(lines))) if lines else blocks


def _without_last_line(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], str | None]:
    *lines, last = blocks[-1].text.split("\n")
    signed = byline(last)
    if signed is not None and not signed.rest:
        name: str | None = signed.people
    else:
        name = last if _NAMED.fullmatch(last) else None
    if name is None or (len(blocks) == 1 and not lines):
        return blocks, None
    return _with_last(blocks[:-1], lines, blocks[-1]), name


def _without_last_name(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], str | None]:
    """A name that stands alone under the last paragraph signs it."""
    if len(blocks) < 2 or "\n" in blocks[-1].text or len(blocks[-2].text) < _PROSE:
        return blocks, None
    return _without_last_line(blocks)
