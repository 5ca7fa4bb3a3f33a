from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.formats.pdf import ocr
from index.formats.pdf.ocr import OcrError, ocr_languages, ocr_lines
from index.formats.pdf.process import Picture

PICTURE = Picture(100, 100, 2.0, b"\xff" * 10_000)
HEAD = "level page_num block_num par_num line_num word_num left top width height conf text"

Says = Callable[..., None]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")


def table(*words: str) -> str:
    """Words as tesseract prints them, each `line left top width height trust text`."""
    rows = [HEAD.split()]
    for word in words:
        line, left, top, width, height, trust, text = word.split(maxsplit=6)
        rows.append(["5", "1", "1", "1", line, "1", left, top, width, height, trust, text])
    return "\n".join("\t".join(row) for row in rows)


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """A program in tesseract's place that prints this, and ends so."""

    def replace(printed: str, code: int = 0) -> None:
        (tmp_path / "printed").write_text(printed, encoding="utf-8")
        program = tmp_path / "tesseract"
        program.write_text(
            f'#!/bin/sh\ncat >"{tmp_path}/given"\necho "$@" >"{tmp_path}/asked"\n'
            f'cat "{tmp_path}/printed"\ntest $OMP_THREAD_LIMIT = 1 || exit 9\n'
            f"echo pas de données >&2\nexit {code}\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setattr(ocr, "_PROGRAM", str(program))

    return replace


def test_words_of_a_line_are_one_line_in_points(says: Says, tmp_path: Path) -> None:
    says(table("1 20 40 60 20 96 Bonjour", "1 90 40 30 22 95 à", "1 130 40 40 20 91 tous"))
    (line,) = ocr_lines(PICTURE, "fra+eng")
    assert line.text == "Bonjour à tous"
    assert (line.left, line.top, line.right, line.bottom) == (10, 20, 85, 31)
    assert (tmp_path / "given").read_bytes() == b"P5 100 100 255\n" + PICTURE.dots
    assert "-l fra+eng --dpi 144" in (tmp_path / "asked").read_text()


def test_lines_of_nearly_one_height_are_of_one_size_and_far_words_apart(says: Says) -> None:
    says(
        table(
            "1 0 0 60 40 96 Titre",
            "2 0 60 60 20 96 Bonjour",
            "3 0 90 60 14 96 sans",
            "3 300 90 9 15 96 a",
        )
    )
    title, *rest = ocr_lines(PICTURE, "fra")
    assert title.size > 1.5 * rest[0].size
    assert len({line.size for line in rest}) == 1
    assert [line.text for line in rest] == ["Bonjour", "sans", "a"]


def test_stains_are_no_words_and_a_page_of_them_is_refused(says: Says) -> None:
    good = [f"{line} 0 {line * 30} 60 20 95 clair" for line in range(1, 4)]
    says(table(*good, "9 0 300 60 20 12 ~;|", "10 0 330 60 20 -1 x"))
    assert [line.text for line in ocr_lines(PICTURE, "fra")] == ["clair"] * 3
    says(table("1 0 0 60 20 30 ~;|", "1 70 0 60 20 35 WwWw"))
    with pytest.raises(OcrError, match="ocr-unsure"):
        ocr_lines(PICTURE, "fra")


def test_a_program_that_fails_or_is_absent(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    says("", code=1)
    with pytest.raises(OcrError, match=r"ocr-fails \(reason=pas de données\)"):
        ocr_lines(PICTURE, "fra")
    assert ocr_languages() is None
    monkeypatch.setattr(ocr, "_PROGRAM", "/absent/tesseract")
    assert ocr_languages() is None
