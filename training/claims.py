"""Claims with one fault, made from faithful paraphrases.

One thing is exchanged in a person's paraphrase, in its evidence, or in both: a fault in one, none
in both. So neither a claim nor its evidence alone reveals a fault, and faults are fluent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Literal

from training.lexicon import Lexicon
from training.near_misses import MONTHS, YEAR, Names, contraries, other_name, other_number

Kind = str
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[., \u00a0\u202f]\d+)*(?![\w.,]*\d)(?!\w)")
_NAME = re.compile(
    r"(?<=[ '’«])[A-ZÀ-ÖØ-ÞŒ][\w-]+(?: (?:(?:de|du|des|la|le|von|van|of|the) )?[A-ZÀ-ÖØ-ÞŒ][\w-]+)*"
)
_SENTENCE = re.compile(r"(?<=[.!?»]) +(?=[«A-ZÀ-ÖØ-ÞŒ])")
_ENDING = re.compile(r"[.!?…»,;:\s]*$")
_VOWEL = re.compile(r"[aeiouyhàâéèêëîïôöûüœ]", re.IGNORECASE)
_LONGEST_SEGMENT_WORDS = 9

_CLITICS = frozenset("se le la les lui leur y en me te nous vous ne qui".split())  # noqa: SIM905
_DENIAL = {
    "fr": re.compile(r"(?<!\w)(?:ne |n['’])((?:l['’]|se |s['’]|y )?\w+) (?:pas|plus|jamais) "),
    "en": re.compile(r"\b((?:is|are|was|were|has|have|had|will|can|could|should|would|may)) not "),
}


@cache
def exchanges(language: str) -> Mapping[str, Any]:
    """Return interchangeable words and phrases, by kind of fault."""
    text = Path(__file__).with_name("exchanges.json").read_text(encoding="utf-8")
    words: Mapping[str, Any] = json.loads(text)[language]
    return words


@dataclass(frozen=True, slots=True)
class FaithfulPair:
    """Evidence and a claim that it supports."""

    language: str
    evidence: str
    claim: str
    source: str
    group: str


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim, its evidence, whether it holds, and the span of its fault (0, 0: unknown)."""

    evidence: str
    claim: str
    holds: bool
    kind: Kind
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """Replacement `put` of the characters from `start` to `end` of a text."""

    kind: Kind
    start: int
    end: int
    put: str

    def apply(self, text: str) -> str:
        return text[: self.start] + self.put + text[self.end :]


