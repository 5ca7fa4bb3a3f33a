from __future__ import annotations

import pytest

from index.errors import ReadError
from index.formats.encoding import decode
from index.formats.markdown import read_markdown
from index.formats.text import read_text
from tests.index.formats.articles import PROSE


def _headings(text: str) -> list[str]:
    return [block.text for block in read_text(text).blocks if block.heading]


def test_titles_addresses_and_wrapped_lines_are_read_once() -> None:
    parsed = read_text(f"Le budget est voté\n\nLe budget est voté\n\n{PROSE}")
    assert [block.text for block in parsed.blocks] == ["Le budget est voté", PROSE]
    assert parsed.blocks[0].heading
    parsed = read_text(f"Le budget est voté\nSource : https://exemple.fr/budget\n\n{PROSE}")
    assert parsed.metadata.url == "https://exemple.fr/budget"
    wrapped = (
        "Le conseil a voté le budget de la ville, qui\n"
        "augmente de trois pour cent cette année.\nFin."
    )
    parsed = read_text(f"Le budget\n\n{PROSE}\n\n{wrapped}")
    assert parsed.blocks[-1].text == wrapped.replace("\n", " ")


@pytest.mark.parametrize("line", ["Il est parti.", "suite du texte", "Trois villes :", "« Non »"])
def test_a_bare_short_line_is_a_heading_and_a_short_paragraph_is_none(line: str) -> None:
    text = f"Le budget est voté\n\n{PROSE}\n\nUne salle vide\n\n{PROSE}\n\nEt après ?\n\n{PROSE}"
    headings = ["Le budget est voté", "Une salle vide", "Et après ?"]
    assert _headings(f"{text}\n\n{line}\n\n{PROSE}") == headings


FRENCH = (
    "Le conseil a voté hier le budget de la ville, qui augmente de trois pour cent. Les élus de "
    "l'opposition ont quitté la salle avant la fin, déçus de n'être pas écoutés."
)


UNICODE, PAST = ("utf-8", "utf-8-sig", "utf-16", "utf-32"), ("cp1252", "latin-1", "mac_roman")


@pytest.mark.parametrize("encoding", [*UNICODE, *PAST])
def test_an_encoding_is_recognised(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding), "a.txt") == FRENCH


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"GIF89a\x00\x01", "file-binary"),
        (bytes(range(1, 256)) * 3, "encoding-not-utf8"),
        ("Été".encode("cp1252"), "encoding-not-utf8"),
        (b"\xff\xfea", "encoding-broken .*UTF-16"),
    ],
)
def test_what_is_no_text_is_named_with_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=f"^dossier/a.txt: .*{reason}") as caught:
        decode(data, "dossier/a.txt")
    assert "\n" not in str(caught.value)


def test_line_ends_marks_and_accents_are_made_plain() -> None:
    data = "\ufeffE\u0301te\u0301\r\ninvi\u00adsible\rfin\u2029e\ufeff\u200bt".encode()
    assert decode(data, "a.txt") == "Été\ninvisible\nfin\n\net"


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
