"""Positions on a subject: who says what of it, each sentence under its speaker's name."""

from __future__ import annotations

import re

from bot.answer import Answer, Statement
from bot.archive.events import Event, distinct, ranked
from bot.archive.material import find_material
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speech
from bot.archive.texts import OverviewPhrases, PositionsPhrases
from index.search.searcher import Searcher
from index.text.folding import fold_phrase

_LINES = 14
# What takes a side without a verb of speech.
_STANCE = re.compile(
    r"\b(?:en faveur|favorables?|hostiles?|oppos\w+|souti\w+|souten\w+|rejet\w*"
    r"|refus\w*|partisans?|appel\w*|critiqu\w*|denonc\w*|defen[ds]\w*|manifest\w*|milit\w+"
    r"|prone\w*|contest\w*|approuv\w*|satisfai\w*|insuffisan\w*|reclam\w*|qualifi\w*|favou?r"
    r"|against|support\w*|reject\w*)\b"
)


def tell_positions(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Quote those who speak of a subject or take a side, the weightiest sentences, by speaker."""
    material = find_material(request, searcher)
    if material is None:
        return refuse_subject(request, searcher)
    lines = material.lines()
    speeches = {line.text: find_speech(line.text, line.article.language) for line in lines}
    names = {text: (own.speaker or "") if own else "" for text, own in speeches.items()}

    def takes_side(line: Event) -> bool:
        return bool(speeches[line.text] or _STANCE.search(fold_phrase(line.text)))

    ordered = ranked(lines)
    lines = distinct(filter(takes_side, ordered), _LINES)
    if not lines:
        return refuse_subject(request, searcher)
    others = distinct((o for o in ordered if not takes_side(o)), _LINES - len(lines), lines)
    order: dict[str, int] = {}
    for line in lines:
        order.setdefault(_key(names[line.text]), len(order))
    lines.sort(key=lambda line: order[_key(names[line.text])])
    count = len([key for key in order if key])
    name = next(iter(request.forms), request.subject)
    heading = PositionsPhrases.of(request.language).heading(name, count)
    statements = [
        Statement(line.text, (number,), label=names[line.text])
        for number, line in enumerate(lines, 1)
    ]
    background = OverviewPhrases.of(request.language).background
    for line in others:
        lines.append(line)
        statements.append(Statement(line.text, (len(lines),), heading=background))
        background = ""
    return answer_lines(request, statements, lines, heading, material=material)


def _key(name: str) -> str:
    """« Benoît Hamon » and « Hamon » are one."""
    return fold_phrase(name).split()[-1] if name else ""
