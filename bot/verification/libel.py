"""Claims about a name must be in the words of one cited sentence.

What is said of a person, a company or an institution is the costliest thing to get wrong, and the
states of words in context do not tell « accusée » from « chargée ». So no likeness counts here:
every content word of every part of the claim has the same stem in one sentence (with those it
leans on) that also names the subject. Titles and outlets support nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.verification import cues
from bot.verification.alignment import SAME, Alignment
from bot.verification.annotation import AnnotatedText
from bot.verification.cues import listed
from bot.verification.proper_names import Name, same_name
from bot.verification.roles import (
    PRONOUNS,
    articles,
    find_subjects,
    follows_preposition,
    is_passing,
)
from index.text.antecedents import is_dependent
from index.text.folding import fold
from index.text.names import TITLES, NameSpan, placed

_JOINTS = frozenset({"et", "and", "mais", "but", "ou", "or", "puis", "then"})
_FUNCTION_WORDS = (
    cues.PASSIVE
    | cues.ACCORDING
    | listed("apres oui non yes no")
    | {fold(each.lower().rstrip(".")) for each in TITLES}
)
_OPENING_WORDS = 4  # of a sentence, among which the pronoun stands that is its subject
_ROLE_WORDS = 3  # around a name among which its bearer's role stands


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the claim between signs and conjunctions, with its content words."""

    start: int
    words: tuple[int, ...]
    subjects: tuple[Name, ...]


def is_unsupported(alignment: Alignment) -> bool:
    """True if the claim is about a name and says more of it than one cited sentence does."""
    if not _is_about_name(alignment):
        return False
    places = alignment.with_leads(alignment.evidence)
    if _opens_with_pronoun(alignment.claim):  # nothing tells who « elle » is
        places = [place for place in places if len(_with_its_leads(alignment, place)) > 1]
    return not all(
        any(_bears(alignment, part, _with_its_leads(alignment, place)) for place in places)
        for part in _parts(alignment)
    )


def _is_about_name(alignment: Alignment) -> bool:
    """True unless the claim is surely about no one: doubt counts as a name.

    A pronoun may stand for a name, as may what stands beside one (« la maire, Hélène Roy ») or a
    first word that the passages do not have (« l'édile »).
    """
    claim = alignment.claim
    content = _content(alignment, alignment.telling)
    if claim.names or not content or is_dependent(claim.text, claim.language):
        return True
    if next(_spots(alignment, content[0], range(len(alignment.ground.lines))), None) is None:
        return True
    stems = {claim.words[at].stem for at in content}
    return any(not _roles(line.text).isdisjoint(stems) for line in alignment.ground.lines)


def _roles(text: AnnotatedText) -> set[str]:
    """The stems around names: « la maire, Hélène Dufresne », « Batirex, l'entreprise »."""
    found: set[str] = set()
    for name in text.names:
        if placed(text.text, NameSpan(name.start, name.end)):
            continue
        first, last = text.at(name.start, name.end)
        around = text.words[max(0, first - _ROLE_WORDS) : last + _ROLE_WORDS]
        found |= {word.stem for word in around}
    return found - {""}


def _content(alignment: Alignment, words: Sequence[int]) -> list[int]:
    return [at for at in words if alignment.claim.words[at].key not in _FUNCTION_WORDS]


def _parts(alignment: Alignment) -> Iterator[_Part]:
    """The parts of the claim; one that names no subject of its own has that of the part before."""
    claim = alignment.claim
    known = _known_names(alignment)
    first = next((n for n, name in enumerate(known) if name.sure), len(known) - 1)
    subjects = known[: first + 1]
    waiting: tuple[Name, ...] = ()
    for stretch in _stretches(claim):
        content = _content(alignment, [at for at in stretch if claim.words[at].telling])
        names = tuple(name for name in known if claim.at(name.start, name.end)[0] in stretch)
        if names and claim.named.issuperset(content):
            waiting += names
            continue
        own = names[:1]
        if own and follows_preposition(claim, claim.at(own[0].start, own[0].end)[0]):
            own = ()
        subjects = waiting + own or subjects
        waiting = ()
        yield _Part(stretch.start, tuple(content), subjects)
    if waiting:
        yield _Part(len(claim.words), (), waiting)


def _known_names(alignment: Alignment) -> tuple[Name, ...]:
    """The names of the claim, without first words that owe their capital to their place."""
    lines = alignment.ground.lines
    return tuple(
        name
        for name in alignment.claim.names
        if name.sure or any(same_name(name, each) for line in lines for each in line.text.names)
    )


