"""The words that a person sees in bold."""

from __future__ import annotations

import pytest

from index.reading.span_rules import RuleSpans, highlight

CHIPS = "MAI-1-preview a été entraîné sur environ 15\u00a0000 puces Nvidia H-100."
TOWER = "La tour Eiffel fut achevée le 31 mars 1889, après deux ans de travaux, à Paris."
BORN = "Victor Hugo est né à Besançon le 26 février 1802."
COST = "Le projet coûte 3,5 millions d’euros, soit 12\u00a0% du budget de la ville."
LIFE = "Jeremy Bentham (1748-1832) défend l’utilité."


def shown(question: str, sentence: str, language: str = "fr", asked: str = "fr") -> str | None:
    span = highlight(question, sentence, language, asked)
    return sentence[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        (
            "Combien de puces ont servi à MAI-1-preview ?",
            CHIPS,
            "environ 15\u00a0000 puces Nvidia H-100",
        ),
        ("Quand la tour fut-elle achevée ?", TOWER, "31 mars 1889"),
        ("À quelle date la tour fut-elle achevée ?", TOWER, "31 mars 1889"),
        ("En quelle année la tour Eiffel a-t-elle été achevée ?", TOWER, "1889"),
        ("En quel mois la tour fut-elle achevée ?", TOWER, "mars"),
        ("Combien de temps ont duré les travaux ?", TOWER, "deux ans"),
        ("Où est né Victor Hugo ?", BORN, "Besançon"),
        ("ou est ne victor hugo", BORN, "Besançon"),
        (
            "Qui revint de vacances ?",
            "En Septembre 1928 Jean Bovary revint de loin.",
            "Jean Bovary",
        ),
        ("Dans quelle ville est né Victor Hugo ?", BORN, "Besançon"),
        ("Combien coûte le projet ?", COST, "3,5 millions d’euros"),
        ("Quel est le coût du projet ?", COST, "3,5 millions d’euros"),
        ("Quelle part du budget est-ce ?", COST, "12\u00a0%"),
        ("Quel âge a la grotte ?", "La grotte a trente-six mille ans.", "trente-six mille ans"),
        ("Quand est né Bentham ?", LIFE, "1748"),
        ("Quand Bentham est-il mort ?", LIFE, "1832"),
        ("De quel siècle date le pont ?", "Le pont date du XIXe siècle.", "XIXe siècle"),
        ("Quelle température y fait-il ?", "Il y fait -3,5 °C la nuit.", "-3,5 °C"),
        ("Qui a peint la nuit ?", "La nuit fut peinte par Vincent van Gogh.", "Vincent van Gogh"),
        (
            "Qui a découvert le radium ?",
            "Le radium fut découvert par Marie Curie et Pierre Curie en 1898.",
            "Marie Curie et Pierre Curie",
        ),
        ("Qui parle de Pégase ?", "Selon Strabon, Pégase parle aux dieux.", "Strabon"),
        (
            "Quel modèle Microsoft a-t-il entraîné ?",
            "Microsoft a entraîné le modèle MAI-1-preview.",
            "MAI-1-preview",
        ),
        (
            "Quel est le titre de l’étude ?",
            "L’étude a pour titre « Le temps des phares ».",
            "Le temps des phares",
        ),
    ],
)
def test_french_questions(question: str, sentence: str, answer: str) -> None:
    assert shown(question, sentence) == answer


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("When was it published?", "It was published on August 29, 2025.", "August 29, 2025"),
        ("What year did the war end?", "The war ended on 8 May 1945.", "1945"),
        ("Who wrote the letter?", "The letter was written by Ada Lovelace.", "Ada Lovelace"),
        ("Where was she born?", "She was born in London, they say.", "London"),
        ("How many people came?", "Nearly 1,500 people came.", "Nearly 1,500"),
        ("How long is the bridge?", "The bridge is 2.5 km long.", "2.5 km"),
        ("How old is he?", "He is forty years old.", "forty years"),
        ("How much did it cost?", "It did cost $3 million.", "$3 million"),
        ("Which city hosts the fair?", "The fair is held in Lyon.", "Lyon"),
    ],
)
def test_english_questions(question: str, sentence: str, answer: str) -> None:
    assert shown(question, sentence, "en", "en") == answer


@pytest.mark.parametrize(
    ("question", "sentence", "language", "asked", "answer"),
    [
        (
            "Who directs AI at Microsoft?",
            "L’IA de Microsoft est dirigée par Mustafa Suleyman.",
            "fr",
            "en",
            "Mustafa Suleyman",
        ),
        ("How many chips did it take?", CHIPS, "fr", "en", "environ 15\u00a0000"),
        ("Quand le traité fut-il signé ?", "It was signed in June 1985.", "en", "fr", "June 1985"),
        ("¿Cuándo nació?", "Nació el 3 de mayo de 1820.", "es", "es", "3 de mayo de 1820"),
    ],
)
def test_across_languages(
    question: str, sentence: str, language: str, asked: str, answer: str
) -> None:
    assert shown(question, sentence, language, asked) == answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Pourquoi la tour est-elle à Paris ?", TOWER),
        ("Comment la tour fut-elle achevée ?", TOWER),
        ("Que fait la tour quand il neige ?", TOWER),
        ("Qui est Victor Hugo ?", BORN),
        ("Victor Hugo ?", BORN),
        ("Why was it finished in Paris?", TOWER),
        ("", TOWER),
        ("Quand ?", ""),
    ],
)
def test_no_word_or_two_would_answer(question: str, sentence: str) -> None:
    assert shown(question, sentence) is None


def test_what_the_question_says_is_not_its_answer() -> None:
    assert shown("Qui est né, Victor Hugo ?", BORN) is None
    assert shown("Où à Paris est la tour ?", TOWER) is None
    assert shown("Que s’est-il passé en 1889, et quand ?", TOWER) is None


def test_no_highlight_where_two_would_do() -> None:
    both = "Anne ou Zoé."
    assert shown("Qui ?", both) is None
    assert shown("Combien ?", "12 et 13.") is None


def test_the_date_nearest_to_what_is_asked() -> None:
    sentence = "Fondé en 1850 par des marins, le port fut fermé en 1921."
    assert shown("Quand le port fut-il fermé ?", sentence) == "1921"


def test_a_number_of_other_things_does_not_count() -> None:
    sentence = "En vingt ans, trois navires y ont coulé."
    assert shown("Combien de navires ont coulé ?", sentence) == "trois"


def test_a_question_in_a_language_without_rules_has_none() -> None:
    assert shown("Wann wurde der Turm vollendet?", TOWER, "fr", "de") is None


def test_the_finder_of_an_answer_goes_by_the_same_rules() -> None:
    assert RuleSpans().highlight("Quand ?", "Le phare date de 1862.", "fr", "fr") == (17, 21)
