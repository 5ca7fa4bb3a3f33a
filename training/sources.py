"""The public data that the reader learns from, as lines of text files in one folder."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

FRENCH = "piaf-fr"
CROSS = "xquad-35-cross"
READING = (
    FRENCH,
    "squad-train-part-en",
    "squadshifts-newwiki-en",
    "squad2-dev-half-en",
    "squad2-dev-es",
    "squad2-dev-pt",
    "norquad-no",
    "faquad-pt",
    "nq-qed-en",
    CROSS,
)

_MARKUP = re.compile(r"</?\w+>")


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """A question asked of a passage; without `answers`, the passage does not answer it.

    `answers` are pairs of a text and where it starts in `passage`; `source` is the file's name,
    `language` the passage's.
    """

    source: str
    language: str
    title: str
    passage: str
    text: str
    answers: tuple[tuple[str, int], ...]


def read_questions(folder: Path, source: str) -> list[TrainingQuestion]:
    """The questions of `reading/SOURCE.jsonl`, in its order."""
    return [
        TrainingQuestion(
            source,
            line["lang"],
            readable_title(line["art"]) if source != "norquad-no" else "",
            line["ctx"],
            line["q"].strip(),
            tuple((text, start) for text, start in line["ans"]),
        )
        for line in _lines(folder / "reading" / f"{source}.jsonl")
    ]


def readable_title(title: str) -> str:
    """A title as a person writes it, without markup and underscores."""
    return " ".join(_MARKUP.sub("", html.unescape(title)).replace("_", " ").split())


def fingerprint(text: str) -> str:
    """Sixteen hexadecimal digits that name a text without showing it."""
    return sha256(text.encode()).hexdigest()[:16]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
