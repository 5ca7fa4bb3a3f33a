"""Questions to begin with, which the articles of this index answer for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answer import Answer
from bot.errors import SelonError
from bot.locale.catalogue import Language
from bot.web.service import WebService
from bot.web.texts import PagePhrases
from index.article import Article
from index.build.passages import cut
from index.errors import IndexingError
from index.text.names import is_one_person, span_names

EXAMPLES = 3
ARTICLES = 24  # the newest, which questions are made from
TRIES = 60
NAMES = 4  # of an article that are tried
# Confidence. Of 92 such questions over the sample corpus, 7 are certain by `_is_certain`; all are
# about a person, and their articles tell who that is.
CERTAIN = 0.94


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    text: str
    language: str


class Examples:
    """The questions of the generation in service, found in the background."""

    def __init__(self, service: WebService) -> None:
        self._service = service
        self._generation = ""
        self._questions: list[ExampleQuestion] = []
        self._search: asyncio.Task[None] | None = None

    def of(self, language: Language) -> Sequence[str]:
        """The questions known by now, those in this language if there are any."""
        try:
            generation = self._service.library.generation()
        except IndexingError:
            return ()
        if generation != self._generation:
            self._generation, self._questions = generation, []
            if self._search is not None:
                self._search.cancel()
            self._search = asyncio.create_task(self._find(self._questions))
        spoken = [each.text for each in self._questions if each.language == language]
        return spoken or [each.text for each in self._questions]

    async def _find(self, questions: list[ExampleQuestion]) -> None:
        """Add questions that are answered for certain, one an article."""
        tries, answered = 0, set[str]()
        try:
            for example, article in await asyncio.to_thread(lambda: list(self._candidates())):
                if article.id in answered:
                    continue
                if len(answered) == EXAMPLES or tries == TRIES:
                    return
                tries += 1
                if _is_certain(await self._service.quote(example.text), example, article):
                    questions.append(example)
                    answered.add(article.id)
        except (SelonError, IndexingError):
            return  # pages do without

    def _candidates(self) -> Iterator[tuple[ExampleQuestion, Article]]:
        for entry in self._service.library.newest(ARTICLES):
            article = self._service.library.article(entry.id)
            if article is None or article.language not in ("fr", "en"):
                continue
            who = PagePhrases.of(article.language).who
            for name in _people(article)[:NAMES]:
                yield ExampleQuestion(who(name), article.language), article


def _people(article: Article) -> list[str]:
    """The people whom an article names, each once."""
    names = dict[str, None]()
    for passage in cut(article):
        for sentence in passage.sentences:
            for span in span_names(sentence.text, article.language):
                name = sentence.text[span.start : span.end]
                if is_one_person(name):
                    names[name] = None
    return [*names]


def _is_certain(answer: Answer, example: ExampleQuestion, article: Article) -> bool:
    """True if the article itself tells what the person is: several words, none of them a name."""
    if answer.outcome != "sure" or answer.confidence < CERTAIN:
        return False
    words = answer.statements[0].parts[1]
    own = answer.citations[0].article.id == article.id
    return own and " " in words and words.islower() and words not in example.text
