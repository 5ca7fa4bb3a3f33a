"""Claims with one fault, made of paraphrases that are known to be faithful.

A person's paraphrase stands beside its evidence. One thing is then exchanged in the claim, in the
evidence, or in both at once: in one of them it is a fault, in both it is none. So neither a claim
nor its evidence tells by itself which it is, and faults are as fluent as what is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

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
    """The words and phrases that may stand for each other, by kind of fault."""
    text = Path(__file__).with_name("exchanges.json").read_text(encoding="utf-8")
    words: Mapping[str, Any] = json.loads(text)[language]
    return words


@dataclass(frozen=True, slots=True)
class FaithfulPair:
    """Evidence and a claim that it bears out; `around` are sentences of the same kind of text."""

    language: str
    evidence: str
    claim: str
    source: str
    group: str


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim beside evidence, whether it holds, and where in it the fault lies (0, 0: unknown)."""

    evidence: str
    claim: str
    holds: bool
    kind: Kind
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """`put` for the characters from `start` to `end` of a text."""

    kind: Kind
    start: int
    end: int
    put: str

    def apply(self, text: str) -> str:
        """The text as it becomes."""
        return text[: self.start] + self.put + text[self.end :]


class ClaimMaker:
    """Makes claims of faithful pairs. `segments` are phrases that may be added to any claim."""

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
            "hedge": (2.0, self._hedges),
            "bare": (3.0, self._bared),
            "tense": (1.8, self._tenses),
            "attribution": (0.15, self._attributions),
            "detail": (0.3, self._details),
            "missing": (2.0, self._missing),
            "roles": (1.2, self._roles),
            "cause": (6.0, self._causes),
        }

    def make(self, pair: FaithfulPair) -> Iterator[JudgedClaim]:
        """The pair itself and a fault, as many that hold as do not; nothing where none can be
        made."""
        kinds = list(self._makers)
        order = sorted(kinds, key=lambda k: self._random.random() ** (1 / self._makers[k][0]))
        for kind in reversed(order):
            side = _Side(pair.claim, pair.evidence, pair.language)
            edits = list(self._makers[kind][1](side))
            if edits:
                yield from self._judged(pair, self._random.choice(edits))
                return

    def joined(self, one: FaithfulPair, other: FaithfulPair) -> Iterator[JudgedClaim]:
        """Two claims of one text, side by side, and one made the cause of the other."""
        text = (
            f"{one.evidence} {other.evidence}" if one.evidence != other.evidence else one.evidence
        )
        first, second = _ENDING.sub("", one.claim), lowered(_ENDING.sub("", other.claim))
        plain = self._random.choice(exchanges(one.language)["joins"])
        cause = self._random.choice(exchanges(one.language)["made causes"])
        start = len(first)
        yield JudgedClaim(text, f"{first}{plain}{second}.", True, "joined")
        yield JudgedClaim(
            text, f"{first}{cause}{second}.", False, "cause-made", start, start + len(cause)
        )

    def _judged(self, pair: FaithfulPair, edit: Edit) -> Iterator[JudgedClaim]:
        language, evidence, claim = pair.language, pair.evidence, pair.claim
        kind = edit.kind
        if kind == "missing":  # `edit` tells what of the evidence goes, and is no claim's
            span = _shared_span(evidence[edit.start : edit.end], claim)
            yield JudgedClaim(evidence, claim, True, kind)
            yield JudgedClaim(edit.apply(evidence), claim, False, kind, *span)
            return
        put = edit.apply(claim)
        stop = edit.start + max(1, len(edit.put))
        mirrored = mirror(claim, edit, evidence)
        if kind == "hedge":  # said less surely than it is, a claim is no fault
            if mirrored is not None:
                yield JudgedClaim(mirrored, put, True, kind)
                yield JudgedClaim(mirrored, claim, False, kind, edit.start, edit.end)
            return
        yield JudgedClaim(evidence, self._reworded(claim, language), True, kind)
        yield JudgedClaim(evidence, put, False, kind, edit.start, min(stop, len(put)))
        if mirrored is not None and kind not in ("merged", "attribution", "detail", "bare"):
            yield JudgedClaim(mirrored, put, True, kind)
            yield JudgedClaim(
                mirrored, claim, False, kind, edit.start, max(edit.end, edit.start + 1)
            )
        elif mirrored is not None:
            yield JudgedClaim(mirrored, put, True, kind)
            far = self._merged(_Side(claim, mirrored, language))
            if others := list(far):
                other = self._random.choice(others)
                stop = other.start + len(other.put)
                yield JudgedClaim(mirrored, other.apply(claim), False, "merged", other.start, stop)

    def _reworded(self, claim: str, language: str) -> str:
        return self._random.choice([claim, claim, *rewordings(claim, language)])

    # What may be exchanged, one function a kind.

    def _numbers(self, side: _Side) -> Iterator[Edit]:
        for match in _NUMBER.finditer(side.claim):
            seen = side.evidence + side.claim
            is_year = YEAR.fullmatch(match[0])
            put = other_number("year" if is_year else "number", match[0], seen, self._random)
            if put:
                yield Edit("number", *match.span(), put)
        yield from self._of_lists(side)

    def _of_lists(self, side: _Side) -> Iterator[Edit]:
        groups = [group.split() for group in exchanges(side.language)["likes"]]
        groups.append(MONTHS[side.language].split())
        for match in _WORD.finditer(side.claim):
            for group in groups:
                if match[0] in group:
                    free = [word for word in group if not side.has(word)]
                    if free:
                        yield Edit("number", *match.span(), self._random.choice(free))

    def _other_names(self, side: _Side) -> Iterator[Edit]:
        for match in _NAME.finditer(side.claim):
            likes = self._names.like(side.language, side.claim, match)
            if put := other_name(likes, match[0], side.claim, side.evidence, self._random):
                yield Edit("name", *match.span(), put)

    def _merged(self, side: _Side) -> Iterator[Edit]:
        """What the evidence says of something else."""
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
                        yield side.added("merged", segment)

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

    def _hedges(self, side: _Side) -> Iterator[Edit]:
        return self._of_table("hedge", "hedges", side)

    def _bared(self, side: _Side) -> Iterator[Edit]:
        return self._of_table("bare", "bare", side)

    def _tenses(self, side: _Side) -> Iterator[Edit]:
        return self._of_table("tense", "tenses", side)

    @staticmethod
    def _of_table(kind: Kind, table: str, side: _Side) -> Iterator[Edit]:
        for verb, put in exchanges(side.language)[table].items():
            for match in _phrase(verb, side):
                yield Edit(kind, *match.span(), put)

    def _attributions(self, side: _Side) -> Iterator[Edit]:
        says = self._random.choice(exchanges(side.language)["says"])
        for match in re.finditer(
            rf"(?i)\b(?:{'|'.join(exchanges(side.language)['says'])}) ([^,.;:]{{3,40}})(?=[,.])",
            side.claim,
        ):
            yield Edit(
                "attribution",
                *match.span(1),
                self._random.choice(exchanges(side.language)["speakers"]),
            )
            return
        yield side.added(
            "attribution", f"{says} {self._random.choice(exchanges(side.language)['speakers'])}"
        )

    def _details(self, side: _Side) -> Iterator[Edit]:
        segment = self._random.choice(self._segments[side.language])
        if side.share(segment) < 0.2:
            yield side.added("detail", segment)

    def _missing(self, side: _Side) -> Iterator[Edit]:
        """Phrases of the evidence that the claim takes up, to be left out of the evidence."""
        for segment in segments_of(side.evidence, side.language):
            start = side.evidence.find(segment)
            rest = side.evidence[:start] + side.evidence[start + len(segment) :]
            words = [w for w in content_words(segment) if side.claimed(w)]
            if any(not _Side("", rest, side.language).has(w[:6]) for w in words if len(w) > 4):
                left = start - (2 if side.evidence[start - 2 : start] == ", " else 1)
                yield Edit("missing", left, start + len(segment), "")

    def _roles(self, side: _Side) -> Iterator[Edit]:
        for pattern in (_NAME, _NUMBER):
            found = list(pattern.finditer(side.claim))
            for one, other in pairwise(found):
                between = side.claim[one.end() : other.start()]
                alike = _opens_alike(one[0], other[0])
                listed = re.fullmatch(r"\s*(?:,|et|and|ou|or|&|/|-)\s*", between)
                named = all(each in side.evidence and len(each) > 2 for each in (one[0], other[0]))
                if alike and named and not listed and one[0] != other[0]:
                    yield Edit("roles", one.start(), other.end(), f"{other[0]}{between}{one[0]}")

    def _causes(self, side: _Side) -> Iterator[Edit]:
        """« A parce que B » turned round."""
        claim = side.claim
        for cause in exchanges(side.language)["causes"]:
            first, found, second = claim.partition(cause)
            end = _ENDING.search(second)
            if found and end and "," not in first[:25] and len(first) > 12 and len(second) > 12:
                body = second[: end.start()]
                if re.match(r"(?i)(?:il|elle|ils|elles|it|he|she|they)\b", body):
                    continue
                turned = (
                    f"{_raised(body)}{cause.rstrip().rstrip(',')} {lowered(first.rstrip(', '))}"
                )
                yield Edit("cause", 0, len(claim), f"{turned}{end[0]}")


