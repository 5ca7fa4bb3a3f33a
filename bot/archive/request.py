"""A function of the archive, and what it is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.article import Period

ArchiveFunction = Literal[
    "articles",
    "count",
    "chronology",
    "quotes",
    "latest",
    "overview",
    "dossier",
    "summary",
    "comparison",
    "positions",
    "list",
]


@dataclass(frozen=True, slots=True)
class ArchiveRequest:
    """A call of a function; `question` is what was typed, in `language`.

    `person` is an author for `articles` and `count`, a speaker for `quotes`, and the other subject
    for `comparison`. `page` counts from 1. `about` is the subject with what else the message says
    of it: « Irak (Daech, Kurdes) »; `forms` are shorter ones, tried if no article names it, the
    shortest last.
    """

    function: ArchiveFunction
    subject: str = ""
    period: Period | None = None
    person: str = ""
    question: str = ""
    language: str = "fr"
    page: int = 1
    about: str = ""
    forms: tuple[str, ...] = ()
