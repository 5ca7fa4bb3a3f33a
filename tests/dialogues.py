"""Conversations whose every turn has a known place in the articles, held and judged.

One JSON object a line: `{"id", "half", "language", "turns": [{"question", "kind", "where",
"reply_to"}]}`. `where` gives the words that the right passage holds by article file, empty words
for any passage of it; without it the question is to be refused. `reply_to` counts turns from 1.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.answer import Answer
from bot.followups.candidates import Search
from bot.followups.conversation import FollowUpChain
from bot.followups.turn import History, Turn, TurnText, append_turn
from index.article import Article, Passage

_Part = Literal["opening", "follow_up", "change", "courtesy"]


@dataclass(frozen=True, slots=True)
class _Line:
    """What is said at one turn. A `change` is a question amid the talk that stands alone."""

    question: str
    part: _Part
    where: Mapping[str, str]
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The turns of one conversation; `half` says whether the rules were made with it."""

    id: int
    half: str
    language: str
    lines: tuple[_Line, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one turn.

    `cited` says that a citation of the answer lies in the right passage, `first` that this passage
    is the first one found; for a question to be refused both say that it was.
    """

    dialogue: Dialogue
    line: _Line
    answer: Answer
    cited: bool
    first: bool
    milliseconds: float

    @property
    def right(self) -> bool:
        return self.cited or self.first


def read_dialogues(path: Path) -> tuple[Dialogue, ...]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_dialogue(json.loads(line)) for line in lines if line.strip())


def hold(dialogue: Dialogue, chain: FollowUpChain, search: Search) -> Iterator[Heard]:
    """Hold one conversation: each question comes after the answers that were really given."""
    history: History = ()
    turns: list[Turn] = []
    for line in dialogue.lines:
        replied = turns[line.reply_to - 1] if line.reply_to is not None else None
        began = time.perf_counter()
        answer = chain.invoke(TurnText(line.question, history, replied))
        took = (time.perf_counter() - began) * 1000
        first = search(answer.understood or answer.question, 1).hits[:1]
        yield Heard(
            dialogue=dialogue,
            line=line,
            answer=answer,
            cited=_any(
                line,
                answer,
                [(citation.article, citation.passage) for citation in answer.citations],
            ),
            first=_any(line, answer, [(hit.article, hit.passage) for hit in first]),
            milliseconds=took,
        )
        if line.part != "courtesy":
            turns.append(Turn.of(answer, datetime.now(UTC)))
            history = append_turn(history, turns[-1])


def _any(line: _Line, answer: Answer, places: Sequence[tuple[Article, Passage]]) -> bool:
    if not line.where:
        return not answer.is_sure
    return any(_holds(line.where, article, passage) for article, passage in places)


def _holds(where: Mapping[str, str], article: Article, passage: Passage) -> bool:
    words = where.get(Path(article.path).name)
    return words is not None and _plain(words) in _plain(passage.text)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _dialogue(fields: Mapping[str, Any]) -> Dialogue:
    return Dialogue(
        id=fields["id"],
        half=fields["half"],
        language=fields["language"],
        lines=tuple(
            _Line(turn["question"], turn["kind"], turn.get("where", {}), turn.get("reply_to"))
            for turn in fields["turns"]
        ),
    )