def _stretches(claim: AnnotatedText) -> list[range]:
    starts = [
        at for at, word in enumerate(claim.words) if not _goes_on(claim, at) or word.key in _JOINTS
    ]
    ends = [*starts[1:], len(claim.words)]
    return [range(*each) for each in zip(starts, ends, strict=True)]


def _with_its_leads(alignment: Alignment, place: int) -> list[int]:
    """A line, and those whose subject is its own: « elle », not « son équipe »."""
    places = [place]
    while (lead := alignment.line(places[-1]).lead) is not None:
        if not _opens_with_pronoun(alignment.line(places[-1]).text):
            break
        places.append(lead)
    return places


def _opens_with_pronoun(text: AnnotatedText) -> bool:
    return any(word.key in PRONOUNS for word in text.words[:_OPENING_WORDS])


def _bears(alignment: Alignment, part: _Part, places: Sequence[int]) -> bool:
    """True if these lines have the subjects of a part and each of its words in its place."""
    claim = alignment.claim
    names = [name for place in places for name in alignment.line(place).text.names]
    borne = [name for name in claim.names if any(same_name(name, each) for each in names)]
    if not all(name in borne for name in part.subjects):
        return False
    named = {at for name in borne for at in range(*claim.at(name.start, name.end))}
    return all(
        at in named
        or any(_is_in_place(alignment, part, at, *spot) for spot in _spots(alignment, at, places))
        for at in part.words
    )


def _spots(alignment: Alignment, at: int, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where a word of the claim stands in these lines: the line, and which of its words."""
    for place in places:
        line = alignment.line(place)
        row = alignment.cosines[at, line.first : line.last]
        yield from ((place, there) for there, cosine in enumerate(row) if cosine >= SAME)


def _is_in_place(alignment: Alignment, part: _Part, at: int, place: int, there: int) -> bool:
    """True unless the subject of the word in the claim stands elsewhere beside it there.

    It stands on the same side of the word; on the other, if one is passive and the other active.
    """
    claim, text = alignment.claim, alignment.line(place).text
    if at in claim.figures or (at and claim.words[at - 1].key in articles(claim.language)):
        return True
    own = _subject_places(alignment, part, at, text)
    if not own:
        return True
    if not _goes_on(claim, at):  # « Paul Roy, accusé de… »: « Paul Roy accuse » does not bear it
        return _form(claim, at) == _form(text, there) and not (
            there - 1 in own and _goes_on(text, there)
        )
    ahead, behind = min(own) < there, max(own) > there
    if _is_passive(claim, at) != _is_passive(text, there):
        return behind
    speaks = fold(text.words[there].key).startswith(cues.SPEAKING)
    return ahead or (speaks and not find_subjects(text, there))  # « …, a dit Paul Roy »


def _subject_places(alignment: Alignment, part: _Part, at: int, text: AnnotatedText) -> list[int]:
    """Where in a line the subject of a word of the claim stands: a name, or a role beside one."""
    claim = alignment.claim
    since = _passing_from(claim, at)
    subjects = find_subjects(claim, at)
    if not subjects and (at == part.start or claim.words[since - 1].key in _JOINTS):
        start = claim.words[at].start
        subjects = tuple(name for name in part.subjects if name.start < start)
    if subjects:
        return [
            at
            for name in text.names
            if any(same_name(name, each) for each in subjects)
            for at in range(*text.at(name.start, name.end))
        ]
    before = since - 1
    role = claim.words[before].stem if since > part.start and before not in claim.named else ""
    return [n for n, word in enumerate(text.words) if word.stem == role and role in _roles(text)]


def _passing_from(text: AnnotatedText, at: int) -> int:
    """From which word on only such stand before a word as may stand between subject and verb."""
    while at and _goes_on(text, at) and is_passing(text.words[at - 1]):
        at -= 1
    return at


def _goes_on(text: AnnotatedText, at: int) -> bool:
    """True if no sign stands before a word."""
    return at > 0 and text.words[at - 1].clause == text.words[at].clause


def _form(text: AnnotatedText, at: int) -> str:
    """A word with its accents, without its gender and number: « accusée » is not « accuse »."""
    return text.text[text.words[at].start : text.words[at].end].lower().rstrip("es")


def _is_passive(text: AnnotatedText, at: int) -> bool:
    return any(word.key in cues.PASSIVE for word in text.words[_passing_from(text, at) : at])
