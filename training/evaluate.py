"""Measure a reader: `python -m training.evaluate WEIGHTS --dataset FILE [--squad FILE ...]`.

WEIGHTS is a `.safetensors` of `training.train` or an `.onnx` of `training.export`. It is measured
on the data set's held-out samples, and on question files in SQuAD's format, with their passages.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from training.bundled import load_source, load_tokenizer
from training.checkpoint import load_weights
from training.dataset import EncodedSample, Sample, SampleEncoder, read_dataset
from training.export import OnnxReader
from training.measure import Reading, bootstrap, measure_reading, read_samples
from training.metrics import exact, f1
from training.model import Reader
from training.sources import readable_title
from training.train import DEV_TOKENS, encode_dev, load_reader

# Windows of a long passage, which overlap by about half; the best span of all is the answer.
WINDOW_SHARES = (0.0, 0.5, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--dataset", type=Path, help="what training.prepare wrote")
    parser.add_argument("--squad", type=Path, nargs="*", default=[], help="question files")
    parser.add_argument("--questions", type=int, help="at most so many of each, drawn by seed")
    parser.add_argument("--without-titles", action="store_true")
    arguments = parser.parse_args()
    read = Measured(arguments.weights)
    figures: dict[str, Any] = {}
    if arguments.dataset:
        dev = encode_dev(read_dataset(arguments.dataset), read.encoder)
        figures["reading"] = measure_reading(dev, read(dev))
    for path in arguments.squad:
        asked = list(read_squad(path))
        if arguments.questions and arguments.questions < len(asked):
            asked = Random(1).sample(asked, arguments.questions)
        if arguments.without_titles:
            asked = [(replace(sample, title=""), golds) for sample, golds in asked]
        figures[path.stem] = measure_squad(read, asked)
    print(json.dumps(figures, indent=1))  # noqa: T201


class Measured:
    """A reader loaded from either kind of file."""

    def __init__(self, path: Path) -> None:
        self._exported = OnnxReader(path) if path.suffix == ".onnx" else None
        if self._exported is None:
            self._reader: Reader = load_reader()
            load_weights(path, self._reader)
        self.encoder = SampleEncoder(load_tokenizer(load_source()), DEV_TOKENS)

    def __call__(self, samples: Sequence[EncodedSample]) -> list[Reading]:
        if self._exported is not None:
            return self._exported.read(samples)
        return read_samples(self._reader, samples)


def read_squad(path: Path) -> Iterator[tuple[Sample, list[str]]]:
    """Yield answerable questions with their passages, and their right answers."""
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        title = readable_title(article.get("title", ""))
        if " " not in title and title == title.lower():
            title = title.replace("-", " ")  # a slug: canal-du-midi
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            for asked in paragraph.get("qas", []):
                golds = [answer["text"] for answer in asked.get("answers", [])]
                if golds and not asked.get("is_impossible"):
                    yield (
                        Sample("answered", "", asked["question"], text, True, title=title),
                        golds,
                    )


def measure_squad(
    read: Measured, asked: Iterable[tuple[Sample, list[str]]]
) -> dict[str, float | list[float]]:
    """Return F1 and exact match with 95 % intervals, and the share of `has` above 0."""
    rows: list[EncodedSample] = []
    owners: list[int] = []
    golds: list[list[str]] = []
    for number, (sample, answers) in enumerate(asked):
        golds.append(answers)
        for encoded in windows(read.encoder, sample):
            rows.append(encoded)
            owners.append(number)
    best: dict[int, Reading] = {}
    for owner, reading in zip(owners, read(rows), strict=True):
        if owner not in best or reading.span_logit > best[owner].span_logit:
            best[owner] = reading
    f1s = [f1(best[number].span, answers) for number, answers in enumerate(golds)]
    exacts = [exact(best[number].span, answers) for number, answers in enumerate(golds)]
    answerable = sum(reading.has > 0 for reading in best.values())
    return {
        "questions": len(golds),
        **bootstrap("f1", f1s),
        **bootstrap("em", exacts),
        "answerable-by-has": answerable / len(golds),
    }


def windows(encoder: SampleEncoder, sample: Sample) -> list[EncodedSample]:
    """Encode the sample whole, or in overlapping windows if it is too long."""
    first = encoder.encode(replace(sample, window=0.0))
    if first.offsets and first.offsets[-1][1] >= len(sample.text.rstrip()):
        return [first]
    return [encoder.encode(replace(sample, window=share)) for share in WINDOW_SHARES]


if __name__ == "__main__":
    main()
