"""A small corpus of an operator, indexed without a model."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.main import run
from tests.fakes import FakeEmbedder
from tests.postgres.server import Server

Write = Callable[..., Path]


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


IN_POSTGRES_TOO = (
    "test_a_withdrawal_needs_no_build_and_a_restore_neither",
    "test_a_rollback_does_not_bring_it_back",
    "test_an_article_of_an_imported_index_is_withdrawn_too",
)
"""What goes through everything that changes an index; the rest is held by the tests of stores."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    too = metafunc.function.__name__ in IN_POSTGRES_TOO
    metafunc.parametrize("index_url", ["files", "postgres"] if too else ["files"], indirect=True)


@pytest.fixture(autouse=True)
def index_url(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str | None]:
    """No setting but where the index is kept, which is there and empty."""
    for name in [name for name in os.environ if name.startswith("SELON_")]:
        monkeypatch.delenv(name)
    if request.param == "files":
        yield None
        return
    server: Server = request.getfixturevalue("vector_server")
    with server.database() as url:
        monkeypatch.setenv("SELON_INDEX_URL", url)
        yield url


@pytest.fixture(autouse=True)
def assembled(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    embedder: FakeEmbedder,
    index_url: str | None,
) -> ModuleType:
    """An empty folder, and an embedder that takes no time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    module = ModuleType("bot.assembly")
    module.open_embedder = lambda settings, progress=None: embedder  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.assembly", module)
    return module


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an article of the corpus: its file's name, its words, and what its header says."""

    def written(name: str, words: str, **facts: str) -> Path:
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        header = "".join(f"{fact}: {said}\n" for fact, said in facts.items())
        path.write_text(f"---\n{header}language: fr\n---\n\n{words}\n", encoding="utf-8")
        return path

    return written


WIRE = (
    "Louis Braille met au point son alphabet à seize ans, dans l’institution où il étudie. "
    "Il compte soixante-trois signes, faits de un à six points en relief que les doigts lisent. "
    "La méthode est d’abord interdite en classe, où l’on juge qu’elle isole les élèves aveugles. "
    "Les élèves s’en servent pourtant en cachette, pour prendre des notes et s’écrire des lettres. "
    "Elle ne devient officielle qu’après la mort de son inventeur, puis gagne le monde entier."
)


@pytest.fixture
def corpus(write: Write) -> Path:
    """Three articles and a reprint of one of them."""
    write(
        "minitel.md",
        "Le Minitel est lancé en 1982. Il disparaît trente ans plus tard.",
        title="Le Minitel",
        author="Claire Dubreuil",
        date="2024-05-03",
        outlet="Le Phare",
    )
    write("tgv.md", "Le TGV roule depuis 1981. Il relie Paris à Lyon.", title="Le TGV")
    write(
        "braille.md",
        WIRE,
        title="Braille invente son alphabet",
        date="2025-08-29",
        outlet="Le Phare",
        author="Claire Dubreuil",
    )
    return write(
        "reprise.md", WIRE, title="L’alphabet des aveugles", date="2025-08-28", outlet="La Gazette"
    ).parent


@pytest.fixture
def indexed(corpus: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The corpus, once indexed."""
    assert run(["index"]) == 0
    capsys.readouterr()
    return corpus
