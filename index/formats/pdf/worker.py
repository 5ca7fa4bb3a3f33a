"""The PDFium process: opens one document at a time and returns the content of its pages.

It imports only the standard library and pypdfium2, to start in a tenth of a second. A file that
makes PDFium crash, hang or exhaust memory costs this process only. A message, either way, is two
lengths, a JSON object, and bytes.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pypdfium2
import pypdfium2.raw as pdfium

MEMORY_BYTES = 256 * 2**20  # per document, if the system can enforce it
PAGE_CHARACTERS = 200_000  # the rest of a page is cut
_HEAD = struct.Struct(">IQ")
_FEW = 400  # characters; a page of more is not a scan
_WEIGHT = 600  # of a bold font, in CSS units
_APART = 1.0  # em; a wider gap in a line separates columns or cells
_SPACE = 0.08  # em; a narrower gap is no space where PDFium guesses one
_THIN = 0.02  # em; a narrower space is invisible
_LINE_END = frozenset("\r\n")
_HYPHENS = frozenset("\u0002\ufffe")  # PDFium's marks of a hyphen at the end of a line
_SPACES = frozenset(" \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a")


def send(stream: IO[bytes], message: dict[str, Any], data: bytes = b"") -> None:
    head = json.dumps(message).encode()
    stream.write(_HEAD.pack(len(head), len(data)) + head)
    stream.write(data)
    stream.flush()


def receive_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read the next message; None if the other end is gone."""
    lengths = stream.read(_HEAD.size)
    if len(lengths) < _HEAD.size:
        return None
    head, body = _HEAD.unpack(lengths)
    message, data = stream.read(head), stream.read(body)
    if len(message) < head or len(data) < body:
        return None
    return json.loads(message), data


def main() -> None:
    _hold_memory()
    document: pypdfium2.PdfDocument | None = None
    while (request := receive_frame(sys.stdin.buffer)) is not None:
        message, data = request
        try:
            if message["do"] == "open":
                document = pypdfium2.PdfDocument(data)
                info = document.get_metadata_dict(skip_empty=True)
                about = {"pages": len(document), "info": info, "language": _language(document)}
                send(sys.stdout.buffer, about)
            elif document is not None and message["do"] == "read":
                send(sys.stdout.buffer, _read(document, message["page"]))
            elif document is not None and message["do"] == "draw":
                send(sys.stdout.buffer, *_draw(document, message["page"], message["pixels"]))
            elif document is not None:
                document.close()
                document = None
        except pypdfium2.PdfiumError as error:
            needs_password = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
            send(sys.stdout.buffer, {"error": "locked" if needs_password else "damaged"})


def _hold_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError, StopIteration):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        last = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (last, last))  # the parent watches it
        status = Path("/proc/self/status").read_text().splitlines()
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmData:"))
        most = int(kilobytes) * 1024 + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _language(document: pypdfium2.PdfDocument) -> str:
    room = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < room <= 200:
        return ""
    buffer = (ctypes.c_ushort * room)()
    pdfium.FPDFCatalog_GetLanguage(document, buffer, room)
    return bytes(buffer).decode("utf-16-le", "ignore").partition("\0")[0]


def _read(document: pypdfium2.PdfDocument, number: int) -> dict[str, Any]:
    """Return the runs of a page: (text, left, top, right, bottom, size, bold), from its top."""
    with contextlib.closing(document[number]) as page:
        box = page.get_bbox()
        has_content = pdfium.FPDFPage_CountObjects(page) > 0
        with contextlib.closing(page.get_textpage()) as text:
            count = text.count_chars()
            runs = list(_runs(text, min(count, PAGE_CHARACTERS)))
        image_share = _image_share(page, box) if count < _FEW else 0.0
    rotation = Counter(run.rotation for run in runs for _ in run.letters).most_common(1)
    main_rotation = rotation[0][0] if rotation else 0
    upright = [run.as_json(box) for run in runs if run.rotation == main_rotation]
    width, height = box[2] - box[0], box[3] - box[1]
    if main_rotation % 2:
        width, height = height, width
    return {
        "width": width,
        "height": height,
        # Some files have words outside the visible page.
        "runs": [
            run
            for run in upright
            if 0 <= run[1] + run[3] <= 2 * width and 0 <= run[2] + run[4] <= 2 * height
        ],
        "has_content": has_content,
        "image_share": image_share,
        "is_cut": count > PAGE_CHARACTERS,
    }


def _image_share(page: pypdfium2.PdfPage, box: Any) -> float:
    """Return the share of the page that its largest image covers."""
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1.0)
    largest = 0.0
    for picture in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        largest = max(largest, (right - left) * (top - bottom) / area)
    return largest


