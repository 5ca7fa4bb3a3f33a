from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.formats.base import Options
from index.formats.table import FORMATS
from index.ingestion import fingerprint as module
from index.ingestion.fingerprint import code_digest, rules

INDEX = Path(module.__file__).parents[1]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The code of `index`, to change."""
    ignore = shutil.ignore_patterns("__pycache__", "*.json")
    return Path(shutil.copytree(INDEX, tmp_path / "index", ignore=ignore))


def edit(file: Path) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\n_ADDED = 1\n")


def test_nothing_but_reading_and_cutting_changes_them(package: Path) -> None:
    assert rules() == rules(Options())
    assert code_digest(package) == code_digest(INDEX)
    before = code_digest(package)
    for room in ("store", "search", "reading", "models", "fetch"):
        for file in (package / room).rglob("*.py"):
            edit(file)
    for name in ("errors.py", "findings.py", "ingestion/builder.py", "ingestion/vectors.py"):
        edit(package / name)
    assert code_digest(package) == before


def test_whatever_reads_and_cuts_changes_them(package: Path) -> None:
    digests = [code_digest(package)]
    for name in (
        *("formats/docx.py", "formats/signature.py", "formats/boilerplate.py", "article.py"),
        *(
            "ingestion/passages.py",
            "ingestion/duplicates.py",
            "text/antecedents.py",
            "text/sentences.py",
        ),
        *("text/language.py", "text/stopwords.py"),
    ):
        edit(package / name)
        digests.append(code_digest(package))
        assert digests[-1] != digests[-2], name


def test_every_module_of_formats_counts(package: Path) -> None:
    modules = module._modules(package)
    assert {each.parser for each in FORMATS} <= modules.keys()
    files = {file for file in (package / "formats").rglob("*.py") if file.stem != "__init__"}
    known = {module._path_of(name, package) for name in modules}
    assert files - known == {package / "formats" / "sources.py"}  # which finds files, reads none


def test_they_hang_on_options_and_what_reads_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    different = {rules(), rules(Options(ocr=False)), rules(Options(fields={"text": "corps"}))}
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}")
    different.add(rules())
    assert len(different) == 4


def test_rules_are_kept_until_code_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
