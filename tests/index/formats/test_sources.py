from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from unittest import mock

import pytest

from index.article import Article
from index.errors import Problem, ReadError
from index.formats.base import Skipped
from index.formats.conversion import read_source
from index.formats.sources import LEDGER, find_sources, read_ledger
from index.formats.table import suffix_of
from index.ingestion.builder import build_articles
from index.store.factory import open_store
from index.store.removals import RemovedArticles
from tests.fakes import FakeEmbedder
from tests.index.samples import three

FOUND = ["corpus/a.txt", "corpus/b.md", "corpus/sous/c.MD"]


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "corpus"
    for name in ("b.md", "a.txt", "sous/c.MD", "image.png", ".cache.md", ".git/d.md"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Un texte.")
    return folder


def _locations(*paths: Path) -> list[str]:
    return [source.location for source in find_sources(paths)[0]]


def test_known_files_below_a_folder_in_order_wherever_it_is_seen_from(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, skipped = find_sources([corpus])
    assert [source.location for source in sources] == FOUND
    assert [source.label for source in sources] == FOUND
    assert skipped == []
    monkeypatch.chdir(corpus)
    assert _locations(Path()) == _locations(Path("../corpus")) == FOUND


def test_what_is_not_read_is_named_but_pictures_and_hidden_files(corpus: Path) -> None:
    for name in ("note.DOC", "photo.jpg", "communiqué.pages", ".caché.doc"):
        (corpus / name).write_bytes(b"x")
    (corpus / "perdu.md").symlink_to(corpus / "rien.md")
    os.mkfifo(corpus / "tube.md")  # it would be waited for if it were opened
    skipped = find_sources([corpus])[1]
    assert [(skip.label, skip.problem.code) for skip in skipped] == [
        ("corpus/communiqué.pages", "file-pages"),
        ("corpus/note.DOC", "file-old-office"),
        ("corpus/perdu.md", "link-lost"),
        ("corpus/tube.md", "file-special"),
    ]


def test_a_named_file_of_no_format_is_skipped_and_a_missing_one_refused(corpus: Path) -> None:
    sources, skipped = find_sources([corpus / "image.png"])
    assert sources == []
    assert [skip.label for skip in skipped] == ["corpus/image.png"]
    assert ".md" in str(skipped[0].problem)
    assert ".txt" in str(skipped[0].problem)
    with pytest.raises(ReadError, match="absent: path-missing"):
        find_sources([corpus, corpus / "absent"])


def test_links_are_followed_once(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "ailleurs"
    other.mkdir()
    (other / "e.md").write_text("Un texte.")
    (corpus / "lien").symlink_to(other)
    (corpus / "sous" / "boucle").symlink_to(corpus)
    (corpus / "z.md").symlink_to(corpus / "a.txt")
    assert _locations(corpus, other) == sorted([*FOUND, "corpus/lien/e.md"])


def test_a_link_out_of_the_folder_is_named_and_followed_only_where_its_end_is_named_too(
    corpus: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "corpus-secret"  # begins as the corpus does
    secret.mkdir()
    (secret / "lettre.txt").write_text("secret", encoding="utf-8")
    (corpus / "lien").symlink_to(secret)
    (corpus / "lettre.md").symlink_to(secret / "lettre.txt")
    (corpus / "cle.pem").symlink_to(secret / "lettre.txt")  # of no format: not spoken of
    (corpus / "autre").symlink_to(corpus / "sous")
    found, skipped = find_sources([corpus])
    assert [source.path.name for source in found if "lettre" in source.path.name] == []
    assert [skip for skip in skipped if skip.problem.code == "link-out"] == [
        Skipped("corpus/lettre.md", Problem("link-out")),
        Skipped("corpus/lien", Problem("link-out")),
    ]
    named, skipped = find_sources([corpus, secret])
    assert "lettre.txt" in [source.path.resolve().name for source in named]
    assert "link-out" not in [skip.problem.code for skip in skipped]
    (tmp_path / "par-lien").symlink_to(corpus)
    assert len(find_sources([tmp_path / "par-lien"])[0]) == len(found)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.tar.gz", ".tar.gz"),
        ("export.jsonl.gz", ".gz"),
        ("a.gz", None),
        (".md", None),
        ("a.md.bak", None),
    ],
)
def test_suffixes_of_one_and_of_two_parts(name: str, suffix: str | None) -> None:
    assert suffix_of(name) == suffix


def test_locations_are_composed_text_and_all_told_apart(corpus: Path, tmp_path: Path) -> None:
    (corpus / "e\u0301te\u0301.md").write_text("Un texte.")
    (corpus / os.fsdecode(b"nom\xe9.md")).write_text("Un texte.")
    twin = tmp_path / "autre" / "corpus"
    twin.mkdir(parents=True)
    (twin / "a.txt").write_text("Un autre texte.")
    expected = {"corpus/été.md", "corpus/nom\ufffd.md", "corpus/a.txt", (twin / "a.txt").as_posix()}
    assert expected <= set(_locations(corpus, twin))


def test_folders_deeper_than_a_path_may_be_are_named(tmp_path: Path) -> None:
    here = Path.cwd()
    root = tmp_path / "corpus"
    root.mkdir()
    try:
        os.chdir(root)
        for _ in range(25):
            os.mkdir("d" * 200)  # noqa: PTH102 - the whole path would be too long
            os.chdir("d" * 200)
        Path("a.md").write_text("Un texte.")
    finally:
        os.chdir(here)
    (root / "b.md").write_text("Un texte.")
    sources, skipped = find_sources([root])
    assert [source.location for source in sources] == ["corpus/b.md"]
    assert [skip.problem.code for skip in skipped] == ["folder-too-deep"]


def test_a_ledger_tells_where_files_were_fetched(corpus: Path) -> None:
    first, third = "https://exemple.fr/a", "https://exemple.fr/c"
    urls = {"a.txt": first, "b.md": "pas une adresse", "sous/c.MD": third}
    files = {name: {"url": url} for name, url in urls.items()}
    (corpus / LEDGER).write_text(json.dumps({"version": 1, "files": files}))
    sources, skipped = find_sources([corpus])
    assert [source.url for source in sources] == [first, None, third]
    assert skipped == []
    with mock.patch("index.formats.sources.read_ledger", wraps=read_ledger) as parse:
        named, _ = find_sources([corpus / "a.txt", corpus / "b.md"])
    parse.assert_called_once()
    assert [source.url for source in named] == [first, None]
    (article,) = read_source(sources[0])
    assert isinstance(article, Article)
    assert (article.url, dict(article.origins)["url"]) == (first, "address")


@pytest.mark.parametrize("text", ["", "[", "[]", '{"files": 1}', "[" * 100_000, "\x00"])
def test_a_broken_ledger_is_named_and_its_files_are_read(corpus: Path, text: str) -> None:
    (corpus / LEDGER).write_text(text)
    sources, (skipped,) = find_sources([corpus])
    assert len(sources) == 3
    assert skipped.label == f"corpus/{LEDGER}"
    assert skipped.problem.code == "addresses-unreadable"


def test_an_index_in_a_folder_of_articles_is_named_and_not_read(corpus: Path) -> None:
    """A data directory, an index that lies apart, an export: written by builds, not by anybody."""
    written = open_store(corpus / "data")
    build_articles(three(), written, FakeEmbedder())
    written.export(corpus / "sauvegarde")
    RemovedArticles(written).add(three()[:1])
    shutil.copytree(corpus / "data" / "index", corpus / "ancien")
    sources, skipped = find_sources([corpus])
    assert [source.location for source in sources] == FOUND
    assert skipped == [
        Skipped(f"corpus/{name}", Problem("folder-of-index"))
        for name in ("ancien", "data", "sauvegarde")
    ]


def test_articles_beside_an_index_are_read_where_their_folder_is_named(corpus: Path) -> None:
    build_articles(three(), corpus, FakeEmbedder())
    (corpus / "index" / "note.md").write_text("Un texte.")
    sources, skipped = find_sources([corpus])
    assert [source.location for source in sources] == FOUND
    assert [skip.label for skip in skipped] == ["corpus/index"]
    assert _locations(corpus / "index") == ["index/note.md"]
