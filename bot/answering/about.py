"""Answers about articles from their metadata; each cites the opening of its article."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
from bot.answering.topic import Topic, find_topic, newest_first
from bot.locale.answers import AboutPhrases
from index.article import Article, ArticleEntry, Sentence
from index.errors import DamagedIndex
from index.findings import Findings, Hit
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from index.text.folding import fold_phrase
from index.text.language import detect
from index.text.names import is_one_person, span_names

_ADDRESS = re.compile(r"https?://\S+")
_CERTAIN_CONFIDENCE = 0.99  # for the only article, and for those with the subject as their title
_LISTED_ARTICLES = 5
_NEWEST_ARTICLES = 3  # for the latest news
_LEDE_WORDS = 30  # minimum
_CAPTION_WORDS = 6  # a shorter first sentence is a picture's caption
_DEPTH = 100  # passages searched for a subject


@dataclass(frozen=True, slots=True)
class AboutArticles:
    """Answers questions about articles. `searcher` returns the searcher in service."""

    searcher: Callable[[], Searcher]
    thresholds: Thresholds

    def begin(self, question: str, timing: Timing) -> ArticleReply:
        """Begin the reply to one question, from one generation of the index."""
        return ArticleReply(self.searcher(), self.thresholds, question, timing, detect(question))

    def is_known_name(self, text: str) -> bool:
        """True if the text is the full name of someone in an article, or of an author."""
        is_name = is_one_person(bare_name(text))
        return is_name and self.begin(text, Timing(text)).open() is not None


@dataclass(slots=True)
class ArticleReply:
    """Builds the answer to one question; `timing` is the question without its words of time."""

    searcher: Searcher
    thresholds: Thresholds
    question: str
    timing: Timing
    language: str
    confidence: float = _CERTAIN_CONFIDENCE

    def answer(self, metadata: MetadataQuestion) -> Answer | None:
        """Answer, or refuse if no article or no single one is meant; None for an unknown author."""
        kind, phrases = metadata.kind, AboutPhrases.of(self.language)
        if metadata.by_author:
            return self._list_author(metadata.subject, kind)
        has_subject = bool(metadata.subject)
        articles = (
            self._articles_on_subject(metadata) if has_subject else self._articles_by_time(kind)
        )
        if isinstance(articles, Answer):
            return articles
        if kind == "count" and has_subject:
            citations = self._cite(articles[:_LISTED_ARTICLES])
            numbers = tuple(each.number for each in citations)
            return self._answer([Statement(phrases.found(len(articles)), numbers)], citations)
        if kind == "count":
            count = self.searcher.count(self.timing.period)
            return self._state([(phrases.counted(count, articles[0]), articles[0])])
        if kind == "news":
            return self._quote_openings(articles[:_NEWEST_ARTICLES])
        if kind == "which":
            return self._state(
                [(phrases.listed(each), each) for each in articles[:_LISTED_ARTICLES]]
            )
        say = {"author": phrases.author, "date": phrases.published, "title": phrases.titled}[kind]
        return self._state([(say(articles[0]), articles[0])])

    def open(self) -> Answer | None:
        """Answer a bare name by what the articles say of it, newest first, or an author's by their
        articles; a URL by its article.

        None for any other message, and if no article has the name.
        """
        if _ADDRESS.fullmatch(self.question):
            return self._open_articles(self.searcher.find(self.question))
        name = bare_name(self.timing.question)
        return (self._tell(name) or self._list_author(name, "which")) if name else None

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
        confidences, groups = [], []
        for subject in subjects:
            topic, findings = self._find_topic(subject)
            confidences.append(_CERTAIN_CONFIDENCE if topic.titled else findings.confidence)
            several = len(subjects) > 1
            groups.append(topic.titled[:1] if several else topic.central[:_NEWEST_ARTICLES])
        articles = {each.id: each for group in groups for each in group}
        if not subjects or not all(groups) or len(articles) < len(subjects):
            return None
        self.confidence = min(confidences)
        return self._quote_openings(list(articles.values()))

    def _open_articles(self, entries: Sequence[Article | ArticleEntry]) -> Answer | None:
        articles = self._load(entries[:_LISTED_ARTICLES])
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

    def _list_author(self, name: str, kind: MetadataKind) -> Answer | None:
        """Count or list the articles by an author, newest first; None for an unknown one."""
        by_author = self.searcher.by_author(name)
        if by_author is None:
            return None
        return replace(self, searcher=by_author).answer(MetadataQuestion(kind, ""))

    def _find_topic(self, subject: str) -> tuple[Topic, Findings]:
        findings = self.searcher.search(subject, _DEPTH, self.timing.period)
        sure = outcome_of(findings.confidence, self.thresholds) == "sure"
        return find_topic(subject, findings.hits, sure=sure), findings

    def _articles_on_subject(self, metadata: MetadataQuestion) -> Sequence[Article] | Answer:
        topic, findings = self._find_topic(metadata.subject)
        is_news = metadata.kind == "news"
        articles = topic.newest_first if is_news or self.timing.latest else topic.articles
        if is_news and not topic.titled + topic.near:
            articles = ()  # an article that only names the subject has no news of it
        decision = decide_by_articles(articles, findings.hits, self.timing.period)
        if not decision.may_answer:
            return self._refuse(decision, findings.confidence)
        self.confidence = _CERTAIN_CONFIDENCE if topic.titled else findings.confidence
        return self._latest(articles, metadata.kind)

    def _latest(self, articles: Sequence[Article], kind: MetadataKind) -> Sequence[Article]:
        """« Le dernier article » is one, « les derniers articles » are several."""
        several = kind in ("count", "news") or "articles" in fold_phrase(self.question)
        return articles if several or not self.timing.latest else articles[:1]

    def _articles_by_time(self, kind: MetadataKind) -> Sequence[Article] | Answer:
        """The newest articles of the period, or the only one."""
        period = self.timing.period
        articles = self._load(self.searcher.articles(period, _LISTED_ARTICLES))
        several = kind in ("which", "count", "news")
        is_about_one = not several and not self.timing.latest
        decision = decide_by_articles(articles, period=period, is_about_one=is_about_one)
        if not decision.may_answer:
            return self._refuse(decision, 0.0)
        return self._latest(articles, kind) if several else articles[:1]

    def _load(self, entries: Sequence[Article | ArticleEntry]) -> list[Article]:
        """Load the articles that have text."""
        articles = (self.searcher.generation.article(each.id) for each in entries)
        return [article for article in articles if article and article.text.strip()]

    def _quote_openings(self, articles: Sequence[Article]) -> Answer:
        """Quote how each article begins: news comes first."""
        citations = [_extend_lede(each) for each in self._cite(articles)]
        return self._answer(
            [Statement(each.quote, (each.number,)) for each in citations], citations
        )

    def _state(self, rows: Sequence[tuple[str, Article]]) -> Answer:
        """Answer with one statement on each article."""
        citations = self._cite([article for _, article in rows])
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
        )

    def _cite(self, articles: Sequence[Article]) -> list[Citation]:
        """Cite the first sentence of each article that is not its title."""
        citations = []
        for number, article in enumerate(articles, start=1):
            opening = self.searcher.generation.opening(article.id)
            if opening is None:
                raise DamagedIndex("article-no-passage", id=article.id)
            sentences = opening.passage.sentences
            first = next((s for s in sentences if s.text.strip() != article.title), sentences[0])
            citations.append(Citation.of(number, first, opening.passage, article))
        return citations

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
