"""From what a chat model writes, piece by piece, to sentences with the passages they cite."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.llm.answer_parser_writing_chatter import is_chatter, is_refusal
from bot.llm.answer_parser_writing_thinking import Thinking
from bot.llm.json_stream import Objects
from bot.llm.markup import Line, read_line
from index.sentences import sentence_spans

LONGEST_LINE = 4_000  # characters; a model that writes more without a line's end is out of order

LONGEST_REFUSAL = 8  # words; what says more, and cites, may be a claim

Kind = Literal["claim", "refusal", "chatter"]

_WORD_AFTER = re.compile(r"\w\S*\s")
_ENDING = re.compile(r"[.!?…:][»”\"’')\]\s]*$")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a model: a claim, that it does not know, or words around the answer.

    `ended` is False where the stream stopped before the sentence did.
    """

    text: str
    citations: tuple[int, ...] = ()
    kind: Kind = "claim"
    ended: bool = True


class Reader:
    """Reads an answer as it comes, as text with markers or as JSON; pieces may end anywhere.

    A sentence is given once the next one has begun, for only then are its markers complete.
    Markers of passages that were not given (`numbers` are) do not count.
    """

    def __init__(self, language: str, numbers: Collection[int]) -> None:
        self._language = language
        self._numbers = frozenset(numbers)
        self._thinking = Thinking()
        self._text = ""
        self._given = 0  # sentences of the line under way that were given already
        self._objects: Objects | None = None

    @property
    def restarts(self) -> int:
        """How often what was given so far turned out to be the model's thinking."""
        return self._thinking.restarts

    @property
    def overlong(self) -> bool:
        """Whether the model writes on without ever ending a line."""
        return len(self._text) > LONGEST_LINE

    def feed(self, piece: str) -> tuple[Said, ...]:
        """The sentences that are complete with this piece."""
        before = self.restarts
        spoken = self._thinking.spoken(piece)
        if self.restarts > before:
            self._text, self._given, self._objects = "", 0, None
        return self._read(spoken, last=False)

    def finish(self) -> tuple[Said, ...]:
        """What was still under way when the stream ended."""
        return self._read(self._thinking.spoken("", last=True), last=True)

    def _read(self, spoken: str, *, last: bool) -> tuple[Said, ...]:
        self._text += spoken
        if self._objects is None and _is_json(self._text):
            self._objects, spoken = Objects(), self._text
        if self._objects is not None:
            self._text = ""
            return tuple(self._written(self._objects.read(spoken, last=last)))
        if not last and (not spoken or _undecided(self._text)):
            return ()
        return tuple(self._lines(last=last))

    def _written(self, objects: Sequence[tuple[str, tuple[int, ...]]]) -> Iterator[Said]:
        for text, named in objects:
            for line in text.splitlines():
                read = read_line(line, self._numbers, whole=True)
                known = tuple(number for number in named if number in self._numbers)
                for said in _sentences(read, self._language):
                    cited = tuple(dict.fromkeys((*said.citations, *known)))
                    yield _judged(said.text, cited)

    def _lines(self, *, last: bool) -> Iterator[Said]:
        *whole, under_way = self._text.split("\n")
        for raw in whole:
            yield from self._of(raw)
            self._given = 0
        self._text = under_way
        if last:
            for cut in self._of(under_way):
                yield replace(cut, ended=_ENDING.search(cut.text) is not None)
            self._text, self._given = "", 0
        elif any(map(str.isspace, under_way)):
            line = read_line(under_way, self._numbers, whole=False)
            complete = _complete(_sentences(line, self._language), line.text)
            for said in complete[self._given :]:
                yield _judged(said.text, said.citations)
            self._given = max(self._given, len(complete))

    def _of(self, raw: str) -> Iterator[Said]:
        line = read_line(raw, self._numbers, whole=True)
        for said in _sentences(line, self._language)[self._given :]:
            yield _judged(said.text, said.citations)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    end: int
    citations: tuple[int, ...]


def _is_json(text: str) -> bool:
    return re.match(r"\s*(?:```\w*\s*)?(?:\{\s*[\"}]|\[\s*\{)", text) is not None


def _undecided(text: str) -> bool:
    """Whether it is too early to tell JSON from text."""
    return re.fullmatch(r"\s*(?:`{1,3}\w*\s*)?[{\[]?\s*", text) is not None


def _sentences(line: Line, language: str) -> list[_Sentence]:
    """The sentences of a line, each with the markers that belong to it.

    A marker stands behind its sentence, except in a line that begins with one.
    """
    spans = sentence_spans(line.text, language)
    leading = bool(line.markers) and line.markers[0].at == 0
    cited: list[list[int]] = [[] for _ in spans]
    for marker in line.markers:
        place = _owner(marker.at, spans, leading=leading)
        if place is not None:
            cited[place] += marker.numbers
    return [
        _Sentence(line.text[start:end], end, tuple(dict.fromkeys(numbers)))
        for (start, end), numbers in zip(spans, cited, strict=True)
    ]


def _owner(at: int, spans: Sequence[tuple[int, int]], *, leading: bool) -> int | None:
    before = [place for place, (start, _) in enumerate(spans) if start < at]
    after = [place for place, (start, _) in enumerate(spans) if start >= at]
    if leading and after:
        inside = before and at < spans[before[-1]][1]
        return before[-1] if inside else after[0]
    return before[-1] if before else after[0] if after else None


def _complete(sentences: Sequence[_Sentence], text: str) -> Sequence[_Sentence]:
    """Those behind which another has begun, so that neither end nor markers can change."""
    complete = 0
    for place, sentence in enumerate(sentences[:-1], 1):
        begun = text[sentence.end :]
        if _closed(text[: sentence.end]) and _WORD_AFTER.search(begun):
            complete = place
    return sentences[:complete]


def _closed(text: str) -> bool:
    """Whether no quotation is open at the end."""
    straight = text.count('"') % 2 == 0
    return straight and text.count("«") <= text.count("»") and text.count("“") <= text.count("”")


def _judged(text: str, citations: tuple[int, ...]) -> Said:
    text = re.sub(r"\s+([.,…])", r"\1", re.sub(r" {2,}", " ", text)).strip()
    if is_refusal(text) and not (citations and len(text.split()) > LONGEST_REFUSAL):
        return Said(text, citations, "refusal")
    around = text.endswith(":") or (is_chatter(text) and not citations)
    if around or not any(map(str.isalnum, text)):
        return Said(text, citations, "chatter")
    return Said(text, citations)
