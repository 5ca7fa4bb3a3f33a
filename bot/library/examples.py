"""Example questions that the articles of this index answer with certainty."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from bot.answer import Answer
from bot.errors import SelonError
from bot.library.articles import Library
from bot.locale.answers import ExamplePhrases
from bot.locale.catalogue import Language
from bot.rights import reading
from bot.understanding.texts import CommandPhrases
from index.article import Article
from index.errors import IndexingError
from index.ingestion.passages import cut
from index.text.language import terms
from index.text.names import is_one_person, span_names

EXAMPLES = 3
ARTICLES = 24  # the newest, from which to generate questions
TRIES = 60
NAMES = 4  # to try per article
NEARBY_SHARE = 0.5  # minimum share of a suggestion's words that are in the refused question
NEARBY_TRIES = 3  # each takes as long as a question
# Minimum confidence. In the sample corpus, 7 of 92 questions about people and 5 of 14 about events
# pass `_is_certain`; all these answers are right.
CERTAIN_CONFIDENCE = 0.94

# Of which one example each is shown, on a subject that the articles have much on.
FUNCTIONS = {"chronology": 3, "dossier": 3, "articles": 2}  # least statements of the answer
SUBJECTS = 10  # to try

Kind = Literal["when", "where", "who", "about"]
KINDS: tuple[Kind, ...] = ("when", "where", "who")  # "about" only fills up

# An event at the beginning of a sentence.
_EVENT = {
    "fr": re.compile(
        r"(?P<subject>[^,.;:()«»—]{2,60}?) "
        r"(?P<verb>naît|meurt|(?:est|a été|fut|sont|ont été|furent)"
        r"(?: \w+ée?s?| mort(?:e|s|es)?| élue?s?| \w+(?:uit|ert)e?s?))(?P<participle>)\b"
    ),
    "en": re.compile(
        r"(?P<subject>[^,.;:()“”—]{2,60}?) "
        r"(?P<verb>was|were)(?P<participle> (?:\w+ed|born|built|found|sunk|won|struck))\b"
    ),
}
# Of questions; those of the last are only about names, in articles of that language.
_LANGUAGES = (*_EVENT, "es")
_DETERMINER = re.compile(r"(?:Les?|La|L’|L'|The)\b")


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    text: str
    language: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class ExampleRequest:
    """A message that calls a function of the archive, and what it asks for in words."""

    text: str
    language: str
    message: str


Quote = Callable[[str], Awaitable[Answer]]
"""Answers a question with quotes, without storing or counting it."""


class Examples:
    """Finds example questions for the current generation in the background."""

    def __init__(self, quote: Quote, library: Library) -> None:
        self._quote = quote
        self._library = library
        self._generation = ""
        self._questions: list[ExampleQuestion] = []
        self._requests: list[ExampleRequest] = []
        self.search: asyncio.Task[None] | None = None

    def of(self, language: str) -> Sequence[str]:
        """Return the questions found so far: in this language, else in English, else any."""
        try:
            with reading(()):  # they are everybody's
                generation = self._library.generation()
                if generation != self._generation:
                    self._generation, self._questions, self._requests = generation, [], []
                    if self.search is not None:
                        self.search.cancel()
                    self.search = asyncio.create_task(self._find(self._questions, self._requests))
        except IndexingError:
            return ()
        every = [question.text for question in self._questions]
        return self._in(language) or self._in("en") or every

    def requests(self, language: str) -> Sequence[ExampleRequest]:
        """Return the requests to functions found so far, in this language."""
        return [request for request in self._requests if request.language == language]

    async def soon(self, language: str, seconds: float) -> Sequence[str]:
        """Like `of`, but wait up to `seconds` for the search to complete."""
        questions = self.of(language)
        if len(self._in(language)) < EXAMPLES and self.search is not None:
            await asyncio.wait([self.search], timeout=seconds)
            questions = self.of(language)
        return questions

    def _in(self, language: str) -> Sequence[str]:
        return [question.text for question in self._questions if question.language == language]

    async def near(self, refusal: Answer) -> str | None:
        """Suggest a question close to a refused one that one of the nearest articles answers."""
        for example, article in await asyncio.to_thread(_nearby, refusal):
            try:
                if _is_certain(await self._quote(example.text), example, article):
                    return example.text
            except (SelonError, IndexingError):
                return None
        return None

    async def _find(self, questions: list[ExampleQuestion], requests: list[ExampleRequest]) -> None:
        """Add questions in each language: one of each kind, then of any kind, then about names, at
        last in articles of other languages; at most one per article."""
        try:
            for language in _LANGUAGES:
                candidates = await asyncio.to_thread(list, self._candidates(language))
                own = [pair for pair in candidates if pair[1].language == language]
                others = [pair for pair in candidates if pair[1].language != language]
                total, covered_ids = len(questions) + EXAMPLES, set[str]()
                facts = [pair for pair in own if pair[0].kind in KINDS]
                for group, limit in (
                    *(([pair for pair in facts if pair[0].kind == kind], 1) for kind in KINDS),
                    (facts, EXAMPLES),
                    ([pair for pair in own if pair not in facts], EXAMPLES),
                    (others if language in _EVENT else [], EXAMPLES),
                ):
                    count = min(len(questions) + limit, total)
                    for example, article in group[: TRIES // len(KINDS)]:
                        if len(questions) == count:
                            break
                        if article.id in covered_ids or example in questions:
                            continue
                        if _is_certain(await self._quote(example.text), example, article):
                            questions.append(example)
                            covered_ids.add(article.id)
            for code in get_args(Language):
                await self._find_requests(code, requests)
        except (SelonError, IndexingError):
            return

    async def _find_requests(self, language: Language, requests: list[ExampleRequest]) -> None:
        """Add one request to each function, if possible on subjects of their own."""
        articles = await asyncio.to_thread(self._newest, language)
        counts = _count_subjects([own for own in articles if own.language == language])
        subjects = sorted(counts, key=lambda name: (" " not in name, -counts[name]))[:SUBJECTS]
        phrases = CommandPhrases.of(language)
        for function, least in FUNCTIONS.items():
            for subject in subjects:
                message = phrases.message(function, subject)
                answer = await self._quote(message)
                if answer.is_sure and len(answer.statements) >= least:
                    text = phrases.request(function, subject)
                    requests.append(ExampleRequest(text, language, message))
                    subjects = [*(name for name in subjects if name != subject), subject]
                    break

    def _newest(self, language: str) -> list[Article]:
        """The newest articles; last those in this language whose subjects no other shares, as an
        advertisement's."""
        entries = self._library.newest(ARTICLES)
        articles = list(filter(None, (self._library.article(entry.id) for entry in entries)))
        own = [article for article in articles if article.language == language]
        counts = _count_subjects(own)
        alone = {
            article.id
            for article in own
            if max((counts[name] for name in _subjects(article)), default=0) < 2
        }
        return sorted(articles, key=lambda article: article.id in alone)

    def _candidates(self, language: str) -> Iterator[tuple[ExampleQuestion, Article]]:
        for article in self._newest(language):
            people = 0
            for example in candidate_questions(article, language):
                people += example.kind == "who"
                if people <= NAMES:
                    yield example, article


