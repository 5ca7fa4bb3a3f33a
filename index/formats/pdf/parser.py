"""Parser of PDF: text by PDFium, scans by OCR."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from index.errors import Problem, ReadError
from index.formats.base import ArticleDraft, Content, Skipped
from index.formats.document_info import credible_metadata, pdf_facts
from index.formats.pdf.ocr import OCR_PIXELS, OcrError, ocr_languages, ocr_lines
from index.formats.pdf.page import PrintedPage, drop_margins
from index.formats.pdf.paragraphs import lay_out_pages
from index.formats.pdf.process import PaperError, PdfDocument, open_pdf
from index.text.folding import folded_words

PDF_PAGES = 2_000  # further pages are skipped
_SECONDS = 300.0  # for the text of a document, without OCR
OCR_PAGES = 200  # by OCR in one document


@dataclass(slots=True)
class _Reading:
    """The pages read so far, and unread page numbers by problem."""

    pages: list[PrintedPage] = field(default_factory=list)
    unread: dict[Problem, list[int]] = field(default_factory=dict)

    def leave(self, problem: Problem, *numbers: int) -> None:
        self.unread.setdefault(problem, []).extend(numbers)


def read(content: Content) -> Iterator[ArticleDraft | Skipped]:
    """Yield the one article of a PDF, then a Skipped for each kind of unread pages."""
    data = content.read()
    if b"%PDF-" not in data[:1024]:
        raise ReadError("pdf-not", shown=content.shown)
    reading = _Reading()
    try:
        with open_pdf(data) as document:
            facts = pdf_facts(document.info, document.language, data)
            _read_pages(document, content, reading)
    except PaperError as error:
        raise ReadError(error.problem, shown=content.shown) from error
    if not any(page.lines for page in reading.pages):
        why = Problem("pdf-no-text")
        if any(page.is_scan for page in reading.pages):
            why = Problem("pdf-scan-no-words")
        raise ReadError(next(iter(reading.unread), why), shown=content.shown)
    title_shown, blocks = lay_out_pages(drop_margins(reading.pages))
    text = "\n".join(block.text for block in blocks)
    metadata = credible_metadata(facts, "pdf", content.name, text, title_shown)
    title = folded_words(metadata.title or "")
    heads = (at for at, block in enumerate(blocks[:20]) if block.heading)
    again = next((at for at in heads if title and folded_words(blocks[at].text) == title), None)
    others = blocks if again is None else blocks[:again] + blocks[again + 1 :]
    yield ArticleDraft(others, metadata)
    for problem, numbers in reading.unread.items():
        yield Skipped(f"{content.shown}#{_format_pages(numbers)}", problem)


def _read_pages(document: PdfDocument, content: Content, reading: _Reading) -> None:
    if document.pages > PDF_PAGES:
        over = Problem("pdf-beyond-pages", limit=PDF_PAGES)
        reading.leave(over, *range(PDF_PAGES, document.pages))
    scanner = _Scanner(document, content, reading)
    left = _SECONDS
    for number in range(min(document.pages, PDF_PAGES)):
        if left < 0:
            late = Problem("pdf-beyond-seconds", seconds=round(_SECONDS))
            reading.leave(late, *range(number, min(document.pages, PDF_PAGES)))
            return
        start = time.monotonic()
        try:
            page = document.page(number)
        except PaperError as error:
            reading.leave(error.problem, number)
            continue
        finally:
            left -= time.monotonic() - start
        if page.cut:
            reading.leave(Problem("pdf-page-cut"), number)
        reading.pages.append(scanner.read(page) if page.is_scan else page)


class _Scanner:
    """Reads scanned pages by OCR, within limits."""

    def __init__(self, document: PdfDocument, content: Content, reading: _Reading) -> None:
        self._document = document
        self._allowed = content.options.ocr
        self._reading = reading
        self._done = 0
        self._language: str | None = None

    def read(self, page: PrintedPage) -> PrintedPage:
        """The page with the words of its picture; without any where they cannot be read."""
        blank = replace(page, lines=())
        if problem := self._hindrance():
            self._reading.leave(problem, page.number)
            return blank
        self._done += 1
        try:
            picture = self._document.drawn(page.number, OCR_PIXELS)
            return replace(page, lines=ocr_lines(picture, self._language or ""))
        except (PaperError, OcrError) as error:
            self._reading.leave(error.problem, page.number)
            return blank

    def _hindrance(self) -> Problem | None:
        if not self._allowed:
            return Problem("pdf-scan-not-allowed")
        if self._done >= OCR_PAGES:
            return Problem("pdf-beyond-ocr", limit=OCR_PAGES)
        self._language = self._language or ocr_languages(self._document.language)
        if self._language is None:
            return Problem("pdf-scan-no-tesseract")
        return None


def _format_pages(numbers: list[int]) -> str:
    """Format page numbers: « page 3 », « pages 3-5, 8 »."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    ranges = ", ".join("-".join(str(number + 1) for number in span) for span in spans)
    return f"page{'s' if len(set(numbers)) > 1 else ''} {ranges}"
