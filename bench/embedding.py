"""The bundled model on Selon's runtime beside the same weights in Sentence Transformers.

The peer is `SentenceTransformer.encode` in float32 on PyTorch. Both embed the same passages and
questions on the same cores, taking turns, and each one's best round counts, since whatever else the
machine does can only slow a round down. A third process starts cold and embeds one question.

    python bench/embedding.py [FILE.json] [--passages N] [--questions N] [--rounds N]

FILE is in SQuAD's format; by default fquad-dev.json in the folder that SELON_BENCH_EVAL names, else
in ../shared/eval.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _clone  # noqa: F401

from index.models.base import Embedder, Vectors
from index.models.bundled.cache import prepare_model
from index.models.bundled.embedder import cores, load_bundled
from index.models.bundled.encoder import PASSAGE, TOKENS
from index.models.bundled.tokenizer import Tokenizer
from training.interop import as_sentence_transformer

FOLDER = Path(__file__).parents[2] / "shared" / "eval"
SEED = 7
SHORTEST, LONGEST = 200, 300

# Linux tells the peak of this program alone; `getrusage` would count what its parent had used.
COLD = """
import sys
from pathlib import Path
from index.models.bundled.embedder import load_bundled
load_bundled(Path(sys.argv[1])).embed_question("Quand la tour a-t-elle été construite ?")
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is embedded. `tokens` counts the passages' tokens as the model sees them."""

    passages: list[str]
    questions: list[str]
    tokens: int


@dataclass(frozen=True, slots=True)
class Runner:
    """One of the two ways to embed, by name."""

    name: str
    passages: Callable[[Sequence[str]], Vectors]
    question: Callable[[str], Vectors]


@dataclass(frozen=True, slots=True)
class Speed:
    """The best rounds of a runner, and the vectors of its last one."""

    tokens_per_second: float
    question_ms: float
    passages: Vectors
    questions: list[Vectors]


def main() -> int:
    options = _options()
    if not options.file.is_file():
        print(f"skipped: {options.file} is not there; name a file in SQuAD's format")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        start = time.perf_counter()
        model = prepare_model(cache)
        seconds = time.perf_counter() - start
        size = sum(file.stat().st_size for file in model.iterdir()) / 1e6
        print(f"prepared in {seconds:.1f} s, {size:.0f} MB on disk")
        _cold(cache)
        texts = _read(options, Tokenizer.load(model))
        _compare(texts, load_bundled(cache), options.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, PyTorch included: {peak:,.0f} MB")
    return 0


def _cold(cache: Path) -> None:
    """A new process to its first vector: its imports, the model's loading, one question."""
    walls, peaks = [], []
    for _ in range(3):
        start = time.perf_counter()
        command = [sys.executable, "-c", COLD, str(cache)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        walls.append(time.perf_counter() - start)
        peaks.append(int(output) / 1024)
    print(f"cold process, one question: {min(walls):.2f} s wall, {max(peaks):.0f} MB peak")


def _compare(texts: Texts, embedder: Embedder, rounds: int) -> None:
    lengths = f"{len(texts.passages)} passages of {texts.tokens / len(texts.passages):.0f} tokens"
    print(f"{lengths}, {len(texts.questions)} questions, {cores()} cores, {rounds} rounds")
    ours = Runner("Selon", embedder.embed_passages, embedder.embed_question)
    theirs = peer()
    fast, slow = _race([ours, theirs], texts, rounds)
    for runner, speed in ((ours, fast), (theirs, slow)):
        print(
            f"{runner.name:24} {speed.tokens_per_second:7,.0f} tokens/s"
            f" {speed.question_ms:7.2f} ms a question"
        )
    print(f"indexing {fast.tokens_per_second / slow.tokens_per_second:.2f} times as fast")
    print(f"a question in {fast.question_ms / slow.question_ms:.2f} of the time")
    _closeness("passages", fast.passages, slow.passages)
    _closeness("questions", fast.questions, slow.questions)


def peer() -> Runner:
    import torch

    torch.set_num_threads(cores())
    model = as_sentence_transformer()

    def passages(texts: Sequence[str]) -> Any:
        return model.encode(list(texts), prompt_name="passage", show_progress_bar=False)

    def question(text: str) -> Any:
        return model.encode(text, prompt_name="query", show_progress_bar=False)

    return Runner("SentenceTransformer fp32", passages, question)


def _race(runners: Sequence[Runner], texts: Texts, rounds: int) -> list[Speed]:
    best: list[Speed | None] = [None] * len(runners)
    for runner in runners:
        runner.passages(texts.passages[:8])
    for _ in range(rounds):
        for place, runner in enumerate(runners):
            speed = _measure(runner, texts)
            before = best[place] or speed
            best[place] = Speed(
                max(speed.tokens_per_second, before.tokens_per_second),
                min(speed.question_ms, before.question_ms),
                speed.passages,
                speed.questions,
            )
    return [speed for speed in best if speed is not None]


def _measure(runner: Runner, texts: Texts) -> Speed:
    start = time.perf_counter()
    passages = runner.passages(texts.passages)
    seconds = time.perf_counter() - start
    times, questions = [], []
    for text in texts.questions:
        start = time.perf_counter()
        questions.append(runner.question(text))
        times.append(time.perf_counter() - start)
    return Speed(texts.tokens / seconds, 1000 * statistics.median(times), passages, questions)


def _closeness(
    what: str, ours: Vectors | Sequence[Vectors], theirs: Vectors | Sequence[Vectors]
) -> None:
    cosines = [float(a @ b) for a, b in zip(ours, theirs, strict=True)]
    print(f"cosine to fp32, {what}: mean {statistics.mean(cosines):.4f}, min {min(cosines):.4f}")


def _read(options: argparse.Namespace, tokenizer: Tokenizer) -> Texts:
    articles = json.loads(options.file.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    chance = random.Random(SEED)
    counted = {
        paragraph["context"]: len(tokenizer.encode(PASSAGE + paragraph["context"], TOKENS))
        for paragraph in paragraphs
    }
    fitting = [text for text, count in counted.items() if SHORTEST <= count <= LONGEST]
    passages = chance.sample(fitting, min(options.passages, len(fitting)))
    asked = [question["question"] for paragraph in paragraphs for question in paragraph["qas"]]
    questions = chance.sample(asked, min(options.questions, len(asked)))
    return Texts(passages, questions, sum(counted[text] for text in passages))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    folder = Path(os.environ.get("SELON_BENCH_EVAL") or FOLDER)
    parser.add_argument("file", type=Path, nargs="?", default=folder / "fquad-dev.json")
    parser.add_argument("--passages", type=int, default=96)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
