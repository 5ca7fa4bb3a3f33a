"""`selon state export` and `selon state import`, as they are typed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest

from bot.main import run
from bot.state import people, roles
from bot.state.audit import Actor
from bot.state.database import FILE, State, open_state
from tests.bot.terminal.conftest import Capture

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _left_by_somebody(home: Path) -> None:
    with state_in(".selon") as state:
        state.do(partial(people.note_person, person_id=7, now=NOW))
        state.do(
            partial(
                roles.give, person_id=7, standing="administrator", now=NOW, by=Actor("terminal")
            )
        )


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
    (home / "copie.new").touch(0o644)  # what a kill left
    assert run(["state", "export", "copie"]) == 0
    assert capsys.readouterr().out.startswith("Copié\u00a0: 3 lignes (acts 1, people 1, roles 1). ")
    assert (home / "copie").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in home.glob("copie*")) == ["copie"]
    assert run(["state", "import", "copie", "--data-dir", "ailleurs"]) == 0
    assert capsys.readouterr().out == "Repris\u00a0: 3 lignes (acts 1, people 1, roles 1).\n"
    assert known("ailleurs")
    assert run(["state", "export", "vide.copie", "--data-dir", "vide"]) == 0
    assert capsys.readouterr().out.startswith("Copié\u00a0: 0 ligne. ")
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "full")))
    assert run(["state", "export", "plein"]) == 1
    assert not list(home.glob("plein*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "absent"], "absent\u00a0: impossible à lire ("),
        (["import", "."], ".\u00a0: ce n’est pas un fichier de selon state export"),
        (["export", "/proc/copie"], "/proc/copie\u00a0: impossible à écrire ("),
        (["import", "texte"], "texte\u00a0: ce n’est pas un fichier de selon state export"),
        (["import", "moitié"], "moitié\u00a0: la base est endommagée ("),
    ],
)
def test_refusals_are_a_line(home: Path, capsys: Capture, arguments: list[str], said: str) -> None:
    run(["state", "export", "entier"])
    capsys.readouterr()
    (home / "texte").write_text("Bonjour.", encoding="utf-8")
    (home / "moitié").write_bytes((home / "entier").read_bytes()[:-4096])
    assert run(["state", *arguments, "--data-dir", "ailleurs"]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith(f"Erreur\u00a0: {said}")
    assert (shown.err.count("\n"), shown.out) == (1, "")


def test_nothing_but_an_earlier_export_is_written_over(capsys: Capture) -> None:
    run(["state", "export", "copie"])
    assert run(["state", "export", "copie"]) == 0
    capsys.readouterr()
    whole = Path(".selon", FILE).read_bytes()
    assert run(["state", "export", f".selon/{FILE}"]) == 1
    assert "existe déjà, et n’est pas une copie faite par" in capsys.readouterr().err
    assert Path(".selon", FILE).read_bytes() == whole
    assert run(["state", "export", "."]) == 1
    os.mkfifo("pipe")
    assert run(["state", "export", "pipe"]) == 1
