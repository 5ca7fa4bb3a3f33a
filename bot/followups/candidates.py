"""Interpret a question in a conversation: the candidate that the articles answer best wins."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.answer import Answer
from bot.answering.metadata_question import parse_metadata_question
from bot.answering.time_range import parse_timing
from bot.followups.turn import History, Turn
from bot.understanding.meaning import Meaning, has_question
from index.article import Sentence
from index.findings import Findings, Hit
from index.reading.sentences import best_sentence, rank_sentences
from index.text.dates import month_names
from index.text.folding import fold_phrase
from index.text.language import detect, terms
from index.text.names import span_names
from index.text.patterns import one_of
from index.text.quantities import find_quantities
from index.text.sentences import sentence_spans

Search = Callable[[str, int], Findings]
"""Searches for a question and reads that many of the best passages."""

DEPTH = 10
LISTING = "articles"  # the intent of lists of articles

_DATE = re.compile(
    rf"(?:\d{{1,2}}(?:er)? )?(?:\b(?:{one_of(month_names('fr', 'en'))}) )?\b(?:1\d|20)\d\d\b"
)
_ASKING = re.compile(
    r"\b(?:(?:à|avec|by|chez|contre|dans|de|depuis|en|from|in|at|par|pour|sur|with) |d['’])?"
    r"(?:(?:quel(?:le)?s?|which|what) \w+"
    r"|combien(?: de \w+| d['’]\w+)?|how (?:many|much|long|old|far)"
    r"|qui|quoi|quand|où|ou|pourquoi|pk|comment|que|qu['’]est-ce qu(?:i|e)"
    r"|who|when|where|why|how|what)\b",
    re.IGNORECASE,
)
_SUBJECTS = ("qui", "who", "what")  # words that ask for the subject of a sentence
_SAME_ARTICLE_WEIGHT = 2.0  # of a vote for the article last cited
_EVENT_INTENTS = ("who", "when", "where")  # often told by the sentence last shown
_MAX_NAME_WORDS = 5  # of an answer that is a name
_MAX_NEW_WORDS = 1  # besides the name in « Et pour Grok ? »
_MAX_FRAMES = 2  # names of the last question that a new one may replace
_LONG_WORDS, _MAX_PIECES, _ENDS = 24, 4, (18, 10)  # words
_LISTED = re.compile(
    r"(?:(?:et|and|ouvre|lis|montre|affiche|résume|c['’]est quoi|open|read|show|summari[sz]e)"
    r"(?:[- ](?:moi|me))? )?(?:l['’]article |le |la |the )?(?:n° ?|numéro |number |# ?)?"
    r"\[?(\w+)\]?(?: article| one)?(?:,? (?:stp|svp|please))?[ ?.!]*",
    re.IGNORECASE,
)
_FIRST, _LAST = ("premier", "première", "1er", "first"), ("dernier", "dernière", "last")
_INTRODUCED = re.compile(r"[:…]\s+|\.\.\.\s*")  # « ce cours me tue : qui a… ? »
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
    if not turns or not message.leans or len(question.split()) > _LONG_WORDS:
        return Interpretation(question)
    if asks_for_articles(question):
        return Interpretation(question)
    for frame in reframe(turns[-1].understood, question, turns[-1].language):
        if asks_for_articles(frame):
            return Interpretation(frame, rewritten=True, leans=True)
    last = _last_quoting(turns)
    title = "" if last is None else last.cited[0].title
    votes: dict[tuple[str, int], dict[str, float]] = {}  # by sentence and candidate
    every = candidates(question, turns)
    is_asked_again = swap_asking(turns[-1].understood, question, turns[-1].language)
    if last and message.intent in _EVENT_INTENTS and not is_asked_again:
        every.append(join_subject(last.cited[0].quote.rstrip("."), question, turns[-1].language))
    for candidate in every:
        findings = search(candidate, DEPTH)
        if findings.hits:
            first = rank_sentences(findings.hits)[0]
            sentence = best_sentence(first)
            weight = 1 / (1 + message.leaning_logit) if candidate == question else 1.0
            if last and last.is_sure and first.article.id == last.cited[0].article:
                weight *= _SAME_ARTICLE_WEIGHT
            if message.intent in _EVENT_INTENTS and sentence.text in turns[-1].answer:
                weight *= _SAME_ARTICLE_WEIGHT
            is_reason = message.intent == "why" or candidate.startswith(turns[-1].understood)
            if not is_reason or not _is_said_again(first, sentence, turns[-1]):
                ballot = votes.setdefault((first.article.id, sentence.start), {})
                ballot[candidate] = findings.confidence * weight
    if not votes:
        return Interpretation(question, leans=True, doubtful=True)
    winners = max(votes.values(), key=lambda ballot: sum(ballot.values()))
    best = max(winners, key=lambda candidate: winners[candidate])
    # An article that only came near is a subject to look for, and none to be sure of.
    near = join_subject(title, question, turns[-1].language) if last and not last.is_sure else ""
    is_doubtful = len(winners.keys() - {near}) < 2
    return Interpretation(best, best != question, leans=True, doubtful=is_doubtful)


def _is_said_again(hit: Hit, sentence: Sentence, last: Turn) -> bool:
    """True for a sentence of the last answer, unless other words of it answer now: « à quel endroit
    c'était ? »"""
    if sentence.text not in last.answer:
        return False
    spans = hit.reading.spans if hit.reading else ()
    inside = [span for span in spans if sentence.start <= span.start < sentence.end]
    if not inside or not last.found:
        return True
    words = inside[0].words(hit.article.text)
    return words in last.found or last.found in words


