"""OCR of page images by `tesseract`, if installed."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from index.errors import CodedError, reason_of
from index.formats.pdf.page import PrintedLine
from index.formats.pdf.process import Picture
from index.processes import helper_environment

OCR_SECONDS = 120.0  # per page
OCR_PIXELS = 30_000_000  # of an image; an A3 page at 300 dpi has fewer
_PROGRAM = "tesseract"
_BOX = ("left", "top", "width", "height")
_LINE = ("block_num", "par_num", "line_num")
_LANGUAGES = {"fr": "fra", "en": "eng", "es": "spa", "de": "deu", "it": "ita", "pt": "por"}
_LANGUAGES |= {"nl": "nld", "ca": "cat", "eu": "eus", "pl": "pol", "ro": "ron", "ar": "ara"}
_ALWAYS = ("fra", "eng")
_SURE = 50.0  # per cent; a line below is a stain or a photograph
_LEGIBLE = 60.0  # per cent; of a page below, tesseract cannot read the language or print
_APART = 1.0  # em; a wider gap in a line separates columns
_SAME = (0.65, 1.45)  # times the usual height of a line; within, letters are of one size


class OcrError(CodedError):
    """An image that tesseract cannot read."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word found by tesseract: its box in pixels, and its confidence in per cent."""

    text: str
    left: int
    top: int
    width: int
    height: int
    trust: float
    line: tuple[str, ...]


def ocr_languages(document_language: str = "") -> str | None:
    """Return the installed languages for tesseract (`fra+eng`), including the declared one; None if
    tesseract or all of their data is missing."""
    try:
        available = set(_tesseract(["--list-langs"]).split())
    except OcrError:
        return None
    languages = dict.fromkeys((_LANGUAGES.get(document_language[:2].lower(), ""), *_ALWAYS))
    return "+".join(language for language in languages if language in available) or None


def ocr_lines(picture: Picture, language: str) -> tuple[PrintedLine, ...]:
    """Return the lines in an image, positioned in points. Raises OcrError."""
    resolution = max(70, round(72 * picture.scale))
    image = b"P5 %d %d 255\n%s" % (picture.width, picture.height, picture.dots)
    arguments = ["stdin", "stdout", "-l", language, "--dpi", str(resolution), "tsv"]
    words = list(_words(_tesseract(arguments, image)))
    if words and median(word.trust for word in words) < _LEGIBLE:
        raise OcrError("ocr-unsure")
    lines = groupby(words, key=lambda word: word.line)
    runs = [run for _, line in lines for run in _runs(list(line), picture.scale)]
    # A line without tall letters looks smaller: lines of nearly one height are set in one size.
    usual = median([run.size for run in runs for _ in run.text] or [0.0])
    sizes = (usual if _SAME[0] * usual <= r.size <= _SAME[1] * usual else r.size for r in runs)
    return tuple(replace(r, size=round(size, 1)) for r, size in zip(runs, sizes, strict=True))


def _tesseract(arguments: list[str], data: bytes = b"") -> str:
    """Run tesseract on one core, which is faster than several, and return its output.

    In a session of its own, because Ctrl-C is the caller's to handle.
    """
    try:
        result = subprocess.run(
            [_PROGRAM, *arguments],
            input=data,
            capture_output=True,
            timeout=OCR_SECONDS,
            check=True,
            start_new_session=True,
            env={**helper_environment(), "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise OcrError("ocr-slow", seconds=round(OCR_SECONDS)) from error
    except subprocess.CalledProcessError as error:
        message = " ".join(error.stderr.decode("utf-8", "replace").split())
        raise OcrError("ocr-fails", reason=message[:100]) from error
    except OSError as error:
        raise OcrError("ocr-no-start", reason=reason_of(error)) from error
    return result.stdout.decode("utf-8", "replace")


def _words(table: str) -> Iterator[_Word]:
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text, trust = (row.get("text") or "").strip(), float(row.get("conf") or -1)
        if text and trust >= 0:
            left, top, width, height = (int(row[name]) for name in _BOX)
            yield _Word(text, left, top, width, height, trust, tuple(row[name] for name in _LINE))


def _runs(words: list[_Word], scale: float) -> Iterator[PrintedLine]:
    """Split a line at wide gaps; yield nothing if tesseract is unsure of it."""
    if median(word.trust for word in words) < _SURE:
        return
    tall = max(word.height for word in words)
    run: list[_Word] = []
    for word in words:
        if run and word.left - (run[-1].left + run[-1].width) > _APART * tall:
            yield _line(run, scale, tall)
            run = []
        run.append(word)
    yield _line(run, scale, tall)


def _line(words: list[_Word], scale: float, tall: int) -> PrintedLine:
    return PrintedLine(
        " ".join(word.text for word in words),
        min(word.left for word in words) / scale,
        min(word.top for word in words) / scale,
        max(word.left + word.width for word in words) / scale,
        max(word.top + word.height for word in words) / scale,
        tall / scale,
    )