class ClaimMaker:
    """Makes claims from faithful pairs. `segments` are phrases that fit any claim."""

    def __init__(
        self, names: Names, lexicon: Lexicon, segments: Mapping[str, Sequence[str]], random: Random
    ) -> None:
        self._names, self._lexicon, self._segments = names, lexicon, segments
        self._random = random
        self._makers: Mapping[Kind, tuple[float, Callable[[_Side], Iterable[Edit]]]] = {
            "number": (0.3, self._numbers),
            "name": (0.3, self._other_names),
            "merged": (0.8, self._merged),
            "word": (3.0, self._words),
            "contrary": (1.5, self._contraries),
            "negation": (1.5, self._negations),
            "hedge": (2.0, partial(self._of_table, "hedge", "hedges")),
            "bare": (3.0, partial(self._of_table, "bare", "bare")),
            "tense": (1.8, partial(self._of_table, "tense", "tenses")),
            "attribution": (0.15, self._attributions),
            "detail": (0.3, self._details),
            "missing": (2.0, self._missing),
            "roles": (1.2, self._roles),
            "cause": (6.0, self._causes),
        }

    def make(self, pair: FaithfulPair) -> Iterator[JudgedClaim]:
        """Yield the pair and a fault of it, as many claims that hold as do not; none if no fault
        fits."""
        order = sorted(
            self._makers, key=lambda kind: self._random.random() ** (1 / self._makers[kind][0])
        )
        for kind in reversed(order):
            side = _Side(pair.claim, pair.evidence, pair.language)
            edits = list(self._makers[kind][1](side))
            if edits:
                yield from self._judged(pair, self._random.choice(edits))
                return

    def joined(self, one: FaithfulPair, other: FaithfulPair) -> Iterator[JudgedClaim]:
        """Yield two claims of one text, joined, and one as the cause of the other."""
        text = " ".join(dict.fromkeys((one.evidence, other.evidence)))
        first, second = _ENDING.sub("", one.claim), lowered(_ENDING.sub("", other.claim))
        plain = self._random.choice(exchanges(one.language)["joins"])
        cause = self._random.choice(exchanges(one.language)["made causes"])
        start, end = len(first), len(first) + len(cause)
        yield JudgedClaim(text, f"{first}{plain}{second}.", True, "joined")
        yield JudgedClaim(text, f"{first}{cause}{second}.", False, "cause-made", start, end)

    def _judged(self, pair: FaithfulPair, edit: Edit) -> Iterator[JudgedClaim]:
        language, evidence, claim = pair.language, pair.evidence, pair.claim
        kind = edit.kind
        if kind == "missing":  # `edit` is of the evidence
            span = _shared_span(evidence[edit.start : edit.end], claim)
            yield JudgedClaim(evidence, claim, True, kind)
            yield JudgedClaim(edit.apply(evidence), claim, False, kind, *span)
            return
        put = edit.apply(claim)
        stop = edit.start + max(1, len(edit.put))
        mirrored = mirror(claim, edit, evidence)
        if kind == "hedge":  # a claim less certain than its evidence is no fault
            if mirrored is not None:
                yield JudgedClaim(mirrored, put, True, kind)
                yield JudgedClaim(mirrored, claim, False, kind, edit.start, edit.end)
            return
        rewording = self._random.choice([claim, claim, *rewordings(claim, language)])
        yield JudgedClaim(evidence, rewording, True, kind)
        yield JudgedClaim(evidence, put, False, kind, edit.start, min(stop, len(put)))
        if mirrored is None:
            return
        yield JudgedClaim(mirrored, put, True, kind)
        if kind not in ("merged", "attribution", "detail", "bare"):
            end = max(edit.end, edit.start + 1)
            yield JudgedClaim(mirrored, claim, False, kind, edit.start, end)
        elif others := list(self._merged(_Side(claim, mirrored, language))):
            other = self._random.choice(others)
            stop = other.start + len(other.put)
            yield JudgedClaim(mirrored, other.apply(claim), False, "merged", other.start, stop)

    # One function per kind of exchange.

    def _numbers(self, side: _Side) -> Iterator[Edit]:
        for match in _NUMBER.finditer(side.claim):
            kind: Literal["year", "number"] = "year" if YEAR.fullmatch(match[0]) else "number"
            text = side.evidence + side.claim
            if put := other_number(kind, match[0], text, self._random):
                yield Edit("number", *match.span(), put)
        yield from self._of_lists(side)

    def _of_lists(self, side: _Side) -> Iterator[Edit]:
        groups = [group.split() for group in exchanges(side.language)["likes"]]
        groups.append(MONTHS[side.language].split())
        for match in _WORD.finditer(side.claim):
            for group in groups:
                free = [word for word in group if match[0] in group and not side.has(word)]
                if free:
                    yield Edit("number", *match.span(), self._random.choice(free))

    def _other_names(self, side: _Side) -> Iterator[Edit]:
        for match in _NAME.finditer(side.claim):
            likes = self._names.like(side.language, side.claim, match)
            if put := other_name(likes, match[0], side.claim, side.evidence, self._random):
                yield Edit("name", *match.span(), put)

    def _merged(self, side: _Side) -> Iterator[Edit]:
        """Take a number, name or phrase from elsewhere in the evidence."""
        for pattern in (_NUMBER, _NAME):
            inside = {m[0] for m in pattern.finditer(side.evidence) if m[0] not in side.claim}
            for match in pattern.finditer(side.claim):
                fits = sorted(
                    other
                    for other in inside
                    if bool(YEAR.fullmatch(other)) == bool(YEAR.fullmatch(match[0]))
                    and _opens_alike(other, match[0])
                )
                if fits and match[0] in side.evidence:
                    yield Edit("merged", *match.span(), self._random.choice(fits))
        for sentence in _SENTENCE.split(side.evidence):
            if side.share(sentence) < 0.3:
                for segment in segments_of(sentence, side.language):
                    if side.share(segment) < 0.2:
                        yield side.append("merged", segment)

    def _words(self, side: _Side) -> Iterator[Edit]:
        for match in _WORD.finditer(side.claim):
            if match.start() and match[0].islower():
                put = self._lexicon.like(side.language, match[0], self._random)
                if put and not side.has(put) and _opens_alike(put, match[0]):
                    yield Edit("word", *match.span(), put)

    def _contraries(self, side: _Side) -> Iterator[Edit]:
        pairs = contraries(side.language)
        for match in _WORD.finditer(side.claim):
            put = pairs.get(match[0])
            elided = side.claim[: match.start()].endswith(("'", "’"))
            if put and not side.has(put) and (not elided or _VOWEL.match(put)):
                yield Edit("contrary", *match.span(), put)

    def _negations(self, side: _Side) -> Iterator[Edit]:
        for match in _DENIAL[side.language].finditer(side.claim):
            yield Edit("negation", *match.span(), f"{match[1]} ")
        for verb in exchanges(side.language)["denied"].split():
            for match in _phrase(verb, side):
                if side.language == "en":
                    yield Edit("negation", *match.span(), f"{verb} not")
                elif not re.match(r" (?:pas|plus|jamais|aucun)", side.claim[match.end() :]):
                    no = "n’" if _VOWEL.match(verb) else "ne "
                    yield Edit("negation", *match.span(), f"{no}{verb} pas")

    @staticmethod
    def _of_table(kind: Kind, table: str, side: _Side) -> Iterator[Edit]:
        for verb, put in exchanges(side.language)[table].items():
            for match in _phrase(verb, side):
                yield Edit(kind, *match.span(), put)

    def _attributions(self, side: _Side) -> Iterator[Edit]:
        words = exchanges(side.language)
        says, speaker = self._random.choice(words["says"]), self._random.choice(words["speakers"])
        pattern = rf"(?i)\b(?:{'|'.join(words['says'])}) ([^,.;:]{{3,40}})(?=[,.])"
        if match := re.search(pattern, side.claim):
            yield Edit("attribution", *match.span(1), speaker)
        else:
            yield side.append("attribution", f"{says} {speaker}")

    def _details(self, side: _Side) -> Iterator[Edit]:
        segment = self._random.choice(self._segments[side.language])
        if side.share(segment) < 0.2:
            yield side.append("detail", segment)

    def _missing(self, side: _Side) -> Iterator[Edit]:
        """Drop a phrase of the evidence that the claim repeats."""
        for segment in segments_of(side.evidence, side.language):
            start = side.evidence.find(segment)
            rest = side.evidence[:start] + side.evidence[start + len(segment) :]
            words = [w for w in content_words(segment) if side.claims(w)]
            if any(not _Side("", rest, side.language).has(w[:6]) for w in words if len(w) > 4):
                left = start - (2 if side.evidence[start - 2 : start] == ", " else 1)
                yield Edit("missing", left, start + len(segment), "")

    def _roles(self, side: _Side) -> Iterator[Edit]:
        for pattern in (_NAME, _NUMBER):
            for one, other in pairwise(pattern.finditer(side.claim)):
                between = side.claim[one.end() : other.start()]
                alike = _opens_alike(one[0], other[0])
                listed = re.fullmatch(r"\s*(?:,|et|and|ou|or|&|/|-)\s*", between)
                named = all(each in side.evidence and len(each) > 2 for each in (one[0], other[0]))
                if alike and named and not listed and one[0] != other[0]:
                    yield Edit("roles", one.start(), other.end(), f"{other[0]}{between}{one[0]}")

    def _causes(self, side: _Side) -> Iterator[Edit]:
        """Swap cause and effect in « A parce que B »."""
        claim = side.claim
        for cause in exchanges(side.language)["causes"]:
            first, separator, second = claim.partition(cause)
            end = _ENDING.search(second)
            if separator and end and "," not in first[:25] and min(len(first), len(second)) > 12:
                body = second[: end.start()]
                if re.match(r"(?i)(?:il|elle|ils|elles|it|he|she|they)\b", body):
                    continue
                because, effect = cause.rstrip().rstrip(","), lowered(first.rstrip(", "))
                yield Edit("cause", 0, len(claim), f"{_raised(body)}{because} {effect}{end[0]}")


