"""Train the reader: `python -m training.train --dataset FILE --out FOLDER --minutes 135`.

`--resume FOLDER/stable.pt` continues a run exactly; `--start FILE.onnx` begins a new one with
shipped weights. The data set's order is the order of training; only the heads' initial weights are
random, by `--seed`.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

import onnx
import torch
from torch import Tensor
from torch.nn import functional

from training.bundled import encoder_state, load_source, load_tokenizer
from training.checkpoint import (
    Progress,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    save_weights,
)
from training.dataset import EncodedSample, SampleEncoder, parse_sample, read_dataset
from training.graph import read_graph
from training.measure import measure_reading, read_samples
from training.model import Reader, ReaderShape, narrow_products, pack
from training.schedule import Budget, ClockBudget, StepBudget, rate_factor
from training.team import Team, run_team

READING_TOKENS, DEV_TOKENS = 320, 400
RATE, HEAD_RATE, WEIGHT_DECAY, GRADIENT_NORM = 1e-4, 3e-4, 0.01, 1.0
WARMUP_STEPS = 60
LOG_STEPS, SAVE_MINUTES, MEASURE_MINUTES = 25, 10.0, 40.0

_log = logging.getLogger(__name__)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and log")
    parser.add_argument("--resume", type=Path, help="a checkpoint (.pt) to go on from")
    parser.add_argument("--start", type=Path, help="an .onnx of training.export to begin with")
    parser.add_argument(
        "--teacher", type=Path, help="a reader whose readings of rehearsed samples are learned"
    )
    parser.add_argument("--skip", type=int, default=0, help="questions read before, with --start")
    parser.add_argument("--minutes", type=float, help="how long this run lasts, decay included")
    parser.add_argument("--decay-minutes", type=float, default=15)
    parser.add_argument(
        "--decay-reads", choices=("decay", "stable"), default="decay", help="samples of the decay"
    )
    parser.add_argument("--steps", type=int, help="instead of minutes: exact, repeatable")
    parser.add_argument("--decay-steps", type=int, default=0)
    parser.add_argument("--questions", type=int, default=8, help="in each step")
    parser.add_argument(
        "--without", nargs="*", default=[], help="kinds of questions, or `other`: languages"
    )
    parser.add_argument("--frozen", type=int, default=0, help="layers that stay, from the lowest")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument(
        "--compile", action="store_true", help="a fifth faster; needs a C++ compiler"
    )
    parser.add_argument("--processes", type=int, default=2, help="one a core")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not arguments.steps and not arguments.minutes:
        parser.error("one of --minutes and --steps is needed")
    run_team(arguments.processes, partial(train, arguments))


def train(arguments: argparse.Namespace, team: Team) -> None:
    """Run one process of a training."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    budget: Budget = (
        StepBudget(arguments.steps, arguments.decay_steps)
        if arguments.steps
        else ClockBudget(arguments.minutes, arguments.decay_minutes)
    )
    torch.manual_seed(arguments.seed)
    reader = load_reader()
    for layer in reader.layers[: arguments.frozen]:
        layer.requires_grad_(False)
    reader.drop(arguments.dropout)
    tokenizer = load_tokenizer(load_source())
    streams = without(read_dataset(arguments.dataset), arguments.without)
    encoder = SampleEncoder(tokenizer, READING_TOKENS)
    arguments.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(
        reader,
        {name: Stream(lines, encoder) for name, lines in streams.items()},
        encode_dev(streams, SampleEncoder(tokenizer, DEV_TOKENS)),
        arguments.out,
        team,
        arguments.questions,
        goes_on=arguments.decay_reads == "stable",
        teacher=load_teacher(arguments.teacher) if arguments.teacher else None,
    )
    if arguments.start:
        begin_with(reader, arguments.start)
        trainer.progress.reading = arguments.skip
    if arguments.resume:
        trainer.progress = load_checkpoint(arguments.resume, reader, trainer.optimizer)
    if arguments.compile:
        for layer in (*reader.layers, *(trainer.teacher.layers if trainer.teacher else ())):
            layer.compile(dynamic=True)
    trainer.run(budget)


