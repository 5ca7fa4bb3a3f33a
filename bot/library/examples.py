"""Questions to begin with, which the articles of this index answer for certain."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.answer import Answer
from bot.errors import SelonError
from bot.library.articles import Library
from bot.locale.answers import ExamplePhrases
from bot.locale.catalogue import Language
from index.article import Article
from index.build.passages import cut
from index.errors import IndexingError
from index.text.language import terms
from index.text.names import is_one_person, span_names

EXAMPLES = 3
ARTICLES = 24  # the newest, which questions are made from
TRIES = 60
NAMES = 4  # of an article that are tried
NEARBY_SHARE = 0.5  # least share of its words that a question close to a refused one has from it
NEARBY_TRIES = 3  # questions close to a refused one, each as long as a question
# Confidence. Over the sample corpus, 7 of 92 questions about people are certain by `_is_certain`,
# and 5 of 14 about events; the articles tell each of these.
CERTAIN = 0.94

Kind = Literal["when", "where", "who", "about"]
KINDS: tuple[Kind, ...] = ("when", "where", "who")  # those about a name fill up

# What happens to a subject at the beginning of a sentence.
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
_DETERMINER = re.compile(r"(?:Les?|La|L’|L'|The)\b")


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    text: str
    language: str
    kind: Kind


Quote = Callable[[str], Awaitable[Answer]]
"""The answer in the articles' words, neither stored nor counted."""


class Examples:
    """The questions of the generation in service, found in the background."""

    def __init__(self, quote: Quote, library: Library) -> None:
        self._quote = quote
        self._library = library
        self._generation = ""
        self._questions: list[ExampleQuestion] = []
        self.search: asyncio.Task[None] | None = None

    def of(self, language: Language) -> Sequence[str]:
        """The questions known by now, those in this language if there are any."""
        try:
            generation = self._library.generation()
        except IndexingError:
            return ()
        if generation != self._generation:
            self._generation, self._questions = generation, []
            if self.search is not None:
                self.search.cancel()
            self.search = asyncio.create_task(self._find(self._questions))
        texts = [each.text for each in self._questions if each.language == language]
        return texts or [each.text for each in self._questions]

    async def soon(self, language: Language, seconds: float) -> Sequence[str]:
        """As `of`, after waiting some seconds for questions that are still looked for."""
        questions = self.of(language)
        if len(questions) < EXAMPLES and self.search is not None:
            await asyncio.wait([self.search], timeout=seconds)
            questions = self.of(language)
        return questions

    async def near(self, refusal: Answer) -> str | None:
        """A question close to a refused one that one of the articles offered answers for
        certain."""
        for example, article in await asyncio.to_thread(_nearby, refusal):
            try:
                if await self._is_answered(example, article):
                    return example.text
            except (SelonError, IndexingError):
                return None  # the refusal stands without
        return None

    async def _find(self, questions: list[ExampleQuestion]) -> None:
        """Add questions that are answered for certain, in each language: one of each kind, then
        any, then those about a name; one an article."""
        try:
            every = await asyncio.to_thread(lambda: list(self._candidates()))
            for language in _EVENT:
                candidates = [each for each in every if each[0].language == language]
                known, answered = len(questions), set[str]()
                facts = [each for each in candidates if each[0].kind in KINDS]
                for group, most in (
                    *(([each for each in facts if each[0].kind == kind], 1) for kind in KINDS),
                    (facts, EXAMPLES),
                    ([each for each in candidates if each not in facts], EXAMPLES),
                ):
                    count = min(len(questions) + most, known + EXAMPLES)
                    for example, article in group[: TRIES // len(KINDS)]:
                        if len(questions) == count:
                            break
                        if article.id in answered or example in questions:
                            continue
                        if await self._is_answered(example, article):
                            questions.append(example)
                            answered.add(article.id)
        except (SelonError, IndexingError):
            return  # pages and messages do without

    def _candidates(self) -> Iterator[tuple[ExampleQuestion, Article]]:
        for entry in self._library.newest(ARTICLES):
            article = self._library.article(entry.id)
            if article is not None:
                people = 0
                for example in candidate_questions(article):
                    people += example.kind == "who"
                    if people <= NAMES:
                        yield example, article

    async def _is_answered(self, example: ExampleQuestion, article: Article) -> bool:
        """True if the article's own words answer it for certain."""
        return _is_certain(await self._quote(example.text), example, article)


def _nearby(refusal: Answer) -> list[tuple[ExampleQuestion, Article]]:
    """What to try: questions about the articles offered that have half of their words from the
    refused one, the nearest first; then one about a name in it."""
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
        (each for each in shares if shares[each] >= NEARBY_SHARE), key=lambda e: -shares[e]
    )
    chosen = [(example, sources[example]) for example in near[:NEARBY_TRIES]]
    names = [question[each.start : each.end] for each in span_names(question, language)]
    for name in sorted(names, key=len, reverse=True):  # short ones say less: « Paris »
        if naming := [each for each in refusal.nearest if name in each.text]:
            about = ExamplePhrases.of(language).about(name)
            return [*chosen, (ExampleQuestion(about, language, "about"), naming[0])]
    return chosen


def candidate_questions(article: Article) -> Iterator[ExampleQuestion]:
    """Questions that an article may answer: about people whom it names, about events whose
    sentence begins with a name, and what is said of the names in its title.

    None in a language that has no rules here.
    """
    if article.language not in _EVENT:
        return
    phrases, people = ExamplePhrases.of(article.language), dict[str, None]()
    for passage in cut(article):
        for sentence in passage.sentences:
            for span in span_names(sentence.text, article.language):
                name = sentence.text[span.start : span.end]
                if is_one_person(name):
                    people[name] = None
            event = _EVENT[article.language].match(sentence.text)
            if event and _ends_with_name(event["subject"], article.language):
                subject = _DETERMINER.sub(lambda first: first[0].lower(), event["subject"])
                words = (subject, event["verb"], event["participle"] or "")
                yield ExampleQuestion(phrases.when(*words), article.language, "when")
                yield ExampleQuestion(phrases.where(*words), article.language, "where")
    for name in people:
        yield ExampleQuestion(phrases.who(name), article.language, "who")
    for span in span_names(article.title, article.language):
        name = article.title[span.start : span.end]
        if span.start > 0 or " " in name:  # the first word has its capital from the title
            yield ExampleQuestion(phrases.about(name), article.language, "about")


def _ends_with_name(subject: str, language: str) -> bool:
    return any(each.end == len(subject) for each in span_names(subject, language))


def _is_certain(answer: Answer, example: ExampleQuestion, article: Article) -> bool:
    """True if the article itself tells it: who in several words, none of them a name; when with a
    number; where with a name."""
    if answer.outcome != "sure" or answer.confidence < CERTAIN:
        return False
    if example.kind == "about":
        return True
    if answer.citations[0].article.id != article.id:
        return False
    words = answer.statements[0].parts[1]
    if words in example.text:
        return False
    if example.kind == "when":
        return any(each.isdigit() for each in words)
    if example.kind == "where":
        return words != words.lower() and not any(each.isdigit() for each in words)
    return " " in words and words.islower()
