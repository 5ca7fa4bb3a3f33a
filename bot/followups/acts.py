"""Acts on the last answer: its date, its author, its source, its passage, what follows it…

Every reply quotes the articles of that answer, or says in a fixed text why it cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from bot.answer import Answer, Citation, Statement, web_address
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.refusal import decide_by_articles, lower, reply_with
from bot.answering.topic import on_subject
from bot.followups.candidates import find_names
from bot.followups.turn import CitedSource, Turn
from bot.locale.answers import Phrases, title_of
from bot.locale.source import details
from bot.understanding.intents import INTENT_OF
from bot.understanding.texts import ActPhrases, button_text
from index.article import Article, Passage, Period, Sentence
from index.findings import Findings, Hit
from index.ingestion.passages import cut
from index.text.folding import fold
from index.text.language import terms

_DEPTH = 10
_ARTICLES = 3  # of an answer that an act speaks of
_MORE_SENTENCES = 3
_LEAST_WORDS = 4  # of a sentence that adds something

RESTATING = frozenset(
    ("date", "author", "source", "link", "quote", "repeat", "read_aloud", "passage", "shorter")
) | {"sure", "translate"}
"""Acts whose replies show the same answer again: the next act is on that answer, too."""

FindArticle = Callable[[str], Article | None]
SearchIn = Callable[[str, int, Period | None], Findings]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote of the last answer, in the article as it stands now."""

    source: CitedSource
    article: Article
    passage: Passage
    start: int

    def cite(self, number: int) -> Citation:
        end = self.start + len(self.source.quote)
        return Citation(number, self.source.quote, self.start, end, self.passage, self.article)


@dataclass(frozen=True, slots=True)
class AnswerActs:
    """Performs acts on an answer.

    `find_article` returns an article of the index in service; `search` finds and reads passages for
    a question, of a period if given; `summarise` quotes what matters most in an article.
    """

    find_article: FindArticle
    search: SearchIn
    answerer: ExtractiveAnswerer
    summarise: Callable[[Article], Answer]

    def perform(self, intent: str, message: str, last: Turn, language: str) -> Answer | None:
        """Perform an act on the answer of a turn; None if it is a question to the articles."""
        act = _Act(self, message, last, language)
        acts: Mapping[str, Callable[[], Answer]] = {
            "date": act.date,
            "author": act.author,
            "source": act.source,
            "link": act.link,
            "quote": partial(act.quote, "quote"),
            "repeat": act.repeat,
            "read_aloud": partial(act.quote, ""),
            "passage": act.passage,
            "summarise": act.summarise,
            "more": act.more,
            "shorter": act.shorter,
            "other_source": partial(act.other_article, "other_source", "no_other"),
            "newer": act.newer,
            "sure": act.sure,
            "translate": partial(act.quote, "translate"),
            "wrong": partial(act.say, "wrong"),
            "not_that": partial(act.other_article, "instead", "not_that"),
        }
        if intent not in acts:
            return None
        answer = acts[intent]()
        # What is quoted again is no surer than it was; whose it is and of which day is certain.
        is_quote = intent in RESTATING - {"date", "author", "link"}
        is_raised = answer.is_sure and answer.statements and not last.is_sure
        return lower(answer) if is_quote and is_raised else answer


