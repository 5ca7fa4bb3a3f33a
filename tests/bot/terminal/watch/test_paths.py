"""Which paths the index is built from."""

from __future__ import annotations

from pathlib import Path

from bot.library.paths import corpus_paths, standing_paths
from bot.settings import load_settings
from index.ingestion.builder import build, build_articles
from tests.fakes import FakeEmbedder
from tests.index.samples import three


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "phare.txt").write_text("Le phare\n\nIl mesure quarante mètres.", encoding="utf-8")
    return folder


def test_what_is_asked_for_is_all_and_else_the_corpus_and_what_was_fetched(home: Path) -> None:
    settings = load_settings()
    assert corpus_paths(settings, ()) == [Path("corpus")]
    made(home / ".selon" / "corpus")
    assert corpus_paths(settings, ()) == [Path(".selon/corpus")]
    made(home / "corpus")
    assert corpus_paths(settings, ()) == [Path("corpus"), Path(".selon/corpus")]
    assert corpus_paths(settings, [Path("ailleurs")]) == [Path("ailleurs")]


def test_the_paths_of_the_index_in_service_stand(home: Path) -> None:
    settings = load_settings()
    folder = made(home / "articles")
    build([folder], settings.data_dir, FakeEmbedder())
    assert standing_paths(settings) == [folder]
    made(home / ".selon" / "corpus")
    assert standing_paths(settings) == [folder, Path(".selon/corpus")]


def test_an_index_that_is_damaged_leaves_the_corpus(home: Path) -> None:
    settings = load_settings()
    build_articles(three(), settings.data_dir, FakeEmbedder())
    (settings.data_dir / "index" / "CURRENT").write_text("nonsense", encoding="utf-8")
    assert standing_paths(settings) == [Path("corpus")]
