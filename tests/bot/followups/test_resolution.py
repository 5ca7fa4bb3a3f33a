"""From a question in a conversation to one that stands alone."""

from __future__ import annotations

from bot.followups.resolution import Understood, understand
from bot.followups.turn import Turn
from index.article import Article, Passage
from index.findings import Findings, Hit, Scores
from tests.bot.followups.turns import turn


class Library:
    """A search by hand: how sure it is of a question, and how its articles stand."""

    def __init__(self, sure: dict[str, float] | None = None, **totals: float) -> None:
        self.sure = sure or {}
        self.totals = totals or {"curie": 1.0}
        self.asked: list[str] = []

    def __call__(self, question: str, limit: int) -> Findings:
        question = plain(question)
        self.asked.append(question)
        ranked = sorted(self.totals.items(), key=lambda each: -each[1])
        hits = tuple(_hit(article, total) for article, total in ranked)
        return Findings(question, "fr", hits[:limit], self.sure.get(question, 1.0))


def _hit(article: str, total: float) -> Hit:
    source = Article(article, "Texte.", article, f"{article}.md", "fr")
    return Hit(source, Passage(0, 6, "Texte.", "", ()), Scores(0.0, 0.0, 0.0, total), ())


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def after(question: str, *history: Turn, search: Library | None = None) -> Understood:
    return understand(question, history, search or Library())


CURIE = turn("Quand Marie Curie est-elle née ?", "Marie Curie naît en 1867.")


def test_the_first_question_is_left_as_it_is() -> None:
    search = Library()
    assert after("Quand est-elle née ?", search=search) == Understood("Quand est-elle née ?")
    assert search.asked == []


def test_a_question_that_stands_alone_is_neither_changed_nor_searched() -> None:
    search = Library()
    question = "Combien de médailles la France a-t-elle eues à Paris ?"
    assert after(question, CURIE, search=search) == Understood(question)
    assert search.asked == []


def test_how_it_works_is_asked_of_selon_where_nothing_was_spoken_of() -> None:
    assert after("Comment ça marche ?").why == "self"
    assert after("Comment ça marche ?", CURIE).why == "pronoun"


def test_a_pronoun_is_replaced_and_the_article_kept_to() -> None:
    understood = after("De quoi est-elle morte ?", CURIE)
    assert plain(understood.question) == "De quoi Marie Curie est-elle morte ?"
    assert (understood.why, understood.about) == ("pronoun", ("curie",))


def test_the_articles_choose_among_the_readings() -> None:
    before = turn("Qui a inventé le Web ?", "Un ingénieur, Tim Berners-Lee.", title="Le Web")
    web, person = "Où le Web est-il né ?", "Où Tim Berners-Lee est-il né ?"
    assert plain(after("Où est-il né ?", before).question) == web
    search = Library(sure={web: 0.1, person: 0.9})
    assert plain(after("Où est-il né ?", before, search=search).question) == person
    assert search.asked == [web, person]


def test_no_follow_up_is_searched_more_than_twice() -> None:
    before = turn("Qui a inventé le Web ?", "Un ingénieur, Tim Berners-Lee.", title="Le Web")
    for question in ("Où est-il né ?", "Et la Toile ?", "Et Lyon ?", "Qui a pris la décision ?"):
        search = Library(sure=_Never())
        after(question, before, search=search)
        assert len(search.asked) <= 2


class _Never(dict[str, float]):
    """Sure of nothing."""

    def get(self, key: str, default: float = 0.0) -> float:  # type: ignore[override]
        return 0.0


def test_an_ellipsis_that_the_articles_do_not_know_is_put_under_the_topic() -> None:
    before = turn("Qui a inventé le Web ?", "Un ingénieur, Tim Berners-Lee.", title="Le Web")
    search = Library(sure={"Qui a inventé Robert Cailliau ?": 0.1})
    understood = after("Et Robert Cailliau ?", before, search=search)
    assert plain(understood.question) == "Le Web : et Robert Cailliau ?"


