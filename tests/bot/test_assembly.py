from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import assembly
from bot.archive.archive import Archive
from bot.errors import SettingsError
from bot.locale.errors import error_text
from bot.settings import Settings
from index.errors import NoIndex
from index.ingestion.builder import build_articles
from index.models import factory
from index.reading.confidence import ReadingConfidence
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from index.search.searcher import Searcher
from tests.fakes import FakeEmbedder, FakeReader
from tests.index.samples import article

ROOT = Path(__file__).resolve().parents[2]
READ, SEARCHED = ReadingConfidence.load().thresholds, ConfidenceModel.load().thresholds


def test_no_index_is_said_before_models_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object, **__: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(factory, "load_embedder", load)
    with pytest.raises(NoIndex, match="no-index"):
        assembly.open_index(Settings(data_dir=tmp_path))


def test_a_sure_threshold_below_the_least_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, min_confidence=0.5, sure_confidence=0.4)
    with pytest.raises(SettingsError) as raised:
        assembly.open_index(settings)
    assert error_text(raised.value, "fr") == (
        "SELON_SURE_CONFIDENCE=0,4\u00a0: donnez au moins 0,5, en dessous de quoi Selon ne répond "
        "pas (SELON_MIN_CONFIDENCE)"
    )
    assert "give at least 0.5, below which Selon" in error_text(raised.value, "en")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, READ),
        ({"min_confidence": 0.01}, Thresholds(0.01, READ.sure)),
        ({"min_confidence": 0.99}, Thresholds.at(0.99)),
        ({"sure_confidence": 0.99}, Thresholds(READ.perhaps, 0.99)),
        ({"min_confidence": 0.1, "sure_confidence": 0.2}, Thresholds(0.1, 0.2)),
        ({"reader": "none"}, SEARCHED),
    ],
)
def test_thresholds_are_calibrated_unless_set(chosen: dict[str, Any], expected: Thresholds) -> None:
    assert assembly.thresholds_of(Settings(_env_file=None, **chosen)) == expected


def test_what_is_searched_but_not_read_is_held_to_the_search_s_thresholds(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Thresholds] = []

    def open_about(searcher: Callable[[], Searcher], given: Thresholds, *more: Any) -> Archive:
        held.append(given)
        return Archive(searcher, given, *more)

    monkeypatch.setattr(assembly, "Archive", open_about)
    monkeypatch.setattr(assembly, "load_bundled_reader", lambda *_, **__: FakeReader())
    build_articles([article("phare", "Il date de 1862.")], tmp_path, FakeEmbedder())
    index = LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load())
    for least in (None, 0.99):
        settings = Settings(_env_file=None, cache_dir=models_dir, min_confidence=least)
        assembly.chain_over(index, settings)
    assert held == [SEARCHED, Thresholds.at(0.99)]


def test_one_reader_serves_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def load(cache_dir: Path, **_: object) -> FakeReader:
        loaded.append(cache_dir)
        return FakeReader()

    monkeypatch.setattr(assembly, "load_bundled_reader", load)
    settings = Settings(_env_file=None, cache_dir=Path("of this test"))
    assert assembly.open_reader(settings) is assembly.open_reader(settings)
    assert loaded == [Path("of this test")]


def test_without_a_chat_model_nothing_of_one_is_loaded() -> None:
    code = (
        "import sys, bot.assembly\n"
        "from bot.settings import Settings\n"
        "assert bot.assembly.open_chat_models(Settings(_env_file=None)) is None\n"
        "heavy = ('sqlalchemy', 'langchain', 'openai', 'onnx', 'bot.state')\n"
        "loaded = [name for name in heavy if name in sys.modules]\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
