"""A feature is one folder and two lines: without it, the rest is whole."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
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
failed = lint_imports()
print("---")
failed = failed or run(["--help"])
print("---")
raise SystemExit(failed or run(["ask", "--help"]))
"""
FEATURES = sorted(
    re.findall(r"^from bot\.(\w+)\.feature import", (ROOT / TABLE).read_text("utf-8"), re.MULTILINE)
)


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


def test_only_the_table_imports_a_feature() -> None:
    """Nor one feature another, so that each can go alone."""
    assert [
        f"{module} imports {name}"
        for module, name in imports()
        for feature in FEATURES
        for own in [(f"bot.{feature}.", f"tests.bot.{feature}.")]
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


def run_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "SELON_LANGUAGE": "en"}
    return run_program(sys.executable, *command, cwd=folder, env=environment)


def test_features_are_deleted_with_their_folders_tests_and_lines(without_features: Path) -> None:
    run = run_in(without_features, "-m", "ruff", "check", "--quiet", TABLE)
    assert run.returncode == 0, run.stdout
    run = run_in(without_features, "-c", CHECKS)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    before, after = (
        (folder / "docs/architecture.md").read_text("utf-8") for folder in (ROOT, without_features)
    )
    for feature in FEATURES:
        assert (f"`{feature}/`" in before, f"`{feature}/`" in after) == (True, False), feature
    _, commands, ask = run.stdout.rsplit("\n---\n", 2)
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
    run = run_in(
        without_features,
        *("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", "not postgresql"),
        *("tests/bot/state/test_retention.py", "tests/e2e/test_profile.py"),
    )
    assert run.returncode == 0, run.stdout[-3000:]
