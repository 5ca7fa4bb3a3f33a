"""For somebody to whom articles are closed, every store is as if they were not in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.article import Period, Selection
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.search.question_words import correct_term
from index.store.base import IndexStore
from index.store.generation import ROW_KINDS
from tests.fakes import FakeEmbedder
from tests.index.store.postgres_stores import KINDS, empty_store

CLOSED = (
    Selection(folders=("conseil",)),
    Selection(outlets=("La Lettre",)),
    Selection(categories=("Secret",), languages=("fr",)),
)
TEXTS = {
    "pont.md": "Le pont fut construit en 1901 par Élise Marchand. Il mesure trente mètres.",
    "moulin.md": "Le moulin broie du grain depuis 1850. Sa roue tourne encore aujourd’hui.",
    "presse/port.md": "Le port accueille quarante navires. Élise Marchand y travaille en 1902.",
    "presse/ecole.md": "L’école du village compte trente élèves. Le maire l’a inaugurée en mai.",
    "presse/maire.md": "Le maire du village a promis un pont. Il veut aussi une école.",
}
SECRETS = {
    "conseil/budget.md": "Le zirconium manque au budget du pont. Le conseil cache trente millions.",
    "conseil/ecole.md": "Le conseil fermera l’école du village. Le maire Zacharie Uzon le sait.",
    "presse/lettre.md": "Le directeur du port sera remplacé. Le moulin sera vendu en 1903.",
    "secret.md": "Le moulin cache un tunnel. Le tunnel mène au port du village.",
}
LATER = {  # which an addition brings
    "presse/gare.md": "La gare du village ouvre en 1904. Le train passe sur le pont.",
    "conseil/gare.md": "La gare coûtera quarante millions. Le conseil cache le tunnel.",
}
HEADS = {
    "presse/lettre.md": "outlet: La Lettre\nauthor: Ulysse Zola\nlanguage: fr\n",
    "secret.md": "category: Secret\nlanguage: fr\n",
    "presse/port.md": "outlet: Le Phare\nauthor: Anne Morel\nlanguage: fr\n",
}
QUESTIONS = (
    "Qui a construit le pont ?",
    "Que cache le conseil ?",
    "Où mène le tunnel du moulin ?",
    "zirconuim",
    "qui est zacharie uzon",
)
WORDS = ("zirconium", "pont", "moulin", "tunel", "consail", "villaje", "ecole", "1903", "maire")


@pytest.fixture(params=KINDS)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[IndexStore]]:
    """An index with closed articles, and one without."""
    with ExitStack() as stack:
        found = []
        for name in ("whole", "open"):
            folder = tmp_path / name
            folder.mkdir()
            found.append(stack.enter_context(empty_store(request, folder)))
        yield found


def write(folder: Path, texts: dict[str, str]) -> None:
    for number, (name, text) in enumerate(texts.items()):
        path = folder / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = HEADS.get(name, "") + f"date: {date(2024, 1, 1 + len(name) + number)}\n"
        title = name.removesuffix(".md").replace("/", " ").capitalize()
        path.write_text(f"---\ntitle: {title}\n{head}---\n{text}\n", encoding="utf-8")


def build_both(
    stores: list[IndexStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[LiveIndex]:
    """An index of all articles as those see it who may read none of the closed ones, and the index
    of the open ones."""
    for texts in ({**TEXTS, **SECRETS}, LATER):
        for store, name in zip(stores, ("whole", "open"), strict=True):
            folder = tmp_path / name
            monkeypatch.chdir(folder)
            hidden = (*SECRETS, "conseil/gare.md") if name == "open" else ()
            write(folder, {key: text for key, text in texts.items() if key not in hidden})
            build([Path("corpus")], store, FakeEmbedder())
    judge = ConfidenceModel.load()
    whole, only = stores
    return [
        LiveIndex(whole, FakeEmbedder(), judge, closed=lambda: CLOSED),
        LiveIndex(only, FakeEmbedder(), judge),
    ]


def ask_everything(index: LiveIndex) -> dict[str, Any]:
    """All that an index says, without its own name and moment."""
    searcher = index.searcher()
    generation = searcher.generation
    facts, every = generation.facts, [*generation.articles(), *generation.copies()]
    names = [*TEXTS, *SECRETS, *LATER]
    ids = sorted({entry.id for entry in every} | {f"{number:012x}" for number in range(3)})
    terms = [f"fr:{word}" for word in WORDS] + ["1901", "1903"]
    frequencies = {}
    for kind in ROW_KINDS:
        statistics = generation.term_statistics(kind)
        frequencies[kind] = [
            len(statistics),
            sorted(statistics.frequencies(terms).items()),
            [correct_term(term, statistics) for term in terms],
        ]
    spring = Selection(since=date(2024, 1, 9), until=date(2024, 2, 1))
    keys = generation.passages_with([terms]).tolist()
    found: dict[str, Any] = {
        "facts": (facts.articles, facts.passages, facts.sentences, dict(facts.languages)),
        "frequencies": frequencies,
        "with": [(own.article_id, own.passage.text) for own in generation.passages_by_key(keys)],
        "facets": [generation.facet(kind) for kind in ("outlet", "category", "language", "author")],
        "lists": [
            list(map(asdict, part))
            for part in (
                every,
                generation.articles(limit=2),
                generation.articles(limit=2, skip=1),
                generation.articles(spring),
                searcher.articles(Period(date(2024, 1, 9), date(2024, 1, 20))),
            )
        ],
        "counts": [generation.count(), generation.count(spring)],
        "articles": [asdict(own) for _, own in sorted(generation.articles_by_id(ids).items())],
        "find": [
            list(map(asdict, generation.find(reference)))
            for name in names
            for reference in (f"corpus/{name}", name.removesuffix(".md").replace("/", " "), "Gare")
        ],
        "passages": [
            (generation.count_passages(own), opening and opening.passage)
            for own in ids
            for opening in [generation.opening(own)]
        ],
        "people": [
            bool(searcher.by_author(name)) for name in ("Anne Morel", "Ulysse Zola", "Zacharie")
        ],
        "outlets": [bool(searcher.by_outlet(name)) for name in ("La Lettre", "Le Phare")],
    }
    for question in QUESTIONS:
        findings = index.search(question)
        found[question] = [
            findings.question,
            [(hit.article, hit.passage) for hit in findings.hits],
            [hit.passage for hit in index.search_subject(question, 20)],
        ]
        found[f"{question} scores"] = [
            findings.confidence,
            *(hit.scores.total for hit in findings.hits),
        ]
    return found


def test_closed_articles_are_as_if_absent(
    stores: list[IndexStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded, only = build_both(stores, tmp_path, monkeypatch)
    said, expected = ask_everything(bounded), ask_everything(only)
    for name, value in expected.items():
        if name.endswith("scores"):  # the average length of BM25 is that of all articles
            value = pytest.approx(value, abs=0.02)
        assert said[name] == value, name