def without(streams: Mapping[str, list[str]], kinds: Collection[str]) -> dict[str, list[str]]:
    """Drop the training questions of these kinds (`other`: those that are not French)."""
    filtered = ("reading", "reading-decay") if kinds else ()

    def is_kept(line: str) -> bool:
        sample = parse_sample(line)
        return sample.kind not in kinds and ("other" not in kinds or sample.language == "fr")

    return {
        name: list(filter(is_kept, lines)) if name in filtered else lines
        for name, lines in streams.items()
    }


def begin_with(reader: Reader, path: Path) -> None:
    """Load the weights of a `.safetensors` or an exported graph into `reader`."""
    if path.suffix == ".safetensors":
        load_weights(path, reader)
        return
    weights = read_graph(onnx.load(str(path), load_external_data=False), reader.shape)
    reader.load_state_dict({n: torch.tensor(w) for n, w in weights.items()}, strict=False)


def load_reader() -> Reader:
    """Return the network with the bundled encoder's weights and new heads."""
    source = load_source()
    reader = Reader(ReaderShape(*astuple(source.shape)))
    reader.load_state_dict(encoder_state(source), strict=False)
    return reader


def load_teacher(path: Path) -> Reader:
    """Load a reader that does not learn."""
    teacher = load_reader().eval()
    begin_with(teacher, path)
    return teacher


def encode_dev(streams: Mapping[str, list[str]], encoder: SampleEncoder) -> list[EncodedSample]:
    """Encode the held-out samples."""
    return [encoder.encode(parse_sample(line)) for line in streams["reading-dev"]]


class Stream:
    """An endless cycle of samples."""

    def __init__(self, lines: Sequence[str], encoder: SampleEncoder) -> None:
        self._lines, self._encoder = lines, encoder

    def take(self, places: Sequence[int]) -> list[EncodedSample]:
        lines = (self._lines[at % len(self._lines)] for at in places)
        return [self._encoder.encode(parse_sample(line)) for line in lines]


LOSS_NAMES = ("span", "has")


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean losses of a step's samples."""

    span: Tensor
    has: Tensor


