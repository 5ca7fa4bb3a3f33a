"""What a question in a conversation may mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.followups.candidates import (
    Interpretation,
    candidates,
    correct_subject,
    interpret,
    reframe,
    shorten,
)
from bot.followups.turn import Turn
from bot.understanding.meaning import Meaning
from index.findings import Findings
from tests.bot.followups.turns import findings, turn


class Library:
    """A search by hand: how sure it is of each question, and the sentence that it finds."""

    def __init__(self, sentence: str = "Texte.") -> None:
        self.sure: dict[str, float] = {}
        self.sentence = sentence
        self.questions: list[str] = []
        self.articles: dict[str, str] = {}

    def __call__(self, question: str, limit: int) -> Findings:
        self.questions.append(plain(question))
        asked = plain(question)
        article = self.articles.get(asked, "curie")
        return findings(question, self.sure.get(asked, 0.1), self.sentence, article)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def leaning(question: str) -> Meaning:
    return Meaning("question", question, leaning=0.88)


def after(question: str, *history: Turn, search: Library | None = None) -> Interpretation:
    return interpret(leaning(question), history, search or Library())


CURIE = turn("Quand Marie Curie est-elle née ?", "Marie Curie naît en 1867.")
ALONE = "Combien de médailles la France a-t-elle eues à Paris ?"


@pytest.mark.parametrize(
    ("message", "history"),
    [
        (leaning("Quand est-elle née ?"), ()),
        (Meaning("question", ALONE, leaning=0.2), (CURIE,)),
        (leaning("Combien d’articles as-tu ?"), ()),
    ],
    ids=["the first", "one that stands alone", "about the articles"],
)
def test_what_leans_on_nothing_is_left_alone(message: Meaning, history: tuple[Turn, ...]) -> None:
    search = Library()
    assert interpret(message, history, search) == Interpretation(message.question)
    assert search.questions == []


def test_nothing_is_sure_about_what_only_came_near() -> None:
    sure = turn("Qui a bâti le pont ?", "Un pont.", title="Le pont", found="Eiffel")
    assert any(asked.startswith("Eiffel") for asked in candidates("Et quand ?", (sure,)))
    before = replace(sure, is_sure=False)
    asked = [plain(candidate) for candidate in candidates("Et quand ?", (CURIE, before))]
    assert not any(wording.startswith(("Marie Curie, deux", "Eiffel :")) for wording in asked)
    search = Library()
    search.sure = dict.fromkeys(asked, 0.0) | {"Le pont : Et quand ?": 0.9, "Et quand ?": 0.1}
    others = [wording for wording in asked if not wording.startswith(("Le", "Et"))]
    search.articles = dict.fromkeys(others, "other")
    assert not after("Et quand ?", sure, search=search).doubtful
    assert after("Et quand ?", before, search=search).doubtful


def test_a_name_in_place_of_the_last_one_is_not_joined_to_it() -> None:
    before = turn("Qui a découvert la grotte Chauvet ?", "Un spéléologue.", title="La grotte")
    asked = [plain(candidate) for candidate in candidates("Et Lascaux ?", (before,))]
    assert "Qui a découvert la grotte Lascaux ?" in asked
    assert "Chauvet : Et Lascaux ?" not in asked


def test_the_candidate_that_the_articles_answer_best_wins() -> None:
    search = Library()
    title = "Marie Curie, deux prix Nobel : De quoi est-elle morte ?"
    name = "Marie Curie : De quoi est-elle morte ?"
    for best in (title, name):
        search.sure = {title: 0.5, name: 0.5, best: 0.9}
        understood = after("De quoi est-elle morte ?", CURIE, search=search)
        assert plain(understood.question) == best
        assert understood.rewritten
        assert understood.leans


def test_the_most_recent_subject_breaks_ties() -> None:
    before = turn("Qui a inventé le Web ?", "Tim Lee.", title="Le Web", found="Tim Lee")
    asked = [plain(candidate) for candidate in candidates("Où est-il né ?", (CURIE, before))]
    assert asked[0] == "Tim Lee : Où est-il né ?"
    search = Library()
    search.sure = dict.fromkeys(asked, 0.8)
    assert plain(after("Où est-il né ?", before, search=search).question) == asked[0]


def test_votes_for_the_article_last_cited_count_double() -> None:
    names = [plain(candidate) for candidate in candidates("Et son mari ?", (CURIE,))]
    title, elsewhere = "Marie Curie, deux prix Nobel : Et son mari ?", "Marie Curie : Et son mari ?"
    search = Library()
    search.articles = {name: "other" for name in names if name != title}
    for sure, best in ((0.7, title), (0.9, elsewhere)):
        search.sure = {**dict.fromkeys(names, 0.0), title: 0.4, elsewhere: sure}
        assert plain(after("Et son mari ?", CURIE, search=search).question) == best


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Et en 2016 ?", ["Combien de médailles la France a-t-elle eues en 2016 ?"]),
        ("Et la Chine ?", ["Combien de médailles la Chine a-t-elle eues en 2012 ?"]),
        ("Qui a perdu la finale du tournoi en 2016 ?", []),
        ("Pourquoi ?", []),
        ("Et la Chine, elle fait quoi ?", []),
        ("Combien en 2016 ?", ["Combien de médailles la France a-t-elle eues en 2016 ?"]),
    ],
)
def test_a_date_or_a_name_takes_its_place_in_the_last_question(said: str, asked: list[str]) -> None:
    base = "Combien de médailles la France a-t-elle eues en 2012 ?"
    assert list(reframe(base, said, "fr")) == asked


@pytest.mark.parametrize(
    ("base", "said", "asked"),
    [
        ("Combien d’or la France a-t-elle ?", "Et le Japon ?", "Combien d’or le Japon a-t-elle ?"),
        ("Qui préside le Brésil ?", "Et Cuba ?", "Qui préside Cuba ?"),
        ("Qui est le chef de la France ?", "Et le Japon ?", "Qui est le chef de Japon ?"),
    ],
)
def test_a_name_brings_its_own_article(base: str, said: str, asked: str) -> None:
    assert reframe(base, said, "fr") == [asked]


def test_a_listing_of_articles_is_asked_again_with_another_date() -> None:
    before = turn("Quels articles avez-vous publiés en octobre 2023 ?", "« Ada. »")
    assert plain(after("Et en février 2024 ?", before).question) == (
        "Quels articles avez-vous publiés en février 2024 ?"
    )


@pytest.mark.parametrize("question", ["Combien d’articles en tout ?", "Que dit l’article d’hier ?"])
def test_a_question_about_the_articles_themselves_stands_alone(question: str) -> None:
    assert after(question, CURIE) == Interpretation(question)


def test_a_sentence_just_shown_is_no_reason() -> None:
    shown = "Marie Curie naît en 1867."
    search = Library(shown)
    behind = f"{CURIE.understood} Pourquoi ?"
    search.sure = {behind: 0.9}
    why = Meaning("why", "Pourquoi ?", leaning=0.88)
    assert plain(interpret(why, (CURIE,), search).question) != plain(behind)
    search.sentence = "C’est le hasard."
    assert plain(interpret(why, (CURIE,), search).question) == plain(behind)


def test_of_a_long_message_the_end_is_asked_that_the_articles_answer_best() -> None:
    story = "bonjour voilà je regardais la télé hier soir avec ma femme et on se disputait " * 2
    asked = "pour savoir en quelle année Marie Curie a eu son prix Nobel"
    search = Library()
    ending = " ".join(f"{story} {asked}".split()[-10:])
    search.sure = {ending: 0.6}
    shorter = shorten(Meaning("question", story + asked), search)
    assert shorter == Interpretation(ending, rewritten=True, doubtful=True)
    told = "Mon chauffeur a la drépanocytose. Comment s’appelle le nouveau traitement ?"
    search.sure = {f"drépanocytose : {told.partition('. ')[2]}": 0.6}
    shorter = shorten(Meaning("question", told, subject="drépanocytose"), search)
    assert shorter is not None
    assert plain(shorter.question) in search.sure
    assert shorten(Meaning("question", "Qui a eu le prix Nobel ?"), search) is None
    feared = "J’ai une grosseur. J’ai lu que Lovelace est morte à 36 ans. Ça va aller"
    assert shorten(Meaning("question", feared), search) is None


def test_a_reply_goes_back_to_the_turn_that_it_replies_to() -> None:
    minitel = turn("Quand le Minitel a-t-il fermé ?", "En 2012.", title="Le Minitel")
    web = turn("Qui a inventé le Web ?", "Tim.", title="Le Web")
    search = Library()
    search.sure = {"Le Minitel : Combien ça coûtait ?": 0.9}
    message = leaning("Combien ça coûtait ?")
    understood = interpret(message, (minitel, web), search, minitel)
    assert plain(understood.question) == "Le Minitel : Combien ça coûtait ?"


def test_a_corrected_subject_takes_the_place_of_the_name() -> None:
    last = turn("Quand Notre-Dame a-t-elle rouvert ?", "Le 7 décembre 2024.")
    corrected = correct_subject(last, "la tapisserie de Bayeux")
    assert corrected == "Quand la tapisserie de Bayeux a-t-elle rouvert ?"
    nameless = turn("Qui a gagné ?", "Personne.")
    assert correct_subject(nameless, "Radwanska") == "Radwanska\u00a0: Qui a gagné ?"


def test_asking_words_alone_ask_the_last_question_again() -> None:
    before = turn("Quel jour est mort Victor Hugo ?", "Il meurt le 22 mai.", title="Hugo")
    for asked, again in (
        ("Et où cela ?", "où est mort Victor Hugo ?"),
        ("De quoi ?", "de quoi est mort Victor Hugo ?"),
    ):
        assert again in [plain(candidate) for candidate in candidates(asked, (before,))]
    assert "où est mort Victor Hugo ?" not in candidates("Où est-il né ?", (before,))
