"""A small corpus of an operator, indexed without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.main import run
from bot.settings import index_store, load_settings
from tests.bot.terminal.conftest import Capture
from tests.postgres.server import Server

Write = Callable[..., Path]


def current_id() -> str | None:
    """The generation in service, wherever the settings keep the index."""
    return index_store(load_settings()).current_id()


in_postgres_too = pytest.mark.parametrize("index_url", ["files", "postgres"], indirect=True)
"""For what goes through everything that changes an index; the tests of stores have the rest."""


@pytest.fixture(autouse=True)
def index_url(
    request: pytest.FixtureRequest, assembled: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Where the index is kept, which is there and empty."""
    if getattr(request, "param", "files") == "files":
        yield
        return
    server: Server = request.getfixturevalue("vector_server")
    with server.database() as url:
        monkeypatch.setenv("SELON_INDEX_URL", url)
        yield


@pytest.fixture
def write(home: Path) -> Write:
    """Writes an article of the corpus: its file's name, its words, and what its header says."""

    def written(name: str, words: str, **facts: str) -> Path:
        path = home / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        header = "".join(f"{fact}: {said}\n" for fact, said in facts.items())
        path.write_text(f"---\n{header}language: fr\n---\n\n{words}\n", encoding="utf-8")
        return path

    return written


WIRE = " ".join(f"Le signe {n} de l’alphabet se lit du bout de {n * n} doigts." for n in range(40))


@pytest.fixture
def corpus(write: Write) -> Path:
    phare, day = {"outlet": "Le Phare", "author": "Claire Dubreuil"}, {"date": "2024-05-03"}
    write("minitel.md", "Le Minitel est lancé en 1982.", title="Le Minitel", **phare, **day)
    write("tgv.md", "Le TGV roule depuis 1981. Il relie Paris à Lyon.", title="Le TGV")
    write("braille.md", WIRE, title="Le braille", date="2025-08-29", **phare)
    return write("reprise.md", WIRE, title="Les aveugles", date="2025-08-28").parent


@pytest.fixture
def indexed(corpus: Path, capsys: Capture) -> Path:
    assert run(["index"]) == 0
    capsys.readouterr()
    return corpus
