"""What the terminal changes leaves one line each, which `selon audit` prints."""

from __future__ import annotations

import csv
import getpass
import json
from pathlib import Path

import pytest

from bot.main import run
from tests.bot.terminal.conftest import Capture

pytestmark = pytest.mark.usefixtures("assembled")


def acts(capsys: Capture, *options: str) -> list[dict[str, str]]:
    """The acts, oldest first."""
    capsys.readouterr()
    assert run(["audit", "--json", *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()][::-1]


def test_each_act_is_one_line_and_what_fails_or_changes_nothing_none(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "anne")
    corpus = home / "corpus"
    corpus.mkdir()
    (corpus / "tgv.md").write_text("# Le TGV\n\nLe TGV roule depuis 1981.", "utf-8")
    (corpus / "braille.md").write_text("# Le braille\n\nIl se lit du bout des doigts.", "utf-8")
    assert run(["audit"]) == 0
    assert "Personne n’a encore rien changé" in capsys.readouterr().err
    for _ in range(2):  # the second changes nothing
        assert run(["index"]) == 0
    for arguments, code in (
        (["remove", "Le TGV"], 0),
        (["remove", "Le TGV"], 0),
        (["remove", "inconnu"], 2),
        (["remove", "--restore", "Le TGV"], 0),
        (["rollback"], 0),
        (["export", "copie"], 0),
        (["import", "copie"], 0),
        (["import", "rien"], 1),
        (["token", "Zoé"], 0),
        (["token", "Zoé"], 0),
        (["token", "Zoé", "--remove"], 0),
        (["token", "Zoé", "--remove"], 2),
        (["sources", "add", "depot", corpus.as_uri(), "--kind", "folder"], 0),
        (["sources", "add", "depot", corpus.as_uri(), "--kind", "folder"], 2),
        (["sources", "remove", "depot"], 0),
        (["sources", "remove", "depot"], 2),
    ):
        assert run(arguments) == code, arguments
    done = acts(capsys)
    assert [entry["act"] for entry in done] == [
        *("build", "remove", "restore", "rollback", "import"),
        *("token", "token", "revoke", "source", "source-removed"),
    ]
    assert {(entry["who"], entry["door"]) for entry in done} == {("anne", "terminal")}
    assert done[1]["object"] == done[2]["object"]
    assert acts(capsys, "--since", "0d") == done
    assert acts(capsys, "--since", "2100") == []
    assert run(["audit", "--csv"]) == 0
    content = capsys.readouterr().out
    rows = list(csv.reader(content.lstrip("\ufeff").splitlines(), delimiter=";"))
    assert rows[0] == ["Quand", "Qui", "Par où", "Quoi", "Sur quoi"]
    assert [row[4] for row in rows[1:]] == [entry["object"] for entry in done[::-1]]
    assert run(["audit"]) == 0
    assert "anne  terminal  jeton supprimé  Zoé" in capsys.readouterr().out
