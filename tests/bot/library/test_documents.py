"""A conversation's own documents, as several processes on one data directory see them."""

from __future__ import annotations

from pathlib import Path

from bot.library.documents import Documents
from bot.settings import load_settings
from tests.fakes import FakeEmbedder, build_here, undisturbed

NAME = "42_0"


def test_what_one_process_keeps_or_erases_another_sees(tmp_path: Path) -> None:
    settings, embedder = load_settings(data_dir=tmp_path), FakeEmbedder()
    one, other = (Documents(settings, embedder, build_here(embedder)) for _ in range(2))
    assert other.own(NAME) is None
    received = one.take(1, "Le phare de Cordouan est allumé.".encode(), "phare.txt")
    one.keep_for(NAME, 1, received.path)
    own = other.own(NAME)
    assert own is not None
    assert len(own.library.newest(5)) == 1
    one.forget(NAME)
    assert other.own(NAME) is None


def test_other_work_stands_still_while_they_are_asked(tmp_path: Path) -> None:
    told: list[str] = []

    settings, embedder = load_settings(data_dir=tmp_path, reader="none"), FakeEmbedder()
    documents = Documents(settings, embedder, build_here(embedder), undisturbed(told))
    received = documents.take(1, "Le phare de Cordouan est allumé.".encode(), "phare.txt")
    documents.keep_for(NAME, 1, received.path)
    own = documents.own(NAME)
    assert own is not None
    own.chain.invoke("Quel phare est allumé ?")
    assert told == ["still", "on"]
