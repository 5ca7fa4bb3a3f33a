"""A newspaper embedded by the bundled model, beside the same weights in Sentence Transformers.

Articles as long as a newspaper's are put together of paragraphs of one subject, cut as a build cuts
them, and every passage and sentence is embedded as a build embeds it. Batches of articles go to
Selon's runtime; every few batches, the peer (`SentenceTransformer.encode` in float32 on PyTorch)
embeds the same one right after, so that both meet the same texts and the same load.

    python bench/newspaper.py [FILE.json] [--articles N] [--share S]

The peer embeds one batch in S. FILE is in SQuAD's format; by default fquad-dev.json in the folder
that SELON_BENCH_EVAL names, else in ../shared/eval.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedding import FOLDER, Runner, peer

from index.article import Article, article_id, embedding_text
from index.ingestion.passages import cut
from index.models.bundled.cache import prepare_model
from index.models.bundled.embedder import cores, load_bundled
from index.models.bundled.encoder import PASSAGE, TOKENS
from index.models.bundled.tokenizer import Tokenizer
from index.text.antecedents import sentences_in_context

SEED = 7
WORDS = 600  # an article, at the least
BATCH = 10  # articles


@dataclass(frozen=True, slots=True)
class Batch:
    """What a build would embed of some articles, and how many tokens the model sees of it."""

    texts: list[str]
    tokens: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One batch embedded by one runner."""

    tokens: int
    seconds: float


def main() -> int:
    options = _options()
    if not options.file.is_file():
        print(f"skipped: {options.file} is not there; name a file in SQuAD's format")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        model = prepare_model(Path(folder))
        embedder = load_bundled(Path(folder))
        ours = Runner("Selon", embedder.embed_passages, embedder.embed_question)
        theirs = peer()
        batches = list(_batches(options.file, options.articles, Tokenizer.load(model)))
        _say(batches, options.articles)
        for runner in (ours, theirs):
            runner.passages(batches[0].texts[:8])
        fast, beside, slow = [], [], []
        for number, batch in enumerate(batches):
            fast.append(_turn(ours, batch))
            if number % options.share == 0:
                beside.append(fast[-1])
                slow.append(_turn(theirs, batch))
        print(f"Selon, all articles: {_speed(fast):,.0f} tokens/s")
        print(f"the {len(slow) * BATCH:,} articles that both embedded, in tokens/s:")
        print(f"  {ours.name:24} {_speed(beside):7,.0f}")
        print(f"  {theirs.name:24} {_speed(slow):7,.0f}")
        ratios = [_speed([a]) / _speed([b]) for a, b in zip(beside, slow, strict=True)]
        print(
            f"{_speed(beside) / _speed(slow):.2f} times as fast"
            f" (median of the batches {statistics.median(ratios):.2f})"
        )
    return 0


def _turn(runner: Runner, batch: Batch) -> Turn:
    began = time.perf_counter()
    runner.passages(batch.texts)
    return Turn(batch.tokens, time.perf_counter() - began)


def _speed(turns: list[Turn]) -> float:
    return sum(turn.tokens for turn in turns) / sum(turn.seconds for turn in turns)


def _say(batches: list[Batch], articles: int) -> None:
    texts = sum(len(batch.texts) for batch in batches)
    tokens = sum(batch.tokens for batch in batches)
    load = os.getloadavg()[0]
    print(
        f"{articles:,} articles, {texts:,} passages and sentences, {tokens:,} tokens, "
        f"{cores()} cores, load {load:.1f}",
        flush=True,
    )


def _batches(file: Path, count: int, tokenizer: Tokenizer) -> Iterator[Batch]:
    texts: list[str] = []
    for number, article in enumerate(_articles(file, count), 1):
        for passage in cut(article):
            texts.append(embedding_text(article, passage.text))
            texts += [
                embedding_text(article, text)
                for text in sentences_in_context(passage, article.language)
            ]
        if number % BATCH == 0 or number == count:
            yield Batch(texts, sum(len(tokenizer.encode(PASSAGE + text, TOKENS)) for text in texts))
            texts = []


def _articles(file: Path, count: int) -> Iterator[Article]:
    """Articles of one subject each: its paragraphs in another order every time."""
    chance = random.Random(SEED)
    subjects = json.loads(file.read_text(encoding="utf-8"))["data"]
    for number in range(count):
        subject = subjects[number % len(subjects)]
        paragraphs = [paragraph["context"] for paragraph in subject["paragraphs"]]
        chance.shuffle(paragraphs)
        chosen: list[str] = []
        while paragraphs and sum(len(text.split()) for text in chosen) < WORDS:
            chosen.append(paragraphs.pop())
        yield Article(
            id=article_id(f"{number}"),
            text="\n\n".join(chosen),
            title=subject.get("title", ""),
            path=f"{number}.md",
            language="fr",
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    folder = Path(os.environ.get("SELON_BENCH_EVAL") or FOLDER)
    parser.add_argument("file", type=Path, nargs="?", default=folder / "fquad-dev.json")
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--share", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