def test_why_is_joined_to_the_question_before() -> None:
    before = turn("Où Hugo a-t-il fui ?", "À Jersey.", title="Hugo")
    assert plain(after("Pourquoi ?", before).question) == "Où Hugo a-t-il fui, et pourquoi ?"


def test_who_said_it_asks_for_the_sentence_that_tells_of_saying() -> None:
    before = turn("Quel but ?", "Il faut être sobre, a expliqué Jean Roche.", "Le temps passe.")
    assert plain(after("Qui l'a dit ?", before).question) == (
        "Qui a dit « Il faut être sobre, a expliqué Jean Roche. » ?"
    )
    assert after("Who said it?", before).question.startswith("Who said “Il faut être sobre")


def test_this_article_is_the_one_cited() -> None:
    title = "« Marie Curie, deux prix Nobel »"
    author = f"Qui a écrit l’article {title} ?"
    date = f"Quand a été publié l’article {title} ?"
    assert plain(after("Qui a écrit cet article ?", CURIE).question) == author
    asked = turn("Qui a écrit cet article ?", "C’est Ada.", understood=author)
    assert plain(after("Et il date de quand ?", CURIE, asked).question) == date
    assert after("Who wrote that article?", CURIE).question == (
        "Who wrote the article “Marie Curie, deux prix Nobel”?"
    )
    assert not after("Qui a écrit cet article ?", turn("Où ?")).rewritten


def test_a_correction_asks_again_about_what_was_meant() -> None:
    asked = turn(
        "Quand a-t-il été lancé ?", "En 1990.", understood="Quand Hubble a-t-il été lancé ?"
    )
    assert plain(after("Non, je parlais de James-Webb.", asked).question) == (
        "Quand James-Webb a-t-il été lancé ?"
    )
    asked = turn("Quand Lascaux IV a-t-il ouvert ?", "En 2016.")
    assert plain(after("je voulais dire Lascaux II", asked).question) == (
        "Quand Lascaux II a-t-il ouvert ?"
    )


def test_a_reply_goes_back_to_the_turn_that_it_replies_to() -> None:
    minitel = turn("Quand le Minitel a-t-il fermé ?", "En 2012.", title="Le Minitel")
    web = turn("Qui a inventé le Web ?", "Tim.", title="Le Web")
    search = Library()
    understood = understand("Combien ça coûtait ?", (minitel, web), search, minitel)
    assert plain(understood.question) == "Le Minitel : combien ça coûtait ?"
    understood = understand("Combien ça coûtait ?", (web,), search, minitel)
    assert plain(understood.question) == "Le Minitel : combien ça coûtait ?"


# A question that names nothing

DECISION = "Qui a pris la décision ?"
ABOUT = turn("Où est Lascaux ?", "En Dordogne.", title="Lascaux", article="lascaux")


def test_it_is_asked_of_the_article_just_cited_where_that_lies_near() -> None:
    search = Library(sure={DECISION: 0.7}, crispr=1.5, lascaux=1.35)
    assert plain(after(DECISION, ABOUT, search=search).question) == (
        "Lascaux : qui a pris la décision ?"
    )


def test_it_is_left_alone_where_another_article_answers_it() -> None:
    far = Library(sure={DECISION: 0.7}, crispr=1.5, lascaux=1.2)
    sure = Library(sure={DECISION: 0.95}, crispr=1.5, lascaux=1.35)
    nowhere = Library(sure={DECISION: 0.7}, crispr=1.5)
    for search in (far, sure, nowhere):
        assert not after(DECISION, ABOUT, search=search).rewritten


def test_a_pronoun_beside_a_name_leans_only_near_the_article() -> None:
    question = "Combien de gens ont-ils vu Tournée ?"
    near, far = Library(film=1.5, lascaux=1.4), Library(film=1.5, lascaux=1.0)
    assert after(question, ABOUT, search=near).rewritten
    assert not after(question, ABOUT, search=far).rewritten
