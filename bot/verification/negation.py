"""Whether a claim denies what its passages say, or says what they deny."""

from __future__ import annotations

from dataclasses import dataclass

from bot.verification import cues
from bot.verification.alignment import STRONG, Alignment
from bot.verification.annotation import AnnotatedText
from bot.verification.evidence import EvidenceLine

MET = 0.58  # cosine from which a word of the passages is the one denied
MET_OPPOSITE = 0.45  # opposites stand further apart
SCOPE = 4  # telling words behind a negation that it may reach
_ALONE = frozenset({"not", "never", "no", "aucun", "aucune", "cannot", "none"})
_SPOKEN = 0.75  # share of a clause's words that the claim takes up to speak of the same


@dataclass(frozen=True, slots=True)
class _Denied:
    """The words of a text that are surely denied, and those that may be."""

    heads: frozenset[int]
    reach: frozenset[int]
    clauses: frozenset[int]


def contrary(alignment: Alignment) -> bool:
    """Whether claim and evidence disagree on a negation, or use opposite words."""
    claim = alignment.claim
    told = _denied(claim)
    lines = alignment.with_leads(alignment.evidence)
    known = {place: _denied(alignment.line(place).text) for place in lines}
    return (
        _turned(alignment, told, known)
        or _silenced(alignment, told, known)
        or _opposite(alignment, told, known)
    )


def _denied(text: AnnotatedText) -> _Denied:
    heads, reach, clauses = set(), set(), set()
    words = text.words
    for at, word in enumerate(words):
        if word.key not in cues.BEFORE or _answer(text, at) or _only(text, at):
            continue
        found = _behind(text, at)
        if not found or _bound(text, found[0]):
            continue
        heads.add(found[0])
        if words[found[0]].key in cues.VERBS_OF_TRYING and len(found) > 1:
            heads.add(found[1])
        reach |= set(found)
        clauses.add(words[found[0]].clause)
    return _Denied(frozenset(heads), frozenset(reach), frozenset(clauses))


def _only(text: AnnotatedText, at: int) -> bool:
    """Whether it is « ne … que », which denies nothing: « n’a prévenu que plus tard »."""
    if text.words[at].key not in ("ne", "n"):
        return False
    rest = [word.key for word in text.words[at + 1 :] if word.clause == text.words[at].clause]
    que = next((place for place, key in enumerate(rest) if key in ("que", "qu")), None)
    return que is not None and cues.NEGATIONS.isdisjoint(rest[:que])


def _answer(text: AnnotatedText, at: int) -> bool:
    """Whether it is the answer « Non, … », which the rest of the sentence explains."""
    word = text.words[at]
    after = text.text[word.end : word.end + 2].strip()
    if word.key == "t":
        return not text.text[: word.start].endswith(("n'", "n’"))
    if word.key == "n":
        before = text.text[word.end : word.end + 1]
        return before not in ("'", "’")
    return word.key in ("non", "no") and at == 0 and after[:1] in (",", ":", ".", ";", "!", "")


def _behind(text: AnnotatedText, at: int) -> list[int]:
    """The telling words behind a negation, as far as its clause goes."""
    found: list[int] = []
    for there in range(at + 1, len(text.words)):
        word = text.words[there]
        if word.clause != text.words[at].clause and found:
            break
        if word.key in cues.SKIPPED or not (word.telling or word.key in cues.LIMITS):
            continue
        found.append(there)
        if len(found) == SCOPE:
            break
    return found


def _bound(text: AnnotatedText, at: int) -> bool:
    """« ne dépassent pas 320 km/h », "no more than": a bound, and no denial."""
    return any(text.words[at].key.startswith(stem) for stem in cues.LIMITS)


