"""What is new in a span of time, as stories: what several articles tell of one event is one.

Copies of an article stand beside it since the index was built (`index.build.duplicates`). Articles
that tell of one event in different words are told by what their openings share: their meaning,
their words, their names. `bench/digests.py` has the pairs on which the weights were measured.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.locale.source import publishers
from index.article import Article, Passage, Period
from index.models.base import BoolArray, Vectors
from index.store.postings import idf
from index.store.reader import GenerationReader
from index.text.language import keyed_terms
from index.text.names import span_names

SAME_EVENT = 0.6  # what two openings share at least (see `likeness`) to tell of one event
NEAR_DAYS = 2  # how many days apart two articles on one event may be published
MOST_ARTICLES = 600  # of a span, the newest that are looked at, so that the work is bounded
# What it weighs to be on one of a person's subjects: as much as two more outlets.
SUBJECT_WORTH = 2.0
_MEANING_FLOOR, _MEANING_WEIGHT = 0.9, 5.0  # cosines of openings in one language lie above 0.7
_NAMES_WEIGHT = 0.5
_NEAREST = 40  # other articles with which one is compared word by word, the nearest in meaning
_FORM = 0.5  # of the words of two openings by one outlet, on different days
_NUMBERED = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """How an article begins: its first passage with the vectors of its sentences."""

    article: Article
    passage: Passage
    vectors: Vectors

    @property
    def text(self) -> str:
        return f"{self.article.title}. {self.passage.text}"

    @property
    def day(self) -> date:
        return self.article.published or date.min


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """One event: the articles that tell of it, the newest first, and the person's subjects that it
    is on."""

    openings: tuple[Opening, ...]
    subjects: tuple[str, ...] = ()

    @property
    def articles(self) -> tuple[Article, ...]:
        return tuple(each.article for each in self.openings)

    @property
    def tellings(self) -> int:
        """How many articles tell it, copies included."""
        return sum(1 + len(each.copies) for each in self.articles)

    @property
    def also(self) -> tuple[str, ...]:
        """The other outlets that tell it, each once."""
        first, *others = self.articles
        names = [*publishers(first)]
        for each in others:
            names += [each.outlet] if each.outlet else []
            names += publishers(each)
        return tuple(name for name in dict.fromkeys(names) if name != first.outlet)


def find_stories(
    generation: GenerationReader,
    period: Period,
    language: str,
    subjects: Sequence[str] = (),
    told: Collection[str] = (),
) -> tuple[Story, ...]:
    """What the articles of a span tell, the first to be told first.

    Without the articles in another language, and those (ids) that were `told` before.
    """
    openings = _openings(generation, period, language, frozenset(told))
    stories = [
        Story(each, _subjects_of(each, subjects)) for each in group_openings(openings, generation)
    ]

    def order(story: Story) -> tuple[float, int]:
        """The worthiest first; of equals, the one of which an article has most to say."""
        return -_worth(story, period), -max(len(each.text) for each in story.articles)

    return tuple(sorted(stories, key=order))


def likeness(cosine: float, words: float, names: float) -> float:
    """How much two openings share: `words` and `names` are the shares (0..1) of the weight of the
    one's that the other has too."""
    return words + _NAMES_WEIGHT * names + _MEANING_WEIGHT * (cosine - _MEANING_FLOOR)


def open_article(generation: GenerationReader, article: Article) -> Opening | None:
    """How an article begins; None where it has no words of its own."""
    stored = generation.opening(article.id)
    if stored is None:
        return None
    return Opening(article, stored.passage, generation.sentence_vectors_of(stored.key))


def _openings(
    generation: GenerationReader, period: Period, language: str, told: frozenset[str]
) -> list[Opening]:
    """How the newest articles of a span begin; those without a word of their own are left out."""
    found = []
    for entry in generation.articles(period):
        if entry.copy_of or entry.id in told or entry.language.split("-")[0] != language:
            continue
        article = generation.article(entry.id)
        opening = open_article(generation, article) if article is not None else None
        if opening is not None:
            found.append(opening)
        if len(found) == MOST_ARTICLES:
            break
    return found


