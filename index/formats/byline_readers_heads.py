"""Lines above an article's text that tell its people, its days or its address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from index.formats.base_readers_draft import Block, Metadata
from index.formats.byline import byline
from index.formats.dates import moment_and_rest

_HEAD = 150  # characters; the first longer paragraph ends the lines about the article
_FEW = 12  # blocks; what stands further down is the article's own, however short its lines are
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
_DATELINE = re.compile(r"[A-ZÀ-Þ][\w-]+, ")
_WITH_A_DATE = """
le on el am il the lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday
thursday friday saturday sunday lunes martes miercoles jueves viernes sabado domingo montag
dienstag mittwoch donnerstag freitag samstag sonntag lunedi martedi mercoledi giovedi venerdi
sabato domenica
"""
_PROSE = re.compile(r"[.!?…»”\"]\s*$")


def told(line: str) -> Metadata | None:
    """What a line says of the article when it says nothing else; None for any other line."""
    if match := _ADDRESS.fullmatch(line):
        return Metadata.told("text", url=match[1])
    if signed := byline(line):
        return _dated(signed.rest, Metadata.told("text", author=signed.people))
    labels = _labels(line)
    if labels and not line[: labels[0].start()].strip(" -–—|·•([:"):
        return _labelled(line, labels)
    return _bare_date(line)


def without_head_lines(blocks: Sequence[Block]) -> tuple[Metadata, tuple[Block, ...]]:
    """What the lines above the first long paragraph say of the article, and the blocks without.

    A heading tells people and days by their labels only, never by a bare date.
    """
    metadata = Metadata()
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        if len(block.text) >= _HEAD or index == _FEW:
            return metadata, (*kept, *blocks[index:])
        lines = []
        for line in block.text.split("\n"):
            found = None if block.heading and _bare_date(line) else told(line)
            if found is None:
                lines.append(line)
            else:
                metadata = metadata.completed(found)
        if lines:
            kept.append(replace(block, text="\n".join(lines)))
    return metadata, tuple(kept)


def _bare_date(line: str) -> Metadata | None:
    """« Le 3 mars 2024 », « Paris, lundi 3 mars 2024 à 10h »: a date and nothing else."""
    moment, rest = moment_and_rest(_DATELINE.sub("", line, count=1))
    words = re.findall(r"\w+", rest)
    alone = moment is not None and len(line) <= _HEAD and set(words) <= set(_WITH_A_DATE.split())
    return Metadata.told("text", published=moment) if alone else None


def _labels(line: str) -> list[re.Match[str]]:
    """Where the line says « publié » or « mis à jour », in order."""
    found = [*_PUBLISHED.finditer(line), *_UPDATED.finditer(line)]
    return sorted(found, key=lambda match: match.start())


def _dated(rest: str, metadata: Metadata) -> Metadata:
    """A byline with the days that follow the people."""
    labels = _labels(rest)
    if labels:
        before = rest[: labels[0].start()]
        return metadata.completed(_facts(rest, labels)).completed(_published(before))
    return metadata.completed(_published(rest))


def _published(text: str) -> Metadata:
    return Metadata.told("text", published=moment_and_rest(text)[0])


def _labelled(line: str, labels: list[re.Match[str]]) -> Metadata | None:
    """« Publié le 3 mars 2024 à 10h12 - Mis à jour le 5 », unless it is the start of a sentence."""
    around = sum(len(moment_and_rest(part)[1].strip()) for part in _parts(line, labels))
    facts = _facts(line, labels)
    sentence = bool(_PROSE.search(line)) and around > len("le ")
    if facts == Metadata() or sentence or around > _AROUND:
        return None
    return facts


def _parts(line: str, labels: list[re.Match[str]]) -> list[str]:
    """What stands after each label, up to the next one."""
    ends = [*(label.start() for label in labels[1:]), len(line)]
    return [line[label.end() : end] for label, end in zip(labels, ends, strict=True)]


def _facts(line: str, labels: list[re.Match[str]]) -> Metadata:
    metadata = Metadata()
    for label, part in zip(labels, _parts(line, labels), strict=True):
        moment: date | datetime | None = moment_and_rest(part)[0]
        name = "updated" if label.re is _UPDATED else "published"
        metadata = metadata.completed(Metadata.told("text", **{name: moment}))
    return metadata
