"""Answers about the articles, from their metadata; each cites the opening of its article."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.answer import Answer, Citation, Refusal, Statement
from bot.answering import topic
from bot.answering.about_about_questions import Asked
from bot.answering.time_range import Timing
from bot.locale.about import about_phrases_for
from index.article import Article
from index.errors import DamagedIndex
from index.language import detect
from index.language_bot_spelling import folded
from index.search.searcher import Searcher

CERTAIN = 0.99  # confidence that an article is the one meant, when it is the only one or so titled
LISTED = 5
_DEPTH = 100  # passages looked at for the articles on a subject
_NEAREST = 3


class AboutArticles:
    """Answers the questions that `asked` tells from the others.

    `searcher` gives the one in service: a question is answered from one generation.
    """

    def __init__(self, searcher: Callable[[], Searcher], min_confidence: float) -> None:
        self._searcher = searcher
        self._min_confidence = min_confidence

    def answer(self, question: str, asked: Asked, timing: Timing) -> Answer:
        """Refuses where no article is meant for sure, or none is there."""
        return _Reply(self._searcher(), self._min_confidence, question, asked, timing).answer()


class _Reply:
    """One question on its way to its answer."""

    def __init__(
        self,
        searcher: Searcher,
        min_confidence: float,
        question: str,
        asked: Asked,
        timing: Timing,
    ) -> None:
        self._searcher = searcher
        self._generation = searcher.generation
        self._min_confidence = min_confidence
        self._question = question
        self._asked = asked
        self._timing = timing
        self._language = detect(question)
        self._phrases = about_phrases_for(self._language)
        self._confidence = CERTAIN

    def answer(self) -> Answer:
        found = self._on_subject() if self._asked.subject else self._listed()
        if isinstance(found, Answer):
            return found
        if self._asked.kind == "count":
            return self._counted(found)
        if self._asked.kind == "which":
            return self._answered([(self._phrases.listed(each), each) for each in found[:LISTED]])
        say = {
            "author": self._phrases.author,
            "date": self._phrases.published,
            "title": self._phrases.titled,
        }[self._asked.kind]
        return self._answered([(say(found[0]), found[0])])

    def _on_subject(self) -> Sequence[Article] | Answer:
        subject, within = self._asked.subject, self._timing.period
        findings = self._searcher.search(subject, _DEPTH, within)
        sure = findings.confidence >= self._min_confidence
        found = topic.find(subject, findings.hits, sure=sure)
        if not found.articles:
            nearest = list({hit.article.id: hit.article for hit in findings.hits}.values())
            why: Refusal = "unsaid" if nearest or within is None else "period"
            return self._refused(why, nearest, findings.confidence)
        self._confidence = CERTAIN if found.titled else findings.confidence
        return found.newest_first[: self._wanted] if self._timing.latest else found.articles

    @property
    def _wanted(self) -> int | None:
        """« Le dernier article » is one, « les derniers articles » are several."""
        several = self._asked.kind == "count" or "articles" in folded(self._question)
        return None if several else 1

    def _listed(self) -> Sequence[Article] | Answer:
        """The newest articles of the time asked for, or the only one."""
        entries = self._generation.articles(self._timing.period, LISTED)
        found = [
            article
            for each in entries
            if (article := self._generation.article(each.id)) and article.text.strip()
        ]
        if not found:
            return self._refused("unsaid" if self._timing.period is None else "period", (), 0.0)
        if self._asked.kind in ("which", "count"):
            return found[: self._wanted] if self._timing.latest else found
        if len(found) > 1 and not self._timing.latest:
            return self._refused("unclear", found, 0.0)
        return found[:1]

    def _counted(self, found: Sequence[Article]) -> Answer:
        if self._asked.subject:
            return self._answered([(self._phrases.found(len(found)), None)], found[:LISTED])
        count = self._generation.count(self._timing.period)
        return self._answered([(self._phrases.counted(count, found[0]), found[0])])

    def _answered(
        self, told: Sequence[tuple[str, Article | None]], shown: Sequence[Article] = ()
    ) -> Answer:
        """Statements, each on its article; one that has none rests on all that is shown."""
        cited = [article for _, article in told if article is not None] or list(shown)
        citations = tuple(self._citation(at, each) for at, each in enumerate(cited, start=1))
        everyone = tuple(range(1, len(cited) + 1))
        statements = tuple(
            Statement(text, everyone if article is None else (at,))
            for at, (text, article) in enumerate(told, start=1)
        )
        return Answer(
            question=self._question,
            language=self._language,
            confidence=self._confidence,
            statements=statements,
            citations=citations,
            nearest=(),
            elapsed_ms=0.0,
            period=self._timing.period,
        )

    def _citation(self, number: int, article: Article) -> Citation:
        stored = self._generation.opening(article.id)
        if stored is None:
            raise DamagedIndex(
                f"article {article.id} has no passage in the index; rebuild it with `selon index`"
            )
        passage = stored.passage
        quoted = next(
            (each for each in passage.sentences if each.text.strip() != article.title),
            passage.sentences[0],
        )
        return Citation(number, quoted.text, quoted.start, quoted.end, passage, article)

    def _refused(self, why: Refusal, nearest: Sequence[Article], confidence: float) -> Answer:
        return Answer(
            question=self._question,
            language=self._language,
            confidence=confidence,
            statements=(),
            citations=(),
            nearest=tuple(nearest[:_NEAREST]),
            elapsed_ms=0.0,
            period=self._timing.period,
            refusal=why,
        )
