"""Which articles are about a subject, judged by the passages found for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.article import Article, Sentence
from index.findings import Findings, Hit, RankedSentence
from index.search.scoring import PASSAGE_WORDS_WEIGHT, subject_score
from index.text.language import terms

# Score below the nearest passage, word scores aside, within which an article is about the same: on
# the sample articles what is on the subject lies within, what is not beyond 0.08.
_SAME_SUBJECT_MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class Topic:
    """Articles, best first: `titled` after a subject, `near` to it in meaning, or `naming` it.

    `telling` are those titled after it, and those near that name it.
    """

    titled: tuple[Article, ...]
    near: tuple[Article, ...]
    naming: tuple[Article, ...]
    telling: tuple[Article, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        return (*self.titled, *self.near, *self.naming)

    @property
    def newest_first(self) -> tuple[Article, ...]:
        """Those on the subject, or else those that only name it; undated ones last."""
        chosen = self.titled + self.near or self.naming
        return tuple(sorted(chosen, key=lambda each: each.published or date.min, reverse=True))


def find_topic(subject: str, hits: Sequence[Hit], *, sure: bool) -> Topic:
    """Find the articles on a subject among hits.

    None counts as near unless it is `sure` that the corpus knows the subject.
    """
    floor = float("inf")
    if sure:
        floor = max((_meaning(hit) for hit in hits), default=0.0) - _SAME_SUBJECT_MARGIN
    articles = {hit.article.id: hit.article for hit in hits}
    titled = [
        each
        for each, article in articles.items()
        if _within(subject, article.title, article.language)
    ]
    near = dict.fromkeys(hit.article.id for hit in hits if _meaning(hit) >= floor)
    naming = dict.fromkeys(hit.article.id for hit in hits if _names(subject, hit))
    groups = (
        titled,
        [each for each in near if each not in titled],
        [each for each in naming if each not in titled and each not in near],
        [*titled, *(each for each in near if each not in titled and each in naming)],
    )
    return Topic(*(tuple(articles[each] for each in group) for group in groups))


def hits_of_newest(findings: Findings) -> Findings:
    """Keep the hits of the newest article on the question."""
    articles = find_topic(findings.question, findings.hits, sure=True).newest_first
    newest = articles[0].id if articles else None
    return replace(findings, hits=tuple(hit for hit in findings.hits if hit.article.id == newest))


# Least nearness (the sum of the cosines of a passage and of its best sentence, as `search_subject`
# gives them) of the nearest passage for a subject to be known, if some article has its words and if
# none has. On the sample articles, with the bundled model, words that mean nothing come to 0.17 at
# most but for one in sixty; what an article is about, to 0.2 to 0.35.
_KNOWN_WITH_WORDS, _KNOWN_WITHOUT_WORDS = 0.13, 0.17
_KNOWN_MARGIN = 0.06  # behind the nearest one, for an article without any of the words


def rank_articles(subject: str, hits: Sequence[Hit]) -> list[Article]:
    """Rank the articles that hold words of a subject or are near to it.

    `hits` come from a search for the subject.
    """
    nearest = max(map(_cosines, hits), default=0.0)
    least = _KNOWN_WITH_WORDS if any(hit.scores.words for hit in hits) else _KNOWN_WITHOUT_WORDS
    floor = nearest - _KNOWN_MARGIN if nearest >= least else float("inf")
    articles = {hit.article.id: hit.article for hit in hits}
    shares: dict[str, float] = {}  # of the subject's content words, in the title
    for name, article in articles.items():
        words = set(terms(subject, article.language))
        shared = words & set(terms(article.title, article.language))
        shares[name] = len(shared) / len(words) if words else 0.0
    best: dict[str, float] = {}
    for hit in hits:
        if hit.scores.words or _cosines(hit) >= floor:
            scores, name = hit.scores, hit.article.id
            score = subject_score(scores.passage, scores.sentence, scores.words, shares[name])
            best[name] = max(best.get(name, score), score)
    return [articles[each] for each in sorted(best, key=lambda name: -best[name])]


_ABOUT_COSINES = 0.25  # from which an article is said to be about a subject that it does not name


def hits_about(subject: str, hits: Sequence[Hit]) -> list[Hit]:
    """Choose the most telling hit of each article that names a subject or is surely about it.

    `hits` come from a search for the subject, best first.
    """
    chosen: dict[str, Hit] = {}
    for hit in hits:
        names = _names(subject, hit)
        if names or _cosines(hit) >= _ABOUT_COSINES:
            before = chosen.get(hit.article.id)
            if before is None or (names and not _names(subject, before)):
                chosen[hit.article.id] = hit
    return list(chosen.values())


def telling_sentence(subject: str, hit: Hit) -> Sentence:
    """The sentence of a passage that says most of a subject: one that names it, if any does."""

    def key(ranked: RankedSentence) -> tuple[bool, float]:
        return _within(subject, ranked.sentence.text, hit.article.language), ranked.score

    return max(hit.sentences, key=key).sentence


def _names(subject: str, hit: Hit) -> bool:
    text = f"{hit.article.title}\n{hit.passage.heading}\n{hit.passage.text}"
    return _within(subject, text, hit.article.language)


def _within(subject: str, text: str, language: str) -> bool:
    """True if every content word of the subject stands in the text."""
    words = set(terms(subject, language))
    return bool(words) and words <= set(terms(text, language))


def _meaning(hit: Hit) -> float:
    return hit.scores.total - PASSAGE_WORDS_WEIGHT * hit.scores.words


_ON_SUBJECT_MARGIN = 0.04
"""Cosines behind the nearest passage, for one that holds none of the words.

Passages on anything else lie 0.05 to 0.1 behind with the bundled model, and there is always a
hundredth passage.
"""


def on_subject(hits: Sequence[Hit]) -> list[Hit]:
    """Keep the passages that hold words of the question or are near to it in meaning."""
    nearest = max(map(_cosines, hits), default=0.0)
    return [
        hit for hit in hits if hit.scores.words or _cosines(hit) >= nearest - _ON_SUBJECT_MARGIN
    ]


def _cosines(hit: Hit) -> float:
    return hit.scores.passage + hit.scores.sentence
