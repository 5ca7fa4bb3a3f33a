"""What `pip install selon` gives: the commands work without any extra, which errors name."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

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

STEPS = """
import io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
from bot.main import run

for arguments, settings in json.loads(sys.argv[1]):
    os.environ |= settings
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = run(arguments)
    print(json.dumps([code, said.getvalue()]))
    for name in settings:
        del os.environ[name]
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

    def run(self, *steps: tuple[list[str], dict[str, str]]) -> list[tuple[int, str]]:
        """The exit code of each command under its settings, and all that it prints."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = run_program(
            *(sys.executable, "-c", STEPS, json.dumps(steps)),
            cwd=self.home,
            env=inherited
            | {"PYTHONPATH": str(self.home), "SELON_DATA_DIR": str(self.home / "data")}
            | {"SELON_CACHE_DIR": str(Settings(_env_file=None).cache_dir)},
        )
        assert done.returncode == 0, done.stderr
        return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_the_base_install_answers_and_errors_name_extras(tmp_path: Path) -> None:
    indexed, asked, checked, embedding, chat = BaseInstall(tmp_path).run(
        (["index", "articles"], {}),
        (["ask", "--json", QUESTION], {}),
        (["bot", "--check"], {"SELON_LANGUAGE": "en"}),
        *(
            (["ask", QUESTION], {"SELON_LANGUAGE": "en", name: value})
            for name, value in (
                ("SELON_EMBEDDING_MODEL", "acme/model"),
                ("SELON_CHAT_MODEL", "ollama:qwen3:4b"),
            )
        ),
    )
    assert indexed[0] == asked[0] == 0, (indexed, asked)
    assert json.loads(asked[1])["citations"][0]["quote"].startswith("Augustin Fresnel")
    assert (checked[0], "Traceback" in checked[1]) == (2, False)
    assert "SELON_TELEGRAM_TOKEN" in checked[1]
    for (code, said), setting, complaint in (
        (embedding, "SELON_EMBEDDING_MODEL=acme/model", "torch is missing); install it: make"),
        (chat, "SELON_CHAT_MODEL=ollama:qwen3:4b", "not installed; pip install '.[ollama]'"),
    ):
        assert code != 0
        assert setting in said
        assert complaint in said
