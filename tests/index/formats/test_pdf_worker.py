from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from index.formats.pdf import worker
from tests.index.formats import pdfs
from tests.index.formats.pdfs import Run


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Its answers to these requests, in this process and without its hold on the memory."""

    def answers(*requests: tuple[dict[str, Any], bytes]) -> list[tuple[dict[str, Any], bytes]]:
        asked, told = io.BytesIO(), io.BytesIO()
        for message, data in requests:
            worker.send(asked, message, data)
        asked.seek(0)
        monkeypatch.setattr(worker, "_hold_memory", lambda: None)
        pipes = {"stdin": SimpleNamespace(buffer=asked), "stdout": SimpleNamespace(buffer=told)}
        monkeypatch.setattr(worker, "sys", SimpleNamespace(**pipes))
        worker.main()
        told.seek(0)
        return list(iter(lambda: worker.receive_frame(told), None))

    return answers


READ = ({"do": "read", "page": 0}, b"")


def opening(data: bytes) -> tuple[dict[str, Any], bytes]:
    return {"do": "open"}, data


def test_words_outside_or_too_many_are_not_seen(talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = [Run("Vu"), Run("Caché", 72, -300), Run("Loin", 2000, 100)]
    _, (told, _) = talk(opening(pdfs.pdf([page])), READ)
    assert [run[0] for run in told["runs"]] == ["Vu"]
    monkeypatch.setattr(worker, "PAGE_CHARACTERS", 5)
    _, (told, _) = talk(opening(pdfs.pdf([[Run("Bonjour à tous")]])), READ)
    assert told["is_cut"]
    assert told["runs"][0][0] == "Bonjo"


def test_a_scan_is_told_and_drawn(talk: Any) -> None:
    draw = ({"do": "draw", "page": 0, "pixels": 10_000}, b"")
    _, (told, _), (size, dots) = talk(opening(pdfs.scan(["Bonjour"])), READ, draw)
    assert told["has_content"]
    assert told["image_share"] > 0.9
    assert len(dots) == size["width"] * size["height"]
    assert 8_000 < len(dots) < 11_000
    assert min(dots) < 200 < max(dots)
