"""Fit the ranking of sentences:
`python -m training.rank_sentences --data FOLDER --press FOLDER [--write]`.

The bundled reader reads real searches: held-out French questions, over all French paragraphs and
over whole articles, and the tuning questions of `bench/press`. Of all sentences of the best
passages, one with an answer should rank first: a multinomial logistic regression over each
question's sentences (“ListNet”, Cao et al., 2007). Figures are cross-validated by article.
`--write` updates index/reading/sentences.json.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.utils.rnn import pad_sequence

from bot.evaluation.outcome import holds_answer
from bot.evaluation.run import temporary_index
from bot.settings import load_settings
from index.article import Article
from index.findings import Findings, Hit
from index.models.bundled.embedder import load_bundled
from index.models.bundled.reader import load_bundled_reader
from index.reading.evidence import UNREAD_LOGIT, EvidenceReader
from index.reading.sentences import RANKING_FORMAT, SentenceSignals, sentence_signals
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from training.prepare import hold_out
from training.press import open_press, tuning_questions
from training.sources import FRENCH, TrainingQuestion, fingerprint, read_questions

TARGET = Path(__file__).parents[1] / "index" / "reading" / "sentences.json"
NAMES = [field.name for field in fields(SentenceSignals)]
HITS = 5
FOLDS = 5
PENALTY = 1.0

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Holds = Callable[[Hit, int, int, str], bool]  # (hit, start, end, text) has an answer


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """The sentences of the best passages for a question.

    `values` has shape (sentences, features), with a NaN echo across languages; `right` marks
    sentences with an answer, `passages` are the indices of their hits, `nearest` is the search's
    first sentence. `group` is the question's article.
    """

    source: str
    group: str
    values: Floats
    right: Bools
    passages: npt.NDArray[np.int64]
    nearest: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.rank_sentences", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder above reading/")
    parser.add_argument("--press", type=Path, required=True, help="articles of bench/press")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    arguments = parser.parse_args()
    asker = Asker()
    asked = [*asker.ask_press(arguments.press), *asker.ask_french(arguments.data)]
    text = json.dumps(fit(asked), indent=2, ensure_ascii=False) + "\n"
    if arguments.write:
        TARGET.write_text(text, encoding="utf-8")
    print(text, end="")  # noqa: T201


class Asker:
    """Searches indexes for questions and reads the hits."""

    def __init__(self) -> None:
        cache_dir = load_settings().cache_dir
        self._embedder = load_bundled(cache_dir)
        self._judge = ConfidenceModel.load()
        self._reader = EvidenceReader(load_bundled_reader(cache_dir), None, UNREAD_LOGIT)

    def ask_french(self, data: Path) -> Iterator[AskedQuestion]:
        """Ask the held-out questions over paragraphs, each an article, and over whole articles."""
        questions = read_questions(data, FRENCH)
        held_out = hold_out(questions)
        judged = [question for question in questions if fingerprint(question.title) in held_out]
        paragraphs = dict.fromkeys((question.title, question.passage) for question in questions)
        alone = {paragraph: (str(at), 0) for at, paragraph in enumerate(paragraphs)}
        articles = [_article(alone[paragraph][0], *paragraph) for paragraph in paragraphs]
        yield from self._ask(f"{FRENCH}, paragraphs", articles, judged, alone)
        texts: dict[str, str] = {}
        within = {}
        for title, passage in paragraphs:
            before = f"{texts[title]}\n\n" if title in texts else ""
            within[title, passage] = (title, len(before))
            texts[title] = before + passage
        articles = [_article(title, title, text) for title, text in texts.items()]
        yield from self._ask(f"{FRENCH}, articles", articles, judged, within)

    def ask_press(self, folder: Path) -> Iterator[AskedQuestion]:
        """Ask the answerable tuning questions."""
        with open_press(folder, self._embedder, self._judge) as searcher:
            for row in tuning_questions():
                if row["kind"] in ("fact", "list", "why"):
                    holds = _has_answer(row["articles"], row["answers"])
                    group = row["articles"][0]
                    yield self._sample("press", group, searcher, row["question"], holds)

    def _ask(
        self,
        source: str,
        articles: Sequence[Article],
        questions: Sequence[TrainingQuestion],
        places: dict[tuple[str, str], tuple[str, int]],
    ) -> Iterator[AskedQuestion]:
        with temporary_index(articles, self._embedder, self._judge) as opened:
            for question in questions:
                if question.answers:
                    holds = _contains(*places[question.title, question.passage], question.answers)
                    yield self._sample(
                        source, question.title, opened.searcher, question.text, holds
                    )

    def _sample(
        self, source: str, group: str, searcher: Searcher, question: str, holds: Holds
    ) -> AskedQuestion:
        findings = searcher.search(question)
        hits = self._reader.read(findings).hits[:HITS]
        values = [list(map(astuple, of_hit)) for of_hit in sentence_signals(hits, np.nan)]
        sentences = [(hit, ranked.sentence) for hit in hits for ranked in hit.sentences]
        return AskedQuestion(
            source,
            group,
            np.array([row for of_hit in values for row in of_hit]),
            np.array(
                [
                    holds(hit, sentence.start, sentence.end, sentence.text)
                    for hit, sentence in sentences
                ]
            ),
            np.repeat(np.arange(len(hits)), [len(row) for row in values]),
            _nearest(findings, hits),
        )


def _article(name: str, title: str, text: str) -> Article:
    return Article(id=name, text=text, title=title, path="", language="fr")


def _contains(article: str, offset: int, answers: Sequence[tuple[str, int]]) -> Holds:
    """Match answers at their places in one article, after `offset` characters."""
    spans = [(offset + start, offset + start + len(text)) for text, start in answers]

    def holds(hit: Hit, start: int, end: int, text: str) -> bool:
        return hit.article.id == article and any(
            start <= first and last <= end for first, last in spans
        )

    return holds


def _has_answer(articles: Sequence[str], answers: Sequence[str]) -> Holds:
    """Match answers anywhere in some files."""

    def holds(hit: Hit, start: int, end: int, text: str) -> bool:
        return Path(hit.article.path).name in articles and any(
            holds_answer(text, answer) for answer in answers
        )

    return holds


def _nearest(findings: Findings, hits: Sequence[Hit]) -> int:
    """Return the index, among the sentences of `hits`, of the first passage's nearest one."""
    first = findings.hits[0]
    best = max(first.sentences, key=lambda each: each.score).sentence
    places = [(hit.passage, ranked.sentence) for hit in hits for ranked in hit.sentences]
    return places.index((first.passage, best))


