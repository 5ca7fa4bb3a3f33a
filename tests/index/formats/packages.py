"""Documents of the formats that are archives of XML, made of the little that a reader needs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import docx
from docx.document import Document

from tests.index.formats.articles import zipped

ODT_TYPE = "application/vnd.oasis.opendocument.text"
_ODT_NAMES = {
    **{name: name for name in ("office", "text", "table", "style", "meta", "manifest")},
    "draw": "drawing",
    "fo": "xsl-fo-compatible",
}
_ODT_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in _ODT_NAMES.items()
)
_ODT_SPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'


def odt_content(body: str, styles: str = "", kind: str = "text") -> str:
    return (
        f"<office:document-content {_ODT_SPACES}>{_odt_body(body, styles, kind)}"
        "</office:document-content>"
    )


def _odt_body(body: str, styles: str, kind: str = "text") -> str:
    return (
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    )


def odt(body: str, styles: str = "", meta: str = "") -> bytes:
    told = f"<office:document-meta {_ODT_SPACES}><office:meta>{meta}</office:meta>"
    return zipped(
        {
            "mimetype": ODT_TYPE,
            "content.xml": odt_content(body, styles),
            "meta.xml": f"{told}</office:document-meta>",
        }
    )


def flat_odt(body: str, styles: str = "", meta: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {_ODT_SPACES} '
        f'office:mimetype="{ODT_TYPE}"><office:meta>{meta}</office:meta>'
        f"{_odt_body(body, styles)}</office:document>"
    ).encode()


def word(write: Callable[[Document], object]) -> dict[str, bytes]:
    """The members of a Word document."""
    document = docx.Document()
    document.core_properties.author = ""
    write(document)
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_CONTAINER = (
    "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
    "<rootfile full-path='OEBPS/livre.opf'/></rootfiles></container>"
)


def xhtml(body: str, kind: str = "") -> str:
    return (
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f'<head><title>x</title></head><body epub:type="{kind}">{body}</body></html>'
    )


def epub(
    pages: Mapping[str, str],
    *,
    metadata: str = "",
    manifest: str = "",
    spine: str = "",
    guide: str = "",
    contents: str = "",
    encryption: str = "",
) -> bytes:
    """A book of pages by name, in order; `contents` is a page that lists them."""
    names = {f"i{number}": name for number, name in enumerate(pages)}
    members = {f"OEBPS/{name}": text for name, text in pages.items()}
    if contents:
        names["nav"] = "nav.xhtml"
        members["OEBPS/nav.xhtml"] = contents
    if encryption:
        members["META-INF/encryption.xml"] = encryption
    items = "".join(
        f"<item id='{key}' href='{name}' media-type='application/xhtml+xml' properties='{key}'/>"
        for key, name in names.items()
    )
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf' "
        f"xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata>{metadata}</metadata>"
        f"<manifest>{items}{manifest}</manifest><spine>"
        f"{''.join(f'<itemref idref={key!r}/>' for key in names)}{spine}</spine>"
        f"<guide>{guide}</guide></package>"
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": _CONTAINER,
            "OEBPS/livre.opf": package,
            **members,
        }
    )
