"""Stories of a period: articles grouped by event and ranked.

Copies of an article are attached to it when the index is built (`index.ingestion.duplicates`).
Other articles on the same event are detected by the similarity of their openings in meaning, words
and names. `bench/digests.py` has the pairs on which the weights were measured.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

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
LINKED = 0.3  # minimum link of two stories of one affair
MAX_ARTICLES = 600  # per period, the newest
SUBJECT_WORTH = 2.0  # bonus for a subject the person follows: as much as two more outlets
FRESH_WORTH = 0.5  # bonus for the last day of a period, compared with the first
_MEANING_FLOOR, _MEANING_WEIGHT = 0.9, 5.0  # cosines of openings in one language are above 0.7
_NAMES_WEIGHT = 0.5
_ARTICLE_WEIGHT, _DAYS_WEIGHT = 0.5, 0.1  # of the names of whole articles; of doubled months
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
    """One event: its articles, the newest of those that tell something new first; the person's
    subjects it belongs to; `is_known` if all of it was told before; `goes_on` if it is like the
    one before it."""

    openings: tuple[Opening, ...]
    subjects: tuple[str, ...] = ()
    is_known: bool = False
    goes_on: bool = False

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
    """Group a period's articles in a language into stories, best first, without `earlier` IDs.
    Told before are these and those of the day before the period. Of several days, the best story
    like another one stands with it, in the order of their days."""
    before = period.first - timedelta(days=period.first > date.min)
    old_ids = dict.fromkeys([*_list_ids(generation, Period(before, before), language), *earlier])
    ids = [key for key in _list_ids(generation, period, language) if key not in old_ids]
    new, old = _openings(generation, ids), _openings(generation, old_ids)
    same = find_same_events([*new, *old], generation)
    repeats = same[: len(new), len(new) :].any(axis=1)
    known_ids = {new[row].article.id for row in np.flatnonzero(repeats)}
    stories = []
    for group in group_openings(new, same[: len(new), : len(new)]):
        own = tuple(sorted(group, key=lambda opening: opening.article.id in known_ids))
        is_known = own[0].article.id in known_ids
        stories.append(Story(own, _subjects_of(own, subjects), is_known))
    model = generation.facts.model
    stories.sort(key=lambda story: -_worth(story, period, model))
    return tuple(stories if period.first == period.last else _pair_stories(stories, generation))


def _pair_stories(stories: Sequence[Story], generation: OpenGeneration) -> Iterator[Story]:
    links = link_stories(stories, "", generation)
    rest = list(range(len(stories)))
    while rest:
        at = rest.pop(0)
        pair = [stories[at]]
        like = next((other for other in rest if links[at, other] >= LINKED), None)
        if like is not None:
            rest.remove(like)
            pair.append(stories[like])
        first, *others = sorted(pair, key=lambda story: story.openings[0].day)
        yield first
        yield from (replace(story, goes_on=True) for story in others)


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


def _list_ids(generation: OpenGeneration, period: Period, language: str) -> list[str]:
    """The IDs of a period's newest articles in a language, without copies."""
    ids = [
        entry.id
        for entry in generation.articles(Selection().during(period))
        if not entry.copy_of and entry.language.split("-")[0] == language
    ]
    return ids[:MAX_ARTICLES]


def _openings(generation: OpenGeneration, ids: Iterable[str]) -> list[Opening]:
    articles = map(generation.article, ids)
    openings = (open_article(generation, article) for article in articles if article is not None)
    return [opening for opening in openings if opening is not None]


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


def link_stories(stories: Sequence[Story], subject: str, generation: OpenGeneration) -> Vectors:
    """How much two stories belong to one affair, shape (n, n): what their openings, the names in
    them and their titles have in common besides the `subject` and what most stories have, less the
    longer they are apart."""
    count = len(stories)
    links: Vectors = np.zeros((count, count), dtype=np.float32)
    if not stories:
        return links
    openings = [story.openings[0] for story in stories]
    language = openings[0].article.language
    cosines, own = _cosines(openings), keyed_terms(subject, language)
    words = [tuple(group.difference(own) for group in _all_terms(opening)) for opening in openings]
    counts = Counter(term for groups in words for term in frozenset().union(*groups))
    weights = {
        term: weight * min(2 * (count + 1 - counts[term]) / count, 1)
        for term, weight in _weigh(counts, generation).items()
    }
    for one, other in combinations(range(count), 2):
        (head, head_names, names, title, text), theirs = words[one], words[other]
        in_words = _share(head, theirs[0], weights)
        in_names = _share(head_names, theirs[1], weights)
        link = likeness(float(cosines[one, other]), in_words, in_names)
        link += _ARTICLE_WEIGHT * _share(names, theirs[2], weights)
        link += min(_covered(title, theirs[4], weights), _covered(theirs[3], text, weights))
        days = abs((openings[one].day - openings[other].day).days)
        link -= _DAYS_WEIGHT * math.log2(1 + days / 30)
        links[one, other] = links[other, one] = link
    return links


def _all_terms(opening: Opening) -> tuple[frozenset[str], ...]:
    """Return `_terms`, those of all names of the article, of its title and of its text."""
    article = opening.article
    text, language = f"{article.title}. {article.text}", article.language
    names = " ".join(text[name.start : name.end] for name in span_names(text, language))
    others = (names, article.title, text)
    return *_terms(opening), *(frozenset(keyed_terms(part, language)) for part in others)


def _covered(terms: frozenset[str], text: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return the share of the terms' weight that a text has."""
    whole = sum(weights[term] for term in terms)
    return sum(weights[term] for term in terms & text) / whole if whole else 0.0


def _cosines(openings: Sequence[Opening]) -> Vectors:
    means = np.stack([opening.vectors.mean(axis=0) for opening in openings])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    cosines: Vectors = means @ means.T
    return cosines


def find_same_events(openings: Sequence[Opening], generation: OpenGeneration) -> BoolArray:
    """Which pairs of openings are on one event: a symmetric matrix."""
    same: BoolArray = np.zeros((len(openings), len(openings)), dtype=np.bool_)
    if not openings:
        return same
    cosines = _cosines(openings)
    days = np.array([opening.day.toordinal() for opening in openings])
    near = abs(days[:, np.newaxis] - days) <= SAME_DAYS
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
            if similarity >= SAME_EVENT and not _is_sequel(openings[one], openings[other]):
                same[one, other] = same[other, one] = True
    return same


def _is_sequel(one: Opening, other: Opening) -> bool:
    """True if like articles of two days tell of two events: of one outlet, or with other numbers
    in their titles (« 10e étape », « 11e étape »)."""
    mine, theirs = (set(_NUMBER.findall(opening.article.title)) for opening in (one, other))
    is_numbered = bool(mine and theirs) and mine != theirs
    return one.day != other.day and (one.article.outlet == other.article.outlet or is_numbered)


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
