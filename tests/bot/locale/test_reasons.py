"""What went wrong with a file or with the index, said in French."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.locale.reasons import reason, reason_place
from bot.locale.reasons_fr import REASONS_FR
from index.errors import IndexingError, ReadError
from index.formats.conversion import read_source
from index.formats.sources import find_sources
from index.store.files.generation import verify
from index.store.files.transfer import rollback
from tests.bot.locale.messages import messages

_ENGLISH = re.compile(
    r"\b(the|is|not|of|it|more|than|cannot|was|in|an|and|or|its|that|be|what|with|to|from|run|by|"
    r"has|are|holds?|another|one|seconds|its|there|which|again)\b"
)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("the file is empty", "le fichier est vide"),
        (
            "a binary file, not text; save it as text in UTF-8",
            "un fichier binaire, pas un texte\u202f; enregistrez-le comme texte en UTF-8",
        ),
        (
            ".selon: nothing is indexed here yet; run `selon index`",
            ".selon: rien n’est encore indexé ici\u202f; lancez «\u00a0selon index\u00a0»",
        ),
        (
            "a.pdf: 300 MB, more than one article can be (256 MB); split it",
            "a.pdf: 300 Mo, plus qu’un article ne peut en avoir (256 Mo)\u202f; découpez-le",
        ),
        (
            "/i: cannot be written (No space left on device); the index in service is unchanged",
            "/i: impossible à écrire (plus de place sur le disque)\u202f; "
            "l’index en service n’a pas changé",
        ),
    ],
)
def test_each_part_of_a_reason_is_said_in_french(said: str, told: str) -> None:
    assert reason(said, "fr") == told
    assert reason(said, "en") == said


def test_nothing_that_the_index_can_say_is_left_in_english() -> None:
    said = set(messages())
    assert len(said) > 100
    told = {message: reason(message, "fr") for message in said}
    assert {m: t for m, t in told.items() if _ENGLISH.search(t)} == {}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "a.html: 160,033 elements, more than one page's article can have (100,000); split it",
            "a.html: 160\u202f033 éléments, plus que l’article d’une page ne peut en avoir "
            "(100\u202f000)\u202f; découpez-le",
        ),
        (
            "e.jsonl, line 21: not JSON (Expecting value at character 1); mend or remove it",
            "e.jsonl, ligne 21: pas du JSON (Expecting value, caractère 1)\u202f; "
            "réparez-le ou supprimez-le",
        ),
        (
            "corpus: no article to index (2 removed with `selon remove`); the index in service, "
            "if there is one, stays as it was",
            "corpus: aucun article à indexer (2 écartés par «\u00a0selon remove\u00a0»)\u202f; "
            "l’index en service, s’il y en a un, n’a pas changé",
        ),
        (
            "q.json: data[3].title: expected a text, found a list",
            "q.json: data[3].title: il faut un texte, pas une liste",
        ),
        (
            'q.jsonl, line 2: "question" is missing',
            "q.jsonl, ligne 2: «\u00a0question\u00a0» manque",
        ),
        ("nope.json: no such file", "nope.json: ce fichier n’existe pas"),
        (
            "--leave-out 0.9: none of the 3 entries of q.json would remain; leave out less",
            "--leave-out 0.9: il ne resterait aucune des 3 entrées de q.json\u202f; "
            "laissez-en de côté moins",
        ),
        (
            "e.csv: and 1,200 more like it (not a row)",
            "e.csv: et 1\u202f200 autres de même (pas une ligne de tableau)",
        ),
    ],
)
def test_what_is_counted_is_counted_in_french(said: str, told: str) -> None:
    assert reason(said, "fr") == told


def test_where_a_record_stands_is_said_in_french() -> None:
    assert reason_place("export, line 2.jsonl, line 21", "fr") == "export, line 2.jsonl, ligne 21"
    assert reason_place("a.json, record 3", "fr") == "a.json, fiche 3"
    assert reason_place("a.json, record 3", "en") == "a.json, record 3"
    assert reason_place("encrypted", "fr") == "encrypted"


def test_what_is_not_known_stays_as_it_is() -> None:
    assert reason("no moon tonight; wait", "fr") == "no moon tonight; wait"


def test_a_name_that_reads_like_a_reason_keeps_its_name() -> None:
    assert reason("corpus/the file is empty.md: the file is empty", "fr") == (
        "corpus/the file is empty.md: le fichier est vide"
    )


def test_french_signs_stand_after_a_space_that_does_not_break() -> None:
    for words in (words for _, words in REASONS_FR if isinstance(words, str)):
        assert " :" not in words
        assert " »" not in words
        assert "'" not in words


def _said(path: Path) -> str:
    (source,), _ = find_sources([path])
    with pytest.raises(ReadError) as caught:
        list(read_source(source))
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("vide.md", b"", "le fichier est vide"),
        ("image.txt", b"\x89PNG\x00\x01", "un fichier binaire, pas un texte"),
        ("abime.pdf", b"%PDF-1.4 rien", "PDF incomplet (abîmé ou tronqué)"),
        ("faux.pdf", b"bonjour", "ce n’est pas un PDF"),
        ("liste.json", b"[", "JSON invalide"),
        ("titre.md", b"---\ntitle: T\n---\n", "aucun texte sous le titre et l’en-tête"),
    ],
)
def test_what_readers_say_is_known(name: str, data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert told in reason(_said(path), "fr")


def test_what_the_store_says_is_known(tmp_path: Path) -> None:
    with pytest.raises(IndexingError) as nothing:
        verify(tmp_path)
    assert reason(str(nothing.value), "fr").endswith(
        "rien n’est encore indexé ici\u202f; lancez «\u00a0selon index\u00a0»"
    )
    with pytest.raises(IndexingError) as before:
        rollback(tmp_path)
    assert reason(str(before.value), "fr") != str(before.value)
