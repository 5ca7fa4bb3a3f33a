from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.goldens.selon import ROOT, Forks, Selon

EXPECTED = Path(__file__).with_name("expected")
Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens", action="store_true", help="write the goldens instead of holding them"
    )


def updating(config: pytest.Config) -> bool:
    """Known only where pytest was given this folder; GOLDENS=update does it from anywhere."""
    asked = config.getoption("--update-goldens", default=False)
    return bool(asked) or os.environ.get("GOLDENS") == "update"


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """Hold a text against the file of this name, or write it."""

    def held(name: str, text: str) -> None:
        path = EXPECTED / name
        if updating(request.config):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        assert path.is_file(), f"{path} is missing; write it with --update-goldens"
        expected = path.read_text(encoding="utf-8")
        if text == expected:
            return
        before, after = expected.splitlines(), text.splitlines()
        lines = list(difflib.unified_diff(before, after, "expected", "now", lineterm="", n=4))
        told = "\n".join(lines[:200])
        pytest.fail(f"{name} differs ({len(lines)} lines of diff)\n{told}", pytrace=False)

    return held


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Forks:
    return Forks(tmp_path_factory.mktemp("forks"))


@pytest.fixture(scope="session")
def selon(forks: Forks, sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Selon:
    """A folder with the sample corpus, indexed with the vectors that there are already."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "corpus", home / "corpus")
    shutil.copytree(sample_index, home / ".selon")
    (before,) = (home / ".selon" / "index" / "generations").iterdir()
    selon = Selon(forks, home)
    built = selon.run("index", "corpus")
    assert built.code == 0, built
    shutil.rmtree(before)
    return selon


@pytest.fixture
def bare(forks: Forks, tmp_path: Path) -> Selon:
    return Selon(forks, tmp_path)