@dataclass(frozen=True, slots=True)
class _Side:
    """A claim, and the evidence that it is held against."""

    claim: str
    evidence: str
    language: str

    def has(self, word: str) -> bool:
        """Whether either has a word that begins like this one."""
        return (
            re.search(rf"(?<!\w){re.escape(word)}", f"{self.claim} {self.evidence}", re.I)
            is not None
        )

    def claimed(self, word: str) -> bool:
        """Whether the claim has a word of the same beginning."""
        return re.search(rf"(?<!\w){re.escape(word[:6])}", self.claim, re.I) is not None

    def share(self, text: str) -> float:
        """How many of a text's content words the claim has too."""
        words = content_words(text)
        return sum(map(self.claimed, words)) / len(words) if words else 1.0

    def added(self, kind: Kind, segment: str) -> Edit:
        """A phrase put at the claim's end."""
        end = _ENDING.search(self.claim)
        at = end.start() if end else len(self.claim)
        return Edit(kind, at, at, f", {segment}" if len(segment) % 2 else f" {segment}")


def mirror(claim: str, edit: Edit, evidence: str) -> str | None:
    """The evidence with the same edit, if it surely stands for the same thing there."""
    gone = claim[edit.start : edit.end]
    if not gone:
        best = max(_SENTENCE.split(evidence), key=_Side(claim, evidence, "").share)
        at = evidence.find(best) + len(_ENDING.sub("", best))
        return evidence[:at] + edit.put + evidence[at:]
    if edit.kind in ("hedge", "tense", "negation", "bare"):
        after = re.match(r"\s+\w{2,5}", claim[edit.end :])
        if not after:
            return None
        pattern = rf"(?<![\w'’-]){re.escape(gone)}(?={re.escape(after[0])})"
    else:
        pattern = rf"(?<!\w){re.escape(gone)}(?!\w)"
    found = list(re.finditer(pattern, evidence))
    if len(found) != 1:
        return None
    return evidence[: found[0].start()] + edit.put + evidence[found[0].end() :]


