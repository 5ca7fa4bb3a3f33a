"""`selon rollback`."""

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
    run(["status", "--json"])
    assert json.loads(capsys.readouterr().out)["before"] == first
    assert run(["rollback"]) == 0
    assert capsys.readouterr().out.startswith(
        f"De nouveau en service\u00a0: la génération {first}, construite le "
    )
    assert current_id() == first
    run(["list", "--json"])
    assert "corpus/tgv.md" in capsys.readouterr().out
