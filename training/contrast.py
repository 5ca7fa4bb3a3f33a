"""Contrastive batches and loss for the embedding model.

A batch is some articles with their questions, so that the negatives of a question include the other
passages and sentences of its own article, which are the hardest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

import torch
from torch import Tensor
from torch.nn import functional

from training.bundled import BEST_SENTENCE_WEIGHT, EmbeddedText, EmbedderRows
from training.model import Reader, narrow_products, pack
from training.sources import TrainingQuestion, fingerprint

PASSAGES, QUESTIONS = 6, 24  # maximum per article in a batch
TEMPERATURE = 0.01
SENTENCE_WEIGHT = 0.5
_TOKENS = 4_096  # in a rectangle of rows of similar length


@dataclass(frozen=True, slots=True)
class TopicQuestion:
    """A question's ids, and the indices of the passages and sentences with its answer."""

    ids: list[int]
    passages: tuple[int, ...]
    sentences: tuple[int, ...]


@dataclass(slots=True)
class Topic:
    """An article, or some of its passages; `owners` are the passage indices of the sentences."""

    name: str
    passages: list[list[int]] = field(default_factory=list)
    sentences: list[list[int]] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    questions: list[TopicQuestion] = field(default_factory=list)

    def add(self, other: Topic) -> None:
        """Append another topic."""
        passages, sentences = len(self.passages), len(self.sentences)
        self.passages += other.passages
        self.sentences += other.sentences
        self.owners += [passages + owner for owner in other.owners]
        for question in other.questions:
            in_passages = tuple(passages + at for at in question.passages)
            in_sentences = tuple(sentences + at for at in question.sentences)
            self.questions.append(TopicQuestion(question.ids, in_passages, in_sentences))

    def part(self, places: Sequence[int], count: int, random: Random) -> Topic:
        """Return these passages, with at most `count` of their questions."""
        passages = {old: new for new, old in enumerate(places)}
        sentence_places = [at for at, owner in enumerate(self.owners) if owner in passages]
        sentences = {old: new for new, old in enumerate(sentence_places)}
        questions = [
            TopicQuestion(
                question.ids,
                tuple(passages[at] for at in question.passages if at in passages),
                tuple(sentences[at] for at in question.sentences if at in sentences),
            )
            for question in self.questions
            if any(at in passages for at in question.passages)
        ]
        return Topic(
            self.name,
            [self.passages[at] for at in places],
            [self.sentences[at] for at in sentence_places],
            [passages[self.owners[at]] for at in sentence_places],
            random.sample(questions, min(count, len(questions))),
        )


def gather(questions: Iterable[TrainingQuestion], rows: EmbedderRows) -> list[Topic]:
    """Group the answerable questions by article, named by the fingerprint of its title."""
    by_text: dict[tuple[str, str], list[TrainingQuestion]] = {}
    for question in questions:
        if question.answers:
            by_text.setdefault((question.title, question.passage), []).append(question)
    topics: dict[str, Topic] = {}
    for (title, text), own in by_text.items():
        # Without a title, a text is an article.
        topic = topics.setdefault(title or text, Topic(fingerprint(title or text)))
        topic.add(_topic(title, text, own, rows))
    return [topic for topic in topics.values() if topic.questions]


def split_topics(topics: Sequence[Topic], random: Random) -> list[Topic]:
    """Split each article into parts of a few passages, in random order."""
    parts = []
    for topic in topics:
        places = random.sample(range(len(topic.passages)), len(topic.passages))
        for start in range(0, len(places), PASSAGES):
            parts.append(topic.part(sorted(places[start : start + PASSAGES]), QUESTIONS, random))
    random.shuffle(parts)
    return [part for part in parts if part.questions]


def join_topics(topics: Iterable[Topic]) -> Topic:
    whole = Topic("")
    for topic in topics:
        whole.add(topic)
    return whole


