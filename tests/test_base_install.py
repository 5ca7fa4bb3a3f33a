"""What `pip install selon` gives: the commands work without any extra, which errors name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from bot.settings import Settings
from tests.programs import run_program
from tests.test_project import pulled_in, requirements

ARTICLE = "Les phares\n\nAugustin Fresnel conçoit en 1822 une lentille pour les phares.\n"
QUESTION = "Qui a conçu une lentille pour les phares ?"

# `sitecustomize` is imported by every Python that starts, so by Selon's own processes too.
HIDE = """
import sys
from importlib.machinery import PathFinder

HIDDEN = frozenset({hidden!r})


class BaseFinder(PathFinder):
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname.partition(".")[0] in HIDDEN:
            return None
        return super().find_spec(fullname, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = BaseFinder
"""


class BaseInstall:
    """Selon in a process that finds the base dependencies, and nothing else that is installed."""

    def __init__(self, home: Path) -> None:
        base = pulled_in(requirements())
        hidden = {
            name
            for name, owners in packages_distributions().items()
            if not {canonicalize_name(owner) for owner in owners} & {*base, "selon"}
        }
        assert {"torch", "sentence_transformers", "pytest"} <= hidden
        (home / "sitecustomize.py").write_text(HIDE.format(hidden=sorted(hidden)))
        (home / "articles").mkdir()
        (home / "articles" / "phares.txt").write_text(ARTICLE, encoding="utf-8")
        self.home = home

    def selon(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return run_program(
            *(sys.executable, "-c", "from bot.main import main; main()", *arguments),
            cwd=self.home,
            env=inherited
            | {"PYTHONPATH": str(self.home), "SELON_DATA_DIR": str(self.home / "data")}
            | {"SELON_CACHE_DIR": str(Settings(_env_file=None).cache_dir)}
            | settings,
        )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseInstall:
    base = BaseInstall(tmp_path_factory.mktemp("base"))
    indexed = base.selon("index", "articles")
    assert indexed.returncode == 0, indexed.stderr
    return base


def test_the_base_install_answers(base: BaseInstall) -> None:
    asked = base.selon("ask", "--json", QUESTION)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["citations"][0]["quote"].startswith("Augustin Fresnel")
    checked = base.selon("bot", "--check", SELON_LANGUAGE="en")
    assert (checked.returncode, "Traceback" in checked.stderr) == (2, False)
    assert "SELON_TELEGRAM_TOKEN" in checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("SELON_EMBEDDING_MODEL=acme/model", "torch is missing); install it: make models, or pip"),
        ("SELON_CHAT_MODEL=ollama:qwen3:4b", "not installed; pip install '.[ollama]'"),
    ],
)
def test_a_setting_that_needs_an_extra_says_which(
    base: BaseInstall, setting: str, complaint: str
) -> None:
    name, _, value = setting.partition("=")
    asked = base.selon("ask", QUESTION, SELON_LANGUAGE="en", **{name: value})
    assert asked.returncode != 0
    assert setting in asked.stderr
    assert complaint in asked.stderr