def fit(asked: Sequence[AskedQuestion]) -> dict[str, Any]:
    """Fit the content of index/reading/sentences.json."""
    from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

    echoes = np.concatenate([sample.values[sample.right, NAMES.index("echo")] for sample in asked])
    usual_echo = float(np.nanmean(echoes))
    asked = [
        replace(sample, values=np.nan_to_num(sample.values, nan=usual_echo)) for sample in asked
    ]
    weights = _weights(asked)
    held_out = np.zeros((len(asked), len(NAMES)))
    groups = [sample.group for sample in asked]
    for seen, unseen in GroupKFold(FOLDS).split(asked, groups=groups):
        held_out[unseen] = _weights([asked[at] for at in seen])
    in_sentences = weights / weights[NAMES.index("sentence")]
    by_source: dict[str, list[tuple[AskedQuestion, Floats]]] = defaultdict(list)
    for sample, own in zip(asked, held_out, strict=True):
        by_source[sample.source].append((sample, own))
    return {
        "format": RANKING_FORMAT,
        "weights": {n: round(float(w), 4) for n, w in zip(NAMES, in_sentences, strict=True)},
        "usual_echo": round(usual_echo, 3),
        "how": {
            "script": "training/rank_sentences.py",
            "held out": {source: _figures(judged) for source, judged in by_source.items()},
        },
    }


def _weights(asked: Sequence[AskedQuestion]) -> Floats:
    """Fit the weights of the features that most likely rank a right sentence first."""
    usable = [sample for sample in asked if sample.right.any()]
    scale = np.concatenate([sample.values for sample in usable]).std(0)
    rows = [torch.from_numpy(sample.values / scale) for sample in usable]
    values = pad_sequence(rows, batch_first=True)
    all_rows = pad_sequence([torch.ones(len(row)) for row in rows], True) > 0
    right = pad_sequence([torch.from_numpy(sample.right) for sample in usable], True)
    weights = torch.zeros(len(scale), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        ranks = values @ weights
        every, good = (
            ranks.masked_fill(~mask, -torch.inf).logsumexp(1) for mask in (all_rows, right)
        )
        total = (every - good).sum() + PENALTY * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray(weights.detach().numpy() / scale)


def _figures(judged: Sequence[tuple[AskedQuestion, Floats]]) -> dict[str, float]:
    """Return the shares of questions whose first sentence, and first passage, have an answer."""
    counts = np.zeros(4)
    for sample, weights in judged:
        best = int((sample.values @ weights).argmax())
        for at, first in ((0, best), (2, sample.nearest)):
            same = sample.passages == sample.passages[first]
            counts[at : at + 2] += sample.right[first], sample.right[same].any()
    names = ("sentence", "passage", "sentence by the search alone", "passage by the search alone")
    shares = dict(zip(names, np.round(counts / len(judged), 3).tolist(), strict=True))
    return {"questions": len(judged), **shares}


if __name__ == "__main__":
    main()