def contrast_loss(network: Reader, batch: Topic) -> Tensor:
    """Return the InfoNCE loss of each question's passage and sentence among all of the batch.

    Scores are those of the search without words: a passage's cosine and its best sentence's.
    Van den Oord et al., "Representation Learning with Contrastive Predictive Coding" (2018).
    """
    rows = [*batch.passages, *batch.sentences, *(question.ids for question in batch.questions)]
    sizes = [len(batch.passages), len(batch.sentences), len(batch.questions)]
    passages, sentences, questions = torch.split(embed_rows(network, rows), sizes)
    whole, cosines = score_passages(questions, passages, sentences, batch.owners)
    by_passage = _entropy(whole, [question.passages for question in batch.questions])
    by_sentence = _entropy(cosines, [question.sentences for question in batch.questions])
    return by_passage + SENTENCE_WEIGHT * by_sentence


def score_passages(
    questions: Tensor, passages: Tensor, sentences: Tensor, owners: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Return scores of questions by passages, between -1 and 1, and cosines with sentences."""
    cosines = questions @ sentences.T
    within = torch.tensor(owners).expand_as(cosines)
    best = torch.full((len(questions), len(passages)), -1.0)
    best = best.scatter_reduce(1, within, cosines, "amax")
    total = questions @ passages.T + BEST_SENTENCE_WEIGHT * best
    return total / (1 + BEST_SENTENCE_WEIGHT), cosines


def embed_rows(network: Reader, rows: Sequence[list[int]]) -> Tensor:
    """Return L2-normalised vectors, shape (rows, hidden), in the order of the rows."""
    vectors, order = [], []
    for places in _alike(rows):
        packed = pack([rows[at] for at in places])
        owners = packed.cells // packed.width
        with narrow_products():
            states = network.states(packed).float()
        total = states.new_zeros(packed.rows, states.shape[-1]).index_add(0, owners, states)
        vectors.append(functional.normalize(total, dim=1))
        order += places
    return torch.cat(vectors)[torch.tensor(order).argsort()]


def _topic(
    title: str, text: str, questions: Sequence[TrainingQuestion], rows: EmbedderRows
) -> Topic:
    topic = Topic("")
    passages: list[EmbeddedText] = []
    sentences: list[EmbeddedText] = []
    for passage, within in rows.of_text(title, text, questions[0].language):
        topic.owners += [len(passages)] * len(within)
        passages.append(passage)
        sentences += within
    topic.passages = [passage.ids for passage in passages]
    topic.sentences = [sentence.ids for sentence in sentences]
    for question in questions:
        spans = [(start, start + len(answer)) for answer, start in question.answers]
        # An answer may run into the next sentence: its beginning counts.
        beginnings = [(start, start + 1) for start, _ in spans]
        if in_passages := _places(passages, spans):
            ids = rows.of_question(question.text)
            in_sentences = _places(sentences, beginnings)
            topic.questions.append(TopicQuestion(ids, in_passages, in_sentences))
    return topic


def _places(texts: Iterable[EmbeddedText], spans: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Return the indices of the texts that contain one of the spans."""
    return tuple(
        at
        for at, text in enumerate(texts)
        if any(text.start <= start and end <= text.end for start, end in spans)
    )


def _entropy(scores: Tensor, right: Sequence[Sequence[int]]) -> Tensor:
    """Return the mean cross-entropy of the right columns, over rows that have any."""
    rows = [row for row, places in enumerate(right) if places]
    logits = scores[rows] / TEMPERATURE
    mask = torch.full_like(logits, -torch.inf)
    for row, at in enumerate(rows):
        mask[row, list(right[at])] = 0
    return (logits.logsumexp(1) - (logits + mask).logsumexp(1)).mean()


def _alike(rows: Sequence[list[int]]) -> Iterator[list[int]]:
    """Yield groups of indices of rows of similar length, within `_TOKENS`."""
    group: list[int] = []
    for at in sorted(range(len(rows)), key=lambda at: len(rows[at])):
        if group and len(rows[at]) * (len(group) + 1) > _TOKENS:
            yield group
            group = []
        group.append(at)
    if group:
        yield group
