"""Parse a chat model's streamed answer into sentences with the passages they cite."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.llm.json_stream import JsonSentences
from bot.llm.markup import MarkedLine, parse_line
from index.text.folding import fold_phrase
from index.text.sentences import sentence_spans

_OPENING = re.compile(r"<(think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:think|thinking|thought|reasoning|reflection)>", re.IGNORECASE)
_LONGEST_TAG = len("</reflection>")


class ThoughtFilter:
    """Strips a model's thinking from its stream.

    Some servers omit the opening tag: after a lone closing tag, everything so far was thinking, and
    `restarts` grows by one.
    """

    def __init__(self) -> None:
        self.restarts = 0
        self._pending = ""
        self._inside = False

    def feed(self, piece: str, *, last: bool = False) -> str:
        """Return the next text outside of thinking; an unfinished tag is held back."""
        self._pending += piece
        out = ""
        while True:
            closing, opening = _CLOSING.search(self._pending), _OPENING.search(self._pending)
            if self._inside:
                if closing is None:
                    self._pending = self._pending[-_LONGEST_TAG:]
                    return out
                self._pending, self._inside = self._pending[closing.end() :], False
            elif closing is not None and (opening is None or closing.start() < opening.start()):
                self.restarts += 1
                out, self._pending = "", self._pending[closing.end() :]
            elif opening is not None:
                out += self._pending[: opening.start()]
                self._pending, self._inside = self._pending[opening.end() :], True
            else:
                end = len(self._pending)
                at = self._pending.rfind("<", max(0, end - _LONGEST_TAG))
                if not last and at >= 0 and re.fullmatch(r"</?[a-z]*", self._pending[at:], re.I):
                    end = at
                out += self._pending[:end]
                self._pending = self._pending[end:]
                return out


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

_CHATTER = re.compile(
    r"(?:voici|bien sur|d'accord|certainement|avec plaisir|here (?:is|are)|sure|of course|certainly"
    r"|okay|great question|bonne question|n'hesite[zr]? pas|j'espere|i hope|feel free|let me know"
    r"|si (?:vous|tu) (?:avez|as) d'autres|if you (?:have|need)|en resume :|in summary:"
    r"|(?:sources?|references?|citations?|passages?) ?:)"
)


def is_refusal(text: str) -> bool:
    """True if the sentence says that there is no answer."""
    return _UNKNOWN.match(fold_phrase(text).strip(" *_\"'«»")) is not None


MAX_LINE = 4_000  # characters; a model that writes longer lines is malfunctioning
MAX_REFUSAL_WORDS = 8  # a longer refusal with citations may be a claim

_WORD_AFTER = re.compile(r"(?<!\S)[^\w\s]*+\w\S*+\s")
_ENDING = re.compile(r"[.!?…:][»”\"’')\]\s]*$")


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """A sentence of a model: a claim, a refusal, or chatter around the answer.

    `is_complete` is False if the stream stopped in the middle of it.
    """

    text: str
    citations: tuple[int, ...] = ()
    kind: Literal["claim", "refusal", "chatter"] = "claim"
    is_complete: bool = True


class AnswerParser:
    """Parses a streamed answer, either text with markers or JSON; pieces may end anywhere.

    A sentence is returned once the next one has begun, when its markers are complete. Markers
    outside `numbers` are dropped.
    """

    def __init__(self, language: str, numbers: Collection[int]) -> None:
        self._language = language
        self._numbers = frozenset(numbers)
        self._thoughts = ThoughtFilter()
        self._text = ""
        self._returned = 0  # sentences of the current line
        self._json: JsonSentences | None = None

    @property
    def restarts(self) -> int:
        """How often everything so far turned out to be thinking."""
        return self._thoughts.restarts

    @property
    def overlong(self) -> bool:
        """True if the current line is too long."""
        return len(self._text) > MAX_LINE

    def feed(self, piece: str) -> tuple[ParsedSentence, ...]:
        """Return the sentences that this piece completes."""
        before = self.restarts
        text = self._thoughts.feed(piece)
        if self.restarts > before:
            self._text, self._returned, self._json = "", 0, None
        return self._parse(text, last=False)

    def finish(self) -> tuple[ParsedSentence, ...]:
        """Return the remaining sentences at the end of the stream."""
        return self._parse(self._thoughts.feed("", last=True), last=True)

    def _parse(self, text: str, *, last: bool) -> tuple[ParsedSentence, ...]:
        self._text += text
        if self._json is None and re.match(r"\s*(?:```\w*\s*)?(?:\{\s*[\"}]|\[\s*\{)", self._text):
            self._json, text = JsonSentences(), self._text
        if self._json is not None:
            self._text = ""
            return tuple(self._parse_json(self._json.read(text, last=last)))
        # Too early to tell JSON from text?
        is_ambiguous = re.fullmatch(r"\s*+(?:`{1,3}+\w*+\s*+)?+[{\[]?\s*+", self._text) is not None
        if not last and (not text or is_ambiguous):
            return ()
        return tuple(self._parse_lines(last=last))

    def _parse_json(self, rows: Sequence[tuple[str, tuple[int, ...]]]) -> Iterator[ParsedSentence]:
        for text, numbers in rows:
            valid = tuple(number for number in numbers if number in self._numbers)
            for raw in text.splitlines():
                line = parse_line(raw, self._numbers, whole=True)
                for each in _split_sentences(line, self._language):
                    yield _classify(each.text, tuple(dict.fromkeys((*each.citations, *valid))))

    def _parse_lines(self, *, last: bool) -> Iterator[ParsedSentence]:
        *whole, current = self._text.split("\n")
        for raw in whole:
            yield from self._parse_line(raw)
            self._returned = 0
        self._text = current
        if last:
            for sentence in self._parse_line(current):
                yield replace(sentence, is_complete=_ENDING.search(sentence.text) is not None)
            self._text, self._returned = "", 0
        elif any(map(str.isspace, current)):
            line = parse_line(current, self._numbers, whole=False)
            complete = _complete(_split_sentences(line, self._language), line.text)
            for each in complete[self._returned :]:
                yield _classify(each.text, each.citations)
            self._returned = max(self._returned, len(complete))

    def _parse_line(self, raw: str) -> Iterator[ParsedSentence]:
        line = parse_line(raw, self._numbers, whole=True)
        for each in _split_sentences(line, self._language)[self._returned :]:
            yield _classify(each.text, each.citations)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    end: int
    citations: tuple[int, ...]


def _split_sentences(line: MarkedLine, language: str) -> list[_Sentence]:
    """Split a line into sentences, each with its markers.

    A marker follows its sentence, except in a line that begins with one.
    """
    spans = sentence_spans(line.text, language)
    has_leading_marker = bool(line.markers) and line.markers[0].at == 0
    numbers_by_sentence: list[list[int]] = [[] for _ in spans]
    for marker in line.markers if spans else ():
        before = [place for place, (start, _) in enumerate(spans) if start < marker.at]
        inside = bool(before) and marker.at < spans[before[-1]][1]
        after = len(before) < len(spans)
        behind = before and (inside or not (has_leading_marker and after))
        numbers_by_sentence[before[-1] if behind else len(before)] += marker.numbers
    return [
        _Sentence(line.text[start:end], end, tuple(dict.fromkeys(numbers)))
        for (start, end), numbers in zip(spans, numbers_by_sentence, strict=True)
    ]


def _complete(sentences: Sequence[_Sentence], text: str) -> Sequence[_Sentence]:
    """Return the sentences that another one follows, so that their end and markers are final."""
    complete = 0
    for place, sentence in enumerate(sentences[:-1], 1):
        before, after = text[: sentence.end], text[sentence.end :]
        is_quote_open = (
            before.count('"') % 2 == 1
            or before.count("«") > before.count("»")
            or before.count("“") > before.count("”")
        )
        if not is_quote_open and _WORD_AFTER.search(after):
            complete = place
    return sentences[:complete]


def _classify(text: str, citations: tuple[int, ...]) -> ParsedSentence:
    text = re.sub(r"\s+([.,…])", r"\1", re.sub(r" {2,}", " ", text)).strip()
    if is_refusal(text) and not (citations and len(text.split()) > MAX_REFUSAL_WORDS):
        return ParsedSentence(text, citations, "refusal")
    plain = fold_phrase(text).strip()
    is_chatter = text.endswith(":") or (
        not citations and (plain.endswith(":") or _CHATTER.match(plain) is not None)
    )
    if is_chatter or not any(map(str.isalnum, text)):
        return ParsedSentence(text, citations, "chatter")
    return ParsedSentence(text, citations)
