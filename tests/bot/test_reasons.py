"""What went wrong with a file or with the index, said in French."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.phrases.reasons import reason
from bot.phrases.reasons_fr import REASONS_FR
from index.errors import IndexingError, ReadError
from index.readers import FORMATS, find_sources, read_source
from index.rollback import rollback
from index.store import verify


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


def test_what_is_not_known_stays_as_it_is() -> None:
    assert reason("no moon tonight; wait", "fr") == "no moon tonight; wait"


def test_a_name_that_reads_like_a_reason_keeps_its_name() -> None:
    assert reason("corpus/the file is empty.md: the file is empty", "fr") == (
        "corpus/the file is empty.md: le fichier est vide"
    )


def test_french_signs_stand_after_a_space_that_does_not_break() -> None:
    for _, words in REASONS_FR:
        assert " :" not in words
        assert " »" not in words
        assert "'" not in words


def _said(path: Path) -> str:
    (source,), _ = find_sources([path], FORMATS)
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
