"""From a question in a conversation to one that stands alone: rules propose, the search chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.answer import SMALL_TALK
from bot.answering.about import metadata_question
from bot.followups import closed_class
from bot.followups.nouns import nouns
from bot.followups.reference import (
    ReferenceReading,
    ReferenceWay,
    content_terms,
    read_reference,
)
from bot.followups.rewrites import completed, joined, set_before, substituted
from bot.followups.subjects import heads, other, pronoun_of, subjects, topics
from bot.followups.turn import History, Turn
from index.findings import Findings
from index.text.folding import fold_phrase
from index.text.language import terms

Search = Callable[[str, int], Findings]

_PASSAGES = 60  # passages in which the article last cited is looked for
PROPOSED = 2  # readings that are searched
_LIKELY_CONFIDENCE = (
    0.6  # confidence, with what comes next, at which a likely reading is taken for right
)
_KNOWN_CONFIDENCE = (
    0.4  # confidence under which a question that names nothing is on nothing in the corpus
)
_SURE_CONFIDENCE = 0.9
SAME_ARTICLE = 0.1  # confidence that a reading gains by staying with the articles just cited
# How far behind the best passage the article just cited may lie where nothing is named; further
# where the question speaks of something as known and the best passage is not sure to answer it.
_NEAR, LESS_NEAR = 0.1, 0.2

_LEANING: frozenset[ReferenceWay] = frozenset(
    {"correction", "ellipsis", "fragment", "pronoun", "unnamed"}
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is to be answered; `about` are the articles that it keeps to, if any.

    `leans` tells that a chat model may well understand it better than these rules.
    """

    question: str
    rewritten: bool = False
    why: ReferenceWay = "alone"
    about: tuple[str, ...] = ()
    leans: bool = False


def understand(
    question: str, history: History, search: Search, replied: Turn | None = None
) -> Understood:
    """What a question means after these turns, or after the one that it replies to.

    Searches at most twice; a question that stands alone is left as it is, unsearched.
    """
    last = replied or (history[-1] if history else None)
    reading = read_reference(question, last.language if last else "fr")
    if reading.way in SMALL_TALK:
        return Understood(question, why=reading.way)
    if last is None:
        at_first = closed_class.AT_FIRST.fullmatch(fold_phrase(question))
        return Understood(question, why="self" if at_first else "alone")
    if reading.way == "alone":
        return Understood(question)
    leans = _leans(reading, last)
    earlier = history[: history.index(last)] if last in history else ()
    proposed = _proposed(reading, (*earlier, last))
    if not proposed:
        return Understood(question, leans=leans)
    about = _articles(last)
    if reading.way == "unnamed" and not _on_what_was_cited(reading, last, search):
        return Understood(question)
    if reading.way == "pronoun" and any(noun.named for noun in reading.nouns):
        near = _behind(search(question, _PASSAGES), last) <= LESS_NEAR or not about
        if not near:
            return Understood(question, leans=leans)
        return Understood(proposed[0], True, "pronoun", about, leans)
    best = _best(proposed[:PROPOSED], last, search)
    return Understood(best, True, reading.way, about, leans)


def _leans(reading: ReferenceReading, last: Turn) -> bool:
    """Whether it leans on what was said; of articles themselves, rules write the questions that the
    chain knows."""
    of_articles = closed_class.THIS_ARTICLE.search(
        fold_phrase(reading.rest)
    ) or closed_class.ARTICLE_WORDS.search(fold_phrase(last.understood))
    return reading.way in _LEANING and not of_articles


def _proposed(reading: ReferenceReading, history: History) -> list[str]:
    """The question written out in each likely way, the likeliest first."""
    rest, language, last = reading.rest, reading.language, history[-1]
    match reading.way:
        case "ellipsis":
            return _of_ellipsis(rest, last, language)
        case "fragment":
            return [joined(last.understood, rest, language)]
        case "speaker":
            return [_who_said(last, language)] if last.cited else []
        case "article":
            about = metadata_question(rest)
            return _of_article(last, language, about.kind if about else "title")
        case "correction":
            return _corrected(rest, last)
        case "unnamed":
            found = heads(last) or topics(last)
            return [set_before(topic, rest, language) for topic in found[:1]]
        case _:
            return _of_pronoun(rest, history, language)


def _of_ellipsis(new: str, last: Turn, language: str) -> list[str]:
    base = last.understood
    if closed_class.OTHER.fullmatch(fold_phrase(new)):
        new = other(last) or new
    # A bare name fits a question in any language; « la pénicilline » does not fit an English one.
    fits = language == last.language or _is_name(new, language)
    found = substituted(base, new, last.language) if fits else None
    linked = f"what about {new}" if language == "en" else f"et {new}"
    under = [set_before(topic, linked, language) for topic in topics(last)[:1]]
    return [*([found] if found else []), *under, joined(base, new, language)]