@dataclass(frozen=True, slots=True)
class _Side:
    """A claim and its evidence."""

    claim: str
    evidence: str
    language: str

    def has(self, word: str) -> bool:
        """True if either has a word with this prefix."""
        text = f"{self.claim} {self.evidence}"
        return re.search(rf"(?<!\w){re.escape(word)}", text, re.I) is not None

    def claims(self, word: str) -> bool:
        """True if the claim has a word with the same first letters."""
        return re.search(rf"(?<!\w){re.escape(word[:6])}", self.claim, re.I) is not None

    def share(self, text: str) -> float:
        """Return the share of a text's content words in the claim."""
        words = content_words(text)
        return sum(map(self.claims, words)) / len(words) if words else 1.0

    def append(self, kind: Kind, segment: str) -> Edit:
        """Append a phrase to the claim."""
        end = _ENDING.search(self.claim)
        at = end.start() if end else len(self.claim)
        return Edit(kind, at, at, f", {segment}" if len(segment) % 2 else f" {segment}")


def mirror(claim: str, edit: Edit, evidence: str) -> str | None:
    """Apply the edit to the evidence, if it surely means the same thing there; else None."""
    old = claim[edit.start : edit.end]
    if not old:
        best = max(_SENTENCE.split(evidence), key=_Side(claim, evidence, "").share)
        at = evidence.find(best) + len(_ENDING.sub("", best))
        return evidence[:at] + edit.put + evidence[at:]
    if edit.kind in ("hedge", "tense", "negation", "bare"):
        after = re.match(r"\s+\w{2,5}", claim[edit.end :])
        if not after:
            return None
        pattern = rf"(?<![\w'’-]){re.escape(old)}(?={re.escape(after[0])})"
    else:
        pattern = rf"(?<!\w){re.escape(old)}(?!\w)"
    matches = list(re.finditer(pattern, evidence))
    if len(matches) != 1:
        return None
    return evidence[: matches[0].start()] + edit.put + evidence[matches[0].end() :]


