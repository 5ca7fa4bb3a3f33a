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


def test_a_list_is_one_line_an_item() -> None:
    assert _read("- Lyon\n- Lille\n  - Roubaix\n\n3. trois\n4. quatre") == [
        "Lyon\nLille\nRoubaix",
        "3. trois\n4. quatre",
    ]


def test_a_quotation_is_read_as_its_paragraphs() -> None:
    assert _read("> Un.\n>\n> Deux.") == ["Un.", "Deux."]


def test_html_gives_its_words_without_tags_or_scripts() -> None:
    source = "<div>\n<p>Un &eacute;t&eacute;</p>\n<script>alert(1)</script>\n</div>\n"
    assert _read(source) == ["Un été"]


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ('{% include tete.html titre="x" %}\n\nLa ville vote.', ["La ville vote."]),
        ("La ville {{ site.nom }} vote.{# relire #}", ["La ville vote."]),
        ("{{% note %}}\nLa ville vote.\n{{% /note %}}", ["La ville vote."]),
        ("Avant.\n::: info\n- Lyon\n- Lille\n:::", ["Avant.", "Lyon\nLille"]),
        ("## Budget\n{: .no_toc}\n\nFin.", ["# Budget", "Fin."]),
        ("import Tabs from '@theme/Tabs';\nimport './a.css'\n\nFin.", ["Fin."]),
        ("# {{ page.title }}\n\nFin.", ["Fin."]),
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
