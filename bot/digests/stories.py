"""What is new in a span of time, as stories: what several articles tell of one event is one.

Copies of an article stand beside it since the index was built (`index.build.duplicates`). Articles
that tell of one event in different words are told by what their openings share: their meaning,
their words, their names. `bench/digests.py` has the pairs on which the weights were measured.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np

from bot.digests.news_value import news_value
from bot.locale.source import publishers
from index.article import Article, Passage, Period, Selection
from index.models.base import BoolArray, Vectors
from index.store.postings import idf
from index.store.reader import GenerationReader
from index.text.language import keyed_terms
from index.text.names import span_names

SAME_EVENT = 0.6  # what two openings share at least (see `likeness`) to tell of one event
SAME_DAYS = 1  # how many days apart two articles on one event may be published
SEQUEL = 0.5  # what two openings share at least for the later one to go on with the other
SEQUEL_DAYS = 7
MOST_ARTICLES = 600  # of a span, the newest that are looked at, so that the work is bounded
# What it weighs to be on one of a person's subjects: as much as two more outlets.
SUBJECT_WORTH = 2.0
FRESH_WORTH = 0.5  # what it weighs to be of the last day of a span, not of the first
_MEANING_FLOOR, _MEANING_WEIGHT = 0.9, 5.0  # cosines of openings in one language lie above 0.7
_NAMES_WEIGHT = 0.5
_NUMBER = re.compile(r"\d+")
_NEAREST = 40  # other articles with which one is compared word by word, the nearest in meaning


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
    """One event: the articles that tell of it, the newest first; the person's subjects that it is
    on; the article of the story that it is the sequel of."""

    openings: tuple[Opening, ...]
    subjects: tuple[str, ...] = ()
    follows: Article | None = None

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
    earlier: Collection[str] = (),
) -> tuple[Story, ...]:
    """What the articles of a span tell, the first to be told first.

    Without the articles in another language, and `earlier` ones (ids).
    """
    openings = _openings(generation, period, language, frozenset(earlier))
    relations = find_relations(openings, generation)
    stories = [
        Story(each, _subjects_of(each, subjects))
        for each in group_openings(openings, relations.same)
    ]
    model = generation.facts.model
    stories.sort(key=lambda story: _worth(story, period, model), reverse=True)
    place = {each.article.id: at for at, each in enumerate(openings)}
    return tuple(_in_sequence(stories, place, relations.sequel))


def _in_sequence(
    stories: Sequence[Story], place: Mapping[str, int], sequel: BoolArray
) -> Iterator[Story]:
    """The stories in their order; those that go on with one another stand behind the first of
    them, in order of time."""
    left = list(stories)
    while left:
        chain = [left.pop(0)]
        for story in left.copy():
            if any(_goes_on(story, each, place, sequel) for each in chain):
                chain.append(story)
                left.remove(story)
        chain.sort(key=lambda story: story.openings[0].day)
        yield chain[0]
        for before, story in pairwise(chain):
            yield replace(story, follows=before.openings[0].article)


def _goes_on(one: Story, other: Story, place: Mapping[str, int], sequel: BoolArray) -> bool:
    return any(
        sequel[place[mine.article.id], place[theirs.article.id]]
        for mine in one.openings
        for theirs in other.openings
    )


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
    generation: GenerationReader, period: Period, language: str, earlier: frozenset[str]
) -> list[Opening]:
    """How the newest articles of a span begin; those without a word of their own are left out."""
    openings = []
    for entry in generation.articles(Selection().during(period)):
        if entry.copy_of or entry.id in earlier or entry.language.split("-")[0] != language:
            continue
        article = generation.article(entry.id)
        opening = open_article(generation, article) if article is not None else None
        if opening is not None:
            openings.append(opening)
        if len(openings) == MOST_ARTICLES:
            break
    return openings


@dataclass(frozen=True, slots=True)
class Relations:
    """By pair of openings, whether they tell of one event, and whether one is the sequel of the
    other: both symmetric, of shape (openings, openings)."""

    same: BoolArray
    sequel: BoolArray


def group_openings(openings: Sequence[Opening], same: BoolArray) -> list[tuple[Opening, ...]]:
    """What tells of one event, together: the articles like the one that most are like."""
    groups, left = [], np.ones(len(openings), dtype=bool)
    while left.any():
        counts = np.where(left, (same & left).sum(axis=1), -1)
        centre = int(counts.argmax())  # the newest of those with as many
        members = same[centre] & left
        members[centre] = True
        left &= ~members
        chosen = [openings[at] for at in np.flatnonzero(members).tolist()]
        groups.append(tuple(sorted(chosen, key=_preference)))
    return groups


def _preference(opening: Opening) -> tuple[int, int, str]:
    """The newest tells it, else the longest."""
    return -opening.day.toordinal(), -len(opening.article.text), opening.article.id


def find_relations(openings: Sequence[Opening], generation: GenerationReader) -> Relations:
    """Which openings tell of one event, and which go on with what another tells."""
    same: BoolArray = np.zeros((len(openings), len(openings)), dtype=np.bool_)
    relations = Relations(same, same.copy())
    if not openings:
        return relations
    means = np.stack([each.vectors.mean(axis=0) for each in openings])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    cosines = means @ means.T
    days = np.array([each.day.toordinal() for each in openings])
    near = abs(days[:, np.newaxis] - days) <= SEQUEL_DAYS
    near &= cosines >= _MEANING_FLOOR - 0.05
    np.fill_diagonal(near, False)
    words = [_terms(each) for each in openings]
    every = {term for both in words for each in both for term in each}
    weights = _weights(every, generation)
    for one in range(len(openings)):
        others = np.flatnonzero(near[one])
        for other in others[np.argsort(-cosines[one, others], kind="stable")][:_NEAREST]:
            in_words, in_names = (
                _share(mine, theirs, weights)
                for mine, theirs in zip(words[one], words[other], strict=True)
            )
            shared = likeness(float(cosines[one, other]), in_words, in_names)
            relation = _relation(openings[one], openings[other], shared)
            if relation is not None:
                pairs: BoolArray = getattr(relations, relation)
                pairs[one, other] = pairs[other, one] = True
    return relations


def _relation(one: Opening, other: Opening, shared: float) -> Literal["same", "sequel"] | None:
    """What two openings are to each other that share so much (`likeness`).

    An outlet tells an event once: what it publishes on another day goes on with it, and so does
    what has other numbers in its title on another day (« 10e étape », « 11e étape »).
    """
    apart = abs((one.day - other.day).days)
    own = one.article.outlet == other.article.outlet
    mine, theirs = (set(_NUMBER.findall(each.article.title)) for each in (one, other))
    another = apart and (own or (mine and theirs and mine != theirs))
    if shared >= SAME_EVENT and apart <= SAME_DAYS and not another:
        return "same"
    return "sequel" if apart and shared >= SEQUEL else None


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


def _subjects_of(openings: Sequence[Opening], subjects: Sequence[str]) -> tuple[str, ...]:
    """Those of which an opening has every word."""
    followed = []
    for subject in subjects:
        for each in openings:
            words = set(keyed_terms(subject, each.article.language))
            if words and words <= _terms(each)[0]:
                followed.append(subject)
                break
    return tuple(followed)


def _worth(story: Story, period: Period, model: str) -> float:
    """Its news value, how many articles tell it (each doubling counts as one), the person's
    subjects, and how fresh it is within the span."""
    days = max((period.last - period.first).days, 1)
    age = (period.last - story.openings[0].day).days / days
    value = max(
        news_value(each.article, each.passage, each.vectors, model) for each in story.openings
    )
    tellings = float(np.log2(story.tellings))
    return value + tellings + SUBJECT_WORTH * bool(story.subjects) + FRESH_WORTH * (1 - age)