def rewordings(claim: str, language: str) -> Iterator[str]:
    """Yield rewordings of the claim: its opening moved to the end or its ending to the front, a
    number in another format, a phrase left out."""
    openings = exchanges(language)["openings"].split()

    def is_movable(phrase: str) -> bool:
        opening = phrase.split(" ")[0].rstrip("'’")
        return opening in openings and len(phrase.split()) <= _LONGEST_SEGMENT_WORDS

    end = _ENDING.search(claim)
    body = claim[: end.start()] if end else claim
    closing = claim[len(body) :]
    first, comma, rest = body.partition(", ")
    if comma and is_movable(first.lower()):
        if "," not in rest:
            yield f"{_raised(rest)}, {lowered(first)}{closing}"
        yield f"{_raised(rest)}{closing}"
    before, comma, last = body.rpartition(", ")
    if comma and is_movable(last):
        yield f"{_raised(last)}, {lowered(before)}{closing}"
        yield f"{before}{closing}"
    if grouped := re.search(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}\b)", claim):
        yield claim[: grouped.start()] + claim[grouped.end() :]
        yield claim[: grouped.start()] + "." + claim[grouped.end() :]
    elif plain := re.search(r"(?<![\d.,])\d{5,6}(?![\d.,])", claim):
        yield claim[: plain.end() - 3] + "\u202f" + claim[plain.end() - 3 :]
    if between := re.search(r", [^,]{5,60}, (?=\w)", body):
        yield claim[: between.start()] + " " + claim[between.end() :]


def segments_of(text: str, language: str) -> Iterator[str]:
    """Yield phrases that begin with a preposition and end before a sign."""
    opening = "|".join(exchanges(language)["openings"].split())
    for match in re.finditer(
        rf"(?:(?<=, )|(?<= ))(?:{opening})\b[^,.;:()«»!?]{{8,60}}(?=[,.;]|$)", text
    ):
        if 2 < len(match[0].split()) <= _LONGEST_SEGMENT_WORDS:
            yield match[0]


def _opens_alike(one: str, other: str) -> bool:
    """True if both or neither begin with a vowel, so that « l’ », « de », "an" still fit."""
    return bool(_VOWEL.match(one)) == bool(_VOWEL.match(other))


def content_words(text: str) -> list[str]:
    """Return the words of more than three letters."""
    return [word for word in _WORD.findall(text) if len(word) > 3]


def _phrase(verb: str, side: _Side) -> Iterator[re.Match[str]]:
    for match in re.finditer(rf"(?<![\w'’-]){verb}(?![\w'’-])", side.claim):
        before = side.claim[: match.start()].split()
        after = re.match(r" (\w+)", side.claim[match.end() :])
        if verb in ("a", "ont") and not (after and re.search(r"(?:é|ée|és|i|u|t|s)$", after[1])):
            continue
        if before and before[-1].lower() not in _CLITICS and after:
            yield match


def _shared_span(segment: str, claim: str) -> tuple[int, int]:
    for word in content_words(segment):
        if match := re.search(rf"(?<!\w){re.escape(word[:6])}\w*", claim, re.IGNORECASE):
            return match.span()
    return 0, 0


def lowered(text: str) -> str:
    """Lower the first letter, as within a sentence, unless it begins a name."""
    words = (word for own in ("fr", "en") for word in exchanges(own)["lowered"].split())
    first = re.match(r"\w+['’]?", text)
    return text[:1].lower() + text[1:] if first and first[0] in words else text


def _raised(text: str) -> str:
    return text[:1].upper() + text[1:]
