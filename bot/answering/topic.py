"""Which articles are about a subject, told from the passages found for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.article import Article, Sentence
from index.findings import Findings, Hit, RankedSentence
from index.search.scoring import PASSAGE_WORDS_WEIGHT, subject_score
from index.text.language import terms

# How far below the nearest passage another may lie, word scores aside, for its article to be about
# the same: on the sample articles what is on the subject lies within, what is not beyond 0.08.
_SAME_SUBJECT_BEHIND = 0.06


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """Articles best first: `titled` after a subject, `near` to it in meaning, or `naming` it.

    `telling` of it are those titled after it, and those near that name it.
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
        """Those on the subject, those that only name it where there are none; undated ones last."""
        chosen = self.titled + self.near or self.naming
        return tuple(sorted(chosen, key=lambda each: each.published or date.min, reverse=True))


def find_topic(subject: str, hits: Sequence[Hit], *, sure: bool) -> FoundTopic:
    """The articles on a subject among these hits.

    None is near where it is not `sure` that the corpus knows the subject.
    """
    floor = (
        max((_meaning(hit) for hit in hits), default=0.0) - _SAME_SUBJECT_BEHIND
        if sure
        else float("inf")
    )
    articles = {hit.article.id: hit.article for hit in hits}
    titled = [each for each, article in articles.items() if _titles(subject, article)]
    near = dict.fromkeys(hit.article.id for hit in hits if _meaning(hit) >= floor)
    naming = dict.fromkeys(hit.article.id for hit in hits if _names(subject, hit))
    groups = (
        titled,
        [each for each in near if each not in titled],
        [each for each in naming if each not in titled and each not in near],
        [*titled, *(each for each in near if each not in titled and each in naming)],
    )
    return FoundTopic(*(tuple(articles[each] for each in group) for group in groups))


def newest(findings: Findings) -> Findings:
    """The findings from the newest of the articles on what was asked."""
    articles = find_topic(findings.question, findings.hits, sure=True).newest_first
    newest = articles[0].id if articles else None
    return replace(findings, hits=tuple(hit for hit in findings.hits if hit.article.id == newest))


# How near the nearest passage is to a subject of which articles tell (the sum of its cosine and of
# its best sentence's, as `search_subject` gives them), where some article has its words and where
# none has. On the sample articles, with the bundled model, words that mean nothing come to 0.17 at
# most but for one in sixty; what an article is about, to 0.2 to 0.35.
_SUBJECT_NEAR_WORDED, _SUBJECT_NEAR = 0.13, 0.17
_SUBJECT_MARGIN = 0.06  # behind the nearest one, an article without any of the words is about it


def rank_articles(subject: str, hits: Sequence[Hit]) -> list[Article]:
    """The articles that hold words of a subject or are near to it, best first, of what a search
    for a subject found."""
    nearest = max(map(_cosines, hits), default=0.0)
    least = _SUBJECT_NEAR_WORDED if any(hit.scores.words for hit in hits) else _SUBJECT_NEAR
    floor = nearest - _SUBJECT_MARGIN if nearest >= least else float("inf")
    articles = {hit.article.id: hit.article for hit in hits}
    titled = {each: _share(subject, article) for each, article in articles.items()}
    found: dict[str, float] = {}
    for hit in hits:
        if hit.scores.words or _cosines(hit) >= floor:
            scores, name = hit.scores, hit.article.id
            score = subject_score(scores.passage, scores.sentence, scores.words, titled[name])
            found[name] = max(found.get(name, score), score)
    return [articles[each] for each in sorted(found, key=lambda name: -found[name])]


_SUBJECT_TOLD = 0.25
"""How near an article is of which to say that it is about a subject without naming it."""


def hits_about(subject: str, hits: Sequence[Hit]) -> list[Hit]:
    """Of each article that is surely about a subject, or names it, the passage that tells most,
    of what a search for a subject found; best first."""
    told: dict[str, Hit] = {}
    for hit in hits:
        named = _names(subject, hit)
        if named or _cosines(hit) >= _SUBJECT_TOLD:
            before = told.get(hit.article.id)
            if before is None or (named and not _names(subject, before)):
                told[hit.article.id] = hit
    return list(told.values())


def telling_sentence(subject: str, hit: Hit) -> Sentence:
    """The sentence of a passage that says most of a subject: one that names it, if any does."""

    def worth(ranked: RankedSentence) -> tuple[bool, float]:
        named = _within(subject, ranked.sentence.text, hit.article.language)
        return named, ranked.score

    return max(hit.sentences, key=worth).sentence


def _share(subject: str, article: Article) -> float:
    """How much (0..1) of the words of the subject that count stands in an article's title."""
    asked = set(terms(subject, article.language))
    return len(asked & set(terms(article.title, article.language))) / len(asked) if asked else 0.0


def _titles(subject: str, article: Article) -> bool:
    return _within(subject, article.title, article.language)


def _names(subject: str, hit: Hit) -> bool:
    text = f"{hit.article.title}\n{hit.passage.heading}\n{hit.passage.text}"
    return _within(subject, text, hit.article.language)


def _within(subject: str, text: str, language: str) -> bool:
    """Whether every word of the subject that counts stands in the text."""
    asked = set(terms(subject, language))
    return bool(asked) and asked <= set(terms(text, language))


def _meaning(hit: Hit) -> float:
    return hit.scores.total - PASSAGE_WORDS_WEIGHT * hit.scores.words


ON_SUBJECT_MARGIN = 0.04
"""How far in meaning a passage that holds none of the words may stand behind the nearest one.

Passages on anything else lie 0.05 to 0.1 behind with the bundled model, and there is always a
hundredth passage.
"""


def on_subject(hits: Sequence[Hit]) -> list[Hit]:
    """The passages that hold words of the question or are near to it in meaning, in their order."""
    nearest = max(map(_cosines, hits), default=0.0)
    return [hit for hit in hits if hit.scores.words or _cosines(hit) >= nearest - ON_SUBJECT_MARGIN]


def _cosines(hit: Hit) -> float:
    return hit.scores.passage + hit.scores.sentence