def _turned(alignment: Alignment, told: _Denied, known: dict[int, _Denied]) -> bool:
    """Whether a word is denied on one side alone."""
    for at in alignment.telling:
        if at in alignment.claim.figures or at in alignment.claim.named:
            continue
        there, cosine = alignment.match(at, list(known))
        if there < 0 or cosine < MET:
            continue
        place = int(alignment.ground.line_of[there])
        line = alignment.line(place)
        denied = known[place]
        local = there - line.first
        if local in denied.heads and at not in told.reach and not _negative(alignment.claim, at):
            if _said_too(alignment, at, line, denied):
                continue
            return True
        if at in told.heads and local not in denied.reach and not _negative(line.text, local):
            return True
    return False


def _said_too(alignment: Alignment, at: int, line: EvidenceLine, denied: _Denied) -> bool:
    """Whether the word stands there undenied too: « on ne promet pas …, on promet »."""
    row = alignment.cosines[at, line.first : line.last]
    best = float(row.max(initial=0.0))
    return any(
        float(cosine) >= best - 0.01 and place not in denied.reach
        for place, cosine in enumerate(row)
    )


def _negative(text: AnnotatedText, at: int) -> bool:
    """Whether the clause around a word, or the one beside it, holds any negation."""
    clause = text.words[at].clause
    return any(
        word.key in cues.NEGATIONS and abs(word.clause - clause) <= 1 and not _answer(text, place)
        for place, word in enumerate(text.words)
    )


def _silenced(alignment: Alignment, told: _Denied, known: dict[int, _Denied]) -> bool:
    """Whether the claim takes up a clause that is denied, and denies nothing itself.

    « Molière, Balzac et Zola ne le furent jamais »: what is denied stands in the sentence before.
    """
    if told.heads or any(word.key in cues.NEGATIONS for word in alignment.claim.words):
        return False
    best = alignment.evidence[:1]
    for place in best:
        line = alignment.line(place)
        rows = alignment.cosines[:, line.first : line.last]
        taken = rows[alignment.telling].max(axis=0, initial=0.0) >= STRONG
        for clause in _bare(line.text):
            words = [
                at
                for at, word in enumerate(line.text.words)
                if word.clause == clause and word.telling and word.key not in cues.NEGATIONS
            ]
            if len(words) > 1 and sum(taken[words]) >= _SPOKEN * len(words):
                return True
    return False


def _bare(text: AnnotatedText) -> list[int]:
    """The clauses with a negation behind « ne »."""
    clauses = []
    for at, word in enumerate(text.words[:-1]):
        if word.key in ("ne", "n") and not _answer(text, at):
            after = [each for each in text.words[at + 1 : at + 5] if each.clause == word.clause]
            if any(each.key in cues.NEGATIONS for each in after):
                clauses.append(word.clause)
        elif word.key in (
            "not",
            "never",
            "no",
            "aucun",
            "aucune",
            "cannot",
            "none",
        ) and not _answer(text, at):
            clauses.append(word.clause)
    return clauses


def _opposite(alignment: Alignment, told: _Denied, known: dict[int, _Denied]) -> bool:
    """Whether the claim has the opposite of a word of its evidence, and not that word itself."""
    claim = alignment.claim
    mine = {word.key for word in claim.words}
    theirs = {word.key for place in known for word in alignment.line(place).text.words}
    for at, word in enumerate(claim.words):
        if word.key in theirs or any(
            other != word.key and _kin(other, word.key) for other in theirs
        ):
            continue
        for place, denied in known.items():
            line = alignment.line(place)
            if any(cues.alike(word.key, other.key) for other in line.text.words):
                continue
            for there, other in enumerate(line.text.words):
                if other.key in mine or not cues.opposed(word.key, other.key):
                    continue
                near = float(alignment.cosines[at, line.first + there]) >= MET_OPPOSITE
                if near and (at in told.reach) == (there in denied.reach):
                    return True
    return False


def _kin(one: str, other: str) -> bool:
    """Whether two words are forms of one: they begin alike."""
    size = min(len(one), len(other), 5)
    return size >= 4 and one[:size] == other[:size]