def group_openings(
    openings: Sequence[Opening], generation: GenerationReader
) -> list[tuple[Opening, ...]]:
    """What tells of one event, together: the articles like the one that most are like."""
    if not openings:
        return []
    alike = _alike(openings, generation)
    groups, left = [], np.ones(len(openings), dtype=bool)
    while left.any():
        counts = np.where(left, (alike & left).sum(axis=1), -1)
        centre = int(counts.argmax())  # the newest of those with as many
        members = alike[centre] & left
        members[centre] = True
        left &= ~members
        chosen = [openings[at] for at in np.flatnonzero(members).tolist()]
        groups.append(tuple(sorted(chosen, key=_preference)))
    return groups


def _preference(opening: Opening) -> tuple[int, int, str]:
    """The newest tells it, else the longest."""
    return -opening.day.toordinal(), -len(opening.article.text), opening.article.id


def _alike(openings: Sequence[Opening], generation: GenerationReader) -> BoolArray:
    """By pair of articles, whether they tell of one event."""
    means = np.stack([each.vectors.mean(axis=0) for each in openings])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    cosines = means @ means.T
    days = np.array([each.day.toordinal() for each in openings])
    near = abs(days[:, np.newaxis] - days) <= NEAR_DAYS
    near &= cosines >= _MEANING_FLOOR - 0.05
    np.fill_diagonal(near, False)
    words = [_terms(each) for each in openings]
    every = {term for both in words for each in both for term in each}
    weights = _weights(every, generation)
    alike: BoolArray = np.zeros(near.shape, dtype=np.bool_)
    for one in range(len(openings)):
        others = np.flatnonzero(near[one])
        for other in others[np.argsort(-cosines[one, others], kind="stable")][:_NEAREST]:
            in_words, in_names = (
                _share(mine, theirs, weights)
                for mine, theirs in zip(words[one], words[other], strict=True)
            )
            if _is_series(openings[one], openings[other], in_words):
                continue
            if likeness(float(cosines[one, other]), in_words, in_names) >= SAME_EVENT:
                alike[one, other] = alike[other, one] = True
    return alike


def _terms(opening: Opening) -> tuple[frozenset[str], frozenset[str]]:
    """The words of an opening, and those of its names."""
    text, language = opening.text, opening.article.language
    names = " ".join(text[name.start : name.end] for name in span_names(text, language))
    return frozenset(keyed_terms(text, language)), frozenset(keyed_terms(names, language))


def _weights(terms: Collection[str], generation: GenerationReader) -> Mapping[str, float]:
    statistics = generation.term_statistics("passages")
    held = statistics.frequencies(terms)
    return {term: idf(held.get(term, 0), len(statistics)) for term in terms}


def _share(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """Of the one with less, what the other has too, by weight."""
    least = min(sum(weights[term] for term in each) for each in (one, other))
    return sum(weights[term] for term in one & other) / least if least else 0.0


def _is_series(one: Opening, other: Opening, words: float) -> bool:
    """Whether an outlet tells day by day what comes again (« 10e étape », « 11e étape »): numbers
    or days in the titles, or a form that is filled in. Each is then an event of its own."""
    if one.article.outlet != other.article.outlet or one.day == other.day:
        return False
    mine, theirs = (set(_NUMBERED.findall(each.article.title)) for each in (one, other))
    return words >= _FORM or bool(mine and theirs and mine != theirs)


def _subjects_of(openings: Sequence[Opening], subjects: Sequence[str]) -> tuple[str, ...]:
    """Those of which an opening has every word."""
    found = []
    for subject in subjects:
        for each in openings:
            asked = set(keyed_terms(subject, each.article.language))
            if asked and asked <= _terms(each)[0]:
                found.append(subject)
                break
    return tuple(found)


def _worth(story: Story, period: Period) -> float:
    """How many tell it (each doubling counts as one), then the person's subjects, then how fresh
    it is within the span."""
    days = max((period.last - period.first).days, 1)
    age = (period.last - story.openings[0].day).days / days
    tellings = float(np.log2(story.tellings))
    return tellings + SUBJECT_WORTH * bool(story.subjects) + (1 - age)
