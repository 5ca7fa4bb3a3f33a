from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from index.errors import DamagedIndex, NoIndex
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.base import IndexStore
from index.store.factory import open_store
from tests.fakes import FakeEmbedder
from tests.index.samples import article, folder_in_service, index, live, three

TOGETHER = 8
MORE = [*three(), article("phare", "Le phare éclaire la nuit.")]


def titles(index: LiveIndex, question: str) -> set[str]:
    return {hit.article.title for hit in index.search(question).hits}


def test_questions_begin_with_a_capital_and_requests_stay_as_typed(tmp_path: Path) -> None:
    index(three(), tmp_path)
    served = live(tmp_path)
    assert served.search("où est le Pont ?").question == "Où est le Pont ?"
    assert served.search("liste des ponts à Pont").question == "liste des ponts à Pont"


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
    assert "stays as it was" not in caplog.text, "one complaint a generation is enough"
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

    def ask(_: int) -> int:
        return min(len(served.search("le pont").hits) for _ in range(40))

    with ThreadPoolExecutor(3) as readers:
        fewest = readers.map(ask, range(3))
        for number in range(4):
            index([*three(), article(f"ajout{number}", f"Un ajout numéro {number}.")], tmp_path)
        assert min(fewest) >= 3


Answer = TypeVar("Answer")


def at_once(ask: Callable[[], Answer]) -> list[Answer | NoIndex]:
    """What those are answered who ask together."""

    def answer(_: int) -> Answer | NoIndex:
        try:
            return ask()
        except NoIndex as error:
            return error

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(answer, range(TOGETHER), timeout=60))


def meet(monkeypatch: pytest.MonkeyPatch, store: IndexStore) -> None:
    """Whoever asks which generation is in service goes on with all the others."""
    together, current_id = threading.Barrier(TOGETHER), store.current_id

    def meet_and_ask(_: IndexStore) -> str | None:
        found = current_id()
        together.wait(60)
        return found

    monkeypatch.setattr(type(store), "current_id", meet_and_ask)


def test_no_question_waits_for_another_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index(three(), tmp_path)
    store = open_store(tmp_path)
    served = live(store)
    meet(monkeypatch, store)
    assert at_once(lambda: len(served.search("le pont").hits)) == [3] * TOGETHER


def test_a_new_generation_is_opened_once_and_by_all_who_ask_meanwhile_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(three(), tmp_path)
    store = open_store(tmp_path)
    served = live(store)
    report = index(three()[:2], tmp_path)
    openings, open_it = [], type(store).open

    def open_counted(self: Any, *asked: Any) -> Any:
        openings.append(asked)
        return open_it(self, *asked)

    meet(monkeypatch, store)
    monkeypatch.setattr(type(store), "open", open_counted)
    assert at_once(served.generation) == [report.generation] * TOGETHER
    assert len(openings) == 1


def test_an_index_that_is_awaited_is_taken_up_by_all_when_it_is_there(tmp_path: Path) -> None:
    served = LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load(), may_be_missing=True)
    for ask in (served.generation, served.check, lambda: served.search("le pont")):
        assert {type(result) for result in at_once(ask)} == {NoIndex}
    index(three(), tmp_path)
    served.check()
    assert "Pont" in titles(served, "le pont")
