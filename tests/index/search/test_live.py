from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from index.errors import DamagedIndex, NoIndex
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.factory import open_store
from tests.fakes import FakeEmbedder
from tests.index.samples import article, folder_in_service, index, live, three

MORE = [*three(), article("phare", "Le phare éclaire la nuit.")]


def titles(index: LiveIndex, question: str) -> set[str]:
    return {hit.article.title for hit in index.search(question).hits}


def test_a_damaged_newer_generation_leaves_the_old_one_answering_and_a_check_tells(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index(three(), tmp_path)
    served = live(tmp_path)
    served.check()
    index(MORE, tmp_path)
    manifest = folder_in_service(tmp_path) / "manifest.json"
    whole = manifest.read_text(encoding="utf-8")
    manifest.write_text("{", encoding="utf-8")
    assert titles(served, "le pont") == {"Pont", "Moulin", "Harbour"}
    assert "the index stays as it was" in caplog.text
    caplog.clear()
    served.search("le pont")
    assert not caplog.text, "one complaint a generation is enough"
    for _ in range(2):
        with pytest.raises(DamagedIndex):
            served.check()
    open_store(tmp_path).roll_back()
    served.check()
    manifest.write_text(whole, encoding="utf-8")
    shutil.rmtree(tmp_path / "index")
    with pytest.raises(NoIndex):
        served.check()


def test_questions_asked_while_the_index_changes_are_all_answered(tmp_path: Path) -> None:
    index(three(), tmp_path)
    served = live(tmp_path)
    answered: list[int] = []
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            answered.extend(len(served.search("le pont").hits) for _ in range(40))
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(4):
        index([*three(), article(f"ajout{number}", f"Un ajout numéro {number}.")], tmp_path)
    for reader in readers:
        reader.join(timeout=60)
    assert not failures
    assert len(answered) == 120
    assert min(answered) >= 3


def test_an_index_that_is_awaited_is_taken_up_when_it_is_there(tmp_path: Path) -> None:
    served = LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load(), may_be_missing=True)
    for ask in (served.generation, served.check, lambda: served.search("le pont")):
        with pytest.raises(NoIndex):
            ask()
    index(three(), tmp_path)
    served.check()
    assert "Pont" in titles(served, "le pont")
