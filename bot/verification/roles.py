"""Who did what to whom: names that change places around the same word, and words in another mouth.

No parser: in French and English the name before a verb, with no preposition before it, does what
the verb says, unless the verb is passive. A word of the claim and the word of the evidence that
says the same must have the same name before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.verification import cues
from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotatedText, AnnotatedWord
from bot.verification.proper_names import Name, beside, distinct_names, same_name
from index.text.folding import fold

SAME_WORD = 0.62  # cosine from which a word of the evidence is the verb of the claim
LIKE = 0.55  # and where both begin alike: « pris », « prend »
_TWO_WORDS = (("according", "to"), ("d", "apres"))
_SHORT = 4  # words between a passive verb and its agent


_ARTICLES = frozenset({"l", "la", "le", "les", "the", "a", "an", "un", "une"})
_TITLES = frozenset("roi king president general reine queen m mme dr sir lord lady abbe".split())  # noqa: SIM905
_BETWEEN = frozenset({"qui", "who", "which", "that", "lui", "leur", "aussi"})
_RELATIVE = frozenset({"qui", "who", "which", "that"})
PRONOUNS = frozenset("il elle ils elles on he she they it".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class _Scene:
    """A verb with the names right before and right behind it.

    `subjects` stand in one breath (« A et B »); `passive` tells that they suffer the verb.
    """

    subjects: tuple[Name, ...]
    objects: tuple[Name, ...]
    passive: bool

    @property
    def doers(self) -> tuple[Name, ...]:
        return self.objects if self.passive else self.subjects

    @property
    def sufferers(self) -> tuple[Name, ...]:
        return self.subjects if self.passive else self.objects


def swapped(alignment: Alignment) -> bool:
    """Whether one who acts in the evidence is acted upon in the claim, or the other way round."""
    for mine, theirs, _ in _scenes(alignment):
        for told, known in ((mine.doers, theirs.doers), (mine.sufferers, theirs.sufferers)):
            others = [name for name in alignment.claim.names if name not in told]
            if told and known and _distinct(told, known) and _share(others, known):
                return True
    return False


def usurped(alignment: Alignment) -> bool:
    """Whether the claim gives a deed to a name that its evidence does not hold there."""
    return any(
        all(len(name.parts) > 1 for name in (*mine.doers, *theirs.doers))
        and _distinct(mine.doers, theirs.doers)
        and not _share(mine.doers, text.names)
        for mine, theirs, text in _scenes(alignment)
        if mine.doers and theirs.doers
    )


def _scenes(alignment: Alignment) -> Iterator[tuple[_Scene, _Scene, AnnotatedText]]:
    """Each verb of the claim that a name stands beside, and the same verb in its evidence."""
    claim = alignment.claim
    if not claim.names:
        return
    lines = list(dict.fromkeys((*alignment.evidence, *alignment.with_leads(alignment.evidence))))
    for at in alignment.telling:
        if at in claim.figures or at in claim.named:
            continue
        mine = _scene(claim, at)
        there = _verb(alignment, at, lines)
        if not (mine.subjects or mine.objects) or there is None:
            continue
        line = alignment.line(int(alignment.ground.line_of[there]))
        local = there - line.first
        if local in line.text.named or local in line.text.figures:
            continue
        theirs = _scene(line.text, local)
        if line.lead is not None and not theirs.subjects and _pronoun(line.text, local):
            lead = _opening(alignment.line(line.lead).text)
            theirs = _Scene(lead, theirs.objects, theirs.passive)
        yield mine, theirs, line.text


def _verb(alignment: Alignment, at: int, lines: Sequence[int]) -> int | None:
    """The word that says the same, in the first of the lines that has one."""
    for place in lines:
        there, cosine = alignment.match(at, [place])
        alike = alignment.claim.words[at].key[:2] == alignment.ground.words[there].key[:2]
        if cosine >= (LIKE if alike else SAME_WORD):
            return there
    return None


def _scene(text: AnnotatedText, at: int) -> _Scene:
    passive = _passive(text, at)
    return _Scene(find_subjects(text, at), _objects(text, at, passive=passive), passive)


def articles(language: str) -> frozenset[str]:
    return _ARTICLES if language == "en" else _ARTICLES - {"a"}  # « à », « il a »


def _who(text: AnnotatedText) -> list[Name]:
    """The names that may act: no sigles, no names with figures."""
    return [
        name
        for name in text.names
        if not text.text[name.start : name.end].isupper()
        and not any(map(str.isdigit, text.text[name.start : name.end]))
    ]


def find_subjects(text: AnnotatedText, at: int) -> tuple[Name, ...]:
    """The name right before a verb, past auxiliaries, a relative and what commas set apart."""
    before = [name for name in _who(text) if name.end <= text.words[at].start]
    for name in reversed(before):
        first, last = text.at(name.start, name.end)
        clauses = {text.words[last - 1].clause, text.words[at].clause}
        between = [word for word in text.words[last:at] if word.clause in clauses]
        relative = bool(between) and between[0].key in _RELATIVE
        if not relative and follows_preposition(text, first):
            continue
        if not all(is_passing(word) for word in between):
            return ()
        return tuple(other for other in before if beside(text.text, other, name))
    return ()


def is_passing(word: AnnotatedWord) -> bool:
    """Whether a word may stand between a subject and its verb."""
    return word.key in cues.SKIPPED or word.key in _BETWEEN or word.key.endswith(("ment", "ly"))


def _objects(text: AnnotatedText, at: int, *, passive: bool) -> tuple[Name, ...]:
    """The name right behind a verb; behind « par », if it is passive."""
    behind = [name for name in _who(text) if name.start >= text.words[at].end]
    if not behind:
        return ()
    name = behind[0]
    first = text.at(name.start, name.end)[0]
    between = [word.key for word in text.words[at + 1 : first]]
    if passive:
        near = any(key in cues.AGENT for key in between) and len(between) <= _SHORT
    else:
        near = all(key in articles(text.language) or key in _TITLES for key in between)
    if not near or text.words[first].clause != text.words[at].clause:
        return ()
    return tuple(other for other in behind if beside(text.text, other, name))


def follows_preposition(text: AnnotatedText, first: int) -> bool:
    """Whether a preposition stands before a name, past its rank (« au président Harding »)."""
    steps = 0
    for there in range(first - 1, max(-1, first - 5), -1):
        key = text.words[there].key
        if text.words[there].clause != text.words[first].clause:
            return False
        if key in cues.PREPOSITIONS:
            return True
        if key not in _ARTICLES and steps:
            return False
        steps += key not in _ARTICLES
    return False


def _pronoun(text: AnnotatedText, at: int) -> bool:
    """Whether a pronoun stands where the subject would."""
    for word in reversed(text.words[:at]):
        if word.key in PRONOUNS:
            return True
        if not is_passing(word):
            return False
    return False


def _opening(text: AnnotatedText) -> tuple[Name, ...]:
    """Whom a sentence is about that the next one calls « il »: its first free name."""
    for name in _who(text):
        if not follows_preposition(text, text.at(name.start, name.end)[0]):
            return (name,)
    return ()


def _passive(text: AnnotatedText, at: int) -> bool:
    """« a été battu par », "was beaten by"."""
    before = [word.key for word in text.words[max(0, at - 3) : at]]
    after = [word.key for word in text.words[at + 1 : at + 4]]
    return any(key in cues.PASSIVE for key in before) and any(key in cues.AGENT for key in after)


def _share(one: Sequence[Name], other: Sequence[Name]) -> bool:
    return any(same_name(mine, theirs) for mine in one for theirs in other)


def _distinct(one: Sequence[Name], other: Sequence[Name]) -> bool:
    return all(distinct_names(mine, theirs) for mine in one for theirs in other)


def misattributed(alignment: Alignment) -> bool:
    """Whether the claim puts words into the mouth of somebody who does not speak there."""
    speakers = _according(alignment.claim)
    if not speakers:
        return False
    heard = [name for line in alignment.ground.lines for name in _speakers(line.text)]
    heard += [name for head in alignment.ground.heads for name in head.names]
    if any(not _share([speaker], heard) for speaker in speakers):
        return not any(_authored(alignment, speaker) for speaker in speakers)
    return False


def _according(text: AnnotatedText) -> list[Name]:
    """The names behind « selon », "according to", « d’après »."""
    return [name for name in text.names if _said_by(text, text.at(name.start, name.end)[0])]


def _said_by(text: AnnotatedText, first: int) -> bool:
    before = [word.key for word in text.words[max(0, first - 4) : first]]
    pairs = pairwise(before)
    return not cues.ACCORDING.isdisjoint(before) or any(pair in _TWO_WORDS for pair in pairs)


def _speakers(text: AnnotatedText) -> list[Name]:
    """Who speaks in a sentence: behind « selon », or before or right behind a verb of speech."""
    found = _according(text)
    for at, word in enumerate(text.words):
        if word.stem and fold(word.key).startswith(cues.SPEAKING):
            scene = _scene(text, at)
            found += [*scene.subjects, *scene.objects]
    return found


def _authored(alignment: Alignment, speaker: Name) -> bool:
    """Whether it is who wrote or published the article."""
    return any(
        part in fold(f"{each.article.author or ''} {each.article.outlet or ''}".lower())
        for each in alignment.ground.given
        for part in speaker.parts[-1:]
    )