class _Run:
    """Letters that follow each other on one line, with PDFium's box: y grows upwards."""

    def __init__(self, text: Any, index: int, letter: str, box: Any) -> None:
        self.letters = [letter]
        self.box = list(box)
        self.tall = 0.0
        self.sizes: Counter[float] = Counter()
        angle = pdfium.FPDFText_GetCharAngle(text, index)
        self.rotation = -round(angle / (math.pi / 2)) % 4  # PDFium counts clockwise
        self.measure(text, index, box)
        self.bold = _bold(text, index)

    @property
    def size(self) -> float:
        return self.sizes.most_common(1)[0][0]

    def measure(self, text: Any, index: int, box: Any) -> None:
        """Count a letter's size, queried only if its box differs from the last letter's."""
        tall = box[2] - box[0] if self.rotation % 2 else box[3] - box[1]
        if abs(tall - self.tall) > 0.05 * tall or not self.sizes:
            self.tall = tall
            self.last = round(_size(text, index) or tall, 2)
        self.sizes[self.last] += 1

    def takes(self, box: Any) -> bool:
        """True if a letter with this box continues the line."""
        low, high = (0, 2) if self.rotation % 2 else (1, 3)
        beside = min(self.box[high], box[high]) - max(self.box[low], box[low])
        tall, other = self.box[high] - self.box[low], box[high] - box[low]
        close = abs(self.gap(box)) < _APART * self.last
        return bool(close and beside > 0.3 * min(tall, other) and other < 1.6 * tall)

    def gap(self, box: Any) -> float:
        left, bottom, right, top = self.box
        gaps = (box[0] - right, box[1] - top, left - box[2], bottom - box[3])
        return float(gaps[self.rotation])

    def add(self, letter: str, box: Any, with_space: bool) -> None:
        self.letters.append(f" {letter}" if with_space else letter)
        self.box = [*map(min, self.box[:2], box[:2]), *map(max, self.box[2:], box[2:])]

    def as_json(self, page: Any) -> list[Any]:
        """Return text, left, top, right, bottom, size and boldness, in upright coordinates."""
        left, bottom, right, top = self.box
        west, south, east, north = page
        box = (
            (left - west, north - top, right - west, north - bottom),
            (bottom - south, left - west, top - south, right - west),
            (east - right, bottom - south, east - left, top - south),
            (north - top, east - right, north - bottom, east - left),
        )[self.rotation]
        text = "".join(self.letters).encode("utf-16-le", "surrogatepass")
        words = text.decode("utf-16-le", "ignore")
        return [words, *(round(edge, 2) for edge in box), self.size, self.bold]


def _runs(text: Any, count: int) -> Iterator[_Run]:
    run: _Run | None = None
    after_space = after_gap = False
    last = 0
    for index in range(count):
        letter = chr(pdfium.FPDFText_GetUnicode(text, index) or 0xFFFD)
        if letter in _SPACES or letter in _LINE_END:
            after_space = after_space or not pdfium.FPDFText_IsGenerated(text, index)
            after_gap = True
            if letter == "\n" and run is not None:
                yield _end_run(run, text, last)
                run = None
            continue
        rectangle = pdfium.FS_RECTF()
        pdfium.FPDFText_GetLooseCharBox(text, index, rectangle)
        box = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
        if letter in _HYPHENS:
            letter = "-"
        if run is not None and run.takes(box):
            gap = _THIN if after_space else _SPACE if after_gap else 9
            run.add(letter, box, run.gap(box) > run.last * gap)
            run.measure(text, index, box)
        else:
            if run is not None:
                yield _end_run(run, text, last)
            run = _Run(text, index, letter, box)
        after_space = after_gap = False
        last = index
    if run is not None:
        yield _end_run(run, text, last)


def _end_run(run: _Run, text: Any, last: int) -> _Run:
    run.bold = run.bold and _bold(text, last)
    return run


def _size(text: Any, index: int) -> float:
    """Return the size in points as printed: font size times page scale."""
    matrix = pdfium.FS_MATRIX()
    size = float(pdfium.FPDFText_GetFontSize(text, index))
    if not pdfium.FPDFText_GetMatrix(text, index, matrix):
        return size
    return size * math.hypot(matrix.c, matrix.d)


def _bold(text: Any, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(text, index) >= _WEIGHT:
        return True
    name = ctypes.create_string_buffer(120)
    flags = ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text, index, name, 120, flags)
    heavy = (b"bold", b"black", b"heavy", b"gras")
    return bool(0 < length <= 120) and any(word in name.value.lower() for word in heavy)


def _draw(
    document: pypdfium2.PdfDocument, number: int, pixels: int
) -> tuple[dict[str, Any], bytes]:
    """Draw a page in grey at 300 dpi, or at less to stay within `pixels`."""
    with contextlib.closing(document[number]) as page:
        width, height = page.get_size()
        scale = min(300 / 72, math.sqrt(pixels / max(width * height, 1)))
        bitmap = page.render(scale=scale, grayscale=True)
        with contextlib.closing(bitmap):
            size = {"width": bitmap.width, "height": bitmap.height, "scale": scale}
            rows = bytes(bitmap.buffer)
            stride = bitmap.stride
    lines = (rows[at : at + size["width"]] for at in range(0, len(rows), stride))
    return size, b"".join(lines)


if __name__ == "__main__":
    main()
