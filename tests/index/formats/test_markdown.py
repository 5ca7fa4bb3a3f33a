"""Markdown gives up its words and its headings, and nothing else."""

from __future__ import annotations

import textwrap

from index.formats.markdown import read_markdown


def _read(text: str) -> list[str]:
    blocks = read_markdown(textwrap.dedent(text)).blocks
    return [f"# {block.text}" if block.heading else block.text for block in blocks]


def test_paragraphs_and_headings() -> None:
    assert _read("# Un\n\nPremière\nligne.\n\nDeux\n----\n\nFin.") == [
        "# Un",
        "Première ligne.",
        "# Deux",
        "Fin.",
    ]


def test_marks_are_dropped_and_words_kept() -> None:
    source = (
        'Un [lien](http://x.fr "t") **gras**, _penché_, ~~barré~~, `code` <b>vif</b> &amp; fin.'
    )
    assert _read(source) == ["Un lien gras, penché, barré, code vif & fin."]
    assert _read("Un <!-- rien -->texte") == ["Un texte"]


def test_images_are_dropped() -> None:
    assert _read("![Une tour](x.png)\n\nAvant ![tour](x.png) après.") == ["Avant après."]


def test_a_list_is_one_line_an_item() -> None:
    assert _read("- Lyon\n- Lille\n  - Roubaix\n\n3. trois\n4. quatre") == [
        "Lyon\nLille\nRoubaix",
        "3. trois\n4. quatre",
    ]


def test_long_items_are_paragraphs() -> None:
    item = "Une ville dont il y a beaucoup à dire. " * 8
    assert _read(f"- {item}\n- Lille") == [item.strip(), "Lille"]


def test_tables_and_code_are_text() -> None:
    assert _read("| Ville | Nom |\n|---|---|\n| Lyon | **69** |") == ["Ville | Nom\nLyon | 69"]
    assert _read("```py\na = 1\n\nb = 2\n```") == ["a = 1\nb = 2"]


def test_a_quotation_is_read_as_its_paragraphs() -> None:
    assert _read("> Un.\n>\n> Deux.") == ["Un.", "Deux."]


def test_html_gives_its_words_without_tags_or_scripts() -> None:
    source = "<div>\n<p>Un &eacute;t&eacute;</p>\n<script>alert(1)</script>\n</div>\n"
    assert _read(source) == ["Un été"]


def test_footnotes_come_as_they_are() -> None:
    assert _read("Un fait[^1].\n\n[^1]: La note.") == ["Un fait[^1].", "[^1]: La note."]


def test_a_forced_line_break_is_a_line() -> None:
    assert _read("Un  \ndeux") == ["Un\ndeux"]
