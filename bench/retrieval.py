"""Selon's retrieval beside that of other programs: same weights, questions and run.

The peers (`_peers.py`) share the chunks of LangChain's usual tutorial
(RecursiveCharacterTextSplitter, 1,000 characters, 200 overlap) and the same multilingual-e5-small
weights in fp32 on PyTorch; ten are found. The hybrid ones get the prefixes that the model was
trained with, the tutorial none, as there. Selon's passages are ranked by search and reader;
`--no-reader` leaves the reader out. The last row is Selon by the best of the others.

    python bench/retrieval.py [FILE.json …] [--limit N] [--no-reader] [--only PEER …]

Without a file: fquad-dev.json in the folder that SELON_BENCH_EVAL names, else in ../shared/eval.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import _clone  # noqa: F401
from _peers import PEERS

from bot.assembly import open_reader
from bot.evaluation import measures
from bot.evaluation.measures import HITS
from bot.evaluation.outcome import holds
from bot.evaluation.questions import GoldQuestion, QuestionSet, read_squad, sample
from bot.evaluation.run import SAMPLE_SEED, temporary_index
from bot.settings import Settings, load_settings
from index.article import Article, Passage
from index.models.bundled.embedder import cores, load_bundled
from index.reading.evidence import EvidenceReader
from index.search.confidence import ConfidenceModel
from training.interop import as_sentence_transformer

FOLDER = Path(__file__).parents[2] / "shared" / "eval"
CHUNK, OVERLAP = 1_000, 200
DEPTH = measures.RANK_DEPTH
COSTS = ("search_ms p50", "search_ms p95", "index_s")
"""The measures of which less is better; the others are shares, of which more is."""

Found = list[tuple[Article, Passage]]
Search = Callable[[str], Found]
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Chunks:
    """What the peers search: texts, and where each stands."""

    texts: Sequence[str]
    places: Sequence[tuple[Article, Passage]]

    def searched(self, find: Callable[[str], Sequence[int]]) -> Search:
        """A peer's search, told as Selon's is."""
        return lambda question: [self.places[at] for at in find(question)]


def main() -> int:
    options = _options()
    files: list[Path] = options.files or [
        Path(os.environ.get("SELON_BENCH_EVAL") or FOLDER) / "fquad-dev.json"
    ]
    missing = [file for file in files if not file.is_file()]
    if missing:
        print(f"retrieval: skipped, no questions at {missing[0]} (see SELON_BENCH_EVAL)")
        return 0
    _be_quiet()
    if os.getloadavg()[0] > cores():
        print(f"The machine is busy (load {os.getloadavg()[0]:.1f}): its times say little.")
    reader = None if options.no_reader else open_reader(Settings())
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        as_sentence_transformer().save(folder)
        for file in files:
            questions = read_squad(file)
            asked = sample(questions.questions, options.limit, SAMPLE_SEED)
            print(f"\n{file.name}: {len(questions.articles)} articles, {len(asked)} questions")
            show(compare(questions, asked, Path(folder), reader, options.only))
    return 0


def compare(
    questions: QuestionSet,
    asked: Sequence[GoldQuestion],
    model: Path,
    reader: EvidenceReader | None,
    only: Sequence[str],
) -> Iterator[tuple[str, Figures]]:
    """Each pipeline's figures on the same articles and questions, one after the other; Selon's
    last."""
    chunks = cut(questions.articles)
    for name in only:
        began = time.perf_counter()
        try:
            find = PEERS[name](chunks.texts, model, min(DEPTH, len(chunks.texts)))
        except ImportError as problem:
            print(f"{name}: skipped, {problem} (pip install -e '.[bench]')")
            continue
        seconds = time.perf_counter() - began
        yield name, measure(asked, chunks.searched(find)) | {"index_s": seconds}
    began = time.perf_counter()
    with temporary_index(
        questions.articles, load_bundled(load_settings().cache_dir), ConfidenceModel.load()
    ) as index:
        seconds = time.perf_counter() - began

        def search(question: str) -> Found:
            found = index.searcher.search(question, DEPTH)
            read = reader.read(found) if reader else found
            return [(hit.article, hit.passage) for hit in read.hits]

        yield "Selon", measure(asked, search) | {"index_s": seconds}


def cut(articles: Iterable[Article]) -> Chunks:
    """The tutorial's chunks."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True
    )
    places = [
        (article, Passage(start, start + len(text), text, "", ()))
        for article in articles
        for document in splitter.create_documents([article.text])
        for start, text in [(document.metadata["start_index"], document.page_content)]
    ]
    return Chunks([passage.text for _, passage in places], places)


def measure(asked: Sequence[GoldQuestion], search: Search) -> Figures:
    """The shares of right passages among the first, and the milliseconds of a question."""
    ranks: list[int | None] = []
    times: list[float] = []
    search(asked[0].text)  # what is loaded on first use is not the question's time
    for question in asked:
        began = time.perf_counter()
        found = search(question.text)
        times.append((time.perf_counter() - began) * 1000)
        if question.has_articles:
            right = (rank for rank, chunk in enumerate(found, 1) if holds(question, *chunk))
            ranks.append(next(right, None))
    return {
        **{f"hit@{k}": _mean(measures.hit(rank, k) for rank in ranks) for k in HITS},
        "mrr@10": _mean(map(measures.reciprocal_rank, ranks)),
        "ndcg@10": _mean(map(measures.discounted_gain, ranks)),
        "search_ms p50": measures.quantile(times, 0.5),
        "search_ms p95": measures.quantile(times, 0.95),
    }


def show(figures: Iterable[tuple[str, Figures]]) -> None:
    """A row for each pipeline as soon as it is measured, then Selon's ratio to the best of the
    others."""
    measured: dict[str, Figures] = {}
    for name, own in figures:
        if not measured:
            print(f"{'':<10}" + "".join(f"{measure:>15}" for measure in own))
        measured[name] = own
        print(
            f"{name:<10}"
            + "".join(f"{own[each]:>15.{1 if each in COSTS else 3}f}" for each in own),
            flush=True,
        )
    selon = measured.pop("Selon")
    best = {
        each: (min if each in COSTS else max)(
            (peer[each] for peer in measured.values()), default=float("nan")
        )
        for each in selon
    }
    print(f"{'ratio':<10}" + "".join(f"{selon[each] / best[each]:>15.2f}" for each in selon))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else float("nan")


def _be_quiet() -> None:
    """Keep what the peer's libraries say of themselves out of the figures."""
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    # The tutorial's own FAISS wrapper announces that it will not be kept up.
    warnings.filterwarnings("ignore", category=DeprecationWarning)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Selon's retrieval beside others'.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.json")
    parser.add_argument("--limit", type=int, metavar="N", help="ask N questions, drawn at random")
    parser.add_argument("--no-reader", action="store_true", help="rank by the search alone")
    parser.add_argument(
        "--only", nargs="*", choices=PEERS, default=list(PEERS), help="these peers alone"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
