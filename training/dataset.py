"""The prepared data set: a file of samples in training order, divided into streams.

The first line is the number of samples per stream; each other line is a `Sample` as JSON. Streams:

    reading          for the stable phase, repeated in this order
    reading-decay    for the last minutes: mostly French
    reading-dev      held out by article: early stopping, calibration
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from index.models.bundled.reader_input import encode_head, encode_question, join_input

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Sample:
    """A question and a passage, with labels.

    `holds` is True if the passage answers the question; `start` and `end` are the span of the
    answer in `text`, both 0 if unknown. `window`, from 0 to 1, chooses a part with the answer if
    the text is too long. A `rehearsed` sample is one whose reading `--teacher` keeps.
    """

    kind: str
    language: str
    asked: str
    text: str
    holds: bool
    start: int = 0
    end: int = 0
    title: str = ""
    day: str = ""
    window: float = 0.0
    rehearsed: bool = False

    def to_line(self) -> str:
        """Format the sample for `parse_sample`."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class EncodedSample:
    """Ids, and the first and last token of the answer (both 0 if there is none).

    `offsets` are the spans in the text of the tokens from `text_start` on.
    """

    sample: Sample
    ids: list[int]
    text_start: int
    start: int
    end: int
    offsets: list[tuple[int, int]]


class SampleEncoder:
    """Encodes samples as rows of at most `limit` ids, including marks."""

    def __init__(self, tokenizer: Tokenizer, limit: int) -> None:
        self._tokenizer, self._limit = tokenizer, limit

    def encode(self, sample: Sample) -> EncodedSample:
        """Encode a sample, with a window of the text if it is too long."""
        opening = encode_question(self._ids, sample.asked)
        day = date.fromisoformat(sample.day) if sample.day else None
        head = encode_head(self._ids, sample.title, day)
        text = self._tokenizer.encode(sample.text)
        offsets: list[tuple[int, int]] = text.offsets
        room = self._limit - len(opening) - len(head) - 3
        span = answer_tokens(offsets, sample.start, sample.end)
        begin = window_start(len(offsets), room, span, sample.window)
        joined = join_input(opening, head, text.ids[begin : begin + room])
        shift, end = joined.text_start - begin, joined.text_end - 1
        first, last = span or (-shift, -shift)
        return EncodedSample(
            sample,
            joined.ids,
            joined.text_start,
            min(first + shift, end),
            min(last + shift, end),
            offsets[begin : begin + room],
        )

    def _ids(self, text: str) -> Sequence[int]:
        ids: Sequence[int] = self._tokenizer.encode(text).ids
        return ids


def answer_tokens(
    offsets: Sequence[tuple[int, int]], start: int, end: int
) -> tuple[int, int] | None:
    """Return the first and last token that overlap `start:end`, if any."""
    inside = [at for at, (left, right) in enumerate(offsets) if left < end and right > start]
    return (inside[0], inside[-1]) if inside else None


def window_start(tokens: int, room: int, answer: tuple[int, int] | None, share: float) -> int:
    """Return the start of a window of `room` tokens with the answer's first token, if possible all
    of the answer. `share`, from 0 to 1, chooses among the possible windows."""
    if tokens <= room:
        return 0
    lowest, highest = 0, tokens - room
    if answer:
        highest = min(answer[0], highest)
        lowest = min(max(0, answer[1] + 1 - room), highest)
    return lowest + round(share * (highest - lowest))


def write_dataset(path: Path, streams: Mapping[str, Iterable[Sample]]) -> None:
    """Write all streams to one file, atomically."""
    lists = {name: list(samples) for name, samples in streams.items()}
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(json.dumps({name: len(samples) for name, samples in lists.items()}) + "\n")
        file.writelines(sample.to_line() + "\n" for samples in lists.values() for sample in samples)
    unfinished.replace(path)


def read_dataset(path: Path) -> dict[str, list[str]]:
    """Return the lines of each stream, for `parse_sample`."""
    with path.open(encoding="utf-8") as file:
        counts: dict[str, int] = json.loads(file.readline())
        return {name: [file.readline() for _ in range(count)] for name, count in counts.items()}


def parse_sample(line: str) -> Sample:
    return Sample(**json.loads(line))
