from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.errors import Problem, ReadError
from index.formats.base import Options, Skipped, Source
from index.formats.conversion import read_source
from index.formats.publication import next_release
from index.ingestion import sources
from index.ingestion.builder import BuildReport, build
from index.store.articles import ARTICLES_FILE
from index.store.factory import open_store
from index.store.files.integrity import current_id, verify
from index.store.removals import RemovedArticles
from tests.fakes import FakeEmbedder
from tests.index.samples import best_passage, folder_in_service, opened

ReadSource = Callable[[Source, Options | None], Iterator[Article | Skipped]]

WIRE = (
    "Le conseil municipal a voté lundi soir la rénovation de la halle couverte, fermée depuis "
    "l’orage de mars. Les travaux commenceront à l’automne et dureront dix-huit mois. Les "
    "commerçants seront logés sous des tentes, place du Marché, pendant toute la durée du "
    "chantier. La mairie promet que les loyers n’augmenteront pas à la réouverture, et que la "
    "charpente de bois sera gardée telle quelle."
)


class Corpus:
    """A folder of articles, its data directory, and which files were read at the last build."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = root / "corpus"
        self.folder.mkdir()
        self.data_dir = root / "data"
        self.read: list[str] = []
        real: ReadSource = read_source

        def read(source: Source, options: Options | None = None) -> Iterator[Article | Skipped]:
            self.read.append(source.path.name)
            return real(source, options)

        monkeypatch.setattr(sources, "read_apart", read)

    def write(self, name: str, text: str, **facts: str) -> Path:
        path = self.folder / name
        head = "".join(f"{key}: {value}\n" for key, value in {"language": "fr", **facts}.items())
        path.write_text(f"---\n{head}---\n\n{text}\n", encoding="utf-8")
        return path

    def build(self, options: Options | None = None) -> BuildReport:
        self.read.clear()
        return build([self.folder], self.data_dir, FakeEmbedder(), options=options)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    made = Corpus(tmp_path, monkeypatch)
    made.write("pont.md", "Le pont date de 1901.", title="Pont")
    made.write("moulin.md", "Le moulin broie du grain.", title="Moulin")
    return made


def test_a_file_is_read_again_only_when_its_bytes_change(corpus: Corpus) -> None:
    first = corpus.build()
    assert corpus.read == ["moulin.md", "pont.md"]
    os.utime(corpus.folder / "pont.md", ns=(1, 1))
    second = corpus.build()
    assert corpus.read == []
    assert not second.switched
    assert (second.generation, second.unchanged) == (first.generation, 2)
    corpus.write("pont.md", "Le pont date de 1902.", title="Pont")
    third = corpus.build()
    assert corpus.read == ["pont.md"]
    assert (third.changed, third.unchanged, third.embedded) == (1, 1, 1)
    assert best_passage(corpus.data_dir, "De quand date le pont ?") == "Le pont date de 1902."
    assert best_passage(corpus.data_dir, "Que broie le moulin ?") == "Le moulin broie du grain."


def test_a_file_that_failed_is_named_every_time_and_read_once(corpus: Corpus) -> None:
    (corpus.folder / "vide.md").write_text("")
    first = corpus.build()
    second = corpus.build()
    assert len(first.skipped) == 1
    assert second.skipped == first.skipped
    assert (corpus.read, second.switched) == ([], False)
    corpus.write("pont.md", "Le pont date de 1902.", title="Pont")
    assert corpus.build().skipped == first.skipped
    assert corpus.read == ["pont.md"]
    corpus.write("vide.md", "Plus si vide.", title="Vide")
    assert (corpus.build().added, corpus.build().skipped) == (1, ())
    (corpus.folder / "vide.md").write_text("")
    third = corpus.build()
    assert (third.removed, third.skipped) == (1, first.skipped)
    assert (corpus.build().skipped, corpus.read) == (first.skipped, [])


def test_a_bad_file_among_good_ones_makes_no_generation_and_is_remembered(corpus: Corpus) -> None:
    first = corpus.build()
    for name in ("a.md", "b.md", "c.md"):  # more than an addition takes
        (corpus.folder / name).write_text("")
        report = corpus.build()
        assert (corpus.read, report.generation) == ([name], first.generation)
    (corpus.folder / "a.md").unlink()
    assert len(corpus.build().skipped) == 2
    assert corpus.read == []


def test_a_failure_of_the_machine_or_of_other_tools_is_tried_again(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: ReadSource = read_source
    code = "reading-crash"

    def read(source: Source, options: Options | None = None) -> Iterator[Article | Skipped]:
        corpus.read.append(source.path.name)
        if source.path.name == "pont.md":
            raise ReadError(Problem(code), subject=source.label)
        return real(source, options)

    monkeypatch.setattr(sources, "read_apart", read)
    corpus.build()
    corpus.build()
    assert corpus.read == ["pont.md"]
    code = "pdf-scan-no-tesseract"
    corpus.build()
    corpus.build()
    assert corpus.read == []
    monkeypatch.setenv("PATH", "")
    corpus.build()
    assert "pont.md" in corpus.read


def test_a_failure_of_a_stopped_build_keeps_no_article_of_before(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.build()
    (corpus.folder / "pont.md").write_text("")
    corpus.write("moulin.md", "Le moulin ne broie plus.", title="Moulin")
    with monkeypatch.context() as patch:
        patch.setattr(FakeEmbedder, "embed_passages", None)
        with pytest.raises(TypeError):
            corpus.build()
    report = corpus.build()
    assert (report.articles, report.removed, corpus.read) == (1, 1, ["moulin.md"])


def test_other_options_or_rules_read_again(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.build()
    options = Options(fields={"text": "corps"})
    assert corpus.build(options).unchanged == 2
    assert len(corpus.read) == 2
    corpus.build(options)
    assert corpus.read == []
    monkeypatch.setattr("index.ingestion.readings.PASSAGE_VERSION", 0)
    corpus.build(options)
    assert len(corpus.read) == 2
    corpus.build(options)
    assert corpus.read == []


def test_a_file_that_changes_while_it_is_read_is_read_again_next_time(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: ReadSource = read_source

    def read(source: Source, options: Options | None = None) -> Iterator[Article | Skipped]:
        yield from real(source, options)
        if source.path.name == "pont.md":
            corpus.write("pont.md", "Le pont date de 1999.", title="Pont")

    with monkeypatch.context() as patch:
        patch.setattr(sources, "read_apart", read)
        corpus.build()
    assert "1901" in best_passage(corpus.data_dir, "De quand date le pont ?")
    assert (corpus.build().changed, corpus.read) == (1, ["pont.md"])
    assert "1999" in best_passage(corpus.data_dir, "De quand date le pont ?")


def test_a_removed_article_is_left_out_until_it_is_restored(corpus: Corpus) -> None:
    corpus.build()
    with opened(corpus.data_dir) as generation:
        [pont] = generation.find("Pont")
    removed = RemovedArticles(open_store(corpus.data_dir))
    removed.add([pont])
    report = corpus.build()
    assert (report.articles, report.removed, report.left_out) == (1, 1, 1)
    assert corpus.read == []
    assert best_passage(corpus.data_dir, "De quand date le pont ?") == "Le moulin broie du grain."
    again = corpus.build()
    assert (again.switched, again.left_out) == (False, 1)
    corpus.write("pont.md", "Le pont date de 1902.", title="Pont")
    report = corpus.build()
    assert (report.articles, report.left_out) == (1, 1)
    removed.restore(pont.id)
    report = corpus.build()
    assert (report.articles, report.added, report.left_out) == (2, 1, 0)
    assert best_passage(corpus.data_dir, "De quand date le pont ?") == "Le pont date de 1902."


def test_the_same_article_under_two_names_is_answered_from_once(corpus: Corpus) -> None:
    corpus.write("agence.md", WIRE, title="Halle", date="2025-03-01", outlet="Agence")
    corpus.write("gazette.md", WIRE, title="La halle", date="2025-03-02", outlet="La Gazette")
    report = corpus.build()
    assert (report.articles, report.duplicates) == (3, 1)
    with opened(corpus.data_dir) as generation:
        assert len(generation.articles()) == generation.count() == 3
        [kept] = (article for article in generation.articles() if article.has_copies)
        article = generation.article(kept.id)
        assert article is not None
        assert (article.title, [copy.title for copy in article.copies]) == ("La halle", ["Halle"])
        [copy] = generation.find("Halle")
        assert copy.copy_of == kept.id
        assert generation.find(copy.path) == generation.find(copy.id[:6]) == [copy]
    assert verify(corpus.data_dir).copies == 1
    assert not corpus.build().switched
    assert corpus.build().duplicates == 1


def test_a_copy_stands_in_when_the_one_kept_is_gone(corpus: Corpus) -> None:
    corpus.write("agence.md", WIRE, title="Halle", date="2025-03-01")
    corpus.write("gazette.md", f"{WIRE} Les travaux sont confiés à la région.", date="2025-03-02")
    assert corpus.build().duplicates == 1
    (corpus.folder / "gazette.md").unlink()
    report = corpus.build()
    assert (report.articles, report.duplicates, corpus.read) == (3, 0, [])
    with opened(corpus.data_dir) as generation:
        [halle] = generation.find("Halle")
        article = generation.article(halle.id)
    assert halle.copy_of is None
    assert article is not None
    assert article.copies == ()
    corpus.write("agence.md", "Tout autre chose, en peu de mots.", title="Halle")
    assert corpus.build().changed == 1


_NAMES = ("a.md", "b.md", "c.md", "d.md", "e.md")
_TEXTS = (
    "Le pont date de 1901. Il mesure trente mètres.",
    "Le moulin broie du grain.\n\nSa roue tourne encore.",
    WIRE,
    f"{WIRE} Le maire s’en félicite.",
    "",
)
_CHANGE = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(_NAMES), st.sampled_from(_TEXTS)),
    st.tuples(
        st.sampled_from(("delete", "remove", "restore")), st.sampled_from(_NAMES), st.just("")
    ),
)


def _apply(data_dir: Path, folder: Path, change: tuple[str, str, str]) -> None:
    kind, name, text = change
    path = folder / name
    if kind == "write":
        path.write_text(text, encoding="utf-8")
    elif kind == "delete":
        path.unlink(missing_ok=True)
    elif kind == "restore":
        for article in RemovedArticles(open_store(data_dir)).articles:
            if article.path.endswith(name):
                RemovedArticles(open_store(data_dir)).restore(article.id)
    elif current_id(data_dir) is not None:
        with opened(data_dir) as generation:
            RemovedArticles(open_store(data_dir)).add(generation.find(str(path)))


def _content(data_dir: Path) -> tuple[list[str], dict[str, str]]:
    """Every row about articles, and what every other file holds."""
    manifest = verify(data_dir)
    connection = sqlite3.connect(folder_in_service(data_dir) / ARTICLES_FILE)
    try:
        rows = [
            str(row)
            for table in ("articles", "passages", "sentences")
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")
        ]
    finally:
        connection.close()
    files = {name: stamp.sha256 for name, stamp in manifest.files.items() if name != ARTICLES_FILE}
    return rows, {**files, "fingerprint": manifest.fingerprint, "copies": str(manifest.copies)}


@settings(max_examples=8)
@given(changes=st.lists(st.lists(_CHANGE, min_size=1, max_size=3), min_size=1, max_size=5))
def test_however_it_came_about_the_index_is_that_of_a_build_from_nothing(
    changes: Sequence[Sequence[tuple[str, str, str]]],
) -> None:
    with TemporaryDirectory() as root:
        folder, grown, new = (Path(root, name) for name in ("corpus", "grown", "new"))
        folder.mkdir()
        (folder / "stays.md").write_text("Le phare éclaire la nuit.", encoding="utf-8")
        for some in changes:
            for change in some:
                _apply(grown, folder, change)
            build([folder], grown, FakeEmbedder())
        RemovedArticles(open_store(new)).add(RemovedArticles(open_store(grown)).articles)
        build([folder], new, FakeEmbedder())
        assert _content(grown) == _content(new)


def test_an_embargo_holds_until_its_day(corpus: Corpus) -> None:
    halle = corpus.write("halle.md", WIRE)
    corpus.build()
    corpus.write("pont.md", "Le pont rouvre demain, dit-on.", date="2126-01-02")
    report = corpus.build()
    (skipped,) = report.skipped
    assert skipped.problem == Problem("article-embargoed", until="2126-01-02 00:00:00")
    assert report.articles == 2
    assert corpus.build().articles == 2
    assert corpus.read == []  # it need not be read again before
    with time_machine.travel("2126-01-02 12:00:00"):
        assert next_release(report.skipped) is not None
        assert corpus.build().articles == 3
        assert corpus.read == ["pont.md"]
    # A date moved to the future takes an article out again.
    corpus.write("halle.md", WIRE, date="2127-01-01")
    assert corpus.build().removed == 1
    assert halle.exists()


def test_an_article_hidden_before_its_file_goes_needs_no_full_build(corpus: Corpus) -> None:
    for number in range(8):
        corpus.write(f"a{number}.md", f"Le moulin numéro {number} tourne depuis {1800 + number}.")
    corpus.build()
    store = open_store(corpus.data_dir)
    with store.open() as generation:
        entry = next(entry for entry in generation.articles() if entry.path.endswith("a3.md"))
    RemovedArticles(store).add([entry])
    (corpus.folder / "a3.md").unlink()
    assert corpus.build().removed == 1
    assert corpus.read == []
    RemovedArticles(store).restore(entry.id)
    assert not corpus.build().switched
