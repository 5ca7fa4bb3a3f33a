"""Fit what makes a sentence the answer: `python -m training.rank_sentences --data FOLDER
--press FOLDER [--write]`.

Real searches are read by the reader that ships: the questions on the French articles that nothing
was learned from, over all French paragraphs and over the articles whole, and those over the press
(`bench/press`) that may be tuned on. Of all sentences of the best passages, one that holds an
answer should rank first: a multinomial logistic regression over each question's sentences
(“ListNet”, Cao et al., 2007). Figures are of questions on articles that the weights had not seen.
`--write` puts them into index/reading/sentences.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from bot.evaluation.outcome import holds_answer
from bot.evaluation.run import temporary_index
from bot.settings import load_settings
from index.article import Article
from index.findings import Findings, Hit
from index.models.bundled.embedder import load_bundled
from index.models.bundled.reader import load_bundled_reader
from index.reading.evidence import SUREST_LOGIT, EvidenceReader
from index.reading.sentences import RANKING_FORMAT, SentenceFeatures, sentence_features
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from training.prepare import hold_out
from training.press import open_press, tuning_questions
from training.sources import FRENCH, TrainingQuestion, fingerprint, read_questions

TARGET = Path(__file__).parents[1] / "index" / "reading" / "sentences.json"
NAMES = [field.name for field in fields(SentenceFeatures)]
HITS = 5
FOLDS = 5
PENALTY = 1.0

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Holds = Callable[[Hit, int, int, str], bool]
"""Whether an answer stands from here to there of a hit's article, or in this text."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """The sentences of the best passages for one question.

    `values` has shape (sentences, features), of which the echo is NaN across languages; `right`
    tells which hold an answer, `passages` of which hit each is, `nearest` which the search alone
    puts first. `group` is the article that the question is on.
    """

    source: str
    group: str
    values: Floats
    right: Bools
    passages: npt.NDArray[np.int64]
    nearest: int


def main() -> None:
    """The command; prints what goes into the file."""
    parser = argparse.ArgumentParser(prog="python -m training.rank_sentences", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder above reading/")
    parser.add_argument("--press", type=Path, required=True, help="articles of bench/press")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    arguments = parser.parse_args()
    asker = Asker()
    asked = [*asker.ask_press(arguments.press), *asker.ask_french(arguments.data)]
    text = _text(fit(asked))
    if arguments.write:
        TARGET.write_text(text, encoding="utf-8")
    print(text, end="")  # noqa: T201


class Asker:
    """Asks questions of indexes, and reads what is found."""

    def __init__(self) -> None:
        self._embedder = load_bundled(load_settings().cache_dir)
        self._judge = ConfidenceModel.load()
        self._reader = EvidenceReader(
            load_bundled_reader(load_settings().cache_dir), None, SUREST_LOGIT
        )

    def ask_french(self, data: Path) -> Iterator[AskedQuestion]:
        """The held-out questions over paragraphs, each an article, and over whole articles."""
        questions = read_questions(data, FRENCH)
        held_out = hold_out(questions)
        judged = [each for each in questions if fingerprint(each.title) in held_out]
        paragraphs = dict.fromkeys((each.title, each.passage) for each in questions)
        alone = {each: (str(at), 0) for at, each in enumerate(paragraphs)}
        articles = [_article(alone[each][0], *each) for each in paragraphs]
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
        """The answerable questions of the half that may be tuned on."""
        with open_press(folder, self._embedder, self._judge) as searcher:
            for row in tuning_questions():
                if row["kind"] in ("fact", "list", "why"):
                    holds = _named(row["articles"], row["answers"])
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
            for each in questions:
                if each.answers:
                    holds = _placed(*places[each.title, each.passage], each.answers)
                    yield self._sample(source, each.title, opened.searcher, each.text, holds)

    def _sample(
        self, source: str, group: str, searcher: Searcher, question: str, holds: Holds
    ) -> AskedQuestion:
        found = searcher.search(question)
        hits = self._reader.read(found).hits[:HITS]
        values = [list(map(astuple, of_hit)) for of_hit in sentence_features(hits, np.nan)]
        return AskedQuestion(
            source,
            group,
            np.array([row for of_hit in values for row in of_hit]),
            np.array([each for hit in hits for each in _right(hit, holds)]),
            np.repeat(np.arange(len(hits)), [len(each) for each in values]),
            _nearest(found, hits),
        )


def _article(name: str, title: str, text: str) -> Article:
    return Article(id=name, text=text, title=title, path="", language="fr")


def _placed(article: str, before: int, answers: Sequence[tuple[str, int]]) -> Holds:
    """Answers that stand in one article, behind so many characters."""
    spans = [(before + start, before + start + len(text)) for text, start in answers]

    def holds(hit: Hit, start: int, end: int, text: str) -> bool:
        return hit.article.id == article and any(
            start <= first and last <= end for first, last in spans
        )

    return holds


def _named(articles: Sequence[str], answers: Sequence[str]) -> Holds:
    """Answers that stand anywhere in some files."""

    def holds(hit: Hit, start: int, end: int, text: str) -> bool:
        return Path(hit.article.path).name in articles and any(
            holds_answer(text, each) for each in answers
        )

    return holds


def _right(hit: Hit, holds: Holds) -> list[bool]:
    """Of each sentence, whether an answer stands in it."""
    sentences = (each.sentence for each in hit.sentences)
    return [holds(hit, each.start, each.end, each.text) for each in sentences]


def _nearest(found: Findings, hits: Sequence[Hit]) -> int:
    """Where, among the sentences of `hits`, the first passage's nearest one stands."""
    first = found.hits[0]
    best = max(first.sentences, key=lambda each: each.score).sentence
    places = [(hit.passage, each.sentence) for hit in hits for each in hit.sentences]
    return places.index((first.passage, best))


