"""What the embedding model learns from: articles in passages and sentences, and who asks for which.

A batch is some whole articles and their questions, so that a question meets, beside other
subjects, the other passages and sentences of its own article, which are the hardest to tell apart.
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

PASSAGES, QUESTIONS = 6, 24
"""At most, of one article in one batch."""

TEMPERATURE = 0.01
SENTENCE_WEIGHT = 0.5
_TOKENS = 4_096  # in a rectangle of rows of like length


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's ids, and the places of the passages and sentences that hold its answer."""

    ids: list[int]
    passages: tuple[int, ...]
    sentences: tuple[int, ...]


@dataclass(slots=True)
class Topic:
    """An article, or some of its passages; `owners` are the places of the sentences' passages."""

    name: str
    passages: list[list[int]] = field(default_factory=list)
    sentences: list[list[int]] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def add(self, other: Topic) -> None:
        """Put another one behind what is here."""
        passages, sentences = len(self.passages), len(self.sentences)
        self.passages += other.passages
        self.sentences += other.sentences
        self.owners += [passages + owner for owner in other.owners]
        self.asked += [
            Asked(
                each.ids,
                tuple(passages + at for at in each.passages),
                tuple(sentences + at for at in each.sentences),
            )
            for each in other.asked
        ]

    def part(self, places: Sequence[int], count: int, random: Random) -> Topic:
        """These passages, and at most `count` of the questions that they answer."""
        place = {old: new for new, old in enumerate(places)}
        kept = [at for at, owner in enumerate(self.owners) if owner in place]
        sentence = {old: new for new, old in enumerate(kept)}
        asked = [
            Asked(
                each.ids,
                tuple(place[at] for at in each.passages if at in place),
                tuple(sentence[at] for at in each.sentences if at in sentence),
            )
            for each in self.asked
            if any(at in place for at in each.passages)
        ]
        return Topic(
            self.name,
            [self.passages[at] for at in places],
            [self.sentences[at] for at in kept],
            [place[self.owners[at]] for at in kept],
            random.sample(asked, min(count, len(asked))),
        )


def gather(questions: Iterable[TrainingQuestion], rows: EmbedderRows) -> list[Topic]:
    """The questions that are answered, by article. Named by the fingerprint of its title."""
    by_text: dict[tuple[str, str], list[TrainingQuestion]] = {}
    for question in questions:
        if question.answers:
            by_text.setdefault((question.title, question.passage), []).append(question)
    topics: dict[str, Topic] = {}
    for (title, text), asked in by_text.items():
        # A file without titles has one text an article, as far as it tells.
        topic = topics.setdefault(title or text, Topic(fingerprint(title or text)))
        topic.add(_topic(title, text, asked, rows))
    return [topic for topic in topics.values() if topic.asked]


def split_topics(topics: Sequence[Topic], random: Random) -> list[Topic]:
    """Each article in parts of a few passages, in random order."""
    made = []
    for topic in topics:
        places = random.sample(range(len(topic.passages)), len(topic.passages))
        for start in range(0, len(places), PASSAGES):
            made.append(topic.part(sorted(places[start : start + PASSAGES]), QUESTIONS, random))
    random.shuffle(made)
    return [part for part in made if part.asked]


def join_topics(topics: Iterable[Topic]) -> Topic:
    """All of them as one."""
    whole = Topic("")
    for topic in topics:
        whole.add(topic)
    return whole


def contrast_loss(network: Reader, batch: Topic) -> Tensor:
    """How far each question is from its passage, and from its sentence, among all of the batch.

    The scores are those of the search, less its words: a passage's cosine and its best sentence's.
    Van den Oord et al., "Representation Learning with Contrastive Predictive Coding" (2018).
    """
    rows = [*batch.passages, *batch.sentences, *(each.ids for each in batch.asked)]
    sizes = [len(batch.passages), len(batch.sentences), len(batch.asked)]
    passages, sentences, questions = torch.split(embed_rows(network, rows), sizes)
    whole, cosines = score_passages(questions, passages, sentences, batch.owners)
    by_passage = _entropy(whole, [each.passages for each in batch.asked])
    by_sentence = _entropy(cosines, [each.sentences for each in batch.asked])
    return by_passage + SENTENCE_WEIGHT * by_sentence


def score_passages(
    questions: Tensor, passages: Tensor, sentences: Tensor, owners: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Of each question for each passage, between -1 and 1, and its cosines to the sentences."""
    cosines = questions @ sentences.T
    within = torch.tensor(owners).expand_as(cosines)
    best = torch.full((len(questions), len(passages)), -1.0)
    best = best.scatter_reduce(1, within, cosines, "amax")
    total = questions @ passages.T + BEST_SENTENCE_WEIGHT * best
    return total / (1 + BEST_SENTENCE_WEIGHT), cosines


def embed_rows(network: Reader, rows: Sequence[list[int]]) -> Tensor:
    """Vectors of length 1, shape (rows, hidden), in the order of the rows."""
    vectors, order = [], []
    for places in _alike(rows):
        packed = pack([rows[at] for at in places])
        owners = packed.cells // packed.width
        with narrow_products():
            states = network.states(packed).float()
        total = states.new_zeros(packed.rows, states.shape[-1]).index_add(0, owners, states)
        # A mean has the direction of the sum.
        vectors.append(functional.normalize(total, dim=1))
        order += places
    return torch.cat(vectors)[torch.tensor(order).argsort()]


def _topic(title: str, text: str, asked: Sequence[TrainingQuestion], rows: EmbedderRows) -> Topic:
    topic = Topic("")
    passages: list[EmbeddedText] = []
    sentences: list[EmbeddedText] = []
    for passage, within in rows.of_text(title, text, asked[0].language):
        topic.owners += [len(passages)] * len(within)
        passages.append(passage)
        sentences += within
    topic.passages = [passage.ids for passage in passages]
    topic.sentences = [sentence.ids for sentence in sentences]
    for question in asked:
        whole = [(start, start + len(answer)) for answer, start in question.answers]
        # An answer may go on into the next sentence: it counts where it begins.
        begun = [(start, start + 1) for start, _ in whole]
        if holding := _holding(passages, whole):
            ids = rows.of_question(question.text)
            topic.asked.append(Asked(ids, holding, _holding(sentences, begun)))
    return topic


def _holding(texts: Iterable[EmbeddedText], spans: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The places of the texts that hold one of the spans whole."""
    return tuple(
        at
        for at, text in enumerate(texts)
        if any(text.start <= start and end <= text.end for start, end in spans)
    )


def _entropy(scores: Tensor, right: Sequence[Sequence[int]]) -> Tensor:
    """The mean over rows of minus the log of the share of what is right; rows without are none."""
    rows = [row for row, places in enumerate(right) if places]
    logits = scores[rows] / TEMPERATURE
    mask = torch.full_like(logits, -torch.inf)
    for row, at in enumerate(rows):
        mask[row, list(right[at])] = 0
    return (logits.logsumexp(1) - (logits + mask).logsumexp(1)).mean()


def _alike(rows: Sequence[list[int]]) -> Iterator[list[int]]:
    """The places of rows of like length, together within `_TOKENS`."""
    group: list[int] = []
    for at in sorted(range(len(rows)), key=lambda at: len(rows[at])):
        if group and len(rows[at]) * (len(group) + 1) > _TOKENS:
            yield group
            group = []
        group.append(at)
    if group:
        yield group
