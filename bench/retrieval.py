"""Selon's retrieval beside that of LangChain's usual tutorial: same weights, questions and run.

The tutorial's pipeline: RecursiveCharacterTextSplitter (1,000 characters, 200 overlap),
HuggingFaceEmbeddings with the same multilingual-e5-small weights in fp32 on PyTorch, FAISS, the
ten nearest chunks. As in the tutorial, neither questions nor chunks get the prefixes that the model
was trained with; `--prefixes` measures it with them. Selon's passages are ranked by search and
reader; `--no-reader` leaves the reader out.

    python bench/retrieval.py [FILE.json …] [--limit N] [--prefixes] [--no-reader]

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
from typing import TYPE_CHECKING, Any

from bot.assembly import open_reader
from bot.evaluation import measures
from bot.evaluation.measures import HITS
from bot.evaluation.outcome import holds
from bot.evaluation.perturbation import sampled
from bot.evaluation.questions import GoldQuestion, QuestionSet, read_squad
from bot.evaluation.run import SAMPLE_SEED, temporary_index
from bot.settings import Settings
from index.article import Article, Passage
from index.models.base import Embedder
from index.models.bundled.embedder import cores, load_bundled
from index.models.bundled.interop import as_sentence_transformer
from index.reading.evidence import EvidenceReader
from index.search.confidence import ConfidenceModel

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FOLDER = Path(__file__).parents[2] / "shared" / "eval"
CHUNK, OVERLAP = 1_000, 200
DEPTH = measures.RANK_DEPTH

Found = list[tuple[Article, Passage]]
Search = Callable[[str], Found]
Ranks = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What one pipeline made of the articles, in how long, from how many tokens."""

    passages: int
    mean_passage_chars: float
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both pipelines."""

    name: str
    peer: float
    selon: float
    places: int = 3

    def __str__(self) -> str:
        ratio = self.selon / self.peer if self.peer else float("nan")
        figures = f"{self.peer:>12,.{self.places}f}{self.selon:>12,.{self.places}f}"
        return f"{self.name:<22}{figures}{ratio:>9.2f}"


class Counted:
    """Selon's embedder, its tokens counted by the tokenizer that both pipelines share."""

    def __init__(self, embedder: Embedder, count: Callable[[Sequence[str]], int]) -> None:
        self._embedder = embedder
        self.count_tokens = count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)


class Tutorial:
    """The peer."""

    def __init__(self, articles: Sequence[Article], model: Path, prefixes: bool) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_core.documents import Document
        from langchain_huggingface import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        self._articles = {article.id: article for article in articles}
        embeddings = HuggingFaceEmbeddings(
            model_name=str(model),
            encode_kwargs={"prompt_name": "passage"} if prefixes else {},
            query_encode_kwargs={"prompt_name": "query"} if prefixes else {},
        )
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True
        )
        documents = [
            Document(page_content=article.text, metadata={"id": article.id}) for article in articles
        ]
        began = time.perf_counter()
        chunks = splitter.split_documents(documents)
        self._store = FAISS.from_documents(chunks, embeddings)
        self.seconds = time.perf_counter() - began
        self.texts = [chunk.page_content for chunk in chunks]

    def search(self, question: str) -> Found:
        return [self._passage(each) for each in self._store.similarity_search(question, k=DEPTH)]

    def _passage(self, document: Any) -> tuple[Article, Passage]:
        start, text = document.metadata["start_index"], document.page_content
        return (
            self._articles[document.metadata["id"]],
            Passage(start, start + len(text), text, "", ()),
        )


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
    model = as_sentence_transformer()
    reader = None if options.no_reader else open_reader(Settings())
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        model.save(folder)
        for file in files:
            questions = read_squad(file)
            asked = sampled(questions.questions, options.limit, SAMPLE_SEED)
            print(f"\n{file.name}: {len(questions.articles)} articles, {len(asked)} questions")
            print(f"{'':<22}{'tutorial':>12}{'Selon':>12}{'ratio':>9}", flush=True)
            for row in compare(questions, asked, model, Path(folder), options.prefixes, reader):
                print(row, flush=True)
    return 0


