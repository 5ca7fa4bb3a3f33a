"""`selon rollback`, `selon export`, `selon import`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.main import run
from tests.bot.terminal.articles.service import current_id

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("indexed")


def test_the_generation_before_comes_back(indexed: Path, capsys: Capture) -> None:
    first = current_id()
    (indexed / "tgv.md").unlink()
    run(["index"])
    capsys.readouterr()
    assert run(["rollback"]) == 0
    assert capsys.readouterr().out.startswith(
        f"De nouveau en service\u00a0: la génération {first}, construite le "
    )
    assert current_id() == first
    run(["list", "--json"])
    assert "corpus/tgv.md" in capsys.readouterr().out


def test_an_index_is_taken_elsewhere_whole(capsys: Capture) -> None:
    assert run(["export", "sauvegarde"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Copié\u00a0: 3 articles (")
    assert shown.endswith("), vérifiés, dans sauvegarde.\n")
    assert run(["import", "sauvegarde", "--data-dir", "autre"]) == 0
    assert capsys.readouterr().out.startswith("En service\u00a0: 3 articles, génération ")
    assert run(["status", "--data-dir", "autre", "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert (state["articles"], state["copies"], state["whole"]) == (3, 1, True)
