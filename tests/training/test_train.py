from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from training.checkpoint import load_checkpoint
from training.dataset import Sample, SampleEncoder
from training.model import Reader, ReaderShape, pack
from training.schedule import StepBudget
from training.team import Team
from training.train import Stream, Trainer, compute_losses

pytestmark = pytest.mark.soak
SHAPE = ReaderShape(hidden=32, layers=2, heads=2, inner=64, vocabulary=40, positions=64)
ROWS = [[0, 4, 7, 2, 6, 11, 8, 9, 2], [0, 4, 7, 8, 2, 6, 11, 8, 9, 15, 14, 2]]


def new_reader() -> Reader:
    torch.manual_seed(1)
    return Reader(SHAPE)


def trainer(
    out: Path, tokenizer: Tokenizer, *, goes_on: bool = False, dropout: float = 0.0
) -> Trainer:
    encoder = SampleEncoder(tokenizer, 48)
    answered = Sample("answered", "fr", "qui a écrit", "Anne a écrit hier", True, 0, 4)
    missed = Sample("mined", "fr", "quand Paul a parlé", "Anne a écrit hier", False)
    stream = Stream([answered.to_line(), missed.to_line()], encoder)
    streams = {"reading": stream, "reading-decay": stream}
    reader = new_reader()
    reader.drop(dropout)
    return Trainer(reader, streams, [encoder.encode(answered)], out, Team(), 4, goes_on=goes_on)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_run_goes_on_as_if_unbroken(dropout: float, tmp_path: Path, tokenizer: Tokenizer) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    trainer(whole, tokenizer, dropout=dropout).run(StepBudget(6, 0))
    trainer(parts, tokenizer, dropout=dropout).run(StepBudget(4, 0))
    again = trainer(parts, tokenizer, dropout=dropout)
    again.progress = load_checkpoint(parts / "stable.pt", again.reader, again.optimizer)
    assert again.progress.steps == 4
    again.run(StepBudget(2, 0))
    first, second = (torch.load(folder / "stable.pt")["reader"] for folder in (whole, parts))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_decayed_run_leaves_both_weights_and_a_log(tmp_path: Path, tokenizer: Tokenizer) -> None:
    trainer(tmp_path, tokenizer).run(StepBudget(4, 2))
    stable, decayed = (load_file(tmp_path / f"{n}.safetensors") for n in ("stable", "reader"))
    assert stable.keys() == decayed.keys()
    assert not any(name.startswith("embeddings.") for name in decayed)
    assert any(not torch.equal(stable[name], decayed[name]) for name in stable)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(line["phase"], line["steps"]) for line in lines if "dev" in line] == [("decayed", 4)]


def test_a_rehearsed_sample_is_read_as_the_teacher_reads_it(tokenizer: Tokenizer) -> None:
    sample = Sample("answered", "fr", "qui a écrit", "Anne a écrit hier", True, 0, 4)
    asked = [
        SampleEncoder(tokenizer, 48).encode(replace(sample, asked=words, rehearsed=True))
        for words in ("qui a écrit", "quand")
    ]
    teacher, pupil = new_reader(), new_reader()
    with torch.no_grad():
        for layer in teacher.heads:
            for weights in layer.parameters():
                weights.mul_(-5)
    optimizer = torch.optim.Adam(pupil.parameters(), 0.01)
    for _ in range(150):
        losses = compute_losses(pupil, asked, teacher)
        (losses.span + losses.has).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
    learned, least = compute_losses(pupil, asked, teacher), compute_losses(teacher, asked, teacher)
    assert learned.span < least.span + 0.05
    assert learned.has < least.has + 0.01


def test_texts_do_not_see_their_companions() -> None:
    reader = new_reader().eval()
    with torch.inference_mode():
        together = reader(pack(ROWS))
        alone = [reader(pack([row])) for row in ROWS]
    for row, said in enumerate(alone):
        length = len(ROWS[row])
        torch.testing.assert_close(together.start[row, :length], said.start[0])
        torch.testing.assert_close(together.has[row], said.has[0])
