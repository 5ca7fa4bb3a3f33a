"""Fine-tune the embedding model with a contrastive loss of questions and passages.

    python -m training.embedder --data ../shared/data --out FOLDER
    python -m training.embedder --data ../shared/data --measure FOLDER/embedder.npz

Writes `embedder.npz` to FOLDER, which ships as `index/models/bundled/embedder.npz` (with its
checksum in `weights.py` there), and `embedder.pt` for `--resume`. Held-out French articles are
never trained on; `--measure` prints the share of their questions whose passage the vectors find
among all French ones.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import nn

from training.bundled import EmbedderRows, load_source, upper_matrices
from training.contrast import (
    Topic,
    contrast_loss,
    embed_rows,
    gather,
    join_topics,
    score_passages,
    split_topics,
)
from training.low_rank import LowRank, add_low_rank, load_factors, save_factors
from training.model import Reader
from training.prepare import hold_out
from training.sources import FRENCH, read_questions
from training.team import Team, run_team
from training.train import load_reader

RANK = 32
RATE, LEAST_RATE = 5e-4, 1e-5
WARMUP_STEPS = 20
GRADIENT_NORM = 1.0
FRENCH_EPOCHS = 2
OTHER_PARTS = {
    "squad-train-part-en": 192,
    "squadshifts-newwiki-en": 64,
    "squad2-dev-es": 96,
    "squad2-dev-pt": 96,
    "xquad-35-cross": 128,
}
STEP_PARTS = 8  # parts of articles in a step, over all processes
SAVE_STEPS = 20
RANKS = (1, 2, 5, 10, 20)

_log = logging.getLogger(__name__)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.embedder", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder above reading/")
    parser.add_argument("--out", type=Path, help="folder of what is learned")
    parser.add_argument("--resume", type=Path, help="an embedder.pt to go on from")
    parser.add_argument("--measure", type=Path, help="an embedder.npz, instead of training")
    parser.add_argument("--processes", type=int, default=2, help="one a core")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.measure:
        shares = measure(arguments.data, arguments.measure)
        print(*(f"{share:.4f} among {rank}" for rank, share in shares.items()), sep="\n")  # noqa: T201
    elif arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        run_team(arguments.processes, partial(train, arguments))
    else:
        parser.error("one of --out and --measure is needed")


def train(arguments: argparse.Namespace, team: Team) -> None:
    """Run one process of a training."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(arguments.seed)
    network, layers = _network()
    weights = [weight for layer in layers.values() for weight in (layer.inward, layer.outward)]
    optimizer = torch.optim.AdamW(weights, lr=RATE, betas=(0.9, 0.98), weight_decay=0)
    batches = make_batches(arguments.data, Random(arguments.seed))
    first = load_run(arguments.resume, layers, optimizer) if arguments.resume else 0
    started = time.monotonic()
    for step in range(first, len(batches)):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, len(batches))
        loss = contrast_loss(network, join_topics(team.share(batches[step])))
        loss.backward()  # type: ignore[no-untyped-call]
        team.average(weight.grad for weight in weights if weight.grad is not None)
        torch.nn.utils.clip_grad_norm_(weights, GRADIENT_NORM)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if not team.is_first:
            continue
        minutes = (time.monotonic() - started) / 60
        _log.info("%d of %d, %.1f minutes: %.4f", step + 1, len(batches), minutes, loss.item())
        if (step + 1) % SAVE_STEPS == 0 or step + 1 == len(batches):
            save_run(arguments.out, layers, optimizer, step + 1)


def make_batches(data: Path, random: Random) -> list[list[Topic]]:
    """Return the steps of a run, each some parts of articles of one file."""
    rows = EmbedderRows()
    questions = read_questions(data, FRENCH)
    held_out = hold_out(questions)
    french = [topic for topic in gather(questions, rows) if topic.name not in held_out]
    sources = [split_topics(french, random) for _ in range(FRENCH_EPOCHS)]
    for source, count in OTHER_PARTS.items():
        sources.append(split_topics(gather(read_questions(data, source), rows), random)[:count])
    steps = [
        source[start : start + STEP_PARTS]
        for source in sources
        for start in range(0, len(source) - STEP_PARTS + 1, STEP_PARTS)
    ]
    random.shuffle(steps)
    return steps


def learning_rate(step: int, steps: int) -> float:
    """Return the learning rate: warm-up, then linear decay."""
    return max(LEAST_RATE, RATE * min(1, (step + 1) / WARMUP_STEPS) * (1 - step / steps))


def measure(data: Path, path: Path) -> dict[int, float]:
    """Return the share of held-out French questions whose passage is among the first, by rank."""
    network, layers = _network()
    load_factors(path, layers)
    questions = read_questions(data, FRENCH)
    held_out = hold_out(questions)
    topics = gather(questions, EmbedderRows())
    whole = join_topics(topics)
    judged = [topic.name in held_out for topic in topics for _ in topic.questions]
    asked = [
        question for question, is_judged in zip(whole.questions, judged, strict=True) if is_judged
    ]
    with torch.no_grad():
        scores, _ = score_passages(
            embed_rows(network, [question.ids for question in asked]),
            embed_rows(network, whole.passages),
            embed_rows(network, whole.sentences),
            whole.owners,
        )
    before = [
        int((row > row[list(question.passages)].max()).sum())
        for row, question in zip(scores, asked, strict=True)
    ]
    return {rank: sum(place < rank for place in before) / len(before) for rank in RANKS}


def save_run(
    folder: Path, layers: Mapping[str, LowRank], optimizer: torch.optim.Optimizer, steps: int
) -> None:
    """Write the weights and the checkpoint, each atomically."""
    content = {
        "layers": nn.ModuleList(layers.values()).state_dict(),
        "optimizer": optimizer.state_dict(),
        "steps": steps,
    }
    unfinished = folder / "embedder.pt.unfinished"
    torch.save(content, unfinished)
    unfinished.replace(folder / "embedder.pt")
    save_factors(folder / "embedder.npz", layers)


def load_run(path: Path, layers: Mapping[str, LowRank], optimizer: torch.optim.Optimizer) -> int:
    """Load a run's state; return its number of steps."""
    content: dict[str, Any] = torch.load(path, weights_only=True)
    nn.ModuleList(layers.values()).load_state_dict(content["layers"])
    optimizer.load_state_dict(content["optimizer"])
    return int(content["steps"])


def _network() -> tuple[Reader, dict[str, LowRank]]:
    network = load_reader()
    return network, add_low_rank(network, upper_matrices(load_source()), RANK)


if __name__ == "__main__":
    main()