def shorten(message: Meaning, search: Search) -> Interpretation | None:
    """Interpret a message that tells more than it asks and that the articles do not answer as a
    whole: what asks of its sentences and ends and is answered best, with the message's subject;
    None for any other."""
    question, subject = message.question, message.subject
    language = detect(question)
    words, spans = question.split(), sentence_spans(question, language)
    pieces = [question[start:end] for start, end in spans][-_MAX_PIECES:]
    if len(words) > _LONG_WORDS:
        pieces += [" ".join(words[-count:]) for count in _ENDS]
    first = next((at for at, piece in enumerate(pieces) if subject in piece), len(pieces))
    pieces[first + 1 :] = [
        piece if subject in piece else join_subject(subject, piece, language)
        for piece in pieces[first + 1 :]
    ]
    pieces += [piece for piece in _INTRODUCED.split(question)[1:] if "?" in piece]
    asking = (piece for piece in pieces if piece != question and has_question(piece))
    surest = {piece: search(piece, DEPTH).confidence for piece in asking}
    if not surest:
        return None
    best = max(surest, key=lambda piece: surest[piece])
    return Interpretation(best, rewritten=True, doubtful=True)


def candidates(question: str, turns: History) -> list[str]:
    """List the candidates, the most recent subject first, the question itself last."""
    last, quoting = turns[-1], _last_quoting(turns)
    found = last.found if last.is_sure else ""
    is_name = len(found.split()) <= _MAX_NAME_WORDS and not any(map(str.isdigit, found))
    subjects = [
        found if is_name else "",
        last.subject or ", ".join(find_names(last.understood, last.language)),
        quoting.cited[0].title if quoting else "",
    ]
    frames = reframe(last.understood, question, last.language)
    if frames and not _DATE.search(question):  # « Et Lascaux ? » is about Lascaux alone
        subjects = subjects[2:]
    every = (
        *frames,
        *swap_asking(last.understood, question, last.language),
        *(join_subject(name, question, last.language) for name in subjects if name),
        f"{last.understood} {question}",
        question,
    )
    return [candidate for candidate in dict.fromkeys(every) if candidate.strip()]


def _last_quoting(turns: History) -> Turn | None:
    """The last turn that quotes; a list of articles is about none of them."""
    return next((own for own in reversed(turns) if own.cited and own.intent != LISTING), None)


