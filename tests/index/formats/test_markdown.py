"""Markdown gives up its words and its headings, and nothing else."""

from __future__ import annotations

import textwrap
import time

import pytest

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


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ('{% include tete.html titre="x" %}\n\nLa ville vote.', ["La ville vote."]),
        ('{% include a.html\n   b="c" %}\nLa ville vote.', ["La ville vote."]),
        ("La ville {{ site.nom }} vote.{# relire #}", ["La ville vote."]),
        ('{{< figure src="a_b_c.png" caption="Le *maire*" >}}\n\nFin.', ["Fin."]),
        ("{{% note %}}\nLa ville vote.\n{{% /note %}}", ["La ville vote."]),
        (":::tip Conseil\nLa ville vote.\n:::\nFin.", ["La ville vote.", "Fin."]),
        ("Avant.\n::: info\n- Lyon\n- Lille\n:::", ["Avant.", "Lyon\nLille"]),
        ("## Budget {#budget}\n\nFin.", ["# Budget", "Fin."]),
        ("## Budget\n{: .no_toc}\n\nFin.", ["# Budget", "Fin."]),
        ('![Tour](t.png){title="La tour" width=50%}\n\nFin.', ["Fin."]),
        ("import Tabs from '@theme/Tabs';\nimport './a.css'\n\nFin.", ["Fin."]),
        ("export const meta = {\n  titre: 'x',\n}\n\nFin.", ["Fin."]),
        ("# {{ page.title }}\n\nFin.", ["Fin."]),
        ("<div>\n{{ x }}<p>La ville vote.</p>{% endif %}\n</div>", ["La ville vote."]),
    ],
)
def test_what_a_generator_of_sites_leaves_is_no_text(source: str, blocks: list[str]) -> None:
    assert _read(source) == blocks


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("```\n{{ x }}\n:::\nimport a from 'b'\n```", ["{{ x }}\n:::\nimport a from 'b'"]),
        ("On écrit `{{ titre }}` ainsi.", ["On écrit {{ titre }} ainsi."]),
        ("L'ensemble {a, b} et {{x.", ["L'ensemble {a, b} et {{x."]),
        ("import de blé from Odessa", ["import de blé from Odessa"]),
        ("export de blé", ["export de blé"]),
        ("Il dit : « ::: »", ["Il dit : « ::: »"]),
    ],
)
def test_what_only_looks_like_it_stays(source: str, blocks: list[str]) -> None:
    assert _read(source) == blocks


@pytest.mark.parametrize(
    "piece",
    ["{{", "{%", "{ ", "{a=\"", "{: .a ", "{.a .a", "::: ", ":::\n", "<!--", "<script ", "<div>{{",
     "import a from 'b' ", "import a from 'b'\n"],
)  # fmt: skip
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    began = time.process_time()
    read_markdown(piece * (50_000 // len(piece)))
    read_markdown(f"<div>{piece * (500_000 // len(piece))}")
    assert time.process_time() - began < 10
