"""The passages that a claim cites, sentence by sentence, with what stands above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from bot.answering.injection import is_order, readable
from bot.verification import moments, proper_names
from bot.verification.annotation import AnnotatedText, AnnotatedWord, AnnotationCache
from bot.verification.claim import GivenPassage
from bot.verification.moments import Moment
from bot.verification.quantities import Quantity, quantities, years
from index.article import Sentence
from index.models.base import Vectors
from index.text.antecedents import find_leads
from index.text.language import terms


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A sentence of a passage cited; `lead` is the place of the line it leans on, if any."""

    number: int
    sentence: Sentence
    text: AnnotatedText
    first: int
    lead: int | None

    @property
    def last(self) -> int:
        """Behind its last word among all words of the ground."""
        return self.first + len(self.text.words)


@dataclass(frozen=True)
class Evidence:
    """All that bears a claim: the lines of the passages cited, and the heads above them.

    `words` and `vectors` join the words of all lines and then those of the heads; `lines[k]` holds
    the words from `first` to `last`.
    """

    given: tuple[GivenPassage, ...]
    lines: tuple[EvidenceLine, ...]
    heads: tuple[AnnotatedText, ...]

    @cached_property
    def words(self) -> tuple[AnnotatedWord, ...]:
        return tuple(word for text in self.texts for word in text.words)

    @cached_property
    def texts(self) -> tuple[AnnotatedText, ...]:
        return (*(line.text for line in self.lines), *self.heads)

    @cached_property
    def vectors(self) -> Vectors:
        joined: Vectors = np.concatenate([text.vectors for text in self.texts])
        return joined

    @cached_property
    def length(self) -> int:
        """How many words the lines have; those of the heads stand behind."""
        return sum(len(line.text.words) for line in self.lines)

    @cached_property
    def languages(self) -> frozenset[str]:
        return frozenset(each.article.language for each in self.given)

    @cached_property
    def ordered(self) -> frozenset[str]:
        """The stems that only those sentences have which tell a machine what to say."""
        words: set[str] = set()
        for each in self.given:
            article = each.article
            parts = [sentence.text for sentence in each.passage.sentences]
            parts += [article.title, article.author or "", article.outlet or ""]
            orders = " . ".join(readable(part) for part in parts if is_order(part))
            words |= set(terms(orders, article.language)) if orders else set()
        return frozenset(words) - {word.stem for word in self.words}

    @cached_property
    def moments(self) -> tuple[tuple[Moment, ...], ...]:
        """The dates of each line, with the years that earlier lines give."""
        by_line: list[tuple[Moment, ...]] = []
        known: dict[int, list[Moment]] = {}
        for line in self.lines:
            before = known.setdefault(line.number, self._published(line.number))
            latest = [each.year for each in before if each.year and not each.decade][-1:]
            inherited = moments.inherit(line.text.moments, frozenset(latest))
            moved = moments.later(
                line.text.text, [*(_earlier(each) for each in before), *inherited]
            )
            by_line.append((*inherited, *moved))
            before += inherited
        return tuple(by_line)

    def _published(self, number: int) -> list[Moment]:
        article = next(each.article for each in self.given if each.number == number)
        return [*_days(article.published), *moments.moments(article.title)]

    @cached_property
    def head_moments(self) -> tuple[Moment, ...]:
        dated = [moment for text in self.heads for moment in text.moments]
        for each in self.given:
            dated += _days(each.article.published)
        return tuple(dated)

    @cached_property
    def quantities(self) -> tuple[tuple[Quantity, ...], ...]:
        return tuple(line.text.quantities for line in self.lines)

    @cached_property
    def every_quantity(self) -> tuple[Quantity, ...]:
        """The numbers of lines and heads, what looks like a year among them."""
        return tuple(
            quantity
            for text in self.texts
            for quantity in (*quantities(text.text, text.language), *years(text.text))
        )

    def known(self, language: str) -> proper_names.KnownNames:
        """The words that a claim in this language may name things by."""
        texts = [line.text.text for line in self.lines]
        whole = []
        for each in self.given:
            article = each.article
            parts = (article.title, each.passage.heading, article.outlet, article.author)
            heads = [part for part in parts if part and not is_order(part)]
            plain = [sentence.text for sentence in _plain(each.passage.sentences)]
            texts += [*plain, *heads]
            honest = len(plain) == len(each.passage.sentences)
            whole.append(" ".join((*heads, article.text if honest else "")))
        return proper_names.KnownNames(
            proper_names.folded_name_parts(" . ".join(texts)),
            proper_names.folded_name_parts(" . ".join(whole)),
            language not in self.languages,
        )


def evidence_of(passages: Sequence[GivenPassage], readings: AnnotationCache) -> Evidence:
    """What these passages say, read."""
    lines: list[EvidenceLine] = []
    heads: list[AnnotatedText] = []
    first = 0
    for each in passages:
        language = each.article.language
        start = len(lines)
        sentences = _plain(each.sentences)
        places = {sentence.start: start + n for n, sentence in enumerate(sentences)}
        leaning = dict(
            zip(
                (sentence.start for sentence in each.passage.sentences),
                find_leads(each.passage, language),
                strict=True,
            )
        )
        for sentence in sentences:
            text = readings.read(sentence.text, language)
            lead = leaning.get(sentence.start)
            lines.append(
                EvidenceLine(
                    each.number, sentence, text, first, places.get(lead.start) if lead else None
                )
            )
            first += len(text.words)
        for head in _heads(each):
            text = readings.read(head, language)
            if text not in heads:
                heads.append(text)
    return Evidence(tuple(passages), tuple(lines), tuple(heads))


def _heads(passage: GivenPassage) -> list[str]:
    article = passage.article
    parts = (article.title, passage.passage.heading, article.outlet)
    return [part for part in parts if part and not is_order(part)]


def _plain(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Those that tell something; what tells a machine to say a thing does not say it."""
    return [sentence for sentence in sentences if not is_order(sentence.text)]


def _days(day: date | None) -> list[Moment]:
    return [] if day is None else [Moment(-1, -1, day.year, day.month, day.day)]


def _earlier(moment: Moment) -> Moment:
    """A date of an earlier sentence."""
    return Moment(-1, -1, moment.year, moment.month, moment.day, around=moment.around)
