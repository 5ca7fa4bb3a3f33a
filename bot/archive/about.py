"""Answers about one article, and by how articles begin: its author, day and title, news, names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Citation, Statement
from bot.answering.metadata_question import QUOTATION_MARKS, MetadataQuestion, bare_name
from bot.answering.refusal import (
    Decision,
    decide_by_articles,
    decide_on_absence,
    outcome_of,
    refusal_of,
)
from bot.answering.time_range import Timing
from bot.answering.topic import find_topic, newest_first
from bot.archive.articles import cite_openings, load
from bot.archive.identity import identifies
from bot.archive.lede import is_statement
from bot.archive.subject import SubjectName, find_subject
from bot.locale.answers import AboutPhrases
from index.article import Article, ArticleEntry, Sentence
from index.findings import Hit
from index.ingestion.passages import cut
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from index.text.folding import fold_phrase
from index.text.names import span_names

_ADDRESS = re.compile(r"https?://\S+")
_DEFINITION = re.compile(
    r"(?:(?:c['’ ]?est qui|qui (?:est|était|etait)|who (?:is|was)) (?P<who>(?!l(?:[ea]|['’]))"
    r"(?:(?!\bd(?:e|u|es)\b).)+)|(?:c['’ ]?est quoi|qu['’]?est[- ]ce que?(?: c['’]est que)?"
    r"|what(?: is| are|['’]s)) (?P<what>.+))",
    re.IGNORECASE,
)
_LISTED_ARTICLES = 5
_NEWEST_ARTICLES = 3  # for the latest news
_MOST_WORDS = 5  # of what is asked for a definition
_MOST_OWN = 2  # articles titled with a subject; of more, none is the one on it
_LEDE_WORDS = 30  # minimum
_DEPTH = 100  # passages searched for a subject
_ARTICLE = re.compile(r"^(?:(?:les?|la|une?|the|an?) |l['’])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ArticleChoice:
    """The articles that a question means, and the decision on them.

    The confidence is 1 if metadata or words of the articles tell which they are, else the search's.
    """

    articles: Sequence[Article]
    decision: Decision
    confidence: float = 1.0

    @classmethod
    def of(cls, articles: Sequence[Article]) -> ArticleChoice:
        """The articles that are exactly those meant."""
        return cls(articles, decide_by_articles(articles))


@dataclass(frozen=True, slots=True)
class ArticleReply:
    """Builds the answer to one question; `timing` is the question without its words of time."""

    searcher: Searcher
    thresholds: Thresholds
    question: str
    timing: Timing
    language: str

    def answer(self, metadata: MetadataQuestion) -> Answer:
        """Answer, or refuse if no article or no single one is meant."""
        kind, phrases = metadata.kind, AboutPhrases.of(self.language)
        choose = self._choose_by_subject if metadata.subject else self._choose_by_time
        choice = choose(metadata)
        if not choice.decision.may_answer:
            return self._refuse(choice.decision, choice.confidence)
        if kind == "news":
            newest = replace(choice, articles=choice.articles[:_NEWEST_ARTICLES])
            return self._quote_openings(newest)
        article = choice.articles[0]
        if kind == "author":
            if article.author is None:
                return self._refuse(decide_on_absence("unsigned", [article]))
            text = phrases.author(article, article.author)
        elif kind == "date":
            if article.published is None:
                return self._refuse(decide_on_absence("undated", [article]))
            text = phrases.published(article, article.published)
        else:  # « le dernier article » is named
            text = phrases.titled(article) if kind == "title" else phrases.listed(article)
        citations = cite_openings([article], self.searcher.generation)
        return self._answer(choice, [Statement(text, (1,))], citations)

    def open(self) -> Answer | None:
        """Answer a bare name by what the articles say of it, newest first; a URL by its article.

        None for any other message, and if no article has the name.
        """
        if _ADDRESS.fullmatch(self.question):
            return self._open_articles(self.searcher.find(self.question))
        name = bare_name(self.timing.question)
        return self._tell(name) if name else None

    def define(self) -> Answer | None:
        """Answer who or what something is by the articles titled with it; None for other questions,
        and if there are none or many."""
        match = _DEFINITION.fullmatch(self.timing.question.strip(f"{QUOTATION_MARKS}?!. "))
        words = match["who"] or match["what"] if match is not None else ""
        name = _ARTICLE.sub("", words).strip()
        own = self._introduce_own(name) if 0 < len(name.split()) <= _MOST_WORDS else []
        return self._quote(ArticleChoice.of([quote.article for quote in own]), own)

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
            matches = find_subject(self.searcher, subject, self.timing.period, self.question)
            titled = [own.article for own in matches.articles if own.in_title]
            central = [own.article for own in matches.articles if own.is_central]
            groups.append(titled[:1] if len(subjects) > 1 else central[:_NEWEST_ARTICLES])
        articles = {article.id: article for group in groups for article in group}
        if not subjects or not all(groups) or len(articles) < len(subjects):
            return None
        return self._quote_openings(ArticleChoice.of(list(articles.values())))

    def _open_articles(self, entries: Sequence[Article | ArticleEntry]) -> Answer | None:
        articles = load(self.searcher.generation, entries[:_LISTED_ARTICLES])
        return self._quote_openings(ArticleChoice.of(newest_first(articles))) if articles else None

    def _tell(self, name: str) -> Answer | None:
        """Quote the best sentence of each article with a name, newest first, after those titled
        with it, if they are few; None without any."""
        quotes: dict[str, tuple[Hit, Sentence]] = {}
        for hit in self.searcher.search_subject(name, _DEPTH, self.timing.period):
            sentence = _naming_sentence(name, hit)
            if sentence is not None:
                quotes.setdefault(hit.article.id, (hit, sentence))
        citations = self._introduce_own(name)
        own = {citation.article.id for citation in citations}
        articles = newest_first([hit.article for hit, _ in quotes.values()])
        others = [article for article in articles if article.id not in own]
        for article in others[: 2 * _LISTED_ARTICLES - len(citations)]:
            hit, sentence = quotes[article.id]
            citations.append(Citation.of(len(citations) + 1, sentence, hit.passage, article))
        if not citations:
            return None
        first, further = citations[:_LISTED_ARTICLES], citations[_LISTED_ARTICLES:]
        statements = [Statement(citation.quote, (citation.number,)) for citation in first]
        choice = ArticleChoice.of([citation.article for citation in first])
        return replace(self._answer(choice, statements, first), further=tuple(further))

    def _introduce_own(self, name: str) -> list[Citation]:
        """What the articles titled with a name say who or what it is, else how they begin, newest
        first; nothing if there are many."""
        matches = find_subject(self.searcher, name, self.timing.period, self.question)
        own = newest_first([entry.article for entry in matches.articles if entry.in_title])
        if len(own) > _MOST_OWN:
            return []
        quotes = (_cite_identity(article, matches.name) or _cite_lede(article) for article in own)
        return [replace(quote, number=at) for at, quote in enumerate(filter(None, quotes), 1)]

    def _choose_by_subject(self, metadata: MetadataQuestion) -> ArticleChoice:
        """The articles that name the subject, the best first unless the newest are asked for; those
        near it in meaning if none does."""
        matches = find_subject(self.searcher, metadata.subject, self.timing.period, self.question)
        newest = metadata.kind == "news" or self.timing.latest
        # An article that only names the subject has no news of it.
        several = [own for own in matches.articles if own.is_central or metadata.kind != "news"]
        if not newest:
            several.sort(key=lambda own: (own.in_title, own.in_text), reverse=True)
        if several:
            return ArticleChoice.of([own.article for own in several])
        findings = self.searcher.search(metadata.subject, _DEPTH, self.timing.period)
        sure = outcome_of(findings.confidence, self.thresholds) == "sure"
        near: Sequence[Article] = find_topic(metadata.subject, findings.hits, sure=sure).near
        near = newest_first(near) if newest else near
        decision = decide_by_articles(near, findings.hits, self.timing.period, is_near=True)
        return ArticleChoice(near, decision, findings.confidence)

    def _choose_by_time(self, metadata: MetadataQuestion) -> ArticleChoice:
        """The newest articles of the period, or the only one."""
        period = self.timing.period
        entries = self.searcher.articles(period, _LISTED_ARTICLES)
        articles = load(self.searcher.generation, entries)
        is_about_one = metadata.kind != "news" and not self.timing.latest
        decision = decide_by_articles(articles, period=period, is_about_one=is_about_one)
        return ArticleChoice(articles, decision, 1.0 if decision.may_answer else 0.0)

    def _quote_openings(self, choice: ArticleChoice) -> Answer:
        """Quote how each article begins, if it begins with a statement: news comes first."""
        ledes = filter(None, map(_cite_lede, choice.articles))
        citations = [replace(lede, number=number) for number, lede in enumerate(ledes, 1)]
        refusal = self._refuse(decide_on_absence("unsaid", choice.articles))
        return self._quote(choice, citations) or refusal

    def _quote(self, choice: ArticleChoice, citations: Sequence[Citation]) -> Answer | None:
        statements = [Statement(citation.quote, (citation.number,)) for citation in citations]
        return self._answer(choice, statements, citations) if citations else None

    def _refuse(self, decision: Decision, confidence: float = 0.0) -> Answer:
        return refusal_of(
            self.question,
            decision,
            confidence=confidence,
            language=self.language,
            period=self.timing.period,
        )

    def _answer(
        self, choice: ArticleChoice, statements: Sequence[Statement], citations: Sequence[Citation]
    ) -> Answer:
        return Answer(
            question=self.question,
            language=self.language,
            outcome=choice.decision.outcome,
            confidence=choice.confidence,
            statements=tuple(statements),
            citations=tuple(citations),
            period=self.timing.period,
        )


def _naming_sentence(name: str, hit: Hit) -> Sentence | None:
    """The best sentence of a passage that has a name with these words, in this order."""
    words, language = f" {fold_phrase(name)} ", hit.article.language

    def names(text: str) -> bool:
        spans = (text[span.start : span.end] for span in span_names(text, language))
        return any(words in f" {fold_phrase(form)} " for form in spans)

    candidates = [candidate for candidate in hit.sentences if names(candidate.sentence.text)]
    return max(candidates, key=lambda candidate: candidate.score).sentence if candidates else None


def _cite_identity(article: Article, name: SubjectName) -> Citation | None:
    """Cite the first sentence that tells who or what has a name."""
    for passage in cut(article):
        for sentence in passage.sentences:
            if identifies(sentence.text, name) and is_statement(sentence, article):
                return Citation.of(1, sentence, passage, article)
    return None


def _cite_lede(article: Article) -> Citation | None:
    """Cite the first sentence that states something, and whole ones after it up to a lede."""
    for passage in cut(article):
        for at, first in enumerate(passage.sentences):
            if not is_statement(first, article):
                continue
            end = first.end
            for sentence in passage.sentences[at + 1 :]:
                words = article.text[first.start : end].split()
                is_apart = "\n" in article.text[end : sentence.start]
                if len(words) >= _LEDE_WORDS or is_apart or not is_statement(sentence, article):
                    break
                end = sentence.end
            quote = article.text[first.start : end]
            return Citation(1, quote, first.start, end, passage, article)
    return None
