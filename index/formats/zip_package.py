"""Documents that are zip files (.docx, .odt, .epub), opened within limits."""

from __future__ import annotations

import html.entities
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote

from lxml import etree

from index.errors import Problem, ReadError
from index.formats.base import Content

PACKAGE_MEMBERS = 10_000  # in one document
PACKAGE_MEMBER_BYTES = 64 * 2**20  # the text of one member, unpacked
PACKAGE_BYTES = 512 * 2**20  # all members, unpacked
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
_UNREADABLE = (*_BROKEN, ValueError, KeyError, IndexError, UnicodeError, OverflowError)


class Package:
    """The members of a document."""

    def __init__(self, archive: zipfile.ZipFile, label: str) -> None:
        self._archive = archive
        self.label = label
        self.names = {info.filename: info for info in archive.infolist()}

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a member; None if there is none. Raises ReadError if it is broken."""
        info = self.names.get(name)
        if info is None:
            return None
        if (size := info.file_size) > PACKAGE_MEMBER_BYTES:
            raise ReadError("package-member-too-large", subject=self.label, name=name, size=size)
        if info.flag_bits & 1:
            raise ReadError("file-encrypted", subject=self.label)
        try:
            with self._archive.open(info) as stream:
                return stream.read(PACKAGE_MEMBER_BYTES)
        except _UNREADABLE as error:
            raise ReadError("package-member-damaged", subject=self.label, name=name) from error

    def tree(self, name: str) -> etree._Element | None:
        """Parse a member's XML without resolving entities; None if there is none."""
        data = self.read(name)
        if data is None:
            return None
        try:
            return etree.fromstring(data, xml_parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            raise ReadError("package-member-not-xml", subject=self.label, name=name) from error

    def page(self, name: str) -> etree._Element | None:
        """Parse a member's XHTML with HTML entities, or as HTML if it is not well formed."""
        data = self.read(name)
        if not data or not data.strip():
            return None
        data = _ENTITY.sub(_as_number, data)
        with suppress(etree.XMLSyntaxError, ValueError):
            return etree.fromstring(data, xml_parser())
        try:
            return etree.fromstring(data, etree.HTMLParser(no_network=True, huge_tree=False))
        except (etree.XMLSyntaxError, ValueError) as error:
            raise ReadError("package-member-no-page", subject=self.label, name=name) from error

    def beside(self, name: str, link: str) -> str:
        """Return the name of the member that a link in the member `name` refers to."""
        path = unquote(link.partition("#")[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name


@contextmanager
def open_package(content: Content, cut: Problem) -> Iterator[Package]:
    """Open the package in a file. Raises ReadError if it is too large or damaged, or `cut` if it is
    not a zip file."""
    data = content.read()
    if data.startswith(_OLD_WORD):
        code = "file-encrypted" if _ENCRYPTED in data else "file-old-office"
        raise ReadError(code, subject=content.label)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _UNREADABLE as error:
        raise ReadError(cut, subject=content.label) from error
    with archive:
        members = archive.infolist()
        size = sum(member.file_size for member in members)
        if len(members) > PACKAGE_MEMBERS or size > PACKAGE_BYTES:
            raise ReadError(
                "package-too-large",
                subject=content.label,
                files=len(members),
                size=size,
                most=PACKAGE_MEMBERS,
                limit=PACKAGE_BYTES,
            )
        yield Package(archive, content.label)


def _as_number(entity: re.Match[bytes]) -> bytes:
    """Replace `&eacute;` by `&#233;`, which is valid in XML."""
    letters = html.entities.html5.get(f"{entity[1].decode('ascii')};")
    if letters is None or letters in "&<>'\"":
        return entity[0]
    return "".join(f"&#{ord(letter)};" for letter in letters).encode("ascii")


def xml_parser(**options: bool) -> etree.XMLParser:
    """Return a parser that resolves no entities, fetches nothing, and limits the tree."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, **options
    )
