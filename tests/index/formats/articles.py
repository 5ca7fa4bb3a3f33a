"""Articles out of bytes, as a build would read them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats.base import Content, Options, ParsedArticle, Skipped, Source
from index.formats.conversion import article_of, articles_in, limit_skipped

PROSE = (
    "Le conseil a voté hier le budget de la ville, qui augmente de trois pour cent. Les élus de "
    "l'opposition ont quitté la salle avant la fin de la séance."
)
OTHER = (
    "La gare rouvrira en septembre après deux ans de travaux. Les voyageurs y trouveront une "
    "salle d'attente et un garage à vélos."
)

Parser = Callable[[Content], Iterable[ParsedArticle | Skipped]]


def read_data(
    name: str, data: bytes | str, fields: Mapping[str, str] | None = None
) -> tuple[list[Article], list[Skipped]]:
    """The articles of a file, and what was skipped of it."""
    raw = data.encode() if isinstance(data, str) else data
    content = Content.of_bytes(raw, name, options=Options(fields or {}))
    found = articles_in(content, Source(Path(name), name, f"corpus/{name}"))
    return _separate(limit_skipped(found, name))


def _separate(found: Iterable[Article | Skipped]) -> tuple[list[Article], list[Skipped]]:
    told = list(found)
    skipped = [result for result in told if isinstance(result, Skipped)]
    return [result for result in told if isinstance(result, Article)], skipped


def refusal(name: str, data: bytes | str, fields: Mapping[str, str] | None = None) -> str:
    """Why nothing of a file can be read: one line that names it."""
    return _reason(name, lambda: read_data(name, data, fields))


def parse(
    parser: Parser, data: bytes, name: str, options: Options | None = None
) -> tuple[list[Article], list[Skipped]]:
    """The articles that a parser finds, whatever the file is called, and what it skipped."""
    content = Content.of_bytes(data, name, options=options or Options())
    return _separate(
        part if isinstance(part, Skipped) else article_of(part, content, name)
        for part in parser(content)
    )


def parser_refusal(parser: Parser, data: bytes, name: str, options: Options | None = None) -> str:
    """Why a parser can read nothing of a file: one line that names it."""
    return _reason(name, lambda: parse(parser, data, name, options))


def _reason(name: str, read: Callable[[], object]) -> str:
    with pytest.raises(ReadError) as caught:
        read()
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    return message


def zipped(members: Mapping[str, bytes | str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive; a member that tells its media type is not compressed, for it is to be seen."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else packing)
    return data.getvalue()


def tarred(members: Mapping[str, bytes | str], mode: str = "") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=f"w:{mode}") as archive:
        for name, content in members.items():
            raw = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return data.getvalue()


LETTER_HEAD = {
    "From": "Jeanne Petit <presse@exemple.fr>",
    "To": "redaction@exemple.fr",
    "Subject": "Communiqué : le budget est voté",
    "Date": "Fri, 29 Aug 2025 10:30:00 +0200",
}


def letter(text: str = PROSE) -> EmailMessage:
    message = EmailMessage()
    for name, value in LETTER_HEAD.items():
        message[name] = value
    message.set_content(text)
    return message
