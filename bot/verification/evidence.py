"""The passages that a claim cites, sentence by sentence, with their titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from bot.answering.injection import is_order, readable
from bot.verification.annotation import AnnotatedText, AnnotatedWord, AnnotationCache
from bot.verification.claim import NumberedPassage
from bot.verification.moments import Moment, find_moments, find_relative_moments, inherit_years
from bot.verification.proper_names import SourceNames, fold_words
from bot.verification.quantities import Quantity, find_quantities, find_years
from index.article import Sentence
from index.models.base import Vectors
from index.text.antecedents import find_leads
from index.text.language import terms


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A sentence of a cited passage.

    `first` and `last` delimit its words among all words of the evidence; `lead` is the index of
    the line it leans on, if any.
    """

    number: int
    sentence: Sentence
    text: AnnotatedText
    first: int
    lead: int | None

    @property
    def last(self) -> int:
        return self.first + len(self.text.words)


@dataclass(frozen=True)
class Evidence:
    """All that may support a claim: the lines of the cited passages, and their titles.

    `words` and `vectors` hold the words of all lines, then those of the titles.
    """

    passages: tuple[NumberedPassage, ...]
    lines: tuple[EvidenceLine, ...]
    titles: tuple[AnnotatedText, ...]

    @cached_property
    def texts(self) -> tuple[AnnotatedText, ...]:
        return (*(line.text for line in self.lines), *self.titles)

    @cached_property
    def words(self) -> tuple[AnnotatedWord, ...]:
        return tuple(word for text in self.texts for word in text.words)

    @cached_property
    def vectors(self) -> Vectors:
        vectors: Vectors = np.concatenate([text.vectors for text in self.texts])
        return vectors

    @cached_property
    def line_words(self) -> int:
        """Number of words in the lines; the titles' words follow."""
        return sum(len(line.text.words) for line in self.lines)

    @cached_property
    def order_stems(self) -> frozenset[str]:
        """The stems that occur only in sentences that give orders to a machine."""
        stems: set[str] = set()
        for each in self.passages:
            article = each.article
            parts = [sentence.text for sentence in each.passage.sentences]
            parts += [article.title, article.author or "", article.outlet or ""]
            orders = " . ".join(readable(part) for part in parts if is_order(part))
            stems |= set(terms(orders, article.language)) if orders else set()
        return frozenset(stems) - {word.stem for word in self.words}

    @cached_property
    def moments(self) -> tuple[tuple[Moment, ...], ...]:
        """The dates of each line, with years inherited from earlier lines of the passage."""
        articles = {each.number: each.article for each in self.passages}
        moments: list[tuple[Moment, ...]] = []
        earlier: dict[int, list[Moment]] = {}
        for line in self.lines:
            if line.number not in earlier:
                article = articles[line.number]
                earlier[line.number] = [*_days(article.published), *find_moments(article.title)]
            before = earlier[line.number]
            latest = [each.year for each in before if each.year and not each.decade][-1:]
            with_years = inherit_years(line.text.moments, frozenset(latest))
            outside = [replace(each, start=-1, end=-1, decade=False) for each in before]
            relative = find_relative_moments(line.text.text, [*outside, *with_years])
            moments.append((*with_years, *relative))
            before += with_years
        return tuple(moments)

    @cached_property
    def every_moment(self) -> tuple[Moment, ...]:
        """The dates of the lines, of their titles and of publication."""
        return (
            *(moment for moments in self.moments for moment in moments),
            *(moment for text in self.titles for moment in text.moments),
            *(day for each in self.passages for day in _days(each.article.published)),
        )

    @cached_property
    def every_quantity(self) -> tuple[Quantity, ...]:
        """The numbers of the lines and titles, including those that look like years."""
        return tuple(
            quantity
            for text in self.texts
            for quantity in (*find_quantities(text.text, text.language), *find_years(text.text))
        )

    def names_for(self, language: str) -> SourceNames:
        """The words by which a claim in this language may name things."""
        texts = [line.text.text for line in self.lines]
        whole = []
        for each in self.passages:
            article, sentences = each.article, each.passage.sentences
            names = (article.title, each.passage.heading, article.outlet, article.author)
            titles = _without_orders(*names)
            statements = _without_orders(*(sentence.text for sentence in sentences))
            texts += [*statements, *titles]
            is_honest = len(statements) == len(sentences)
            whole.append(" ".join((*titles, article.text if is_honest else "")))
        return SourceNames(
            fold_words(" . ".join(texts)),
            fold_words(" . ".join(whole)),
            language not in {each.article.language for each in self.passages},
        )


def annotate_evidence(
    passages: Sequence[NumberedPassage], annotations: AnnotationCache
) -> Evidence:
    """Annotate these passages, without sentences that give orders to a machine."""
    lines: list[EvidenceLine] = []
    titles: list[AnnotatedText] = []
    first = 0
    for each in passages:
        article, passage = each.article, each.passage
        sentences = [sentence for sentence in each.sentences if not is_order(sentence.text)]
        places = {sentence.start: n for n, sentence in enumerate(sentences, len(lines))}
        starts = (sentence.start for sentence in passage.sentences)
        leads = dict(zip(starts, find_leads(passage, article.language), strict=True))
        for sentence in sentences:
            text = annotations.read(sentence.text, article.language)
            lead = leads.get(sentence.start)
            place = places.get(lead.start) if lead else None
            lines.append(EvidenceLine(each.number, sentence, text, first, place))
            first += len(text.words)
        for title in _without_orders(article.title, passage.heading, article.outlet):
            text = annotations.read(title, article.language)
            if text not in titles:
                titles.append(text)
    return Evidence(tuple(passages), tuple(lines), tuple(titles))


def _without_orders(*texts: str | None) -> list[str]:
    """The texts that are neither empty nor orders to a machine, which state nothing."""
    return [text for text in texts if text and not is_order(text)]


def _days(day: date | None) -> Iterator[Moment]:
    if day is not None:
        yield Moment(-1, -1, day.year, day.month, day.day)