def _nearby(refusal: Answer) -> list[tuple[ExampleQuestion, Article]]:
    """List candidates: questions on the nearest articles that share half of their words with the
    refused one, closest first, then one about a name in it."""
    question, language = refusal.understood or refusal.question, refusal.language
    words = set(terms(question, language))
    shares: dict[ExampleQuestion, float] = {}
    sources: dict[ExampleQuestion, Article] = {}
    for article in refusal.nearest:
        for example in candidate_questions(article):
            own = set(terms(example.text, example.language))
            if example.kind != "about" and example.language == language:
                shares[example] = len(own & words) / len(own) if own else 0.0
                sources.setdefault(example, article)
    near = sorted(
        (example for example in shares if shares[example] >= NEARBY_SHARE), key=lambda e: -shares[e]
    )
    candidates = [(example, sources[example]) for example in near[:NEARBY_TRIES]]
    names = [question[span.start : span.end] for span in span_names(question, language)]
    for name in sorted(names, key=len, reverse=True):  # short names are vague: « Paris »
        for article in refusal.nearest:
            if name in article.text:
                about = ExamplePhrases.of(language).about(name)
                return [*candidates, (ExampleQuestion(about, language, "about"), article)]
    return candidates


def _subjects(article: Article) -> list[str]:
    """The names in a title, but for its first word, which is capitalised anyway."""
    spans = span_names(article.title, article.language)
    names = [(span.start, article.title[span.start : span.end]) for span in spans]
    return [name for start, name in names if start > 0 or " " in name]


def _count_subjects(articles: Sequence[Article]) -> Counter[str]:
    """Count the articles that name each subject of their titles."""
    names = dict.fromkeys(name for article in articles for name in _subjects(article))
    return Counter({name: sum(name in own.text for own in articles) for name in names})


def candidate_questions(article: Article, language: str = "") -> Iterator[ExampleQuestion]:
    """Generate questions that an article may answer: when and where of events whose subject ends
    with a name, who the people in the text are, and what the text says about names in the title.

    In another `language` than the article's, only about names. Yields nothing for a language
    without texts.
    """
    language = language or article.language
    if language not in _LANGUAGES:
        return
    events = _EVENT.get(language) if language == article.language else None
    phrases, people = ExamplePhrases.of(language), dict[str, None]()
    for passage in cut(article):
        for sentence in passage.sentences:
            for span in span_names(sentence.text, article.language):
                name = sentence.text[span.start : span.end]
                if is_one_person(name):
                    people[name] = None
            event = events.match(sentence.text) if events is not None else None
            if event is None:
                continue
            names = span_names(event["subject"], article.language)
            if any(name.end == len(event["subject"]) for name in names):
                subject = _DETERMINER.sub(lambda first: first[0].lower(), event["subject"])
                words = (subject, event["verb"], event["participle"] or "")
                yield ExampleQuestion(phrases.when(*words), language, "when")
                yield ExampleQuestion(phrases.where(*words), language, "where")
    for name in people:
        yield ExampleQuestion(phrases.who(name), language, "who")
    for name in _subjects(article):
        yield ExampleQuestion(phrases.about(name), language, "about")


def _is_certain(answer: Answer, example: ExampleQuestion, article: Article) -> bool:
    """True if the answer is from the article and of the right form: several words without a name
    for who, a number for when, a name for where."""
    if answer.outcome != "sure" or answer.confidence < CERTAIN_CONFIDENCE:
        return False
    if example.kind == "about":
        return True
    if answer.citations[0].article.id != article.id:
        return False
    words = answer.statements[0].parts[1]
    if words in example.text:
        return False
    if example.kind == "when":
        return any(character.isdigit() for character in words)
    if example.kind == "where":
        return words != words.lower() and not any(character.isdigit() for character in words)
    return " " in words and words.islower()
