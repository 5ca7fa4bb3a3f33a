"""PDFium in processes of their own, with time limits."""

from __future__ import annotations

import inspect
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from index.errors import CodedError, reason_of
from index.formats.pdf.page import PrintedLine, PrintedPage
from index.formats.pdf.worker import receive_frame, send
from index.processes import HelperProcess, Isolation, ProcessPool, helper_environment

OPENING_SECONDS = 60.0
PAGE_SECONDS = 30.0  # to read or draw a page
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2060\ufeff]")
_IDLE = 2  # processes kept for the next documents
_PROGRAM = inspect.getfile(send)


class PaperError(CodedError):
    """A document or page that PDFium cannot read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A grey image of a page, one byte per pixel, `scale` pixels per point."""

    width: int
    height: int
    scale: float
    dots: bytes


class PdfDocument:
    """An open PDF. Its methods raise PaperError, after which it is unusable."""

    def __init__(self, worker: _Worker, about: dict[str, Any]) -> None:
        self._worker = worker
        self.pages: int = about["pages"]
        self.info: dict[str, str] = about["info"]
        self.language: str = about["language"]

    def page(self, number: int) -> PrintedPage:
        answer, _ = self._worker.ask({"do": "read", "page": number}, PAGE_SECONDS)
        lines = []
        for text, *rest in answer.pop("runs"):
            # Expand ligatures, compose accents, drop invisible characters.
            visible = _UNSEEN.sub("", text.translate(_LIGATURES))
            if plain := unicodedata.normalize("NFC", visible).strip():
                lines.append(PrintedLine(plain, *rest))
        return PrintedPage(number, lines=tuple(lines), **answer)

    def draw(self, number: int, pixels: int) -> Picture:
        request = {"do": "draw", "page": number, "pixels": pixels}
        answer, dots = self._worker.ask(request, PAGE_SECONDS)
        return Picture(**answer, dots=dots)


@contextmanager
def open_pdf(data: bytes) -> Iterator[PdfDocument]:
    """Open the document in `data`. Raises PaperError if that fails."""
    worker, about = _open(data)
    try:
        yield PdfDocument(worker, about)
    finally:
        _give_back(worker)


def _open(data: bytes) -> tuple[_Worker, dict[str, Any]]:
    """Open the document in a process; one that died while idle is replaced."""
    worker = _WAITING.take() or _start()
    while True:
        try:
            return worker, worker.ask({"do": "open"}, OPENING_SECONDS, data)[0]
        except PaperError:
            is_dead = worker.is_exhausted
            _give_back(worker)
            if not is_dead or worker.fresh:
                raise
            worker = _start()


class _Worker(HelperProcess):
    """A PDFium process, for one document at a time."""

    def __init__(self) -> None:
        self.fresh = True
        self.is_exhausted = False
        # A caller that leads a session is ended together with its session.
        leads = hasattr(os, "getsid") and os.getsid(0) == os.getpid()
        isolation: Isolation | None = None if leads else "session"
        command = [sys.executable, "-P", _PROGRAM]
        super().__init__(command, isolation=isolation, environment=helper_environment())

    @property
    def usable(self) -> bool:
        """True if it has also answered in time so far."""
        return not self.is_exhausted and super().usable

    def ask(
        self, message: dict[str, Any], seconds: float, data: bytes = b""
    ) -> tuple[dict[str, Any], bytes]:
        """Send a request and return the answer; a process that is too slow is ended."""
        stdin, stdout = self.pipes
        answer = None
        with self.ended_after(seconds) as late, suppress(OSError, ValueError):
            send(stdin, message, data)
            answer = receive_frame(stdout)
        self.is_exhausted = late.is_set() or answer is None
        if late.is_set():
            raise PaperError("pdf-slow", seconds=round(seconds))
        if answer is None:
            raise PaperError("pdf-crash")
        if error := answer[0].get("error"):
            raise PaperError("file-encrypted" if error == "locked" else "pdf-damaged")
        return answer

    def forget(self) -> None:
        """Close the document, so that the process can take another."""
        self.fresh = False
        try:
            send(self.pipes[0], {"do": "close"})
        except (OSError, ValueError):
            self.is_exhausted = True


_WAITING: ProcessPool[_Worker] = ProcessPool(_IDLE)


def _give_back(worker: _Worker) -> None:
    """Keep a process for the next document, or end it."""
    if worker.usable:
        worker.forget()
    _WAITING.give_back(worker)


def _start() -> _Worker:
    try:
        return _Worker()
    except OSError as error:
        raise PaperError("pdf-no-reader", reason=reason_of(error)) from error
