"""List French words that hardly ever lack an accent, and countries: `python -m training.spellings`.

Writes `index/search/spellings.txt` from the passages of PIAF, the questions to learn from, and
Babel's names of territories.
"""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale

from index.text.folding import fold
from training.sources import FRENCH, read_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "index" / "search" / "spellings.txt"
LEAST, SHARE = 5, 0.8
PARTICIPLE_SHARE = 0.97  # of « touché », beside « touche »
_OTHER_WORDS = {"grenade", "jersey", "monde"}
_WORD = re.compile(r"[^\W\d_]{3,}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.spellings", description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in _texts(parser.parse_args().data):
        for word in _WORD.findall(text if text != fold(text) else ""):
            forms[fold(word.lower())][word.lower()] += 1
    usual = [
        form
        for plain, counts in forms.items()
        for form, count in counts.most_common(1)
        for share in [PARTICIPLE_SHARE if form.endswith(("é", "és")) else SHARE]
        if form != plain and count >= max(LEAST, share * counts.total())
    ]
    names = Locale("fr").territories.values()
    usual += [name for name in names if name.isalpha() and fold(name.lower()) not in _OTHER_WORDS]
    lines = textwrap.wrap(" ".join(sorted(usual)), width=100, break_on_hyphens=False)
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _texts(data: Path) -> Iterator[str]:
    yield from sorted({question.passage for question in read_questions(data, FRENCH)})
    for name, field in (("news_questions", "question"), ("reworded_questions", "question")):
        with (HERE / f"{name}.jsonl").open(encoding="utf-8") as file:
            for record in map(json.loads, file):
                if record.get("half", "learn") == "learn":
                    yield record[field]


if __name__ == "__main__":
    main()
