"""Fit the classifier of supported claims: `python -m training.faithfulness --data DATA`.

A logistic regression on the measures of `bot/verification/support.py`, fitted on claims written by
hand, faithful and faulty: `press_claims.jsonl` over news of NTREX-128
(`DATA/support/ntrex-*.jsonl`), and `wikinews_claims.jsonl` over the passages in it. At the
threshold, the regression, cross-validated by article, and the exact checks together catch CAUGHT of
the faulty claims. Writes `bot/verification/support.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.answering.injection import use_cache_dir
from bot.settings import load_settings
from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotationCache
from bot.verification.checker import find_exact_fault
from bot.verification.claim import NumberedPassage
from bot.verification.evidence import annotate_evidence
from bot.verification.support import measure
from index.article import Article, article_id
from index.build.passages import cut
from index.models.bundled.reader import load_bundled_reader
from index.models.bundled.words import load_word_reader
from index.text.sentences import sentence_spans
from training.claims import exchanges, lowered
from training.sources import TrainingClaim, read_claims

HERE = Path(__file__).resolve().parent
PRESS_CLAIMS, WIKINEWS_CLAIMS = HERE / "press_claims.jsonl", HERE / "wikinews_claims.jsonl"
OUT = HERE.parent / "bot" / "verification" / "support.json"
CAUGHT = 0.89  # share; 85 % of what other people write
ARTICLE_SENTENCES = 13
FOLDS = 10
STRENGTH = 0.01  # inverse of the regularisation

Rows = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """Measures of claims, one per row; `refused` marks those that an exact check refuses."""

    rows: Rows
    faithful: Flags
    refused: Flags
    articles: Sequence[str]


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """A claim, and the passages of the article to check it against."""

    text: str
    language: str
    faithful: bool
    given: Sequence[NumberedPassage]
    article: str


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.faithfulness", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of support/")
    claims = measure_claims(parser.parse_args().data)
    unseen = held_out_logits(claims)
    threshold = float(np.quantile(unseen[~claims.faithful], CAUGHT))
    figures = {
        "auroc": round(float(roc_auc_score(claims.faithful, unseen)), 3),
        "caught": round(float((unseen[~claims.faithful] <= threshold).mean()), 3),
        "kept": round(float((unseen[claims.faithful] > threshold).mean()), 3),
    }
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger(__name__).info("%s", json.dumps(figures))
    scaler, regression = fit(claims, ~claims.refused)
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - weights @ scaler.mean_) - threshold
    model = {
        "held_out": figures,
        "intercept": round(intercept, 4),
        "weights": [round(float(weight), 5) for weight in weights],
    }
    OUT.write_text(json.dumps(model) + "\n", encoding="utf-8")


def measure_claims(data: Path) -> Measured:
    """Measure the written claims."""
    cache_dir = load_settings().cache_dir
    use_cache_dir(cache_dir)
    words = AnnotationCache(load_word_reader(cache_dir))
    reader = load_bundled_reader(cache_dir)
    measures, refused, claims = [], [], [*_press_claims(data), *_wikinews_claims()]
    for each in claims:
        read = words.read(each.text, each.language)
        alignment = Alignment(read, annotate_evidence(each.given, words))
        measures.append(measure(alignment, reader))
        refused.append(find_exact_fault(alignment) is not None)
    return Measured(
        np.array(measures, np.float64),
        np.array([each.faithful for each in claims]),
        np.array(refused),
        [each.article for each in claims],
    )


def held_out_logits(claims: Measured) -> Rows:
    """Return the logit of each claim, cross-validated by article; refused ones get the lowest."""
    logits = np.zeros(len(claims.rows))
    folds = GroupKFold(FOLDS).split(claims.rows, claims.faithful, claims.articles)
    for seen, unseen in folds:
        use = np.zeros(len(logits), bool)
        use[seen] = True
        logits[unseen] = fit(claims, use & ~claims.refused).decision_function(claims.rows[unseen])
    logits[claims.refused] = logits.min() - 1
    return logits


def fit(claims: Measured, use: Flags) -> Pipeline:
    """Fit the regression to these claims, faithful and faulty ones balanced."""
    faithful = claims.faithful[use]
    weights = np.where(faithful, 0.5 / faithful.mean(), 0.5 / (~faithful).mean())
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=1000))
    return model.fit(claims.rows[use], faithful, logisticregression__sample_weight=weights)


def _press_claims(data: Path) -> Iterator[WrittenClaim]:
    """Yield single claims, then pairs."""
    passages = {language: _passages(data, language) for language in ("fr", "en")}
    rows = [json.loads(line) for line in PRESS_CLAIMS.read_text("utf-8").splitlines()]
    for row in (*rows, *_joined(rows, Random(1))):
        language, article = row["language"], row["group"]
        given = passages[language][article]
        yield WrittenClaim(row["claim"], language, row["fault"] is None, given, article)


def _wikinews_claims() -> Iterator[WrittenClaim]:
    for line in WIKINEWS_CLAIMS.read_text("utf-8").splitlines():
        row = json.loads(line)
        given = _given(row["passage"], row["title"], "fr")
        for claim in row["claims"]:
            yield WrittenClaim(claim["claim"], "fr", claim["fault"] is None, given, row["url"])


def _joined(rows: Sequence[dict[str, Any]], random: Random) -> Iterator[dict[str, Any]]:
    """Join each claim to a faithful one of its article, so that length does not predict faults."""
    faithful = [row for row in rows if row["fault"] is None]
    for row in random.sample(rows, len(rows)):
        others = [
            each
            for each in faithful
            if each is not row
            and (each["group"], each["language"]) == (row["group"], row["language"])
        ]
        pair = [row, random.choice(others)]
        random.shuffle(pair)
        first, second = (each["claim"].rstrip(".") for each in pair)
        join = random.choice(exchanges(row["language"])["joins"])
        yield {**row, "claim": f"{first}{join}{lowered(second)}."}


def _passages(data: Path, language: str) -> dict[str, list[NumberedPassage]]:
    source = "ntrex-fr" if language == "fr" else "ntrex-en-fr"
    claims = [each for each in read_claims(data, source) if each.is_supported]
    articles = {
        group: list(_sentences(list(own), language))
        for group, own in groupby(claims, lambda claim: claim.group)
    }
    return {
        group: _given(" ".join(sentences[1:ARTICLE_SENTENCES]), sentences[0], language)
        for group, sentences in articles.items()
    }


def _sentences(claims: Sequence[TrainingClaim], language: str) -> Iterator[str]:
    """Yield the sentences of an article in order, the title first.

    In French they are every other claim, the second of two translations; in English, those of the
    evidence, which overlaps.
    """
    if language == "fr":
        yield from (claim.claim for claim in claims[1::2])
        return
    seen: list[str] = []
    for claim in claims:
        for start, end in sentence_spans(claim.evidence, language):
            sentence = claim.evidence[start:end]
            if not any(sentence in each for each in seen):
                seen.append(sentence)
                yield sentence


def _given(text: str, title: str, language: str) -> list[NumberedPassage]:
    return number_passages(
        Article(id=article_id(text), text=text, title=title, path="article.txt", language=language)
    )


def number_passages(article: Article) -> list[NumberedPassage]:
    """The passages of an article, as a chat model gets them."""
    return [
        NumberedPassage(n, article, each, each.sentences) for n, each in enumerate(cut(article), 1)
    ]


if __name__ == "__main__":
    main()
