from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.folding import fold, fold_phrase
from index.text.language import detect, mend_phrase, terms
from index.text.stopwords import LANGUAGES


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("fr", "Qui a écrit cet article ?"),
        ("fr", "qui a ecrit cet article"),
        ("fr", "Quel modèle alimente Copilot Daily ?"),
        ("fr", "C'est quoi, MAI-1-preview ?"),
        ("fr", "L’Oréal est-elle française ?"),
        ("en", "How many GPUs does MAI-Voice-1 run on?"),
        ("en", "What is GPT?"),
        ("es", "¿Cuántos chips usaron para el modelo?"),
        ("de", "Wie viele Chips wurden für das Modell verwendet?"),
        ("it", "Chi ha scritto questo articolo?"),
        ("pt", "Quem escreveu este artigo? Não sei."),
        ("nl", "Wie heeft dit artikel geschreven?"),
    ],
)
def test_a_short_question_tells_its_language(language: str, question: str) -> None:
    other = "en" if language == "fr" else "fr"
    assert detect(question, fallback=other) == language


@pytest.mark.parametrize("text", ["", "???", "2020", "Copilot Daily", "MAI-Voice-1 ?"])
def test_what_tells_nothing_is_in_the_language_expected(text: str) -> None:
    assert detect(text) == "fr"
    assert detect(text, fallback="en") == "en"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Москва является столицей России и крупнейшим городом страны."),
        ("ja", "東京は日本の首都です。"),
        ("zh", "北京是中华人民共和国的首都。"),
        ("el", "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας."),
        (
            "pl",
            "Warszawa jest stolicą Polski i największym miastem kraju. Położona jest nad Wisłą w "
            "środkowej części państwa.",
        ),
    ],
)
def test_a_text_in_another_language_is_known_too(language: str, text: str) -> None:
    assert detect(text) == language


def test_a_foreign_quotation_does_not_change_the_language_of_an_article() -> None:
    text = "Le ministre a répondu « no comment » avant de quitter la salle de presse à midi. " * 3
    assert detect(text, fallback="en") == "fr"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "15 000", "15000"),
        ("fr", "15\u202f000", "15000"),
        ("fr", "15.000", "15000"),
        ("fr", "l'énergie", "énergie"),
        ("fr", "d’Alembert", "Alembert"),
        ("fr", "jusqu'Orly", "Orly"),
        ("fr", "Microsoft's", "Microsoft"),
        ("fr", "entraînés", "entraîner"),
        ("fr", "avions", "avion"),
        ("en", "training", "trained"),
        ("es", "canciones", "canción"),
        ("fr", "Œuvre", "oeuvre"),
        ("de", "STRASSE", "Straße"),
        ("fr", "e\u0301nergie", "énergie"),
    ],
)
def test_a_word_has_its_terms_however_it_is_written(language: str, one: str, other: str) -> None:
    assert terms(one, language) == terms(other, language) != []


def test_a_hyphenated_name_is_found_whole_and_by_its_parts_but_no_verb() -> None:
    assert terms("MAI-1-preview", "fr")[0] == "mai-1-preview"
    assert {"mai", "1", "preview"} <= set(terms("MAI‑1‑preview", "fr"))
    assert "h-100" in terms("puces H-100", "fr")
    assert set(terms("H100", "fr")) <= set(terms("H-100", "fr"))
    assert terms("Mesure-t-elle 330 m ?", "fr")[:2] == [*terms("mesure", "fr"), "330"]
    assert terms("Qu'est-ce que c'est ?", "fr") == []
    assert terms("peut-être", "fr") == []


def test_asking_words_are_left_out_and_content_is_kept() -> None:
    asked = terms("Combien de premiers ministres sont nés en été ?", "fr")
    assert asked == terms("premiers ministres nés été", "fr")
    assert len(asked) == 4
    assert terms("Où est né Pasteur ?", "fr") == ["ne", *terms("Pasteur", "fr")]
    assert terms(fold("où à même très"), "fr") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_of_a_text_are_those_of_its_words(language: str) -> None:
    words = ["Paris", "2024", "télévision", "MAI-1-preview"]
    together = terms(" ".join(words), language)
    assert together == [term for word in words for term in terms(word, language)]


@pytest.mark.parametrize("slip", ["artcile", "aricle", "articcle", "artikle", "articel"])
def test_one_slip_in_a_known_word_is_put_right_and_other_words_stay(slip: str) -> None:
    assert mend_phrase(f"cet {slip} ?") == "cet article ?"
    for word in ("hauteur", "particule", "auteurs", "Articles", "artiste", "written"):
        assert mend_phrase(word) == word


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold_phrase(text)) == len(text)
    assert fold_phrase("L’ÉTÉ\u00a0: où ?") == "l'ete : ou ?"
