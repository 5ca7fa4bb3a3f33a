"""Set the threshold of supported claims: `python -m training.faithfulness --data DATA`.

Claims written by hand, faithful and faulty, that the reader never saw: `press_claims.jsonl` over
news of NTREX-128 (`DATA/support/ntrex-*.jsonl`), and `wikinews_claims.jsonl` over the passages in
it. The reader's logit at the threshold and the exact checks together catch CAUGHT of the faulty
ones. Writes `bot/verification/support.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from bot.answering.injection import use_cache_dir
from bot.settings import load_settings
from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotationCache
from bot.verification.checker import find_exact_fault
from bot.verification.claim import NumberedPassage
from bot.verification.evidence import annotate_evidence
from bot.verification.support import support_logit
from index.article import Article, article_id
from index.ingestion.passages import cut
from index.models.bundled.reader import load_bundled_reader
from index.models.bundled.words import load_word_reader
from index.text.sentences import sentence_spans
from training.sources import TrainingClaim, read_claims

HERE = Path(__file__).resolve().parent
PRESS_CLAIMS, WIKINEWS_CLAIMS = HERE / "press_claims.jsonl", HERE / "wikinews_claims.jsonl"
OUT = HERE.parent / "bot" / "verification" / "support.json"
CAUGHT = 0.89  # share of the faulty claims
ARTICLE_SENTENCES = 13
REFUSED = -99.0  # logit of a claim that an exact check refuses


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """A claim, and the passages of the article to check it against."""

    text: str
    language: str
    is_faithful: bool
    passages: Sequence[NumberedPassage]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.faithfulness", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of support/")
    claims = [*_press_claims(parser.parse_args().data), *_wikinews_claims()]
    logits = np.array([*read_logits(claims)])
    faithful = np.array([each.is_faithful for each in claims])
    threshold = float(np.quantile(logits[~faithful], CAUGHT))
    figures = {
        "auroc": round(float(roc_auc_score(faithful, logits)), 3),
        "caught": round(float((logits[~faithful] <= threshold).mean()), 3),
        "kept": round(float((logits[faithful] > threshold).mean()), 3),
    }
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger(__name__).info("%s", json.dumps(figures))
    model = {"threshold": round(threshold, 3), "held_out": figures}
    OUT.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def read_logits(claims: Sequence[WrittenClaim]) -> Iterator[float]:
    """Yield the logit that each claim is supported."""
    cache_dir = load_settings().cache_dir
    use_cache_dir(cache_dir)
    words = AnnotationCache(load_word_reader(cache_dir))
    reader = load_bundled_reader(cache_dir)
    for each in claims:
        claim = words.read(each.text, each.language)
        alignment = Alignment(claim, annotate_evidence(each.passages, words))
        is_refused = find_exact_fault(alignment) is not None
        yield REFUSED if is_refused else support_logit(alignment, reader)


def _press_claims(data: Path) -> Iterator[WrittenClaim]:
    passages = {language: _passages(data, language) for language in ("fr", "en")}
    for line in PRESS_CLAIMS.read_text("utf-8").splitlines():
        row = json.loads(line)
        given = passages[row["language"]][row["group"]]
        yield WrittenClaim(row["claim"], row["language"], row["fault"] is None, given)


def _wikinews_claims() -> Iterator[WrittenClaim]:
    for line in WIKINEWS_CLAIMS.read_text("utf-8").splitlines():
        row = json.loads(line)
        given = _given(row["passage"], row["title"], "fr")
        for claim in row["claims"]:
            yield WrittenClaim(claim["claim"], "fr", claim["fault"] is None, given)


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
