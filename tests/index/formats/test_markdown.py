from __future__ import annotations

import pytest

from index.formats.markdown import read_markdown


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("# Un\n\nUne\nligne.\n\nDeux\n----\n\nFin.", ["# Un", "Une ligne.", "# Deux", "Fin."]),
        ('Un [lien](http://x.fr "t") **gras**, _penché_.', ["Un lien gras, penché."]),
        ("~~barré~~, `code` <b>vif</b> &amp; fin.", ["barré, code vif & fin."]),
        ("Un <!-- rien -->texte", ["Un texte"]),
        ("- Lyon\n- Lille\n  - Roubaix", ["Lyon\nLille\nRoubaix"]),
        ("3. trois\n4. quatre", ["3. trois\n4. quatre"]),
        ("<div>\n<p>Un &eacute;t&eacute;</p>\n<script>alert(1)</script>\n</div>\n", ["Un été"]),
        ("<div>İİ Un<SCRIPT>x()</script> été<!-- a --> clair<style>b", ["İİ Un été clair"]),
        # What a generator of sites leaves is no text
        ('{% include tete.html titre="x" %}\n\nLa ville vote.', ["La ville vote."]),
        ("La ville {{ site.nom }} vote.{# relire #}", ["La ville vote."]),
        ("{{% note %}}\nLa ville vote.\n{{% /note %}}", ["La ville vote."]),
        ("## Budget\n{: .no_toc}\n\nFin.", ["# Budget", "Fin."]),
        ("import Tabs from '@theme/Tabs';\nimport './a.css'\n\nFin.", ["Fin."]),
        # What only looks like it stays
        ("```\n{{ x }}\n:::\nimport a from 'b'\n```", ["{{ x }}\n:::\nimport a from 'b'"]),
        ("On écrit `{{ titre }}` ainsi.", ["On écrit {{ titre }} ainsi."]),
        ("L'ensemble {a, b} et {{x.", ["L'ensemble {a, b} et {{x."]),
        ("import de blé from Odessa", ["import de blé from Odessa"]),
        ("Il dit : « ::: »", ["Il dit : « ::: »"]),
    ],
)
def test_words_and_headings_are_read_and_marks_are_not(source: str, blocks: list[str]) -> None:
    found = read_markdown(source).blocks
    assert [f"# {block.text}" if block.heading else block.text for block in found] == blocks
