"""A feature is one folder and two lines: without it, the rest is whole."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from bot import features
from bot.command import CommandLine
from bot.locale.terminal import TerminalPhrases
from tests.programs import run_program

ROOT = Path(__file__).parents[1]
TABLE = "bot/features.py"
CHECKS = """
from bot.main import run
from importlinter.cli import lint_imports
from tests import docs
docs.main()
raise SystemExit(lint_imports() or run(["--help"]))
"""
HELP = "from bot.main import run; run(['--help']); print('---'); run(['ask', '--help'])"
FEATURES = sorted(
    re.findall(r"^from bot\.(\w+)\.feature import", (ROOT / TABLE).read_text("utf-8"), re.MULTILINE)
)


@cache
def imports() -> list[tuple[str, str]]:
    """The modules that name a feature, with what they import; the goldens show the whole."""
    named = re.compile(rf"\bbot\.(?:{'|'.join(FEATURES)})\b|from (?:tests\.)?bot import")
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts), name)
        for folder in ("bot", "index", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != ROOT / TABLE and "goldens" not in path.parts
        if named.search(path.read_text(encoding="utf-8"))
        for name in imported(path)
    ]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("feature", FEATURES)
def test_only_the_table_imports_a_feature(feature: str) -> None:
    own = (f"bot.{feature}.", f"tests.bot.{feature}.")
    assert [
        f"{module} imports {name}"
        for module, name in imports()
        if f"{name}.".startswith(own) and not f"{module}.".startswith(own)
    ] == []


def copy_without(removed: Iterable[str], copy: Path) -> Path:
    """Copy the project into `copy` and delete features there, as a developer would."""
    for name in ("bot", "index", "selon", "tests", "training", "corpus", "docs", "deploy"):
        ignored = shutil.ignore_patterns("expected", ".hypothesis", "screens")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, copy)
    table = copy / TABLE
    text = table.read_text(encoding="utf-8")
    for feature in removed:
        shutil.rmtree(copy / "bot" / feature)
        shutil.rmtree(copy / "tests" / "bot" / feature)
        text = re.sub(rf"^from bot\.{feature}\..*\n", "", text, flags=re.MULTILINE)
        text = re.sub(rf"^    {feature.capitalize()}Feature\(\),\n", "", text, flags=re.MULTILINE)
    table.write_text(text, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def without_features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_without(FEATURES, tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_deleted_with_its_folder_tests_and_lines(feature: str, tmp_path: Path) -> None:
    copy = copy_without([feature], tmp_path / "copy")
    for check in (("-m", "ruff", "check", "--quiet", "bot/features.py"), ("-c", CHECKS)):
        run = run_in(copy, *check)
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    assert f"`{feature}/`" in (ROOT / "docs/architecture.md").read_text("utf-8")
    assert f"`{feature}/`" not in (copy / "docs/architecture.md").read_text("utf-8")


def run_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "SELON_LANGUAGE": "en"}
    return run_program(sys.executable, *command, cwd=folder, env=environment)


def test_the_command_line_works_without_features(without_features: Path) -> None:
    run = run_in(without_features, "-c", HELP)
    assert run.returncode == 0, run.stderr
    commands, _, ask = run.stdout.partition("---\n")
    line = CommandLine(typer.Typer(), TerminalPhrases.of("en"))
    for feature in features.FEATURES:
        feature.declare(line)
    declared = {
        command.name for command in (*line.app.registered_commands, *line.app.registered_groups)
    }
    listed = {line.split()[0] for line in commands.splitlines() if line.strip()}
    assert declared
    assert "ask" in listed
    assert not declared & listed
    options = [f"--{option.name}" for one in features.FEATURES for option in one.ask_options("en")]
    assert options
    assert "--json" in ask
    assert not any(option in ask for option in options)


def test_the_bot_and_its_tests_work_without_features(without_features: Path) -> None:
    some = "(test_registration or test_retention or test_profile) and not postgresql"
    run = run_in(
        without_features,
        *("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", some),
        *("tests/bot/messenger", "tests/bot/state", "tests/e2e/test_profile.py"),
    )
    assert run.returncode == 0, run.stdout[-3000:]