@dataclass(frozen=True, slots=True)
class _Act:
    """One act, on one answer."""

    acts: AnswerActs
    message: str
    last: Turn
    language: str

    @property
    def texts(self) -> ActPhrases:
        return ActPhrases.of(self.language)

    def say(self, name: str) -> Answer:
        return reply_with(self.message, getattr(self.texts, name), self.language)

    def quoted(self) -> list[Quoted]:
        """The quotes of the answer that still stand in their articles."""
        quotes = []
        for source in self.last.cited:
            article = self.acts.find_article(source.article)
            if article is not None and (quote := _find_quote(article, source)) is not None:
                quotes.append(quote)
        return quotes

    def by_article(self) -> list[Quoted]:
        """The first quote of each article."""
        return list({quote.article.id: quote for quote in reversed(self.quoted())}.values())[::-1][
            :_ARTICLES
        ]

    def date(self) -> Answer:
        def say(article: Article) -> str:
            title = title_of(article, self.language)
            day = article.published
            return self.texts.date(title, day) if day else self.texts.undated(title)

        return self._state(say)

    def author(self) -> Answer:
        def say(article: Article) -> str:
            title, author = title_of(article, self.language), article.author
            return self.texts.author(title, author) if author else self.texts.unsigned(title)

        return self._state(say)

    def source(self) -> Answer:
        phrases = Phrases.of(self.language)
        return self._state(
            lambda article: self.texts.source(
                title_of(article, self.language), details(article, phrases)
            )
        )

    def link(self) -> Answer:
        def say(article: Article) -> str:
            title, address = title_of(article, self.language), web_address(article.url)
            if address is None:
                return self.texts.no_link(title, article.path)
            return self.texts.link(title, address)

        return self._state(say)

    def quote(self, heading: str) -> Answer:
        return self._show(
            [quote.cite(number) for number, quote in enumerate(self.quoted(), 1)], heading
        )

    def repeat(self) -> Answer:
        """The quotes again, with buttons for what makes them clearer."""
        answer = self.quote("repeat")
        names = ("passage", "shorter") if answer.statements else ()
        buttons = (button_text(name, self.language) for name in names)
        return replace(answer, buttons=tuple(filter(None, buttons)))

    def passage(self) -> Answer:
        return self._show(
            [
                Citation(number, passage.text, passage.start, passage.end, passage, quoted.article)
                for number, quoted in enumerate(self.by_article(), 1)
                for passage in [quoted.passage]
            ],
            "passage",
        )

    def summarise(self) -> Answer:
        quotes = self.quoted()[:1]
        return self._show(
            [
                citation
                for quote in quotes
                for citation in self.acts.summarise(quote.article).citations
            ],
            "summarise",
        )

    def more(self) -> Answer:
        """The next sentences of the article that add something."""
        quotes = self.quoted()
        if not quotes:
            return self.say("gone" if self.last.cited else "no_answer")
        first = quotes[0]
        texts = {quote.source.quote for quote in quotes}
        end = first.start + len(first.source.quote)
        sentences = [
            (sentence, passage)
            for sentence, passage in _telling_sentences(first.article)
            if sentence.start >= end and sentence.text not in texts
        ][:_MORE_SENTENCES]
        if not sentences:
            return self.say("no_more")
        return self._show(
            [
                Citation.of(number, sentence, passage, first.article)
                for number, (sentence, passage) in enumerate(sentences, 1)
            ],
            "more",
        )

    def shorter(self) -> Answer:
        quotes = self.quoted()
        if not quotes:
            return self.say("gone" if self.last.cited else "no_answer")
        first = next((q for q in quotes if self.last.found in q.source.quote), quotes[0])
        answer = self._show([first.cite(1)], "shorter")
        at = first.source.quote.find(self.last.found) if self.last.found else -1
        if at < 0:
            return answer
        (statement,) = answer.statements
        marked = replace(statement, highlight=(at, at + len(self.last.found)))
        return replace(answer, statements=(marked,))

    def other_article(self, heading: str, none: str) -> Answer:
        """What the next article says to the same question."""
        if not self.last.cited:
            return self.say(none)
        findings = self.acts.search(self.last.understood, _DEPTH, self.last.period)
        cited = {source.article for source in self.last.cited}
        hits = [hit for hit in self._of_subject(findings) if hit.article.id not in cited]
        answer = self.acts.answerer.answer(replace(findings, hits=tuple(hits)))
        if not answer.statements:
            return self.say(none)
        return self._found(lower(answer), heading)

    def newer(self) -> Answer:
        days = [quote.article.published for quote in self.quoted() if quote.article.published]
        if not days:
            return self.say("no_newer")
        after = Period(max(days) + timedelta(days=1), max(date.today(), max(days) + timedelta(1)))
        findings = self.acts.search(self.last.understood, _DEPTH, after)
        hits = self._of_subject(findings)
        answer = self.acts.answerer.answer(replace(findings, hits=tuple(hits)))
        if not answer.statements:
            return self.say("no_newer")
        return self._found(lower(answer), "newer")

    def sure(self) -> Answer:
        """Say how sure the answer was, above its quote and the nearest other sentence."""
        citations = [quote.cite(number) for number, quote in enumerate(self.quoted()[:2], 1)]
        texts = {citation.quote for citation in citations}
        findings = self.acts.search(self.last.understood, _DEPTH, self.last.period)
        for hit in self._of_subject(findings)[:2]:
            ranked = max(hit.sentences, key=lambda sentence: sentence.score, default=None)
            if len(citations) < 2 and ranked and ranked.sentence.text not in texts:
                citations.append(
                    Citation.of(len(citations) + 1, ranked.sentence, hit.passage, hit.article)
                )
        if not self.last.cited:
            return self._show(citations, "sure_no") if citations else self.say("sure_nothing")
        if not self.last.is_sure:
            return self._show(citations, "sure_perhaps")
        if self.last.intent in INTENT_OF and INTENT_OF[self.last.intent].group != "question":
            return self._show(citations[:1], "sure_lines")
        return self._show(citations, "sure_alone" if len(citations) == 1 else "sure_sure")

    def _of_subject(self, findings: Findings) -> list[Hit]:
        """The hits on the subject of the question: those that have all of its names, or without any
        half of its words."""
        last = self.last
        names = [fold(name.lower()) for name in find_names(last.understood, last.language)]
        words = names or terms(last.understood, last.language)
        least = len(words) if names else len(words) / 2
        return [
            hit
            for hit in on_subject(findings.hits)
            for text in [fold(f"{hit.article.title} {hit.passage.text}".lower())]
            if sum(word in text for word in words) >= least
        ]

    def _found(self, answer: Answer, heading: str) -> Answer:
        first, *rest = answer.statements
        first = replace(first, heading=getattr(self.texts, heading))
        return replace(
            answer,
            question=self.message,
            plain_question=self.last.understood,
            statements=(first, *rest),
        )

    def _state(self, say: Callable[[Article], str]) -> Answer:
        """One sentence on each article of the answer, which cites its quote."""
        quotes = self.by_article()
        if not quotes:
            return self.say("gone" if self.last.cited else "no_answer")
        citations = [quote.cite(number) for number, quote in enumerate(quotes, 1)]
        statements = [
            Statement(say(citation.article), (citation.number,)) for citation in citations
        ]
        return self._answer(statements, citations)

    def _show(self, citations: Sequence[Citation], heading: str) -> Answer:
        """Quotes below a heading, if any."""
        if not citations:
            return self.say("gone" if self.last.cited else "no_answer")
        statements = [Statement(citation.quote, (citation.number,)) for citation in citations]
        if heading:
            statements[0] = replace(statements[0], heading=getattr(self.texts, heading))
        return self._answer(statements, citations)

    def _answer(self, statements: Sequence[Statement], citations: Sequence[Citation]) -> Answer:
        decision = decide_by_articles([citation.article for citation in citations])
        return Answer(
            question=self.message,
            plain_question=self.last.understood,
            language=self.language,
            outcome=decision.outcome,
            confidence=1.0,
            statements=tuple(statements),
            citations=tuple(citations),
        )


def _find_quote(article: Article, source: CitedSource) -> Quoted | None:
    for passage in cut(article):
        at = passage.text.find(source.quote)
        if at >= 0:
            return Quoted(source, article, passage, passage.start + at)
    return None


def _telling_sentences(article: Article) -> list[tuple[Sentence, Passage]]:
    """The sentences that say something by themselves, in order."""
    return [
        (sentence, passage)
        for passage in cut(article)
        for sentence in passage.sentences
        if len(sentence.text.split()) >= _LEAST_WORDS
        and not sentence.text.rstrip().endswith(("?", ":"))
        and sentence.text.strip() != article.title
    ]
