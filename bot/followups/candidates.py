"""Interpret a question in a conversation: the candidate that the articles answer best wins."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.answer import Answer
from bot.answering.metadata_question import LONGEST_QUESTION, parse_metadata_question
from bot.answering.time_range import parse_timing
from bot.followups.turn import CitedSource, History, Turn
from bot.understanding.meaning import Meaning
from index.findings import Findings
from index.reading.sentences import best_sentence, rank_sentences
from index.text.dates import month_names
from index.text.folding import fold_phrase
from index.text.language import detect, terms
from index.text.names import span_names
from index.text.patterns import one_of

Search = Callable[[str, int], Findings]
"""Searches for a question and reads that many of the best passages."""

DEPTH = 10

_DATE = re.compile(
    rf"(?:\d{{1,2}}(?:er)? )?(?:\b(?:{one_of(month_names('fr', 'en'))}) )?\b(?:1\d|20)\d\d\b"
)
_REASON = re.compile(r"(?:et |mais |and |but )?(?:pourquoi|par qui|why|by whom|who by)[ ?!.]*")
_SAME_ARTICLE_WEIGHT = 2.0  # of a vote for the article last cited
_MAX_NAME_WORDS = 5  # of an answer that is a name
_MAX_NEW_WORDS = 1  # besides the name in « Et pour Grok ? »
_MAX_FRAMES = 2  # names of the last question that a new one may replace
_END = " ?!.\u00a0\u202f"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The question to answer, or the `reply` to a message that is none.

    `leans` is set if a chat model may rewrite the question better, `doubtful` if only one candidate
    supports this interpretation: its answer is never sure.
    """

    question: str
    rewritten: bool = False
    reply: Answer | None = None
    leans: bool = False
    doubtful: bool = False


def interpret(
    message: Meaning, history: History, search: Search, replied_turn: Turn | None = None
) -> Interpretation:
    """Interpret a message after these turns, or after the one that it replies to.

    A standalone message is neither changed nor searched. For any other, each candidate votes with
    its confidence for the sentence that answers it best; votes for the article last cited count
    double. The surest candidate for the winning sentence is chosen; the most recent subject breaks
    ties.
    """
    question, turns = message.question, (*history, replied_turn) if replied_turn else history
    if not turns or len(question) > LONGEST_QUESTION:
        return Interpretation(question)
    question_about_metadata = restate_metadata(question, turns[-1])
    if question_about_metadata is not None:
        return Interpretation(question_about_metadata, rewritten=True)
    if not message.leans or asks_for_articles(question):
        return Interpretation(question)
    for frame in reframe(turns[-1].understood, question, turns[-1].language):
        if asks_for_articles(frame):
            return Interpretation(frame, rewritten=True)
    source = _last_source(turns)
    votes: dict[tuple[str, int], dict[str, float]] = {}  # by sentence and candidate
    for candidate in candidates(question, turns):
        findings = search(candidate, DEPTH)
        if findings.hits:
            first = rank_sentences(findings.hits)[0]
            sentence = best_sentence(first)
            weight = 1 / (1 + message.leaning_logit) if candidate == question else 1.0
            if source is not None and first.article.id == source.article:
                weight *= _SAME_ARTICLE_WEIGHT
            if not was_just_shown(sentence.text, candidate, question, turns[-1]):
                ballot = votes.setdefault((first.article.id, sentence.start), {})
                ballot[candidate] = findings.confidence * weight
    if not votes:
        return Interpretation(question, leans=True, doubtful=True)
    winners = max(votes.values(), key=lambda ballot: sum(ballot.values()))
    best = max(winners, key=lambda candidate: winners[candidate])
    return Interpretation(best, best != question, leans=True, doubtful=len(winners) == 1)


def candidates(question: str, turns: History) -> list[str]:
    """List the candidates, the most recent subject first, the question itself last."""
    last, source = turns[-1], _last_source(turns)
    is_name = last.found[:1].isupper() and len(last.found.split()) <= _MAX_NAME_WORDS
    subjects = [
        last.found if is_name else "",
        ", ".join(find_names(last.understood, last.language)),
        source.title if source else "",
    ]
    mark = ": " if last.language == "en" else "\u00a0: "
    every = (
        *reframe(last.understood, question, last.language),
        *(f"{subject}{mark}{question}" for subject in subjects if subject),
        continue_last(last, question),
        question,
    )
    return [candidate for candidate in dict.fromkeys(every) if candidate.strip()]


def _last_source(turns: History) -> CitedSource | None:
    """The first source of the last sure answer; what only came near is no subject."""
    return next((turn.cited[0] for turn in reversed(turns) if turn.cited and turn.is_sure), None)


def correct_subject(last: Turn, subject: str) -> str:
    """The last question, about another subject: in place of the last name, if it has any."""
    names = find_names(last.understood, last.language)
    if names:
        return subject.join(last.understood.rsplit(names[-1], 1))
    mark = ": " if last.language == "en" else "\u00a0: "
    return f"{subject}{mark}{last.understood}"


def continue_last(last: Turn, question: str) -> str:
    """Append a question to the last one."""
    return f"{last.understood} {question}"


def reframe(base: str, question: str, language: str) -> list[str]:
    """Put the date or name of a question with hardly anything else into the last one."""
    dates, names = _DATE.findall(question), find_names(question, language)
    new = (dates or names)[-1:]
    if not new:
        return []
    others = set(terms(question, language)) - set(terms(new[0], language))
    if len(others) > _MAX_NEW_WORDS:
        return []
    old = _DATE.findall(base)[-1:] if dates else find_names(base, language)[-_MAX_FRAMES:][::-1]
    return [base.replace(name, new[0]) for name in old]


def find_names(text: str, language: str) -> list[str]:
    """Find the names in a question, in order."""
    return [text[span.start : span.end].rstrip(_END) for span in span_names(text, language)]


def was_just_shown(sentence: str, candidate: str, question: str, last: Turn) -> bool:
    """True if a sentence cannot answer this candidate, since it answered the last question.

    That holds for « pourquoi ? », and for the two questions joined.
    """
    is_reason = _REASON.fullmatch(fold_phrase(question)) is not None
    return (is_reason or candidate == continue_last(last, question)) and sentence in last.answer


def asks_for_articles(question: str) -> bool:
    """True for « Quels articles avez-vous publiés en 2023 ? », « Que dit l’article d’hier ? »."""
    timing = parse_timing(question, date.today())
    is_of_a_time = timing.period is not None and "article" in fold_phrase(timing.question)
    return is_of_a_time or parse_metadata_question(timing.question) is not None


def asks_about_last(question: str) -> bool:
    """True for « Qui a écrit cet article ? », which means the article last cited."""
    about = parse_metadata_question(question)
    return about is not None and not about.subject


def restate_metadata(question: str, last: Turn) -> str | None:
    """Put the title of the article last cited into « Qui a écrit cet article ? »."""
    about = parse_metadata_question(question)
    if about is None or about.subject or not last.cited:
        return None
    pattern = _ABOUT_LAST["en" if detect(question) == "en" else "fr"].get(about.kind)
    return pattern.format(last.cited[0].title) if pattern else None


_ABOUT_LAST = {
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
