"""Small PDFs, written by hand: Helvetica, one run of text after the other."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 595, 842
_FOLDER = Path(__file__).parents[2] / "data" / "pdfs"
ENCRYPTED = (_FOLDER / "encrypted.pdf").read_bytes()  # with RC4, and opens without a password
WITH_PASSWORD = (_FOLDER / "password.pdf").read_bytes()


@dataclass(frozen=True)
class Run:
    """Words at a place, in points from the page's top left corner."""

    text: str
    left: float = 72
    top: float = 72
    size: float = 11
    bold: bool = False
    turn: tuple[int, int, int, int] = (1, 0, 0, 1)


def lines(
    texts: Iterable[str],
    *,
    left: float = 72,
    top: float = 100,
    size: float = 11,
    step: float = 14,
    bold: bool = False,
) -> list[Run]:
    """Lines of one paragraph, or of one column."""
    return [Run(text, left, top + step * index, size, bold) for index, text in enumerate(texts)]


def pdf(
    pages: Sequence[Sequence[Run]],
    *,
    info: dict[str, str] | None = None,
    language: str | None = None,
    before: bytes = b"",
) -> bytes:
    """A PDF of these pages. `before` is put in front of each page's own drawing."""
    objects: list[bytes] = [b"", b""]
    objects.append(_font("Helvetica"))
    objects.append(_font("Helvetica-Bold"))
    kids = []
    for page in pages:
        drawing = zlib.compress(before + b"\n".join(map(_drawn, page)))
        objects.append(
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
            % (len(drawing), drawing)
        )
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % (WIDTH, HEIGHT, len(objects))
        )
    lang = b" /Lang (%s)" % language.encode() if language else b""
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R%s >>" % lang
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    if info:
        told = b" ".join(b"/%s %s" % (key.encode(), _text(info[key])) for key in info)
        objects.append(b"<< %s >>" % told)
    return _file(objects, b" /Info %d 0 R" % len(objects) if info else b"")


def scan(texts: Sequence[str], *, size: int = 40) -> bytes:
    """A page that is a picture of these lines."""
    image = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    for index, text in enumerate(texts):
        draw.text((120, 150 + index * size * 1.6), text, font=font, fill=0)
    stream = io.BytesIO()
    image.save(stream, "PDF", resolution=150)
    return stream.getvalue()


def _font(name: str) -> bytes:
    return (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding << /Type /Encoding "
        b"/BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl] >> >>" % name.encode()
    )


def _drawn(run: Run) -> bytes:
    shown = run.text.replace("ﬁ", "\x01").replace("ﬂ", "\x02").encode("cp1252")
    for mark in (b"\\", b"(", b")"):
        shown = shown.replace(mark, b"\\" + mark)
    a, b, c, d = run.turn
    return b"BT /F%d %g Tf %d %d %d %d %g %g Tm (%s) Tj ET" % (
        2 if run.bold else 1,
        run.size,
        *(a, b, c, d),
        run.left,
        HEIGHT - run.top,
        shown,
    )


def _text(text: str) -> bytes:
    return b"<%s>" % (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode()


def _file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R%s >>\n" % (len(objects) + 1, trailer)
    data += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(data)
