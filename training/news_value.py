"""Fit the news value of stories:
`python -m training.news_value --articles FOLDER --winer CHECKOUT --ntrex CHECKOUT`.

A network over the vectors of articles' openings, fitted on editors' values from 0 to 100: of the
stories of `bulletins.jsonl`, written for this; of the passages of `wikinews_passages.jsonl`
(`wikinews_values.tsv`: line in that file, value); of press articles of FOLDER that
`bench/news_value.py` does not judge by (`press_values.tsv`: file, value); and of the other news of
`training.written` (`news_values.tsv`: article, value). Logs how well it orders
bulletins, cross-validated, and writes `bot/digests/news_value.npz`.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from json import loads
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]
from sklearn.neural_network import MLPRegressor  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.digests.stories import SENTENCES, log_dead, value_inputs
from bot.settings import load_settings
from index.article import Article
from index.ingestion.passages import cut
from index.models.bundled.embedder import load_bundled
from index.text.sentences import sentence_spans
from training.press import read_articles
from training.written import read_news

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "digests" / "news_value.npz"
HIDDEN = 16
DECAY = 10.0
NETWORKS = 3  # to average
QUARTER = 25.0
FOLDS = 8

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Story:
    """An article's opening and value; `bulletin` is empty for a single article."""

    title: str
    sentences: Sequence[str]
    language: str
    value: float
    bulletin: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.news_value", description=__doc__)
    parser.add_argument("--articles", type=Path, required=True, help="the press articles")
    parser.add_argument("--winer", type=Path, required=True, help="checkout of WiNER-fr")
    parser.add_argument("--ntrex", type=Path, required=True, help="checkout of NTREX")
    arguments = parser.parse_args()
    stories = [
        *bulletins(),
        *wikinews(),
        *press(arguments.articles),
        *news(arguments.winer, arguments.ntrex),
    ]
    embedder = load_bundled(load_settings().cache_dir)
    texts = [f"{story.title}. {text}" for story in stories for text in story.sentences]
    vectors = np.split(
        embedder.embed_passages(texts), np.cumsum([len(story.sentences) for story in stories])[:-1]
    )
    dead = [
        log_dead(f"{story.title}. {' '.join(story.sentences[:2])}", story.language)
        for story in stories
    ]
    inputs = np.array(
        [value_inputs(*inputs) for inputs in zip(vectors, dead, strict=True)], np.float64
    )
    values = np.array([story.value for story in stories]) / QUARTER
    names = np.array([story.bulletin for story in stories])
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger(__name__).info("%s", held_out(inputs, values, names))
    weights = fit(inputs, values)
    alone = np.array(dead) @ (values - values.mean()) / (np.array(dead) ** 2).sum()
    own: dict[str, Any] = {"model": np.array(embedder.id), "dead_alone": np.float32(alone)}
    np.savez_compressed(OUT, **own, **weights)


def fit(inputs: Rows, values: Rows) -> dict[str, Any]:
    """Fit the mean of several networks as one, for unscaled inputs and centred values."""
    scaler = StandardScaler().fit(inputs)
    parts = []
    for seed in range(NETWORKS):
        network = MLPRegressor(
            hidden_layer_sizes=(HIDDEN,), alpha=DECAY, max_iter=200, random_state=seed
        ).fit(scaler.transform(inputs), values - values.mean())
        first, out = network.coefs_
        hidden = first / scaler.scale_[:, None]
        parts.append(
            (hidden.T, network.intercepts_[0] - scaler.mean_ @ hidden, out[:, 0] / NETWORKS)
        )
    hidden, bias, out = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {
        "hidden": hidden.astype(np.float16),
        "bias": bias.astype(np.float32),
        "out": out.astype(np.float32),
    }


def held_out(inputs: Rows, values: Rows, bulletins: npt.NDArray[np.str_]) -> dict[str, float]:
    """Return Kendall's tau, and the share of bulletins whose lead comes first."""
    scores = np.zeros(len(values))
    groups = np.where(bulletins == "", np.arange(len(values)).astype(str), bulletins)
    for seen, unseen in GroupKFold(FOLDS).split(inputs, values, groups):
        weights = fit(inputs[seen], values[seen])
        hidden = np.maximum(inputs[unseen] @ weights["hidden"].T + weights["bias"], 0)
        scores[unseen] = hidden @ weights["out"]
    taus, leads = [], []
    for name in np.unique(bulletins[bulletins != ""]):
        own = bulletins == name
        pairs = list(combinations(zip(scores[own], values[own], strict=True), 2))
        taus.append(np.mean([np.sign((a - b) * (c - d)) for (a, c), (b, d) in pairs]))
        leads.append(scores[own].argmax() == values[own].argmax())
    return {"tau": round(float(np.mean(taus)), 3), "lead": round(float(np.mean(leads)), 3)}


def bulletins() -> Iterator[Story]:
    for line in (HERE / "bulletins.jsonl").read_text("utf-8").splitlines():
        row = loads(line)
        sentences = _first_sentences(row["lead"], row["language"])
        yield Story(row["title"], sentences, row["language"], row["value"], row["bulletin"])


def wikinews() -> Iterator[Story]:
    lines = (HERE / "wikinews_passages.jsonl").read_text("utf-8").splitlines()
    for place, value in _values("wikinews_values.tsv"):
        row = loads(lines[int(place)])
        yield Story(row["title"], _first_sentences(row["passage"], "fr"), "fr", value)


def press(folder: Path) -> Iterator[Story]:
    articles = {Path(article.path).name: article for article in read_articles(folder)}
    for file, value in _values("press_values.tsv"):
        yield _story(articles[file], value)


def news(winer: Path, ntrex: Path) -> Iterator[Story]:
    values = dict(_values("news_values.tsv"))
    for article in read_news(winer, ntrex, values):
        yield _story(article, values[article.id])


def _story(article: Article, value: float) -> Story:
    sentences = [sentence.text for sentence in cut(article)[0].sentences[:SENTENCES]]
    return Story(article.title, sentences, article.language, value)


def _first_sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)][:SENTENCES]


def _values(name: str) -> Iterator[tuple[str, float]]:
    for line in (HERE / name).read_text("utf-8").splitlines():
        key, value = line.split("\t")
        yield key, float(value)


if __name__ == "__main__":
    main()