def rewordings(claim: str, language: str) -> Iterator[str]:
    """The claim said otherwise by rule: what stands in front put at the end, or the other way
    round; a number written otherwise; a phrase left out."""
    end = _ENDING.search(claim)
    body = claim[: end.start()] if end else claim
    closing = claim[len(body) :]
    first, comma, rest = body.partition(", ")
    opening = first.split(" ")[0].lower().rstrip("'’")
    if (
        comma
        and opening in exchanges(language)["openings"].split()
        and len(first.split()) <= _LONGEST_SEGMENT_WORDS
    ):
        if "," not in rest:
            yield f"{_raised(rest)}, {lowered(first)}{closing}"
        yield f"{_raised(rest)}{closing}"
    last = body.rpartition(", ")
    opening = last[2].split(" ")[0].rstrip("'’")
    if (
        last[1]
        and opening in exchanges(language)["openings"].split()
        and len(last[2].split()) <= _LONGEST_SEGMENT_WORDS
    ):
        yield f"{_raised(last[2])}, {lowered(last[0])}{closing}"
        yield f"{last[0]}{closing}"
    if grouped := re.search(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}\b)", claim):
        yield claim[: grouped.start()] + claim[grouped.end() :]
        yield claim[: grouped.start()] + "." + claim[grouped.end() :]
    elif plain := re.search(r"(?<![\d.,])\d{5,6}(?![\d.,])", claim):
        yield claim[: plain.end() - 3] + "\u202f" + claim[plain.end() - 3 :]
    if between := re.search(r", [^,]{5,60}, (?=\w)", body):
        yield claim[: between.start()] + " " + claim[between.end() :]


def segments_of(text: str, language: str) -> Iterator[str]:
    """Phrases that begin with a preposition and end with a sign."""
    opening = "|".join(exchanges(language)["openings"].split())
    for match in re.finditer(
        rf"(?:(?<=, )|(?<= ))(?:{opening})\b[^,.;:()«»!?]{{8,60}}(?=[,.;]|$)", text
    ):
        if 2 < len(match[0].split()) <= _LONGEST_SEGMENT_WORDS:
            yield match[0]


def _opens_alike(one: str, other: str) -> bool:
    """Whether what stands before one may stand before the other: « l’ », « de », "an"."""
    return bool(_VOWEL.match(one)) == bool(_VOWEL.match(other))


def content_words(text: str) -> list[str]:
    """Words of more than three letters."""
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
    """As it stands within a sentence; names keep their capital."""
    words = (word for own in ("fr", "en") for word in exchanges(own)["lowered"].split())
    first = re.match(r"\w+['’]?", text)
    return text[:1].lower() + text[1:] if first and first[0] in words else text


def _raised(text: str) -> str:
    return text[:1].upper() + text[1:]
