"""Stories of a period: articles grouped by event and ranked.

Copies of an article are attached to it when the index is built (`index.ingestion.duplicates`).
Other articles on the same event are detected by the similarity of their openings in meaning, words
and names. `bench/digests.py` has the pairs on which the weights were measured.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from bot.archive.differences import TOLLS
from bot.locale.source import publishers
from index.article import Article, Passage, Period, Selection
from index.models.base import BoolArray, Vectors
from index.store.postings import idf
from index.text.language import keyed_terms
from index.text.names import span_names

if TYPE_CHECKING:
    from index.store.open_generation import OpenGeneration
import math
from functools import cache
from importlib.resources import files

from index.text.folding import fold
from index.text.quantities import COLLECTIVE, find_quantities

SAME_EVENT = 0.6  # minimum `likeness` of two articles on one event
SAME_DAYS = 1  # maximum days between their publication
SEQUEL = 0.5  # minimum `likeness` of an article and its sequel
SEQUEL_DAYS = 7
RELATED = 0.3  # minimum `likeness`, without a subject's words, of two stories of one thread
MAX_ARTICLES = 600  # per period, the newest
SUBJECT_WORTH = 2.0  # bonus for a subject the person follows: as much as two more outlets
FRESH_WORTH = 0.5  # bonus for the last day of a period, compared with the first
_MEANING_FLOOR, _MEANING_WEIGHT = 0.9, 5.0  # cosines of openings in one language are above 0.7
_NAMES_WEIGHT = 0.5
_NUMBER = re.compile(r"\d+")
_NEAREST = 40  # articles to compare with one word by word, by closeness in meaning


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """An article's first passage, with its sentence vectors."""

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
    """One event: its articles, newest first; the person's subjects it belongs to; the stories that
    it follows up, newest first."""

    openings: tuple[Opening, ...]
    subjects: tuple[str, ...] = ()
    before: tuple[Story, ...] = ()

    @property
    def articles(self) -> tuple[Article, ...]:
        return tuple(opening.article for opening in self.openings)

    @property
    def coverage(self) -> int:
        """The number of articles, copies included."""
        return sum(1 + len(article.copies) for article in self.articles)

    @property
    def also(self) -> tuple[str, ...]:
        """The outlets other than the first article's, without duplicates."""
        first, *others = self.articles
        names = [*publishers(first)]
        for article in others:
            names += [article.outlet] if article.outlet else []
            names += publishers(article)
        return tuple(name for name in dict.fromkeys(names) if name != first.outlet)


def find_stories(
    generation: OpenGeneration,
    period: Period,
    language: str,
    subjects: Sequence[str] = (),
    earlier: Collection[str] = (),
) -> tuple[Story, ...]:
    """Group a period's articles in a language into stories, best first, without `earlier` IDs."""
    openings = _openings(generation, period, language, frozenset(earlier))
    relations = find_relations(openings, generation)
    stories = [
        Story(group, _subjects_of(group, subjects))
        for group in group_openings(openings, relations.same)
    ]
    model = generation.facts.model
    stories.sort(key=lambda story: _worth(story, period, model), reverse=True)
    rows = {opening.article.id: row for row, opening in enumerate(openings)}
    return tuple(_chain_sequels(stories, rows, relations.sequel))


def _chain_sequels(
    stories: Sequence[Story], rows: Mapping[str, int], sequel: BoolArray
) -> Iterator[Story]:
    """Keep the order of stories, but put the newest of a chain in the place of its best one; those
    before it belong to it."""
    rest = list(stories)
    while rest:
        chain = [rest.pop(0)]
        for story in rest.copy():
            own = [rows[article.id] for article in story.articles]
            others = [rows[article.id] for other in chain for article in other.articles]
            if sequel[np.ix_(own, others)].any():
                chain.append(story)
                rest.remove(story)
        newest, *before = sorted(chain, key=lambda story: story.openings[0].day, reverse=True)
        subjects = dict.fromkeys(subject for story in chain for subject in story.subjects)
        yield replace(newest, subjects=tuple(subjects), before=tuple(before))


def likeness(cosine: float, words: float, names: float) -> float:
    """Score the similarity of two openings; `words` and `names` are shares (0..1) of weight that
    they have in common."""
    return words + _NAMES_WEIGHT * names + _MEANING_WEIGHT * (cosine - _MEANING_FLOOR)


def open_article(generation: OpenGeneration, article: Article) -> Opening | None:
    """Load an article's opening; return None if it has no text of its own."""
    passage = generation.opening(article.id)
    if passage is None:
        return None
    return Opening(article, passage.passage, generation.sentence_vectors_of(passage.key))


