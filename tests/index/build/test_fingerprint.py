from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import fingerprint as module
from index.build.fingerprint import code_digest, rules
from index.formats.base import Options
from index.formats.table import FORMATS

INDEX = Path(module.__file__).parents[1]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The code of `index`, to change."""
    ignore = shutil.ignore_patterns("__pycache__", "*.json")
    return Path(shutil.copytree(INDEX, tmp_path / "index", ignore=ignore))


def edit(file: Path, change: Callable[[str], str]) -> None:
    old = file.read_text(encoding="utf-8")
    new = change(old)
    assert new != old
    file.write_text(new, encoding="utf-8")


def add_line(text: str) -> str:
    return f"{text}\n_ADDED = 1\n"


def test_they_are_the_same_where_nothing_has_changed(package: Path) -> None:
    assert rules() == rules(Options())
    assert code_digest(package) == code_digest(INDEX)


def test_the_store_searching_and_fetching_change_nothing(package: Path) -> None:
    before = code_digest(package)
    for room in ("store", "search", "reading", "models", "fetch"):
        for file in (package / room).rglob("*.py"):
            edit(file, add_line)
    for name in ("errors.py", "findings.py", "build/builder.py", "build/vectors.py"):
        edit(package / name, add_line)
    assert code_digest(package) == before


@pytest.mark.parametrize(
    "name",
    [
        "formats/docx.py",
        "formats/signature.py",
        "formats/boilerplate.py",
        "build/passages.py",
        "build/duplicates.py",
        "text/antecedents.py",
        "text/sentences.py",
        "text/language.py",
        "text/stopwords.py",
        "article.py",
    ],
)
def test_whatever_reads_and_cuts_changes_them(package: Path, name: str) -> None:
    before = code_digest(package)
    edit(package / name, add_line)
    assert code_digest(package) != before


def test_every_module_of_formats_counts(package: Path) -> None:
    modules = module._modules(package)
    assert {each.parser for each in FORMATS} <= modules.keys()
    files = {file for file in (package / "formats").rglob("*.py") if file.stem != "__init__"}
    known = {module._path_of(name, package) for name in modules}
    assert files - known == {package / "formats" / "sources.py"}  # which finds files, reads none


def test_another_parser_of_a_format_changes_them(package: Path) -> None:
    before = code_digest(package)
    swapped = {'"index.formats.json"': '"index.formats.csv"'}
    swapped |= {new: old for old, new in swapped.items()}
    pattern = re.compile("|".join(swapped))
    edit(
        package / "formats" / "table.py",
        lambda text: pattern.sub(lambda found: swapped[found[0]], text),
    )
    assert code_digest(package) != before


def test_the_names_and_places_of_modules_do_not(package: Path) -> None:
    before = code_digest(package)
    names = sorted(module._modules(package).keys() - {module.__name__}, key=len, reverse=True)
    names = [name for name in names if (package.parent / f"{name.replace('.', '/')}.py").is_file()]
    assert len(names) > 40
    moved = {name: f"{name.replace('.', '.new_', 1)}_renamed" for name in names}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b(?!\.)")
    for file in package.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(pattern.sub(lambda found: moved[found[0]], text), encoding="utf-8")
    for name, new in moved.items():
        place = package.parent / f"{new.replace('.', '/')}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        (package.parent / f"{name.replace('.', '/')}.py").rename(place)
    module_names = {name.rpartition(".")[2] for name in module._modules(package)}
    assert {"docx_renamed", "sentences_renamed", "worker_renamed"} <= module_names
    assert code_digest(package) == before


def test_they_hang_on_the_options_and_on_what_can_read_scans(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    different = {rules(), rules(Options(ocr=False)), rules(Options(fields={"text": "corps"}))}
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}")
    different.add(rules())
    assert len(different) == 4


def test_what_the_code_came_to_is_remembered_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "index" / "rules"
    monkeypatch.setattr(module, "_CACHE", {})
    known = rules(memory=memory)
    monkeypatch.setattr(module, "_CACHE", {})
    monkeypatch.setattr(module, "_read_code", lambda: ("other code", []))
    assert rules(memory=memory) == known
    monkeypatch.setattr(module, "_CACHE", {})
    monkeypatch.setattr(module, "_state_of_code", lambda: "since then")
    assert rules(memory=memory) != known
    monkeypatch.setattr(module, "_CACHE", {})
    memory.write_text("{}")
    assert rules(memory=memory) != known
