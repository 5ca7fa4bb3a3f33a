"""Answers about one article, and by how articles begin: its author, day and title, news, names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Citation, Statement
from bot.answering.metadata_question import (
    QUOTATION_MARKS,
    MetadataKind,
    MetadataQuestion,
    bare_name,
)
from bot.answering.refusal import Decision, decide_by_articles, outcome_of, refusal_of
from bot.answering.time_range import Timing
from bot.answering.topic import find_topic, newest_first
from bot.archive.articles import CERTAIN_CONFIDENCE, cite_openings, load
from bot.archive.subject import find_subject
from bot.locale.answers import AboutPhrases
from index.article import Article, ArticleEntry, Sentence
from index.findings import Hit
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from index.text.folding import fold_phrase
from index.text.names import span_names

_ADDRESS = re.compile(r"https?://\S+")
_LISTED_ARTICLES = 5
_NEWEST_ARTICLES = 3  # for the latest news
_LEDE_WORDS = 30  # minimum
_CAPTION_WORDS = 6  # a shorter first sentence is a picture's caption
_DEPTH = 100  # passages searched for a subject


@dataclass(slots=True)
class ArticleReply:
    """Builds the answer to one question; `timing` is the question without its words of time."""

    searcher: Searcher
    thresholds: Thresholds
    question: str
    timing: Timing
    language: str
    confidence: float = CERTAIN_CONFIDENCE
    doubtful: bool = False

    def answer(self, metadata: MetadataQuestion) -> Answer:
        """Answer, or refuse if no article or no single one is meant."""
        kind, phrases = metadata.kind, AboutPhrases.of(self.language)
        articles = (
            self._articles_on_subject(metadata)
            if metadata.subject
            else self._articles_by_time(kind)
        )
        if isinstance(articles, Answer):
            return articles
        if kind == "news":
            return self._quote_openings(articles[:_NEWEST_ARTICLES])
        if kind == "which":  # « le dernier article »
            return self._state([(phrases.listed(articles[0]), articles[0])])
        say = {"author": phrases.author, "date": phrases.published, "title": phrases.titled}[kind]
        return self._state([(say(articles[0]), articles[0])])

    def open(self) -> Answer | None:
        """Answer a bare name by what the articles say of it, newest first; a URL by its article.

        None for any other message, and if no article has the name.
        """
        if _ADDRESS.fullmatch(self.question):
            return self._open_articles(self.searcher.find(self.question))
        name = bare_name(self.timing.question)
        return self._tell(name) if name else None

    def open_by_title(self, hits: Sequence[Hit]) -> Answer | None:
        """Quote how the articles with this title begin, newest first; None if there are none."""
        title = fold_phrase(self.question.strip(QUOTATION_MARKS))
        articles = {hit.article.id: hit.article for hit in hits}
        return self._open_articles([a for a in articles.values() if fold_phrase(a.title) == title])

    def introduce(self, subjects: Sequence[str]) -> Answer | None:
        """Quote how the articles on a subject begin; of several subjects, the article titled so.

        No article is titled « La masse du boson », so how it begins would not answer. None if there
        is no subject, or one without an article.
        """
        groups = []
        for subject in subjects:
            found = find_subject(self.searcher, subject, self.timing.period, self.question)
            titled = [each.article for each in found.articles if each.in_title]
            central = [each.article for each in found.articles if each.is_central]
            groups.append(titled[:1] if len(subjects) > 1 else central[:_NEWEST_ARTICLES])
        articles = {each.id: each for group in groups for each in group}
        if not subjects or not all(groups) or len(articles) < len(subjects):
            return None
        return self._quote_openings(list(articles.values()))

    def _open_articles(self, entries: Sequence[Article | ArticleEntry]) -> Answer | None:
        articles = load(self.searcher.generation, entries[:_LISTED_ARTICLES])
        return self._quote_openings(newest_first(articles)) if articles else None

    def _tell(self, name: str) -> Answer | None:
        """Quote the best sentence of each article with a name, newest first; None without any."""
        quotes: dict[str, tuple[Hit, Sentence]] = {}
        for hit in self.searcher.search_subject(name, _DEPTH, self.timing.period):
            sentence = _naming_sentence(name, hit)
            if sentence is not None:
                quotes.setdefault(hit.article.id, (hit, sentence))
        articles = newest_first([hit.article for hit, _ in quotes.values()])
        citations = []
        for number, article in enumerate(articles[: 2 * _LISTED_ARTICLES], start=1):
            hit, sentence = quotes[article.id]
            citations.append(Citation.of(number, sentence, hit.passage, article))
        if not citations:
            return None
        first, further = citations[:_LISTED_ARTICLES], citations[_LISTED_ARTICLES:]
        statements = [Statement(each.quote, (each.number,)) for each in first]
        return replace(self._answer(statements, first), further=tuple(further))

    def _articles_on_subject(self, metadata: MetadataQuestion) -> Sequence[Article] | Answer:
        """The articles that name the subject, the best first unless the newest are asked for; those
        near it in meaning, doubtfully, if none does."""
        found = find_subject(self.searcher, metadata.subject, self.timing.period, self.question)
        newest = metadata.kind == "news" or self.timing.latest
        # An article that only names the subject has no news of it.
        several = [each for each in found.articles if each.is_central or metadata.kind != "news"]
        if not newest:
            several.sort(key=lambda each: (each.in_title, each.in_opening), reverse=True)
        if several:
            return [each.article for each in several]
        findings = self.searcher.search(metadata.subject, _DEPTH, self.timing.period)
        sure = outcome_of(findings.confidence, self.thresholds) == "sure"
        near = find_topic(metadata.subject, findings.hits, sure=sure).near
        decision = decide_by_articles(near, findings.hits, self.timing.period)
        if not decision.may_answer or metadata.kind == "news":
            return self._refuse(decide_by_articles((), findings.hits), findings.confidence)
        self.doubtful, self.confidence = True, findings.confidence
        return newest_first(near) if newest else near

    def _articles_by_time(self, kind: MetadataKind) -> Sequence[Article] | Answer:
        """The newest articles of the period, or the only one."""
        period = self.timing.period
        entries = self.searcher.articles(period, _LISTED_ARTICLES)
        articles = load(self.searcher.generation, entries)
        is_about_one = kind != "news" and not self.timing.latest
        decision = decide_by_articles(articles, period=period, is_about_one=is_about_one)
        if not decision.may_answer:
            return self._refuse(decision, 0.0)
        return articles

    def _quote_openings(self, articles: Sequence[Article]) -> Answer:
        """Quote how each article begins: news comes first."""
        citations = [
            _extend_lede(each) for each in cite_openings(articles, self.searcher.generation)
        ]
        return self._answer(
            [Statement(each.quote, (each.number,)) for each in citations], citations
        )

    def _state(self, rows: Sequence[tuple[str, Article]]) -> Answer:
        """Answer with one statement on each article."""
        citations = cite_openings([article for _, article in rows], self.searcher.generation)
        statements = [Statement(text, (at,)) for at, (text, _) in enumerate(rows, start=1)]
        return self._answer(statements, citations)

    def _answer(self, statements: Sequence[Statement], citations: Sequence[Citation]) -> Answer:
        return Answer(
            question=self.question,
            language=self.language,
            confidence=self.confidence,
            statements=tuple(statements),
            citations=tuple(citations),
            period=self.timing.period,
            doubtful=self.doubtful,
        )

    def _refuse(self, decision: Decision, confidence: float) -> Answer:
        return refusal_of(
            self.question,
            decision,
            confidence=confidence,
            language=self.language,
            period=self.timing.period,
        )


def _naming_sentence(name: str, hit: Hit) -> Sentence | None:
    """The best sentence of a passage that has a name with these words, in this order."""
    words, language = f" {fold_phrase(name)} ", hit.article.language

    def names(text: str) -> bool:
        spans = (text[each.start : each.end] for each in span_names(text, language))
        return any(words in f" {fold_phrase(each)} " for each in spans)

    candidates = [each for each in hit.sentences if names(each.sentence.text)]
    return max(candidates, key=lambda each: each.score).sentence if candidates else None


def _extend_lede(opening: Citation) -> Citation:
    """Extend the citation of an article's opening by whole sentences to a lede."""
    text = opening.article.text
    sentences = [each for each in opening.passage.sentences if each.start >= opening.start]
    while len(sentences) > 1 and len(sentences[0].text.split()) < _CAPTION_WORDS:
        sentences = sentences[1:]
    start, end = sentences[0].start, sentences[0].end
    for each in sentences[1:]:
        if len(text[start:end].split()) >= _LEDE_WORDS or "\n" in text[end : each.start]:
            break
        end = each.end
    return replace(opening, quote=text[start:end], start=start, end=end)