def _openings(
    generation: OpenGeneration, period: Period, language: str, earlier: frozenset[str]
) -> list[Opening]:
    """Load the openings of a period's newest articles."""
    openings = []
    for entry in generation.articles(Selection().during(period)):
        if entry.copy_of or entry.id in earlier or entry.language.split("-")[0] != language:
            continue
        article = generation.article(entry.id)
        opening = open_article(generation, article) if article is not None else None
        if opening is not None:
            openings.append(opening)
        if len(openings) == MAX_ARTICLES:
            break
    return openings


@dataclass(frozen=True, slots=True)
class Relations:
    """Symmetric matrices of shape (openings, openings): pairs on the same event, and pairs of which
    one is the sequel of the other."""

    same: BoolArray
    sequel: BoolArray


def group_openings(openings: Sequence[Opening], same: BoolArray) -> list[tuple[Opening, ...]]:
    """Group by event: repeatedly take the opening with the most matches, together with these. In a
    group, the newest is first, then the longest."""
    groups, rest = [], np.ones(len(openings), dtype=bool)
    while rest.any():
        counts = np.where(rest, (same & rest).sum(axis=1), -1)
        centre = int(counts.argmax())  # the newest on a tie
        members = same[centre] & rest
        members[centre] = True
        rest &= ~members
        group = [openings[row] for row in np.flatnonzero(members).tolist()]
        group.sort(
            key=lambda opening: (
                -opening.day.toordinal(),
                -len(opening.article.text),
                opening.article.id,
            )
        )
        groups.append(tuple(group))
    return groups


def find_related(stories: Sequence[Story], subject: str, generation: OpenGeneration) -> BoolArray:
    """Which stories, whatever their days, have more in common than the `subject` they share."""
    related: BoolArray = np.zeros((len(stories), len(stories)), dtype=np.bool_)
    if not stories:
        return related
    openings = [story.openings[0] for story in stories]
    cosines = _cosines(openings)
    own = keyed_terms(subject, openings[0].article.language)
    words = [tuple(group.difference(own) for group in _terms(opening)) for opening in openings]
    weights = _weigh({term for both in words for group in both for term in group}, generation)
    for one, other in combinations(range(len(openings)), 2):
        in_words, in_names = (
            _share(mine, theirs, weights)
            for mine, theirs in zip(words[one], words[other], strict=True)
        )
        similarity = likeness(float(cosines[one, other]), in_words, in_names)
        related[one, other] = related[other, one] = similarity >= RELATED
    return related


def _cosines(openings: Sequence[Opening]) -> Vectors:
    means = np.stack([opening.vectors.mean(axis=0) for opening in openings])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    cosines: Vectors = means @ means.T
    return cosines


def find_relations(openings: Sequence[Opening], generation: OpenGeneration) -> Relations:
    same: BoolArray = np.zeros((len(openings), len(openings)), dtype=np.bool_)
    relations = Relations(same, same.copy())
    if not openings:
        return relations
    cosines = _cosines(openings)
    days = np.array([opening.day.toordinal() for opening in openings])
    near = abs(days[:, np.newaxis] - days) <= SEQUEL_DAYS
    near &= cosines >= _MEANING_FLOOR - 0.05
    np.fill_diagonal(near, False)
    words = [_terms(opening) for opening in openings]
    weights = _weigh({term for both in words for group in both for term in group}, generation)
    for one in range(len(openings)):
        others = np.flatnonzero(near[one])
        for other in others[np.argsort(-cosines[one, others], kind="stable")][:_NEAREST]:
            in_words, in_names = (
                _share(mine, theirs, weights)
                for mine, theirs in zip(words[one], words[other], strict=True)
            )
            similarity = likeness(float(cosines[one, other]), in_words, in_names)
            relation = _relation(openings[one], openings[other], similarity)
            if relation is not None:
                pairs: BoolArray = getattr(relations, relation)
                pairs[one, other] = pairs[other, one] = True
    return relations


def _relation(one: Opening, other: Opening, similarity: float) -> Literal["same", "sequel"] | None:
    """Relate two openings by their `similarity`.

    On another day, an article of the same outlet, or with other numbers in its title (« 10e
    étape », « 11e étape »), is a sequel rather than the same event.
    """
    apart = abs((one.day - other.day).days)
    mine, theirs = (set(_NUMBER.findall(opening.article.title)) for opening in (one, other))
    differs = one.article.outlet == other.article.outlet or (mine and theirs and mine != theirs)
    if similarity >= SAME_EVENT and apart <= SAME_DAYS and not (apart and differs):
        return "same"
    return "sequel" if apart and similarity >= SEQUEL else None


def _terms(opening: Opening) -> tuple[frozenset[str], frozenset[str]]:
    """Return an opening's words, and those of its names."""
    text, language = opening.text, opening.article.language
    names = " ".join(text[name.start : name.end] for name in span_names(text, language))
    return frozenset(keyed_terms(text, language)), frozenset(keyed_terms(names, language))


