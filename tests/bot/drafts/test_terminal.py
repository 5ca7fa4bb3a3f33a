"""`selon check`: in words, as JSON, as a commented document, and what is wrong with a file."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest

from bot.command import DONE, MISUSED
from bot.main import run
from tests.bot.drafts.test_draft import STONE, TEXT


@pytest.fixture(autouse=True)
def draft(sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELON_DATA_DIR", str(sample_index))
    path = tmp_path / "deux.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_draft_is_checked(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(draft), "--out", str(draft.with_suffix(".docx"))]) == DONE
    out, err = capsys.readouterr()
    assert out.startswith(f"Phrase 1 sur 3\n{STONE}\nMot pour mot dans un article\u00a0:\n«")
    assert "Dans votre texte\u00a0: «\u00a0860\u00a0kg\u00a0». Dans l’article\u00a0:" in out
    assert "3 phrases comparées. Dans 1 phrase, les articles" in out
    assert err == f"Texte commenté écrit dans {draft.with_suffix('.docx')}.\n"
    assert len(list(docx.Document(str(draft.with_suffix(".docx"))).comments)) == 2


def test_programs_read_json(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(draft), "--json"]) == DONE
    same, other, unsaid = json.loads(capsys.readouterr().out)["sentences"]
    assert (same["verbatim"], other["verbatim"], unsaid["quotes"]) == (True, False, [])
    assert other["quotes"][0]["quote"] == STONE
    assert other["quotes"][0]["differences"][1] == {"own": "1812", "other": "1802"}


def test_what_is_wrong_is_said(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(draft), "--out", "x.pdf"]) == MISUSED
    assert run(["check", str(draft.with_name("absent.md"))]) == MISUSED
    draft.with_suffix(".json").write_text("{}", encoding="utf-8")
    assert run(["check", str(draft.with_suffix(".json"))]) == MISUSED
    wrong_out, absent, wrong_format = capsys.readouterr().err.splitlines()
    assert ".docx" in wrong_out
    assert "impossible à lire" in absent
    assert "un texte à vérifier est un fichier" in wrong_format
