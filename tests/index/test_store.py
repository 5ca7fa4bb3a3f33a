from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import store
from index.errors import DamagedIndex, ModelMismatch, NoIndex
from index.passages import cut
from index.store import current_id, open_generation, verify
from tests.fakes import FakeEmbedder
from tests.index.samples import article, full, index, opened, three


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one generation, for tests that only read it."""
    data_dir = tmp_path_factory.mktemp("built")
    index([*three(), full()], data_dir)
    return data_dir


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    """A copy of it, for tests that damage it."""
    return shutil.copytree(built, tmp_path / "data")


def _folder(data_dir: Path) -> Path:
    return data_dir / "index" / "generations" / str(current_id(data_dir))


def _files(data_dir: Path) -> list[str]:
    folder = _folder(data_dir)
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


# What an open generation holds


def test_an_article_comes_back_with_every_field(built: Path) -> None:
    with opened(built) as generation:
        for written in [*three(), full()]:
            assert generation.article(written.id) == written
        assert generation.article("unknown") is None


def test_articles_are_listed_newest_first_without_their_texts(built: Path) -> None:
    with opened(built) as generation:
        entries = generation.articles()
    assert [entry.title for entry in entries] == [
        "L’histoire entière",
        "Pont",
        "Moulin",
        "Harbour",
    ]
    assert entries[0].published == full().published
    assert (entries[0].author, entries[0].url) == (full().author, full().url)
    assert entries[3].language == "en"
    assert not hasattr(entries[0], "text")


def test_passages_are_read_back_as_they_were_cut_in_the_order_asked(built: Path) -> None:
    expected = [(one.id, passage) for one in [*three(), full()] for passage in cut(one)]
    with opened(built) as generation:
        rows = list(reversed(range(len(expected))))
        stored = generation.stored(rows)
        assert [(each.article_id, each.passage) for each in stored] == list(reversed(expected))
        assert [each.row for each in stored] == rows
        assert generation.stored([]) == []
        with pytest.raises(IndexError, match="999"):
            generation.stored([0, 999])


def test_sentences_lead_to_their_passage_and_back(built: Path) -> None:
    with opened(built) as generation:
        count = generation.manifest.passages
        for each in generation.stored(range(count)):
            sentences = len(each.passage.sentences)
            rows = np.arange(each.first_sentence, each.first_sentence + sentences)
            assert generation.passages_of_sentences(rows).tolist() == [each.row] * sentences
        first, many = generation.sentence_rows(np.array([count - 1, 0]))
        last, start = generation.stored([count - 1, 0])
        assert first.tolist() == [last.first_sentence, 0]
        assert many.tolist() == [len(last.passage.sentences), len(start.passage.sentences)]
        assert last.first_sentence + many[0] == generation.manifest.sentences


def test_vectors_are_those_of_the_texts_with_their_title(built: Path) -> None:
    embedder = FakeEmbedder()
    with opened(built) as generation:
        [stored] = generation.stored([1])
        sentence = stored.passage.sentences[0].text
        rows = np.array([stored.first_sentence])
        expected = embedder.embed_passages([f"Moulin. {sentence}"])
        np.testing.assert_array_equal(generation.sentence_vectors.vectors(rows), expected)
        expected = embedder.embed_passages([f"Moulin. {stored.passage.text}"])
        np.testing.assert_array_equal(generation.passage_vectors.vectors(np.array([1])), expected)


def test_words_lead_to_passages_and_to_sentences(built: Path) -> None:
    with opened(built) as generation:
        passage = int(generation.passage_words.match("le grain broyé", "fr").scores.argmax())
        sentence = int(generation.sentence_words.match("la roue", "fr").scores.argmax())
        [stored] = generation.stored([passage])
        assert "broie du grain" in stored.passage.text
        found = stored.passage.sentences[sentence - stored.first_sentence]
        assert found.text.startswith("Sa roue")


def test_an_offset_leads_to_the_passage_that_holds_it(built: Path) -> None:
    written = full()
    with opened(built) as generation:
        at = generation.passage_at(written.id, written.text.index("Nice"))
        assert at is not None
        assert at.passage.heading == "Origine"
        assert "Puis à Nice." in at.passage.text
        assert generation.passage_at(written.id, written.text.index("Origine")) is None
        assert generation.passage_at(written.id, len(written.text)) is None
        assert generation.passage_at("unknown", 0) is None


def test_the_manifest_says_what_was_built(built: Path) -> None:
    manifest = verify(built)
    assert (manifest.articles, manifest.languages) == (4, {"fr": 3, "en": 1})
    assert list(manifest.languages) == ["fr", "en"]
    assert (manifest.model, manifest.dimension) == ("fake-64", 64)
    assert manifest.built_at.utcoffset() is not None
    assert set(manifest.files) == set(_files(built)) - {"manifest.json"}


def test_several_threads_may_ask_at_once(built: Path) -> None:
    with opened(built) as generation, ThreadPoolExecutor(8) as pool:
        rows = [n % generation.manifest.passages for n in range(400)]
        found = list(pool.map(lambda row: generation.stored([row])[0].row, rows))
    assert found == rows


def test_an_open_generation_answers_after_its_files_are_gone(data_dir: Path) -> None:
    with opened(data_dir) as generation:
        shutil.rmtree(data_dir)
        [stored] = generation.stored([0])
        written = generation.article(stored.article_id)
        assert written is not None
        assert stored.passage.text in written.text
        assert len(generation.passage_vectors.vectors(np.array([0]))) == 1


def test_a_path_that_looks_like_a_query_is_a_path(tmp_path: Path) -> None:
    odd = tmp_path / "50% né #1?mode=rw"
    index(three(), odd)
    with opened(odd) as generation:
        assert len(generation.articles()) == 3


# What is refused at opening


def test_nothing_indexed_yet_says_how_to_index(tmp_path: Path) -> None:
    for data_dir in (tmp_path, tmp_path / "missing"):
        assert current_id(data_dir) is None
        with pytest.raises(NoIndex, match="run `selon index`"):
            opened(data_dir)
        with pytest.raises(NoIndex):
            verify(data_dir)


def test_another_model_is_named_beside_the_one_of_the_index(built: Path) -> None:
    with pytest.raises(ModelMismatch) as caught:
        open_generation(built, model="other-model", dimension=64)
    for part in ("'fake-64'", "'other-model'", "`selon index`", "SELON_EMBEDDING_MODEL"):
        assert part in str(caught.value)
    with pytest.raises(ModelMismatch):
        open_generation(built, model="fake-64", dimension=65)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("damage", [_flip, _truncate, _grow, Path.unlink])
def test_damage_to_any_file_is_found_at_opening(
    data_dir: Path, damage: Callable[[Path], None]
) -> None:
    names = _files(data_dir)
    assert len(names) > 6
    for name in names:
        path = _folder(data_dir) / name
        before = path.read_bytes()
        damage(path)
        for look in (opened, verify):
            with pytest.raises(DamagedIndex) as caught:
                look(data_dir)
            message = str(caught.value)
            assert str(path) in message
            assert "`selon index`" in message
            assert "\n" not in message
        path.write_bytes(before)
    opened(data_dir).close()


def test_damage_to_any_byte_of_the_manifest_is_found(data_dir: Path) -> None:
    path = _folder(data_dir) / "manifest.json"
    before = path.read_bytes()
    for at in range(0, len(before), 37):
        path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
        with pytest.raises(DamagedIndex, match=r"manifest\.json"):
            opened(data_dir)


@pytest.mark.parametrize("damage", [_truncate, _grow])
def test_the_size_of_a_large_file_is_checked_too(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setattr("index.manifest._QUICK", 10)
    damage(_folder(data_dir) / store.SENTENCES)
    with pytest.raises(DamagedIndex, match=r"sentences\.faiss: \d+ bytes instead of \d+"):
        opened(data_dir)


def test_large_files_are_hashed_only_when_asked(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.manifest._QUICK", 10)
    _flip(_folder(data_dir) / store.SENTENCES)
    opened(data_dir).close()
    with pytest.raises(DamagedIndex, match=r"sentences\.faiss: altered"):
        verify(data_dir)


def test_damage_found_only_by_reading_is_reported_alike(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.manifest._QUICK", 10)
    path = _folder(data_dir) / store.ARTICLES
    path.write_bytes(path.read_bytes()[:100] + os.urandom(path.stat().st_size - 100))
    with opened(data_dir) as generation, pytest.raises(DamagedIndex, match=r"articles\.sqlite"):
        generation.articles()


@pytest.mark.parametrize("content", ["", "\n", "../../etc", "20250101T000000.000000Z/..", "\0" * 9])
def test_a_current_that_names_nothing_is_refused(data_dir: Path, content: str) -> None:
    (data_dir / "index" / "CURRENT").write_text(content)
    with pytest.raises(DamagedIndex, match=r"CURRENT: .*`selon index`"):
        opened(data_dir)
    with pytest.raises(DamagedIndex, match="CURRENT"):
        current_id(data_dir)


def test_a_current_that_points_nowhere_is_refused(data_dir: Path) -> None:
    (data_dir / "index" / "CURRENT").write_text("20250101T000000.000000Z\n")
    with pytest.raises(DamagedIndex, match="CURRENT: names 20250101T000000"):
        opened(data_dir)


def test_a_generation_under_another_name_is_refused(data_dir: Path) -> None:
    other = "20250101T000000.000000Z"
    _folder(data_dir).rename(data_dir / "index" / "generations" / other)
    (data_dir / "index" / "CURRENT").write_text(other)
    with pytest.raises(DamagedIndex, match="holds the generation"):
        opened(data_dir)


@pytest.mark.parametrize(
    ("version", "what"), [(999, "newer Selon.*upgrade"), (0, "older Selon.*`selon index`")]
)
def test_a_format_of_another_time_is_named(data_dir: Path, version: int, what: str) -> None:
    path = _folder(data_dir) / "manifest.json"
    path.write_text(json.dumps({"format": version}))
    with pytest.raises(DamagedIndex, match=f"format {version}.*{what}"):
        opened(data_dir)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1}', '{"format": "x"}', "\udcff"])
def test_what_is_no_manifest_is_refused(data_dir: Path, content: str) -> None:
    path = _folder(data_dir) / "manifest.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DamagedIndex, match=r"manifest\.json"):
        opened(data_dir)


def test_counts_that_do_not_agree_are_refused(data_dir: Path) -> None:
    """As when whole files of two generations are mixed and the manifest is written anew."""
    other = data_dir / "other"
    index([article("seul", "Une seule phrase.")], other)
    folder = _folder(data_dir)
    shutil.copy(_folder(other) / store.PASSAGES, folder / store.PASSAGES)
    fields = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content = (folder / store.PASSAGES).read_bytes()
    fields["files"][store.PASSAGES] = {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    del fields["sha256"]
    body = json.dumps(fields, ensure_ascii=False, indent=2)
    fields["sha256"] = hashlib.sha256(body.encode()).hexdigest()
    written = json.dumps(fields, ensure_ascii=False, indent=2) + "\n"
    (folder / "manifest.json").write_text(written, encoding="utf-8")
    with pytest.raises(DamagedIndex, match=r"passages\.faiss: 1 rows instead of"):
        opened(data_dir)


def test_a_generation_replaced_while_it_is_being_opened_gives_way_to_the_new_one(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = verify(data_dir)
    check = type(before).check

    def interrupted(manifest: store.Manifest, folder: Path, *, whole: bool) -> None:
        if manifest.id == before.id and not whole:
            for count in (1, 2):
                index(three()[:count], data_dir)
        check(manifest, folder, whole=whole)

    monkeypatch.setattr("index.manifest.Manifest.check", interrupted)
    with opened(data_dir) as generation:
        assert generation.manifest.articles == 2