def correct_subject(last: Turn, subject: str) -> str:
    """The last question, about another subject: in place of the last name, if it has any."""
    names = find_names(last.understood, last.language)
    if names:
        return subject.join(last.understood.rsplit(names[-1], 1))
    return join_subject(subject, last.understood, last.language)


def join_subject(subject: str, question: str, language: str) -> str:
    """« Champollion : en quelle année ? »"""
    mark = ": " if language == "en" else "\u00a0: "
    return f"{subject}{mark}{question}"


def reframe(base: str, question: str, language: str) -> list[str]:
    """Put the date or name of a question with hardly anything else into the last one, unless it
    asks something of its own: « Et Pasteur, il a fait quoi ? »"""
    dates, names = _DATE.findall(question), find_names(question, language)
    new = (dates or names)[-1:]
    asked = _ASKING.search(question)
    if not new or (asked and fold_phrase(asked[0]) not in fold_phrase(base)):
        return []
    others = set(terms(question, language)) - set(terms(new[0], language))
    if len(others) > _MAX_NEW_WORDS:
        return []
    old = _DATE.findall(base)[-1:] if dates else find_names(base, language)[-_MAX_FRAMES:][::-1]
    if dates:
        return [base.replace(name, new[0]) for name in old]
    return [_swap_name(base, name, question, new[0]) for name in old]


def swap_asking(base: str, question: str, language: str) -> list[str]:
    """Ask the last question again with the asking words of one that has no others: « Quel jour est
    mort Hugo ? », « et où ça ? » → « où est mort Hugo ? »."""
    asked, before = _ASKING.search(question), _ASKING.search(base)
    if not asked or not before or fold_phrase(asked[0]) == fold_phrase(before[0]):
        return []
    is_subject = fold_phrase(before[0]) in _SUBJECTS  # « quand a découvert Lascaux »
    if is_subject or set(terms(question, language)) - set(terms(asked[0], language)):
        return []
    return [base[: before.start()] + asked[0].lower() + base[before.end() :]]


def _swap_name(base: str, name: str, question: str, new: str) -> str:
    """Put a name in the place of another, with its own article: « la France » → « le Japon »."""
    own = re.search(rf"(?:\b(?:la|le|les) |\bl['’])?{re.escape(new)}", question, re.IGNORECASE)
    name, new = re.escape(name), own[0] if own else new
    for before, after in ((r"(?:du|des|de la|de l['’])", "de"), (r"(?:aux?|à la|à l['’])", "à")):
        plain = re.sub(r"^(?:l[ea]s? |l['’])", "", new)
        base = re.sub(rf"\b{before} ?{name}", f"{after} {plain}", base)
    base = re.sub(rf"(?:\b(?:la|le|les) |\bl['’])?{name}", new, base, flags=re.IGNORECASE)
    return base[:1].upper() + base[1:]


def find_names(text: str, language: str) -> list[str]:
    """Find the names in a question, each once, in order."""
    names = (text[span.start : span.end].rstrip(_END) for span in span_names(text, language))
    return list(dict.fromkeys(names))


def listed_place(message: str, language: str, count: int) -> int | None:
    """The index of the item of a list of so many that a message names: « le deuxième »."""
    if (named := _LISTED.fullmatch(message.strip())) is None:
        return None
    word = named[1].lower()
    if word in _LAST:
        return count - 1
    numbers = [0] if word in _FIRST else []
    for quantity in find_quantities(word, language):
        numbers.append(int(max(quantity.values)) - 1)
    return numbers[0] if numbers and 0 <= numbers[0] < count else None


def asks_for_articles(question: str) -> bool:
    """True for « Quels articles avez-vous publiés en 2023 ? », « Que dit l’article d’hier ? »."""
    timing = parse_timing(question, date.today())
    is_of_a_time = timing.period is not None and "article" in fold_phrase(timing.question)
    return is_of_a_time or parse_metadata_question(timing.question) is not None