def _weigh(terms: Collection[str], generation: OpenGeneration) -> Mapping[str, float]:
    statistics = generation.term_statistics("passages")
    frequencies = statistics.frequencies(terms)
    return {term: idf(frequencies.get(term, 0), len(statistics)) for term in terms}


def _share(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return the weight in common as a share of the lighter set's."""
    least = min(sum(weights[term] for term in words) for words in (one, other))
    return sum(weights[term] for term in one & other) / least if least else 0.0


def _subjects_of(openings: Sequence[Opening], subjects: Sequence[str]) -> tuple[str, ...]:
    """Return the subjects of which one opening has every word."""

    def covers(opening: Opening, subject: str) -> bool:
        words = set(keyed_terms(subject, opening.article.language))
        return bool(words) and words <= _terms(opening)[0]

    return tuple(
        subject for subject in subjects if any(covers(opening, subject) for opening in openings)
    )


def _worth(story: Story, period: Period, model: str) -> float:
    """Score a story by its own worth, the person's subjects and freshness."""
    days = max((period.last - period.first).days, 1)
    age = (period.last - story.openings[0].day).days / days
    own = story_worth(story, model)
    return own + SUBJECT_WORTH * bool(story.subjects) + FRESH_WORTH * (1 - age)


def story_worth(story: Story, model: str) -> float:
    """Score a story by news value and coverage (1 per doubling)."""
    value = max(
        news_value(opening.article, opening.passage, opening.vectors, model)
        for opening in story.openings
    )
    return value + float(np.log2(story.coverage))


SENTENCES = 3  # averaged, from the opening
_LEAD_SENTENCES = 2  # searched for the toll; later ones may recall other events
_YEARS = re.compile(r"\W*(?:ans?|years?)\b")  # an age
_SCORES = re.compile(r"\b(\w+)s (?:de |d['’]|of )")  # « des dizaines de morts »


class NewsValueModel:
    """A network with one hidden layer; `model` is the ID of the embedder it was trained with.

    The training stories were rated from 0 to 100; values are in units of 25 points.
    """

    def __init__(self) -> None:
        with files(__package__).joinpath("news_value.npz").open("rb") as file:
            weights = np.load(file)
            self.model = str(weights["model"])
            self._hidden, self._bias = weights["hidden"].astype(np.float32), weights["bias"]
            self._out, self._dead_alone = weights["out"], float(weights["dead_alone"])

    def value(self, vectors: Vectors, dead: float, model: str) -> float:
        """Predict a story's value from its first sentence `vectors` by `model`. With vectors of
        another model than its own, only `dead` counts: the logarithm of 1 + the death toll."""
        if model != self.model:
            return self._dead_alone * dead
        inputs = value_inputs(vectors, dead)
        return float(self._out @ np.maximum(self._hidden @ inputs + self._bias, 0))


news_value_model = cache(NewsValueModel)


def value_inputs(vectors: Vectors, dead: float) -> Vectors:
    """Build the network's input, shape (d + 1,)."""
    mean = vectors[:SENTENCES].mean(axis=0)
    return np.append(mean / np.linalg.norm(mean), np.float32(dead))


def news_value(article: Article, opening: Passage, vectors: Vectors, model: str) -> float:
    """Predict an article's value; `vectors` are its opening's sentence vectors by `model`."""
    lead = " ".join(sentence.text for sentence in opening.sentences[:_LEAD_SENTENCES])
    dead = log_dead(f"{article.title}. {lead}", article.language)
    return news_value_model().value(vectors, dead, model)


_WINDOW_CHARACTERS = 60  # before and after a number
_KILLED = re.compile(
    r"(?:\btu[ée]\w*|\bkill\w*|\bmort d(?:e|['’])|\bdeaths? of)\W+(?:\w+\W+){0,2}$", re.IGNORECASE
)


def counts_dead(text: str, start: int, end: int) -> bool:
    """True if the number at text[start:end] is a number of deaths."""
    before = text[max(start - _WINDOW_CHARACTERS, 0) : start]
    return bool(TOLLS["dead"].match(text[end:][:_WINDOW_CHARACTERS]) or _KILLED.search(before))


def log_dead(text: str, language: str) -> float:
    """Return the logarithm of 1 + the highest death toll in a text."""
    counts = [
        max(quantity.values)
        for quantity in find_quantities(text, language)
        if not (quantity.ordinal or _YEARS.match(text[quantity.end :]))
        and counts_dead(text, quantity.start, quantity.end)
    ]
    for match in _SCORES.finditer(text):
        if (score := COLLECTIVE.get(fold(match[1]))) and counts_dead(text, *match.span()):
            counts.append(3 * score)
    return math.log1p(max(counts, default=0.0))
