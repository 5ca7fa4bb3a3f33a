"""Articles out of bytes, as a build would read them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats.base import ArticleDraft, Content, Options, Skipped, Source
from index.formats.conversion import article_of_draft, read_source

PROSE = (
    "Le conseil a voté hier le budget de la ville, qui augmente de trois pour cent. Les élus de "
    "l'opposition ont quitté la salle avant la fin de la séance."
)
OTHER = (
    "La gare rouvrira en septembre après deux ans de travaux. Les voyageurs y trouveront une "
    "salle d'attente et un garage à vélos."
)


def read_file(
    folder: Path, name: str, data: bytes | str, fields: Mapping[str, str] | None = None
) -> tuple[list[Article], list[Skipped]]:
    """The articles of a file of the folder, and what was skipped of it."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(read_source(Source(path, name, f"corpus/{name}"), Options(fields or {})))
    articles = [each for each in found if isinstance(each, Article)]
    return articles, [each for each in found if isinstance(each, Skipped)]


def refusal(
    folder: Path, name: str, data: bytes | str, fields: Mapping[str, str] | None = None
) -> str:
    """Why nothing of a file can be read: one line that names it."""
    return _reason(name, lambda: read_file(folder, name, data, fields))


Parser = Callable[[Content], Iterable[ArticleDraft | Skipped]]


def parse(
    parser: Parser, data: bytes, name: str, options: Options | None = None
) -> tuple[list[Article], list[Skipped]]:
    """The articles that a parser finds, whatever the file is called, and what it skipped."""
    content = Content.of_bytes(data, name, options=options or Options())
    found = list(parser(content))
    skipped = [each for each in found if isinstance(each, Skipped)]
    drafts = [each for each in found if not isinstance(each, Skipped)]
    return [article_of_draft(each, content, name) for each in drafts], skipped


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
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()