def compare(
    questions: QuestionSet,
    asked: Sequence[GoldQuestion],
    model: SentenceTransformer,
    folder: Path,
    prefixes: bool,
    reader: EvidenceReader | None,
) -> Iterator[Row]:
    """Both pipelines on the same articles and questions, one after the other."""

    def count(texts: Sequence[str]) -> int:
        limit = model.max_seq_length or sys.maxsize
        return sum(min(len(ids), limit) for ids in model.tokenizer(list(texts))["input_ids"])

    peer = Tutorial(questions.articles, folder, prefixes)
    lengths = [len(text) for text in peer.texts]
    theirs = Indexed(len(lengths), sum(lengths) / len(lengths), count(peer.texts), peer.seconds)
    their_ranks, their_times = _ranks(asked, peer.search)
    embedder = Counted(load_bundled(), count)
    with temporary_index(questions.articles, embedder, ConfidenceModel.load()) as index:
        ours = Indexed(index.passages, index.mean_passage_chars, index.tokens, index.seconds)
        searcher = index.searcher

        def search(question: str) -> Found:
            found = searcher.search(question, DEPTH)
            read = reader.read(found) if reader else found
            return [(hit.article, hit.passage) for hit in read.hits]

        our_ranks, our_times = _ranks(asked, search)
    yield from _quality(their_ranks, our_ranks)
    yield from _cost(theirs, ours, their_times, our_times)


def _quality(theirs: Ranks, ours: Ranks) -> Iterator[Row]:
    for k in HITS:
        peer, selon = (_mean(measures.hit(rank, k) for rank in each) for each in (theirs, ours))
        yield Row(f"hit@{k}", peer, selon)
    for name, measure in (
        ("mrr@10", measures.reciprocal_rank),
        ("ndcg@10", measures.discounted_gain),
    ):
        yield Row(name, _mean(map(measure, theirs)), _mean(map(measure, ours)))


def _cost(
    theirs: Indexed, ours: Indexed, their_times: Sequence[float], our_times: Sequence[float]
) -> Iterator[Row]:
    yield Row("passages", theirs.passages, ours.passages, 0)
    yield Row("mean_passage_chars", theirs.mean_passage_chars, ours.mean_passage_chars, 1)
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        peer, selon = (measures.quantile(each, share) for each in (their_times, our_times))
        yield Row(f"search_ms {name}", peer, selon, 1)
    yield Row("index_tokens", theirs.tokens, ours.tokens, 0)
    yield Row("index_s", theirs.seconds, ours.seconds, 1)
    speed = theirs.tokens / theirs.seconds
    yield Row("index_tokens_per_s", speed, ours.tokens / ours.seconds, 0)


def _ranks(asked: Sequence[GoldQuestion], search: Search) -> tuple[list[int | None], list[float]]:
    """The rank of the first right passage and the milliseconds of each answerable question."""
    ranks: list[int | None] = []
    times: list[float] = []
    search(asked[0].text)  # what is loaded on first use is not the question's time
    for question in asked:
        began = time.perf_counter()
        found = search(question.text)
        times.append((time.perf_counter() - began) * 1000)
        if question.judged:
            right = (rank for rank, each in enumerate(found, 1) if holds(question, *each))
            ranks.append(next(right, None))
    return ranks, times


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
    parser = argparse.ArgumentParser(description="Selon's retrieval beside the tutorial's.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.json")
    parser.add_argument("--limit", type=int, metavar="N", help="ask N questions, drawn at random")
    parser.add_argument(
        "--prefixes", action="store_true", help="give the tutorial the model's own prefixes"
    )
    parser.add_argument("--no-reader", action="store_true", help="rank by the search alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
