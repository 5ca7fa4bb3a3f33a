"""Articles out of bytes, as a build would read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats.base import Options, Skipped, Source
from index.formats.conversion import read_source

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
    with pytest.raises(ReadError) as caught:
        read_file(folder, name, data, fields)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    return message
