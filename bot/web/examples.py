"""Questions to begin with, which the articles of this index answer for certain."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

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
# Confidence. Over the sample corpus, 7 of 92 questions about people are certain by `_is_certain`,
# and 5 of 14 about events; the articles tell each of these.
CERTAIN = 0.94

Kind = Literal["when", "where", "who"]
KINDS: tuple[Kind, ...] = get_args(Kind)

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


class Examples:
    """The questions of the generation in service, found in the background."""

    def __init__(self, service: WebService) -> None:
        self._service = service
        self._generation = ""
        self._questions: list[ExampleQuestion] = []
        self.search: asyncio.Task[None] | None = None

    def of(self, language: Language) -> Sequence[str]:
        """The questions known by now, those in this language if there are any."""
        try:
            generation = self._service.library.generation()
        except IndexingError:
            return ()
        if generation != self._generation:
            self._generation, self._questions = generation, []
            if self.search is not None:
                self.search.cancel()
            self.search = asyncio.create_task(self._find(self._questions))
        texts = [each.text for each in self._questions if each.language == language]
        return texts or [each.text for each in self._questions]

    async def _find(self, questions: list[ExampleQuestion]) -> None:
        """Add questions that are answered for certain: one of each kind, then any; one an
        article."""
        try:
            candidates = await asyncio.to_thread(lambda: list(self._candidates()))
            by_kind = [[each for each in candidates if each[0].kind == kind] for kind in KINDS]
            answered = set[str]()
            for group, most in [*((each, 1) for each in by_kind), (candidates, EXAMPLES)]:
                count = min(len(questions) + most, EXAMPLES)
                for example, article in group[: TRIES // len(KINDS)]:
                    if len(questions) == count:
                        break
                    if article.id in answered or example in questions:
                        continue
                    if _is_certain(await self._service.quote(example.text), example, article):
                        questions.append(example)
                        answered.add(article.id)
        except (SelonError, IndexingError):
            return  # pages do without

    def _candidates(self) -> Iterator[tuple[ExampleQuestion, Article]]:
        for entry in self._service.library.newest(ARTICLES):
            article = self._service.library.article(entry.id)
            if article is not None and article.language in _EVENT:
                for example in candidate_questions(article):
                    yield example, article


def candidate_questions(article: Article) -> Iterator[ExampleQuestion]:
    """Questions that an article may answer: about people whom it names, and about events whose
    sentence begins with a name."""
    phrases, people = PagePhrases.of(article.language), dict[str, None]()
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
    for name in [*people][:NAMES]:
        yield ExampleQuestion(phrases.who(name), article.language, "who")


def _ends_with_name(subject: str, language: str) -> bool:
    return any(each.end == len(subject) for each in span_names(subject, language))


def _is_certain(answer: Answer, example: ExampleQuestion, article: Article) -> bool:
    """True if the article itself tells it: who in several words, none of them a name; when with a
    number; where with a name."""
    if answer.outcome != "sure" or answer.confidence < CERTAIN:
        return False
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
