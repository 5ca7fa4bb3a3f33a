from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats import conversion, process
from index.formats.base import Skipped, Source
from index.formats.table import FORMATS, Format
from index.processes import helper_environment
from tests.index.formats.hostile import HEAVY_BYTES, docx, heavy

HOME = Path(__file__).parents[2] / "data" / "pages" / "accueil.html"

SENTENCE = b"Le pont date de 1901."


def source(path: Path) -> Source:
    return Source(path, path.name, path.name, "https://exemple.fr/a")


def written(folder: Path, name: str, data: bytes) -> Source:
    (folder / name).write_bytes(data)
    return source(folder / name)


def told(source: Source, seconds: float | None = None) -> list[Article | Skipped]:
    return list(process.read_apart(source, seconds=seconds))


def test_a_file_without_articles_is_refused_as_the_parser_refuses_it() -> None:
    with pytest.raises(ReadError) as raised:
        told(source(HOME))
    assert (raised.value.code, raised.value.subject) == ("page-no-article", HOME.name)


def test_moments_sections_and_half_letters_come_through(tmp_path: Path) -> None:
    record = {
        "text": "# Un\n\nLe pont \ud83d date de 1901.\n\n# Deux\n\nIl dure.",
        "title": "Le \ud83dpont",
        "date": "2024-03-01T10:12:00+02:00",
    }
    given = written(tmp_path, "a.jsonl", json.dumps(record).encode() + b"\nno\n")
    found = told(given)
    assert found == list(conversion.read_source(given))
    article, skipped = found
    assert isinstance(article, Article)
    assert article.title == "Le pont"
    assert article.sections
    assert article.published_at is not None
    assert isinstance(skipped, Skipped)
    assert skipped.at is not None


def test_what_stops_half_way_leaves_no_process(tmp_path: Path) -> None:
    given = written(tmp_path, "a.jsonl", b'{"text": "Le pont date de 1901."}\n' * 400)
    reading = process.read_apart(given)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert process._WAITING.waiting == []
    assert len(told(given)) == 400


def refused(source: Source) -> ReadError:
    """Why a file is not read; the next one is."""
    with pytest.raises(ReadError) as raised:
        told(source)
    assert told(written(source.path.parent, "next.txt", SENTENCE))
    return raised.value


def test_a_file_that_takes_too_long_is_named_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "ARTICLE_SECONDS", 0.2)
    error = refused(written(tmp_path, "a.md", b"[a](<b> '" * 60_000))
    assert (error.code, error.subject) == ("reading-slow", "a.md")


def test_a_process_that_dies_is_told_and_replaced(tmp_path: Path) -> None:
    given = written(tmp_path, "a.jsonl", b'{"text": "Le pont date de 1901."}\n' * 100_000)
    process._WAITING.close()  # another thread's child would not be found below
    reading = process.read_apart(given)
    next(reading)
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    for child in children:
        if b"index.formats.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), 9)
    with pytest.raises(ReadError) as raised:
        list(reading)
    assert raised.value.code == "reading-crash"
    assert told(written(tmp_path, "b.txt", SENTENCE))


def test_what_a_parser_says_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    page = b"<!DOCTYPE html><html><body><p>Le pont date de 1901, et il dure.</p></body></html>"
    with caplog.at_level(logging.WARNING):
        told(written(tmp_path, "a.txt", page))
    assert "a.txt: its content is .html, and is read as that" in caplog.messages


_MEASURED = f"""
from index.formats import worker
worker.READING_BYTES = {HEAVY_BYTES}
worker.main()
worker._send("peak", worker.memory_status('VmHWM'))
"""


@pytest.fixture(scope="module")
def least_peak(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Bytes that a process takes whatever it reads."""
    short = tmp_path_factory.mktemp("least") / "least.txt"
    short.write_bytes(SENTENCE)
    return _peak(short)[0]


def _peak(path: Path) -> tuple[int, str]:
    """Bytes that a process takes at most to read a file, and what it tells."""
    asked = {"path": str(path), "label": path.name, "location": path.name, "url": None}
    asked |= {"fields": {}, "ocr": False, "each": 120, "all": None}
    ended = subprocess.run(
        [sys.executable, "-P", "-c", _MEASURED],
        input=json.dumps(asked).encode() + b"\n",
        capture_output=True,
        env=helper_environment(),
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()[-2_000:]
    *told, (_, peak) = map(json.loads, ended.stdout.splitlines())
    assert told[-1][0] == "done"
    return peak, str(told)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds what a process writes to")
@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.suffix)
def test_no_file_takes_too_much_memory(each: Format, tmp_path: Path, least_peak: int) -> None:
    peak, told = _peak(written(tmp_path, f"a.txt{each.suffix}", heavy(each.suffix)).path)
    assert peak - least_peak < HEAVY_BYTES * 1.1
    assert conversion.TOO_HEAVY.code in told


def test_what_needs_too_much_memory_is_one_line_that_says_so(tmp_path: Path) -> None:
    error = refused(written(tmp_path, "a.docx", docx(8_000_000)))
    assert (error.subject, error.problem) == ("a.docx", conversion.TOO_HEAVY)
