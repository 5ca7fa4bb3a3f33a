"""Texts of exported answers."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.catalogue import Texts


class ExportPhrases(Texts, domain="export", part="export"):
    """`columns` and `separator` are those of spreadsheets, `formats` the names of file formats."""

    name: str
    button: str
    which: str
    columns: Mapping[str, str]
    formats: Mapping[str, str]
    separator: str
