from __future__ import annotations

from pathlib import Path

import pytest

from index.build import fingerprint as module
from index.build.fingerprint import rules
from index.formats.base import Options


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package to change, in the place of `index`."""
    (tmp_path / "readers").mkdir()
    (tmp_path / "rules.py").write_text("")
    (tmp_path / "readers" / "text.py").write_text("LIMIT = 1\n")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "rules.py"))
    monkeypatch.setattr(module, "_code", module._code.__wrapped__)
    return tmp_path


def test_they_are_the_same_until_a_line_of_a_reader_changes(package: Path) -> None:
    before = rules()
    assert rules() == rules(Options()) == before
    (package / "readers" / "text.py").write_text("LIMIT = 2\n")
    changed = rules()
    (package / "readers" / "text.py").rename(package / "readers" / "plain.py")
    assert len({before, changed, rules()}) == 3


def test_they_hang_on_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules()
    assert any(each.startswith("py3langid ") for each in module._libraries())
    monkeypatch.setattr(module, "_libraries", lambda: ["trafilatura 99"])
    assert rules() != before


def test_they_hang_on_the_options_and_on_what_can_read_scans(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    different = {rules(), rules(Options(ocr=False)), rules(Options(fields={"text": "corps"}))}
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}")
    different.add(rules())
    assert len(different) == 4