def _is_name(text: str, language: str) -> bool:
    found = nouns(text, language)
    return len(found) == 1 and found[0].named and found[0].bare == text


def _of_pronoun(rest: str, history: History, language: str) -> list[str]:
    plain, last = fold_phrase(rest), history[-1]
    on_article = closed_class.OF_ARTICLE.match(plain)
    if on_article is not None and closed_class.ARTICLE_WORDS.search(fold_phrase(last.understood)):
        return _of_article(last, language, str(on_article.lastgroup))
    if closed_class.THIS_ARTICLE.search(plain) and last.cited:
        title = last.cited[0].title
        return [set_before(f"“{title}”" if language == "en" else title, rest, language)]
    found = subjects(history, pronoun_of(rest, language))
    if (
        not found
        and closed_class.WHO.search(fold_phrase(last.understood))
        and language == last.language
    ):
        return [joined(last.understood, rest, language)]  # whoever that is
    spoken = last.language
    return list(dict.fromkeys(completed(rest, topic, language, spoken) for topic in found))


def _corrected(meant: str, last: Turn) -> list[str]:
    again = read_reference(last.question, last.language)
    if again.way == "pronoun":
        return [completed(again.rest, meant, again.language)]
    return _of_ellipsis(meant, last, last.language)


def _who_said(last: Turn, language: str) -> str:
    quotes = [cited.quote for cited in last.cited]
    quote = next(
        (each for each in quotes if closed_class.SAYING.search(fold_phrase(each))), quotes[-1]
    )
    return f"Who said “{quote}”?" if language == "en" else f"Qui a dit «\u00a0{quote}\u00a0»\u202f?"


def _of_article(last: Turn, language: str, kind: str) -> list[str]:
    if not last.cited:
        return []
    title = last.cited[0].title
    asking = _ASKING_OF["en" if language == "en" else "fr"].get(kind)
    return [asking.format(title)] if asking else []


_ASKING_OF = {
    "fr": {
        "author": "Qui a écrit l’article «\u00a0{}\u00a0»\u202f?",
        "date": "Quand a été publié l’article «\u00a0{}\u00a0»\u202f?",
        "title": "Quel est le titre de l’article «\u00a0{}\u00a0»\u202f?",
    },
    "en": {
        "author": "Who wrote the article “{}”?",
        "date": "What is the date of the article “{}”?",
        "title": "What is the title of the article “{}”?",
    },
}


def _best(proposed: Sequence[str], last: Turn, search: Search) -> str:
    """The likeliest reading that the articles answer; where they answer none, the best of them."""
    worth: list[float] = []
    for each in proposed if len(proposed) > 1 else ():
        worth.append(_worth(search(each, 1), last))
        if worth[-1] >= _LIKELY_CONFIDENCE:
            return each
    return proposed[worth.index(max(worth))] if worth else proposed[0]


def _worth(findings: Findings, last: Turn) -> float:
    stays = bool(findings.hits) and findings.hits[0].article.id in _articles(last)
    return findings.confidence + SAME_ARTICLE * stays


def _on_what_was_cited(reading: ReferenceReading, last: Turn, search: Search) -> bool:
    """Whether a question that names nothing is better asked of the article just cited.

    Not where it is on nothing in the corpus, nor where it finds that article by itself, nor where
    it has a subject of its own, which that article does not speak of.
    """
    findings = search(reading.rest, _PASSAGES)
    sure = findings.confidence >= _SURE_CONFIDENCE
    behind = _behind(findings, last)
    if findings.confidence < _KNOWN_CONFIDENCE or behind == 0:
        return False
    near = behind <= (LESS_NEAR if _definite(reading) and not sure else _NEAR)
    return near and not _has_own_subject(reading, last, findings)


def _has_own_subject(reading: ReferenceReading, last: Turn, findings: Findings) -> bool:
    """Whether it names what the passages found of the articles just cited do not speak of."""
    if closed_class.LIGHT_VERB.search(fold_phrase(reading.rest)):
        return False
    about, language = _articles(last), reading.language
    passages = [hit.passage.text for hit in findings.hits if hit.article.id in about]
    named = " ".join(noun.text for noun in reading.nouns) or reading.rest
    return not set(content_terms(named, language)) <= set(terms("\n".join(passages), language))


def _behind(findings: Findings, last: Turn) -> float:
    """How far the best passage of the articles just cited stands behind the best of all."""
    about = _articles(last)
    here = [hit.scores.total for hit in findings.hits if hit.article.id in about]
    return findings.hits[0].scores.total - here[0] if here else float("inf")


def _definite(reading: ReferenceReading) -> bool:
    """Whether it speaks of something as known: « la décision », "the first patient"."""
    return closed_class.DEFINITE.search(fold_phrase(reading.rest)) is not None


def _articles(turn: Turn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cited.article for cited in turn.cited))
