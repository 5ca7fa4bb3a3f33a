"""Documents that are zip files (.docx, .odt, .epub), opened within limits."""

from __future__ import annotations

import html.entities
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from lxml import etree

from index.errors import ReadError
from index.formats.base import Content

PACKAGE_MEMBERS = 10_000
"""In one document."""

MEMBER = 64 * 2**20
"""Bytes of the text of one member, unpacked."""

WHOLE = 512 * 2**20
"""Bytes of all members, unpacked."""

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
_UNREADABLE = (*_BROKEN, ValueError, KeyError, IndexError, UnicodeError, OverflowError)


class Package:
    """The members of a document. Names that lead outside it are names of nothing."""

    def __init__(self, archive: zipfile.ZipFile, shown: str) -> None:
        self._archive = archive
        self.shown = shown
        self.names = {info.filename: info for info in archive.infolist()}

    def read(self, name: str) -> bytes | None:
        """The bytes of a member; None where there is none. Raises ReadError for a broken one."""
        info = self.names.get(name)
        if info is None:
            return None
        if info.file_size > MEMBER:
            raise ReadError(
                f"{self.shown}: {name} unpacks to {info.file_size // 2**20} MB; split it"
            )
        if info.flag_bits & 1:
            raise ReadError(f"{self.shown}: encrypted; remove the password")
        try:
            with self._archive.open(info) as stream:
                return stream.read(MEMBER)
        except _UNREADABLE as error:
            raise ReadError(f"{self.shown}: {name} is damaged; save the file again") from error

    def tree(self, name: str) -> etree._Element | None:
        """A member's XML, no entity resolved and nothing fetched; None where there is none."""
        data = self.read(name)
        if data is None:
            return None
        try:
            return etree.fromstring(data, xml_parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            raise ReadError(
                f"{self.shown}: {name} is not valid XML; save the file again"
            ) from error

    def page(self, name: str) -> etree._Element | None:
        """A member's XHTML, with HTML's own entities; what is not well formed is read as HTML."""
        data = self.read(name)
        if not data or not data.strip():
            return None
        data = _ENTITY.sub(_numbered, data)
        try:
            return etree.fromstring(data, xml_parser())
        except (etree.XMLSyntaxError, ValueError):
            pass
        try:
            return etree.fromstring(data, etree.HTMLParser(no_network=True, huge_tree=False))
        except (etree.XMLSyntaxError, ValueError) as error:
            raise ReadError(f"{self.shown}: {name} is no page; export the book again") from error

    def beside(self, name: str, link: str) -> str:
        """The member that a link in the member `name` means."""
        path = unquote(link.partition("#")[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name


@contextmanager
def unpacked(content: Content, kind: str) -> Iterator[Package]:
    """The package in a file; ReadError where it is none, or one made to fill the memory.

    `kind` is what it should be, for the message (« a Word document (.docx) »).
    """
    data = content.read()
    if data.startswith(_OLD_WORD):
        why = (
            "encrypted; remove the password"
            if _ENCRYPTED in data
            else "an old Word or Office file; save it as .docx"
        )
        raise ReadError(f"{content.shown}: {why}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _UNREADABLE as error:
        message = f"{content.shown}: not {kind}, or cut short; save it again"
        raise ReadError(message) from error
    with archive:
        members = archive.infolist()
        size = sum(member.file_size for member in members)
        if len(members) > PACKAGE_MEMBERS or size > WHOLE:
            raise ReadError(
                f"{content.shown}: unpacks to {len(members):,} files of {size // 2**20:,} MB, more "
                f"than a document has ({PACKAGE_MEMBERS:,} and {WHOLE // 2**20} MB); split it"
            )
        yield Package(archive, content.shown)


def _numbered(entity: re.Match[bytes]) -> bytes:
    """`&eacute;` as `&#233;`, which XML knows too."""
    meant = html.entities.html5.get(f"{entity[1].decode('ascii')};")
    if meant is None or meant in "&<>'\"":
        return entity[0]
    return "".join(f"&#{ord(letter)};" for letter in meant).encode("ascii")


def xml_parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
