"""From what a chat model writes, piece by piece, to sentences with the passages they cite."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.llm.json_stream import Objects
from bot.llm.markup import MarkedLine, read_line
from index.text.folding import fold_phrase
from index.text.sentences import sentence_spans

_OPENING = re.compile(r"<(think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)
_LONGEST = len("</reflection>")


class Thinking:
    """Takes a stream apart: `spoken` gives what is meant for others.

    Some servers keep the opening tag for themselves: at a closing one that nothing opened, all that
    was said before turns out to be thought, and `restarts` grows by one.
    """

    def __init__(self) -> None:
        self.restarts = 0
        self._pending = ""
        self._inside = False

    def spoken(self, piece: str, *, last: bool = False) -> str:
        """What of the stream so far may be read on; a tag under way is waited for."""
        self._pending += piece
        out = ""
        while True:
            if self._inside:
                closing = _CLOSING.search(self._pending)
                if closing is None:
                    self._pending = self._pending[-_LONGEST:]
                    return out
                self._pending, self._inside = self._pending[closing.end() :], False
                continue
            closing, opening = _CLOSING.search(self._pending), _OPENING.search(self._pending)
            if closing is not None and (opening is None or closing.start() < opening.start()):
                self.restarts += 1
                out, self._pending = "", self._pending[closing.end() :]
                continue
            if opening is not None:
                out += self._pending[: opening.start()]
                self._pending, self._inside = self._pending[opening.end() :], True
                continue
            keep = 0 if last else _tag_under_way(self._pending)
            out += self._pending[: len(self._pending) - keep]
            self._pending = self._pending[len(self._pending) - keep :]
            return out


def _tag_under_way(text: str) -> int:
    """How many characters at the end may be the beginning of a tag."""
    at = text.rfind("<", max(0, len(text) - _LONGEST))
    return len(text) - at if at >= 0 and re.fullmatch(r"</?[a-z]*", text[at:], re.I) else 0


_SOURCE = r"(?:(?:les|ces|the|these|provided|given|aucune? des?|none of the) )*"

_SOURCES = (
    rf"{_SOURCE}(?:passages?|articles?|textes?|texts?|extraits?|documents?|sources?|contexte?|context"
    r"|informations?)(?: (?:fournis|fournies|donnes|donnees|provided|given|above|ci-dessus))*"
)

_UNKNOWN = re.compile(
    r"(?:(?:desolee?|sorry|unfortunately|malheureusement|excuse[zr]?[- ]moi)\b[ ,.!:]*)*"
    r"(?:(?:mais|but|i'm|i am|je suis) (?:desolee?|sorry)[ ,.!]*)?"
    r"(?:je ne (?:le |la )?sais pas|je l'ignore|je n'en sais rien|i (?:do not|don't) know"
    r"|je ne (?:peux|puis|suis pas en mesure)|je n'ai (?:pas|aucune)|je ne (?:trouve|dispose) pas"
    r"|i (?:cannot|can't|could not|couldn't|am unable|do not have|don't have|have no|did not find)"
    r"|(?:il n'y a|aucune|il n'existe) (?:pas|aucune?|d')? ?(?:information|reponse|mention|donnee)"
    r"|(?:there is|there's) (?:no|not enough) (?:information|answer|mention)"
    r"|no information|cette information n'|this information is not|the answer is not"
    r"|(?:on ne sait pas|it is (?:not known|unknown)|inconnu|unknown)[ .!]*$"
    rf"|{_SOURCES} (?:ne |n')(?:\w+ )?(?:\w+ )?(?:pas|aucun|rien|nulle)"
    rf"|{_SOURCES} (?:do|does|did) ?(?:not|n't)"
    rf"|(?:dans|d'apres|selon|in|from|based on|according to) {_SOURCES}[ ,]+"
    r"(?:il n'y a (?:pas|aucune)|there is no|je ne|i (?:cannot|can't|do not|don't)))"
)

_AROUND = re.compile(
    r"(?:voici|bien sur|d'accord|certainement|avec plaisir|here (?:is|are)|sure|of course|certainly"
    r"|okay|great question|bonne question|n'hesite[zr]? pas|j'espere|i hope|feel free|let me know"
    r"|si (?:vous|tu) (?:avez|as) d'autres|if you (?:have|need)|en resume :|in summary:"
    r"|(?:sources?|references?|citations?|passages?) ?:)"
)


def is_refusal(text: str) -> bool:
    """Whether the sentence says that there is no answer."""
    return _UNKNOWN.match(fold_phrase(text).strip(" *_\"'«»")) is not None


def is_chatter(text: str) -> bool:
    """Whether the sentence only announces, greets or offers."""
    plain = fold_phrase(text).strip()
    return plain.endswith(":") or _AROUND.match(plain) is not None


LONGEST_LINE = 4_000  # characters; a model that writes more without a line's end is out of order
LONGEST_REFUSAL = 8  # words; what says more, and cites, may be a claim
_Kind = Literal["claim", "refusal", "chatter"]
_WORD_AFTER = re.compile(r"(?<!\S)[^\w\s]*+\w\S*+\s")
_ENDING = re.compile(r"[.!?…:][»”\"’')\]\s]*$")


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """A sentence of a model: a claim, that it does not know, or words around the answer.

    `ended` is False where the stream stopped before the sentence did.
    """

    text: str
    citations: tuple[int, ...] = ()
    kind: _Kind = "claim"
    ended: bool = True


class AnswerParser:
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

    def feed(self, piece: str) -> tuple[ParsedSentence, ...]:
        """The sentences that are complete with this piece."""
        before = self.restarts
        spoken = self._thinking.spoken(piece)
        if self.restarts > before:
            self._text, self._given, self._objects = "", 0, None
        return self._read(spoken, last=False)

    def finish(self) -> tuple[ParsedSentence, ...]:
        """What was still under way when the stream ended."""
        return self._read(self._thinking.spoken("", last=True), last=True)

    def _read(self, spoken: str, *, last: bool) -> tuple[ParsedSentence, ...]:
        self._text += spoken
        if self._objects is None and _is_json(self._text):
            self._objects, spoken = Objects(), self._text
        if self._objects is not None:
            self._text = ""
            return tuple(self._written(self._objects.read(spoken, last=last)))
        if not last and (not spoken or _undecided(self._text)):
            return ()
        return tuple(self._lines(last=last))

    def _written(self, objects: Sequence[tuple[str, tuple[int, ...]]]) -> Iterator[ParsedSentence]:
        for text, named in objects:
            for line in text.splitlines():
                read = read_line(line, self._numbers, whole=True)
                known = tuple(number for number in named if number in self._numbers)
                for said in _sentences(read, self._language):
                    cited = tuple(dict.fromkeys((*said.citations, *known)))
                    yield _judged(said.text, cited)

    def _lines(self, *, last: bool) -> Iterator[ParsedSentence]:
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

    def _of(self, raw: str) -> Iterator[ParsedSentence]:
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
    return re.fullmatch(r"\s*+(?:`{1,3}+\w*+\s*+)?+[{\[]?\s*+", text) is not None


def _sentences(line: MarkedLine, language: str) -> list[_Sentence]:
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


def _judged(text: str, citations: tuple[int, ...]) -> ParsedSentence:
    text = re.sub(r"\s+([.,…])", r"\1", re.sub(r" {2,}", " ", text)).strip()
    if is_refusal(text) and not (citations and len(text.split()) > LONGEST_REFUSAL):
        return ParsedSentence(text, citations, "refusal")
    around = text.endswith(":") or (is_chatter(text) and not citations)
    if around or not any(map(str.isalnum, text)):
        return ParsedSentence(text, citations, "chatter")
    return ParsedSentence(text, citations)
