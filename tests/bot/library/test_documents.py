"""A conversation's own documents, as several processes on one data directory see them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine

from bot.library.documents import ConversationIndex, Documents, ReceivedDocument
from bot.locale.messenger import DocumentPhrases
from bot.settings import index_store, load_settings
from bot.state.audit import ActLog
from index.errors import BuildStopped, IndexingError, StoreError
from index.ingestion.builder import BuildReport, build
from index.store.factory import open_store
from tests.bot.evaluation.test_run import Watch
from tests.fakes import FakeEmbedder, build_here

NAME = "42_0"
LOG = Mock(spec=ActLog)


def receive(documents: Documents) -> ReceivedDocument:
    return documents.take(1, "Le phare de Cordouan est allumé.".encode(), "phare.txt")


def own(documents: Documents) -> ConversationIndex:
    """The only document of a conversation."""
    found = documents.own(NAME)
    assert found is not None
    assert len(found.library.newest(5)) == 1
    return found


def test_what_one_process_keeps_or_erases_another_sees(tmp_path: Path) -> None:
    settings, embedder = load_settings(data_dir=tmp_path), FakeEmbedder()
    one, other = (Documents(settings, embedder, build_here(embedder)) for _ in range(2))
    assert other.own(NAME) is None
    one.keep_for(NAME, 1, receive(one).path)
    assert own(other)
    one.forget(NAME)
    assert other.own(NAME) is None


def test_what_a_disk_refuses_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "inbox").touch()
    with pytest.raises(StoreError):
        receive(Documents(load_settings(data_dir=tmp_path), FakeEmbedder()))


def test_what_a_process_that_died_had_moved_is_filed(tmp_path: Path) -> None:
    settings, embedder = load_settings(data_dir=tmp_path), FakeEmbedder()
    documents = Documents(settings, embedder, build_here(embedder))
    received = receive(documents)
    assert documents.find_waiting() == {1}
    files = tmp_path / "conversations" / NAME / "files"
    files.mkdir(parents=True)
    received.path.rename(files / "phare-1.txt")
    assert documents.keep_for(NAME, 1, received.path).path == files / "phare-1.txt"
    assert own(documents)
    assert documents.find_waiting() == frozenset()


def test_a_document_for_all_is_the_builders_last_build(tmp_path: Path) -> None:
    corpus, data = tmp_path / "corpus", tmp_path / "data"
    corpus.mkdir()
    (corpus / "pont.txt").write_text("Le pont est ouvert.", "utf-8")
    embedder = FakeEmbedder()
    build([corpus], data, embedder)
    documents = Documents(load_settings(data_dir=data), embedder, build_here(embedder))
    documents.add_to_corpus(1, receive(documents).path)
    status = open_store(data).builder_status()
    assert status is not None
    assert (status.outcome, status.articles) == ("switched", 2)


def test_a_build_says_so_as_soon_as_it_no_longer_waits(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "phare.txt").write_text("Le phare est allumé.", "utf-8")
    settings, embedder = load_settings(data_dir=tmp_path / "data"), FakeEmbedder()
    build([tmp_path / "corpus"], tmp_path / "data", embedder)
    watch, told = Watch(), list[list[str]]()

    def built(*given: Any, **more: Any) -> BuildReport:
        told.append(list(watch.steps))
        return build_here(embedder)(*given, **more)

    Documents(settings, embedder, built).rebuild(watch, lambda: False, LOG)
    assert told == [["lock"]]


def test_a_build_that_waits_for_another_can_be_stopped(tmp_path: Path) -> None:
    begun, let = Event(), Event()

    def built(*given: Any, **more: Any) -> BuildReport:
        begun.set()
        assert let.wait(30)
        raise BuildStopped("build-stopped")

    documents = Documents(load_settings(data_dir=tmp_path), FakeEmbedder(), built)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(documents.rebuild, Watch(), lambda: False, LOG)
        assert begun.wait(30)
        with pytest.raises(BuildStopped):
            documents.rebuild(Watch(), lambda: True, LOG)
        let.set()
        assert isinstance(first.exception(30), BuildStopped)


def test_what_is_dated_in_the_future_answers_nobody_until_then(tmp_path: Path) -> None:
    """Neither all nor one; the first build after that takes it in."""
    corpus, data, embedder = tmp_path / "corpus", tmp_path / "data", FakeEmbedder()
    corpus.mkdir()
    (corpus / "pont.txt").write_text("Le pont est ouvert.", "utf-8")
    build([corpus], data, embedder)
    settings = load_settings(data_dir=data)
    documents = Documents(settings, embedder, build_here(embedder))

    def titles() -> set[str]:
        with index_store(settings).open() as generation:
            return {entry.title for entry in generation.articles()}

    text = "---\ntitle: La lentille\ndate: 2099-01-01\n---\n\nElle porte loin.\n"
    before = titles()
    filed = documents.add_to_corpus(1, documents.take(1, text.encode(), "lentille.md").path)
    path = documents.take(2, text.encode(), "lentille.md").path
    with pytest.raises(IndexingError, match=r"^lentille\.md: article-embargoed"):
        documents.keep_for(NAME, 2, path)
    assert titles() == before
    assert documents.own(NAME) is None
    assert filed.embargo is not None
    phrases = DocumentPhrases.of("fr")
    said = phrases.filed("lentille.md", filed.embargo)
    assert said.startswith("«\u00a0lentille.md\u00a0» est sous embargo jusqu’au ")
    with time_machine.travel("2099-01-02"):
        documents.rebuild(Watch(), lambda: False, LOG)
    assert titles() == {*before, "La lentille"}
    assert path.is_file(), "it can be decided on again"
