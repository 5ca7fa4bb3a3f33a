"""ZIP packages of XML parts: what DOCX and ODT have in common."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_PARTS = Path(__file__).parent / "templates"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DAY = (1980, 1, 1, 0, 0, 0)  # the same answer gives the same bytes


def write_package(parts: Mapping[str, str]) -> bytes:
    """Write parts in their order; `mimetype` stands uncompressed, the others are XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            is_plain = name == "mimetype"
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_STORED if is_plain else zipfile.ZIP_DEFLATED
            archive.writestr(info, content if is_plain else f"{_HEAD}{content}")
    return out.getvalue()


def fixed_part(name: str, language: str = "") -> str:
    """A part that is alike in all documents, but for their language."""
    return (_PARTS / f"{name}.xml").read_text("utf-8").replace("{language}", language)


def legal_text(text: str) -> str:
    """The text without the characters that XML forbids."""
    return _ILLEGAL.sub("", text)


def xml_text(text: str) -> str:
    return escape(legal_text(text))


def xml_value(text: str) -> str:
    """A quoted attribute value."""
    return quoteattr(legal_text(text))
