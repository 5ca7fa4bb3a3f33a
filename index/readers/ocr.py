"""The words in a picture of a page, by `tesseract`, where the machine has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

from PIL import Image

from index.readers.paper.page import Line
from index.readers.paper.process import Picture

SECONDS = 120.0
"""For one page, after which it is left unread."""

PIXELS = 30_000_000
"""Of the largest picture that is read: more than an A3 page at 300 dots an inch."""

_LANGUAGES = {"fr": "fra", "en": "eng", "es": "spa", "de": "deu", "it": "ita", "pt": "por"}
_LANGUAGES |= {"nl": "nld", "ca": "cat", "eu": "eus", "pl": "pol", "ro": "ron", "ar": "ara"}
_ALWAYS = ("fra", "eng")
_SURE = 50.0  # per cent; below it, a line is a stain or a photograph
_LEGIBLE = 60.0  # of a whole page; below it, its language or its print is none of tesseract's
_APART = 1.0  # em between two words of one line, else they are of two columns
_SAME = (0.65, 1.45)  # times the usual height of a line; within, letters are of one size


class OcrError(Exception):
    """A picture that tesseract does not read; the text says why."""


def languages(declared: str = "") -> str | None:
    """What tesseract is to expect: `fra+eng`, as far as installed, with the declared language.

    None where there is no tesseract, or no data for any of these.
    """
    import pytesseract

    try:
        installed = set(pytesseract.get_languages())
    except (OSError, RuntimeError, ValueError):
        return None
    wanted = dict.fromkeys((_LANGUAGES.get(declared[:2].lower(), ""), *_ALWAYS))
    return "+".join(language for language in wanted if language in installed) or None


def lines_of(picture: Picture, language: str) -> tuple[Line, ...]:
    """The lines in a picture, placed in points. Raises OcrError."""
    import pytesseract

    image = Image.frombytes("L", (picture.width, picture.height), picture.dots)
    resolution = max(70, round(72 * picture.scale))
    try:
        found = pytesseract.image_to_data(
            image,
            lang=language,
            config=f"--dpi {resolution}",
            timeout=SECONDS,
            output_type=pytesseract.Output.DICT,
        )
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        if "timeout" in str(error):
            raise OcrError(f"OCR takes more than {SECONDS:.0f} seconds") from error
        raise OcrError(f"tesseract fails ({' '.join(str(error).split())[:100]})") from error
    return tuple(
        _evened([run for line in _found_lines(found) for run in _runs(line, picture.scale)])
    )


def _trust(found: dict[str, list[Any]]) -> float:
    """How sure tesseract is of the page's words, per cent; 100 where there are none."""
    trusts = [
        float(trust)
        for text, trust in zip(found["text"], found["conf"], strict=True)
        if str(text).strip() and float(trust) >= 0
    ]
    return median(trusts) if trusts else 100.0


def _found_lines(found: dict[str, list[Any]]) -> Iterable[list[tuple[Any, ...]]]:
    """The words of each line, as (text, left, top, width, height), where tesseract is sure."""
    lines: dict[tuple[int, ...], list[tuple[Any, ...]]] = defaultdict(list)
    sure: dict[tuple[int, ...], list[float]] = defaultdict(list)
    columns = ("text", "left", "top", "width", "height", "conf", "block_num", "par_num", "line_num")
    for text, left, top, width, height, trust, *place in zip(
        *(found[name] for name in columns), strict=True
    ):
        if str(text).strip() and float(trust) >= 0:
            lines[tuple(place)].append((str(text).strip(), left, top, width, height))
            sure[tuple(place)].append(float(trust))
    return [words for place, words in lines.items() if median(sure[place]) >= _SURE]


def _runs(words: list[tuple[Any, ...]], scale: float) -> Iterator[Line]:
    """The line, parted where its words stand wide apart."""
    tall = max(height for *_, height in words)
    run: list[tuple[Any, ...]] = []
    for word in words:
        if run and word[1] - (run[-1][1] + run[-1][3]) > _APART * tall:
            yield _line(run, scale, tall)
            run = []
        run.append(word)
    yield _line(run, scale, tall)


def _line(words: list[tuple[Any, ...]], scale: float, tall: int) -> Line:
    return Line(
        " ".join(str(text) for text, *_ in words),
        min(left for _, left, *_ in words) / scale,
        min(top for _, _, top, *_ in words) / scale,
        max(left + width for _, left, _, width, _ in words) / scale,
        max(top + height for _, _, top, _, height in words) / scale,
        tall / scale,
    )


def _evened(lines: list[Line]) -> Iterator[Line]:
    """The lines, those of nearly one height set in one size.

    A line without tall letters looks lower than its neighbours.
    """
    if not lines:
        return
    usual = median(line.size for line in lines for _ in line.text)
    for line in lines:
        same = _SAME[0] * usual <= line.size <= _SAME[1] * usual
        yield replace(line, size=round(usual if same else line.size, 1))
