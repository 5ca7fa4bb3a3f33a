"""`selon state export` and `selon state import`, as they are typed."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest

from bot.main import run
from bot.state import people, roles
from bot.state.database import FILE, State, open_state
from tests.bot.terminal.conftest import Capture

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _left_by_somebody(home: Path) -> None:
    with state_in(".selon") as state:
        state.do(partial(people.note_person, person_id=7, now=NOW))
        state.do(partial(roles.give, person_id=7, standing="administrator", now=NOW))


@contextmanager
def state_in(folder: str) -> Iterator[State]:
    with closing(open_state(f"sqlite:///{folder}/{FILE}")) as state:
        yield state


def known(folder: str) -> bool:
    with state_in(folder) as state:
        return state.do(partial(people.is_known, person_id=7))


def test_it_goes_to_a_file_of_ones_own_and_into_another_place(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "copie.jsonl.new").touch(0o644)  # what a kill left
    assert run(["state", "export", "copie.jsonl"]) == 0
    assert capsys.readouterr().out.startswith("Copié\u00a0: 2 lignes (people 1, roles 1). ")
    assert (home / "copie.jsonl").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in home.glob("copie*")) == ["copie.jsonl"]
    assert run(["state", "import", "copie.jsonl", "--data-dir", "ailleurs"]) == 0
    assert capsys.readouterr().out == "Repris et vérifié\u00a0: 2 lignes (people 1, roles 1).\n"
    assert known("ailleurs")
    assert run(["state", "export", "vide.jsonl", "--data-dir", "vide"]) == 0
    assert capsys.readouterr().out.startswith("Copié\u00a0: 0 ligne. ")
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "full")))
    assert run(["state", "export", "plein.jsonl"]) == 1
    assert not list(home.glob("plein*"))


def test_through_standard_output_and_input(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["state", "export", "-"]) == 0
    told = capfdbinary.readouterr()
    assert told.out.startswith(b'{"selon":"state",')
    assert told.err.decode().startswith("Copié")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(told.out)))
    assert run(["state", "import", "-", "--data-dir", "ailleurs"]) == 0
    assert known("ailleurs")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "absent"], "absent\u00a0: impossible à lire ("),
        (["import", "."], ".\u00a0: impossible à lire ("),
        (["export", "absent/copie"], "absent/copie\u00a0: impossible à écrire ("),
        (["import", "texte"], "texte\u00a0: ce n’est pas un fichier de selon state export\n"),
        (["import", "moitié"], "moitié\u00a0: il manque la fin du fichier\u00a0: "),
        (["import", "abîmé"], "abîmé, ligne 2\u00a0: Selon n’a pas écrit cela\u00a0: "),
    ],
)
def test_refusals_are_a_line(home: Path, capsys: Capture, arguments: list[str], said: str) -> None:
    run(["state", "export", "entier"])
    capsys.readouterr()
    whole = (home / "entier").read_text(encoding="utf-8").splitlines(keepends=True)
    files = {"texte": ["Bonjour."], "moitié": whole[:-1], "abîmé": [whole[0], "[1]\n", *whole[1:]]}
    for name, lines in files.items():
        (home / name).write_text("".join(lines), encoding="utf-8")
    assert run(["state", *arguments, "--data-dir", "ailleurs"]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith(f"Erreur\u00a0: {said}")
    assert (shown.err.count("\n"), shown.out) == (1, "")


def test_nothing_but_an_earlier_export_is_written_over(capsys: Capture) -> None:
    run(["state", "export", "copie.jsonl"])
    assert run(["state", "export", "copie.jsonl"]) == 0
    capsys.readouterr()
    whole = Path(".selon", FILE).read_bytes()
    assert run(["state", "export", f".selon/{FILE}"]) == 1
    assert "existe déjà, et n’est pas une copie faite par" in capsys.readouterr().err
    assert Path(".selon", FILE).read_bytes() == whole
    assert run(["state", "export", "."]) == 1
    os.mkfifo("pipe")
    assert run(["state", "export", "pipe"]) == 1
