from __future__ import annotations

from pathlib import Path

import pytest

from index.text.sentences import fit, sentence_spans
from tests.growth import SENTENCES, TIMES, is_linear, repeated

CASES = (Path(__file__).parents[2] / "data" / "sentences.tsv").read_text("utf-8").splitlines()
"""A language and a text; ` | ` stands where a sentence ends and the next begins."""


def _sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(("language", "case"), [row.split("\t") for row in CASES])
def test_sentences_end_where_a_reader_ends_them(language: str, case: str) -> None:
    assert _sentences(case.replace(" | ", " "), language) == case.split(" | ")


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_no_break_spaces_are_spaces(space: str) -> None:
    first = f"M.{space}Dupont a dit : «{space}Je viens{space}!{space}» à J.{space}R.{space}Petit."
    assert _sentences(f"{first} Il est parti.", "fr") == [first, "Il est parti."]
    assert _sentences(f"Quoi{space}?{space}Non.", "fr") == [f"Quoi{space}?", "Non."]


def test_a_segmenter_that_breaks_does_not_stop_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def give_up(_language: str, _text: str) -> list[dict[str, object]]:
        raise panic

    monkeypatch.setattr("index.text.sentences.sentencex.get_sentence_boundaries", give_up)
    found = _sentences("Il hésita… Puis il vint.\n\nFin", "fr")
    assert found == ["Il hésita…", "Puis il vint.", "Fin"]


def test_missing_spaces_and_stops_join_nothing_and_wrapped_lines_part_nothing() -> None:
    first, second, third = "La phrase est collée.", "Elle devrait ne pas l'être.", "Tant pis."
    assert _sentences(f"{first}{second} {third}", "fr") == [first, second, third]
    text = "Un titre sans point\n\nla suite en minuscules\n \nFin"
    assert _sentences(text, "fr") == ["Un titre sans point", "la suite en minuscules", "Fin"]
    assert _sentences("Lyon\nLille ;\nnice", "fr") == ["Lyon", "Lille ;", "nice"]
    wrapped = "La ligne est longue et se poursuit plus bas\nsans que la phrase finisse. Fin."
    assert _sentences(wrapped, "fr") == [wrapped.removesuffix(" Fin."), "Fin."]


def test_what_is_too_long_is_cut_at_sentences_semicolons_or_anywhere() -> None:
    text = "Il dit : « " + "Le jour se lève sur la plaine. " * 15 + "» Puis il se tut."
    sentences = _sentences(text, "fr")
    assert len(sentences) == 16
    assert sentences[-2:] == ["Le jour se lève sur la plaine. »", "Puis il se tut."]
    text = "; ".join(f"la ville numéro {number} et son maire" for number in range(60))
    pieces = _sentences(text, "fr")
    assert all(piece.endswith(";") for piece in pieces[:-1])
    assert max(map(len, pieces)) <= 1_000
    assert min(map(len, pieces)) > 500
    assert list(fit("a" * 25, 0, 25, 10)) == [(0, 10), (10, 20), (20, 25)]


@pytest.mark.parametrize("kind", SENTENCES)
def test_no_text_takes_longer_than_its_length(kind: str) -> None:
    short, long = (repeated(SENTENCES[kind], size) for size in (5_000, 5_000 * TIMES))
    assert is_linear(lambda text: sentence_spans(text, "fr"), short, long)


def test_what_looks_like_no_end_for_long_does_not_hide_the_one_that_follows() -> None:
    text = "[" * 2_000 + "Il est parti." + " " * 2_000 + "Elle est restée."
    assert _sentences(text, "fr")[-2:] == ["Il est parti.", "Elle est restée."]