def fit(asked: Sequence[AskedQuestion]) -> dict[str, Any]:
    """What goes into index/reading/sentences.json."""
    from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

    echoes = np.concatenate([each.values[each.right, NAMES.index("echo")] for each in asked])
    usual_echo = float(np.nanmean(echoes))
    asked = [replace(each, values=np.nan_to_num(each.values, nan=usual_echo)) for each in asked]
    weights = _weights(asked)
    held_out = np.zeros((len(asked), len(NAMES)))
    groups = [each.group for each in asked]
    for seen, unseen in GroupKFold(FOLDS).split(asked, groups=groups):
        held_out[unseen] = _weights([asked[at] for at in seen])
    in_sentences = weights / weights[NAMES.index("sentence")]
    return {
        "format": RANKING_FORMAT,
        "weights": {
            name: round(float(each), 4) for name, each in zip(NAMES, in_sentences, strict=True)
        },
        "usual_echo": round(usual_echo, 3),
        "how": {
            "script": "training/rank_sentences.py",
            "held out": {
                source: _figures(
                    [
                        (each, own)
                        for each, own in zip(asked, held_out, strict=True)
                        if each.source == source
                    ]
                )
                for source in dict.fromkeys(each.source for each in asked)
            },
        },
    }


def _weights(asked: Sequence[AskedQuestion]) -> Floats:
    """One for each feature: most likely to put a sentence that holds an answer first."""
    told = [each for each in asked if each.right.any()]
    scale = np.concatenate([each.values for each in told]).std(0)
    rows = [torch.from_numpy(each.values / scale) for each in told]
    values = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    here = torch.nn.utils.rnn.pad_sequence([torch.ones(len(row)) for row in rows], True) > 0
    right = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(each.right) for each in told], True)
    weights = torch.zeros(len(scale), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        ranks = values @ weights
        every, good = (
            ranks.masked_fill(~chosen, -torch.inf).logsumexp(1) for chosen in (here, right)
        )
        told_badly = (every - good).sum() + PENALTY * weights.square().sum()
        told_badly.backward()  # type: ignore[no-untyped-call]
        return told_badly

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray(weights.detach().numpy() / scale)


def _figures(judged: Sequence[tuple[AskedQuestion, Floats]]) -> dict[str, float]:
    """Shares of the questions whose best sentence, and whose first passage, hold an answer."""
    found = np.zeros(4)
    for each, weights in judged:
        best = int((each.values @ weights).argmax())
        for at, chosen in ((0, best), (2, each.nearest)):
            same = each.passages == each.passages[chosen]
            found[at : at + 2] += each.right[chosen], each.right[same].any()
    names = ("sentence", "passage", "sentence by the search alone", "passage by the search alone")
    shares = dict(zip(names, np.round(found / len(judged), 3).tolist(), strict=True))
    return {"questions": len(judged), **shares}


def _text(fitted: dict[str, Any]) -> str:
    """As JSON to be read by people."""
    return json.dumps(fitted, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
