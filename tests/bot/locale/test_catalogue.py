"""Texts out of a PO file: parameters, plurals, and what a programmer is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.locale.catalogue import Catalogue, CatalogueError

FRENCH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "watch.waiting"
msgstr "En attente\u00a0: {why}"

msgid "watch.brace"
msgstr "{{}}"

msgid "watch.limit"
msgstr "{limit:number} au plus, dans {files:file}"

msgid "count.file"
msgid_plural "count.file"
msgstr[0] "{count:number} fichier"
msgstr[1] "{count:number} fichiers"
"""


@pytest.fixture
def french(tmp_path: Path) -> Catalogue:
    path = tmp_path / "watch.po"
    path.write_text(FRENCH, encoding="utf-8")
    return Catalogue(path, "fr")


def test_a_text_takes_its_parameters_by_name(french: Catalogue) -> None:
    assert french.text("watch.waiting", why="{x}") == "En attente\u00a0: {x}"
    assert french.text("watch.brace") == "{}"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 fichier"), (1, "1 fichier"), (2, "2 fichiers"), (1234, "1\u202f234 fichiers")],
)
def test_french_has_no_plural_below_two(french: Catalogue, count: int, text: str) -> None:
    assert french.text("count.file", count=count) == text
    assert french.text("watch.limit", limit=1000, files=count) == f"1\u202f000 au plus, dans {text}"


@pytest.mark.parametrize(
    ("key", "parameters", "said"),
    [
        ("watch.wating", {}, "has no text “watch.wating”"),
        ("watch.waiting", {"way": "x"}, "“watch.waiting”, given way: KeyError\\('why'\\)"),
        ("count.file", {"files": 2}, "KeyError\\('count'\\)"),
        ("watch.limit", {"limit": 1, "files": None}, "count is None"),
    ],
)
def test_a_programmer_is_told_what_is_missing(
    french: Catalogue, key: str, parameters: dict[str, object], said: str
) -> None:
    with pytest.raises(CatalogueError, match=said):
        french.text(key, **parameters)
