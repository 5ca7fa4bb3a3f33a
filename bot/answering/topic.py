"""Decide which articles are about a subject, by the passages found for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.article import Article, Sentence
from index.findings import Findings, Hit, RankedSentence
from index.search.scoring import PASSAGE_WORDS_WEIGHT, subject_score
from index.text.language import terms

# Score below the nearest passage, word scores aside, for an article on the same subject. In the
# sample articles, those on the subject are within it, and the others beyond 0.08.
_SAME_SUBJECT_MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class Topic:
    """Articles, best first: `titled` after a subject, `near` to it in meaning, or `mentioning` it.

    `central` are those titled after it, and those near it that also name it.
    """

    titled: tuple[Article, ...]
    near: tuple[Article, ...]
    mentioning: tuple[Article, ...]
    central: tuple[Article, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        return (*self.titled, *self.near, *self.mentioning)

    @property
    def newest_first(self) -> tuple[Article, ...]:
        """Those on the subject, or else those that only name it; undated ones last."""
        return tuple(newest_first(self.titled + self.near or self.mentioning))


def newest_first(articles: Sequence[Article]) -> list[Article]:
    """Sort articles by date; undated ones last."""
    return sorted(articles, key=lambda article: article.published or date.min, reverse=True)


def find_topic(subject: str, hits: Sequence[Hit], *, sure: bool) -> Topic:
    """Group the hits' articles by how they relate to a subject.

    None is near unless it is `sure` that the corpus covers the subject.
    """
    floor = float("inf")
    if sure:
        floor = max((_meaning(hit) for hit in hits), default=0.0) - _SAME_SUBJECT_MARGIN
    articles = {hit.article.id: hit.article for hit in hits}
    by_title = {
        k: article
        for k, article in articles.items()
        if _has(subject, article.title, article.language)
    }
    near = {hit.article.id: hit.article for hit in hits if _meaning(hit) >= floor}
    by_mention = {hit.article.id: hit.article for hit in hits if names_subject(subject, hit)}
    by_meaning = {k: article for k, article in near.items() if k not in by_title}
    return Topic(
        titled=tuple(by_title.values()),
        near=tuple(by_meaning.values()),
        mentioning=tuple(
            article for k, article in by_mention.items() if k not in by_title and k not in near
        ),
        central=(
            *by_title.values(),
            *(article for k, article in by_meaning.items() if k in by_mention),
        ),
    )


def hits_of_newest(findings: Findings) -> Findings:
    """Keep the hits of the newest article on the question."""
    articles = find_topic(findings.question, findings.hits, sure=True).newest_first
    newest = articles[0].id if articles else None
    return replace(findings, hits=tuple(hit for hit in findings.hits if hit.article.id == newest))


# Minimum nearness of the nearest passage (the sum of its cosine and its best sentence's, as
# `search_subject` gives them) for the corpus to cover a subject, if some article has its words and
# if none has. On the sample articles, with the bundled model, meaningless words reach at most 0.17
# (but for one in sixty), subjects of articles 0.2 to 0.35.
_COVERED_WITH_WORDS, _COVERED_WITHOUT_WORDS = 0.13, 0.17
_COVERED_MARGIN = 0.06  # behind the nearest passage, for an article without any of the words


def rank_articles(subject: str, hits: Sequence[Hit]) -> list[Article]:
    """Rank the articles that have words of a subject or are near it, among the hits for it."""
    nearest = max(map(_cosines, hits), default=0.0)
    has_words = any(hit.scores.words for hit in hits)
    least = _COVERED_WITH_WORDS if has_words else _COVERED_WITHOUT_WORDS
    floor = nearest - _COVERED_MARGIN if nearest >= least else float("inf")
    articles = {hit.article.id: hit.article for hit in hits}
    shares: dict[str, float] = {}  # of the subject's content words, in the title
    for name, article in articles.items():
        words = set(terms(subject, article.language))
        common_words = words & set(terms(article.title, article.language))
        shares[name] = len(common_words) / len(words) if words else 0.0
    best: dict[str, float] = {}
    for hit in hits:
        if hit.scores.words or _cosines(hit) >= floor:
            scores, name = hit.scores, hit.article.id
            score = subject_score(scores.passage, scores.sentence, scores.words, shares[name])
            best[name] = max(best.get(name, score), score)
    return [articles[article_id] for article_id in sorted(best, key=lambda name: -best[name])]


_ABOUT_COSINES = 0.25  # minimum for an article about a subject that it does not name


def hits_about(subject: str, hits: Sequence[Hit]) -> list[Hit]:
    """Choose the best hit of each article that names a subject or is surely about it.

    `hits` come from a search for the subject, best first.
    """
    best: dict[str, Hit] = {}
    for hit in hits:
        names = names_subject(subject, hit)
        if names or _cosines(hit) >= _ABOUT_COSINES:
            before = best.get(hit.article.id)
            if before is None or (names and not names_subject(subject, before)):
                best[hit.article.id] = hit
    return list(best.values())


def best_sentence_on(subject: str, hit: Hit) -> Sentence:
    """The best sentence of a passage that names a subject, or else the best one."""

    def key(candidate: RankedSentence) -> tuple[bool, float]:
        return _has(subject, candidate.sentence.text, hit.article.language), candidate.score

    return max(hit.sentences, key=key).sentence


def names_subject(subject: str, hit: Hit) -> bool:
    """True if a passage, with its title and heading, has every content word of a subject."""
    text = f"{hit.article.title}\n{hit.passage.heading}\n{hit.passage.text}"
    return _has(subject, text, hit.article.language)


def _has(subject: str, text: str, language: str) -> bool:
    """True if the text has every content word of the subject."""
    words = set(terms(subject, language))
    return bool(words) and words <= set(terms(text, language))


def _meaning(hit: Hit) -> float:
    return hit.scores.total - PASSAGE_WORDS_WEIGHT * hit.scores.words


# Minimum score of a passage on the subject of a question, or minimum share of the question's words
# with any embedding model. Over 461 questions that press articles do not answer, they keep 95 of
# 100 articles close to the question, and offer one for 14 of 176 questions about other things
# (without them, for all).
_SHARED_TOTAL, _SHARED_WORDS = 2.02, 0.75


def shares_subject(hit: Hit) -> bool:
    """True if a hit is about the same subject as its question."""
    return hit.scores.total >= _SHARED_TOTAL or hit.scores.words >= _SHARED_WORDS


# Cosines behind the nearest passage, for one without any of the words. Passages on anything else
# are 0.05 to 0.1 behind with the bundled model.
_ON_SUBJECT_MARGIN = 0.04


def on_subject(hits: Sequence[Hit]) -> list[Hit]:
    """Keep the hits that have words of the question or are near it in meaning."""
    nearest = max(map(_cosines, hits), default=0.0)
    return [
        hit for hit in hits if hit.scores.words or _cosines(hit) >= nearest - _ON_SUBJECT_MARGIN
    ]


def _cosines(hit: Hit) -> float:
    return hit.scores.passage + hit.scores.sentence
