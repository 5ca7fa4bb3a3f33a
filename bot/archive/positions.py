"""Positions on a subject: who says what of it, each sentence under its speaker's name."""

from __future__ import annotations

from datetime import date

from bot.answer import Answer, Statement
from bot.archive.events import Event, distinct, find_lines
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speech
from bot.archive.subject import find_subject
from bot.archive.texts import PositionsPhrases
from index.search.searcher import Searcher
from index.text.folding import fold_phrase

_SPEAKERS, _SPEAKER_LINES = 8, 2


def tell_positions(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Quote those who speak of a subject, the most quoted first, newest first for each."""
    found = find_subject(searcher, request.subject, request.period, request.question)
    by_speaker: dict[str, list[tuple[str, Event]]] = {}
    for line in find_lines(found.articles):
        speech = find_speech(line.text, line.article.language)
        if speech is not None and speech.speaker is not None and line.is_named:
            key = fold_phrase(speech.speaker).split()[-1]  # « Benoît Hamon », « Hamon »
            by_speaker.setdefault(key, []).append((speech.speaker, line))
    if not by_speaker:
        return refuse_subject(request, searcher)
    heading = PositionsPhrases.of(request.language).heading(request.subject, len(by_speaker))
    lines: list[Event] = []
    statements: list[Statement] = []
    for own in sorted(by_speaker.values(), key=len, reverse=True)[:_SPEAKERS]:
        name = max((speaker for speaker, _ in own), key=len)
        newest = sorted(
            (line for _, line in own), key=lambda line: line.article.published or date.min
        )
        for line in distinct(reversed(newest), _SPEAKER_LINES, lines):
            lines.append(line)
            statements.append(Statement(line.text, (len(lines),), label=name))
    return answer_lines(request, statements, lines, heading, found=found)
