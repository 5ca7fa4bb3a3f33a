"""Make the articles of the press benchmark from a checkout of the corpus WiNER-fr.

    python bench/press/articles.py CHECKOUT FOLDER [LIST.tsv]

CHECKOUT is github.com/YoannDupont/WiNER-fr; FOLDER gets one Markdown file an article, those that
LIST.tsv (`articles.tsv` unless given) names, as it has their SHA-256. What differs is named, and
ends it with 1.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

LIST = Path(__file__).with_name("articles.tsv")

_NOTICE = re.compile(
    r"^(?:Cet article (?:mentionne|est|concerne|fait)|Page actualisée|Article à"
    r"|Article sur Wikipédia|Localisation des villes).*$",
    re.MULTILINE,
)
_DATELINE = re.compile(
    r"^(?:[^\n–]{0,25}, *)?\d{1,2}(?: ?er)? \w+ \d{4}[^\n–]{0,40}\.\s*[–-]\s*", re.MULTILINE
)
_DATELINE_WITHIN = 500  # first characters in which it stands
_ELSEWHERE = re.compile(
    r"^Sur le même sujet .*(?:\n+Tour de France 2016 :.*)*"
    r"|^(?:Vous pouvez également consulter|Ressources multimédia sur|Article sur Wik).*$",
    re.MULTILINE,
)


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print(__doc__)
        return 2
    checkout, folder, *lists = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    by_url = {url: path for path, url in read_texts(checkout)}
    others = 0
    with (lists[0] if lists else LIST).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            source = by_url.get(row["url"])
            text = make_markdown(source, row["published"], row["url"]) if source else ""
            if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
                print(f"{row['file']}: {'other text' if source else 'not in the checkout'}")
                others += 1
            elif source:
                (folder / row["file"]).write_text(text, encoding="utf-8")
    return 1 if others else 0


def read_texts(checkout: Path) -> Iterator[tuple[Path, str]]:
    """Every text of the checkout with its address."""
    for listed in sorted(checkout.glob("20*/*-urls.txt")):
        for line in listed.read_text(encoding="utf-8").splitlines():
            name, _, url = line.partition("\t")
            for path in listed.parent.glob(f"*/{name}.txt"):
                yield path, url.strip()


def make_markdown(source: Path, published: str, url: str) -> str:
    text = source.read_text(encoding="utf-8").replace("\u00a0", " ").strip()
    title, _, body = text.partition("\n")
    body = _NOTICE.sub("", body)
    dateline = _DATELINE.search(body)
    if dateline and dateline.start() < _DATELINE_WITHIN:
        body = body[: dateline.start()] + body[dateline.end() :]
    body = re.sub(r"\n{3,}", "\n\n", _ELSEWHERE.sub("", body)).strip()
    facts = {"title": json.dumps(title.strip(), ensure_ascii=False)} | {
        "author": "Contributeurs de Wikinews",
        "published": published,
        "url": url,
        "outlet": "Wikinews",
        "language": "fr",
    }
    head = "\n".join(f"{name}: {value}" for name, value in facts.items())
    return f"---\n{head}\n---\n\n{body}\n"


if __name__ == "__main__":
    sys.exit(main())
