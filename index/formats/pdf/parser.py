"""Parser of PDF: text by PDFium, scans by OCR."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from index.errors import Problem, ReadError
from index.formats.base import Content, ParsedArticle, Skipped
from index.formats.document_info import credible_metadata, pdf_facts
from index.formats.pdf.ocr import OCR_PIXELS, OcrError, ocr_languages, ocr_lines
from index.formats.pdf.page import PrintedPage, drop_margins
from index.formats.pdf.paragraphs import lay_out_pages
from index.formats.pdf.process import PaperError, PdfDocument, open_pdf
from index.text.folding import folded_words

PDF_PAGES = 2_000  # further pages are skipped
_SECONDS = 300.0  # for the text of a document, without OCR
OCR_PAGES = 200  # maximum number read by OCR in one document


def read(content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the article of a PDF, then a Skipped for each kind of unread pages."""
    data = content.read()
    if b"%PDF-" not in data[:1024]:
        raise ReadError("pdf-not", subject=content.label)
    try:
        with open_pdf(data) as document:
            facts = pdf_facts(document.info, document.language, data)
            attempt = _PageAttempt(document, ocr=content.options.ocr)
            pages = list(attempt.read())
    except PaperError as error:
        raise ReadError(error.problem, subject=content.label) from error
    if not any(page.lines for page in pages):
        is_scan = any(page.is_scan for page in pages)
        empty = Problem("pdf-scan-no-words" if is_scan else "pdf-no-text")
        raise ReadError(next(iter(attempt.unread), empty), subject=content.label)
    printed_title, blocks = lay_out_pages(drop_margins(pages))
    text = "\n".join(block.text for block in blocks)
    metadata = credible_metadata(facts, "pdf", content.name, text, printed_title)
    title = folded_words(metadata.title or "")
    heads = (at for at, block in enumerate(blocks[:20]) if block.heading)
    again = next((at for at in heads if title and folded_words(blocks[at].text) == title), None)
    others = blocks if again is None else blocks[:again] + blocks[again + 1 :]
    yield ParsedArticle(others, metadata)
    for problem, numbers in attempt.unread.items():
        yield Skipped(f"{content.label}#{_format_pages(numbers)}", problem)


class _PageAttempt:
    """Reads the pages of a document within limits; `unread` lists page numbers by problem."""

    def __init__(self, document: PdfDocument, *, ocr: bool) -> None:
        self._document = document
        self._ocr = ocr
        self._scans = 0
        self._language: str | None = None
        self.unread: dict[Problem, list[int]] = defaultdict(list)

    def read(self) -> Iterator[PrintedPage]:
        """Yield the readable pages; scans without words if OCR fails."""
        count = min(self._document.pages, PDF_PAGES)
        if self._document.pages > PDF_PAGES:
            problem = Problem("pdf-beyond-pages", limit=PDF_PAGES)
            self.unread[problem] += range(PDF_PAGES, self._document.pages)
        budget = _SECONDS
        for number in range(count):
            if budget < 0:
                late = Problem("pdf-beyond-seconds", seconds=round(_SECONDS))
                self.unread[late] += range(number, count)
                return
            start = time.monotonic()
            try:
                page = self._document.page(number)
            except PaperError as error:
                self.unread[error.problem].append(number)
                continue
            finally:
                budget -= time.monotonic() - start
            if page.is_cut:
                self.unread[Problem("pdf-page-cut")].append(number)
            yield self._scan(page) if page.is_scan else page

    def _scan(self, page: PrintedPage) -> PrintedPage:
        problem = self._ocr_problem()
        if problem is None:
            self._scans += 1
            try:
                picture = self._document.draw(page.number, OCR_PIXELS)
                return replace(page, lines=ocr_lines(picture, self._language or ""))
            except (PaperError, OcrError) as error:
                problem = error.problem
        self.unread[problem].append(page.number)
        return replace(page, lines=())

    def _ocr_problem(self) -> Problem | None:
        if not self._ocr:
            return Problem("pdf-scan-not-allowed")
        if self._scans >= OCR_PAGES:
            return Problem("pdf-beyond-ocr", limit=OCR_PAGES)
        self._language = self._language or ocr_languages(self._document.language)
        return None if self._language else Problem("pdf-scan-no-tesseract")


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