class Trainer:
    """Trains a network, `rows` samples a step; `goes_on`: the decay continues the stable stream."""

    def __init__(
        self,
        reader: Reader,
        streams: dict[str, Stream],
        dev: list[EncodedSample],
        out: Path,
        team: Team,
        rows: int,
        *,
        goes_on: bool = False,
        teacher: Reader | None = None,
    ) -> None:
        self._rows, self._goes_on, self.teacher = rows, goes_on, teacher
        self.reader, self.progress = reader, Progress()
        self._streams, self._dev, self._out, self._team = streams, dev, out, team
        encoder = [
            parameter for parameter in reader.encoder.parameters() if parameter.requires_grad
        ]
        heads = [p for head in reader.heads for p in head.parameters()]
        self._trained = [*encoder, *heads]
        self.optimizer = torch.optim.AdamW(
            [{"params": encoder, "peak": RATE}, {"params": heads, "peak": HEAD_RATE}],
            lr=RATE,
            betas=(0.9, 0.98),
            weight_decay=WEIGHT_DECAY,
            fused=True,
        )

    def run(self, budget: Budget) -> None:
        """Train within the budget; write `stable.pt`, then the decayed `reader`."""
        done, decayed, before = 0, 0, self.progress.minutes
        saved = measured = before
        started = time.monotonic()
        seen: Counter[str] = Counter()
        share = self._team.agree(budget.decay_share(0))
        while share < 1:
            if share >= 0 and not decayed:
                self._save()
            seen.update(self._step(share, decayed))
            done += 1
            decayed += share >= 0
            # All processes use the first one's clock, to save and measure together.
            self.progress.minutes = self._team.agree(before + (time.monotonic() - started) / 60)
            if done % LOG_STEPS == 0:
                self._note_losses(seen, share)
                seen.clear()
            if share < 0 and self.progress.minutes > saved + SAVE_MINUTES:
                self._save()
                saved = self.progress.minutes
            if share < 0 and self.progress.minutes > measured + MEASURE_MINUTES:
                self._measure("stable")
                measured = self.progress.minutes
            share = self._team.agree(budget.decay_share(done))
        if not decayed:
            self._save()
        elif self._team.is_first:
            save_weights(self._out / "reader.safetensors", self.reader)
        self._measure("decayed" if decayed else "stable")

    def _save(self) -> None:
        if self._team.is_first:
            save_checkpoint(self._out, "stable", self.reader, self.optimizer, self.progress)

    def _step(self, share: float, decayed: int) -> dict[str, float]:
        samples = self._take(share, decayed)
        factor = rate_factor(self.progress.steps, WARMUP_STEPS, share)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        # Seed the dropout by the step, so that a resumed run repeats it.
        torch.manual_seed(self.progress.steps * self._team.size + self._team.rank)
        losses = compute_losses(self.reader, samples, self.teacher)
        (losses.span + losses.has).backward()  # type: ignore[no-untyped-call]
        self._team.average(p.grad for p in self._trained if p.grad is not None)
        torch.nn.utils.clip_grad_norm_(self._trained, GRADIENT_NORM)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.progress.steps += 1
        return {"steps": 1, **{name: getattr(losses, name).item() for name in LOSS_NAMES}}

    def _take(self, share: float, decayed: int) -> list[EncodedSample]:
        name, position = "reading-decay", decayed * self._rows
        if share < 0 or self._goes_on or name not in self._streams:
            name, position = "reading", self.progress.reading
            self.progress.reading += self._rows
        return self._streams[name].take(self._team.share(range(position, position + self._rows)))

    def _note_losses(self, seen: Counter[str], share: float) -> None:
        self._note(
            phase="decay" if share >= 0 else "stable",
            rate=self.optimizer.param_groups[0]["lr"],
            losses={name: round(seen[name] / seen["steps"], 4) for name in LOSS_NAMES},
        )

    def _measure(self, phase: str) -> None:
        read = read_samples(self.reader, self._team.share(self._dev))
        figures = measure_reading(self._dev, self._team.merge(read))
        self._note(phase=phase, dev={name: round(value, 4) for name, value in figures.items()})

    def _note(self, **entry: object) -> None:
        if not self._team.is_first:
            return
        progress = self.progress
        line = {
            "steps": progress.steps,
            "reading": progress.reading,
            "minutes": round(progress.minutes, 2),
            **entry,
        }
        _log.info("%s", json.dumps(line))
        with (self._out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def compute_losses(
    reader: Reader, samples: Sequence[EncodedSample], teacher: Reader | None = None
) -> Losses:
    """Compute the mean losses. An unanswerable question's span is the first token.

    With a teacher, what it says of a rehearsed sample is learned instead of the labels (Li and
    Hoiem, "Learning without Forgetting", 2016).
    """
    with narrow_products():
        answers = reader(pack([sample.ids for sample in samples]))
    barred = ~_span_cells(samples, answers.start.shape[1])
    start, end = (logits.masked_fill(barred, -1e4) for logits in (answers.start, answers.end))
    starts = functional.one_hot(torch.tensor([s.start for s in samples]), start.shape[1]).float()
    ends = functional.one_hot(torch.tensor([s.end for s in samples]), start.shape[1]).float()
    holds = torch.tensor([float(sample.sample.holds) for sample in samples])
    rows = [row for row, sample in enumerate(samples) if sample.sample.rehearsed]
    if teacher and rows:
        with torch.no_grad(), narrow_products():
            known = teacher(pack([samples[row].ids for row in rows]))
        width = known.start.shape[1]
        barred = barred[rows, :width]
        starts[rows, :width] = known.start.masked_fill(barred, -1e4).softmax(-1)
        ends[rows, :width] = known.end.masked_fill(barred, -1e4).softmax(-1)
        holds[rows] = known.has.sigmoid()
    span = functional.cross_entropy(start, starts) + functional.cross_entropy(end, ends)
    return Losses(span / 2, functional.binary_cross_entropy_with_logits(answers.has, holds))


def _span_cells(samples: Sequence[EncodedSample], width: int) -> Tensor:
    """True for the possible tokens of a span, the first and the text's; shape (rows, width)."""
    allowed = torch.zeros(len(samples), width, dtype=torch.bool)
    allowed[:, 0] = True
    for row, sample in enumerate(samples):
        allowed[row, sample.text_start : sample.text_start + len(sample.offsets)] = True
    return allowed


if __name__ == "__main__":
    main()
