"""Answers whose every sentence is known to be borne out or not, held against the checker.

One JSON object a line: `{"id", "language", "question", "passages", "sentences", "fault",
"faulty"}`. `passages` names each by its article's file and the words it opens with; the sentences
cite them by number, from 1. `evidence` of a sentence has for each citation the words with which the
sentences that bear it begin. `faulty` counts from 0 and is null where nothing is wrong.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from bot.llm.writer import ClaimChecker
from bot.verification.claim import Claim, ClaimVerdict, NumberedPassage
from index.article import Article, Passage
from index.formats.conversion import read_source
from index.formats.sources import find_sources
from index.ingestion.passages import cut

_Kind = Literal[
    "number", "date", "name", "negation", "attribution", "detail", "citation",
    "hedge", "tense", "cause", "merged",
]  # fmt: skip
FAULT_KINDS: tuple[_Kind, ...] = get_args(_Kind)


@dataclass(frozen=True, slots=True)
class _Written:
    """A sentence of an answer; `evidence` has by number how the sentences that bear it begin."""

    claim: Claim
    evidence: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer as a chat model may write it; `faulty` is the place of its one wrong sentence."""

    id: str
    language: str
    question: str
    given: tuple[NumberedPassage, ...]
    sentences: tuple[_Written, ...]
    fault: _Kind | None
    faulty: int | None

    @property
    def held_out(self) -> bool:
        """Whether it took no part in the first calibration: the even numbers did not."""
        return int(self.id.rsplit("-", 1)[1]) % 2 == 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A sample with the verdict on each of its sentences, and how long each took."""

    sample: Sample
    verdicts: tuple[ClaimVerdict, ...]
    milliseconds: tuple[float, ...]

    @property
    def right(self) -> bool:
        """Whether all of a faithful answer is kept, or the wrong sentence of a faulty one not."""
        if self.sample.faulty is None:
            return all(verdict.supported for verdict in self.verdicts)
        return not self.verdicts[self.sample.faulty].supported

    @property
    def evident(self) -> tuple[bool, ...]:
        """For each citation whose evidence is known, of sentences kept: whether it was found."""
        found: list[bool] = []
        for written, verdict in zip(self.sample.sentences, self.verdicts, strict=True):
            if verdict.supported:
                found += [
                    any(n == number and s.text.startswith(openings) for n, s in verdict.evidence)
                    for number, openings in written.evidence.items()
                ]
        return tuple(found)


def read_samples(path: Path, *folders: Path) -> tuple[Sample, ...]:
    """The answers of a file, over the articles of these folders."""
    articles = [each for folder in folders for each in read_articles(folder)]
    sources = {Path(each.path).name: each for each in articles}
    passages = {name: cut(article) for name, article in sources.items()}
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_sample(json.loads(line), sources, passages) for line in lines)


def read_articles(folder: Path) -> tuple[Article, ...]:
    sources, _ = find_sources([folder])
    read = [each for source in sources for each in read_source(source)]
    return tuple(each for each in read if isinstance(each, Article))


def held_against_checker(checker: ClaimChecker, sample: Sample) -> Checked:
    """A sample's sentences as the checker sees them, the passages being read ahead."""
    checker.prepare(sample.given)
    verdicts: list[ClaimVerdict] = []
    milliseconds: list[float] = []
    for written in sample.sentences:
        began = time.perf_counter()
        verdicts.append(checker.check(written.claim, sample.given, sample.question))
        milliseconds.append((time.perf_counter() - began) * 1000)
    return Checked(sample, tuple(verdicts), tuple(milliseconds))


def _sample(
    row: Mapping[str, Any],
    articles: Mapping[str, Article],
    passages: Mapping[str, Sequence[Passage]],
) -> Sample:
    given = []
    for number, place in enumerate(row["passages"], 1):
        name = f"{place['article']}.md"
        found = [each for each in passages[name] if each.text.startswith(place["opening"])]
        if len(found) != 1:
            raise ValueError(f"{row['id']}: {name} has {len(found)} passages opening like that")
        given.append(NumberedPassage(number, articles[name], found[0], found[0].sentences))
    return Sample(
        row["id"],
        row["language"],
        row["question"],
        tuple(given),
        tuple(_written(each) for each in row["sentences"]),
        row["fault"],
        row["faulty"],
    )


def _written(row: Mapping[str, Any]) -> _Written:
    evidence = {int(number): tuple(each) for number, each in row.get("evidence", {}).items()}
    return _Written(Claim(row["text"], tuple(row["citations"])), evidence)
