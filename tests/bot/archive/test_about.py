"""Questions about the articles themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from bot.answer import Answer
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.metadata_question import MetadataKind, MetadataQuestion, parse_metadata_question
from bot.answering.time_range import Timing
from bot.archive.archive import Archive
from bot.archive.lede import is_statement
from index.article import Article, Sentence
from index.search.confidence import Thresholds
from tests.bot.archive.made import searcher_over
from tests.index.samples import article

TODAY = date(2025, 9, 10)


def told(name: str, title: str, text: str, published: date | None, **facts: str) -> Article:
    return replace(article(name, text, title=title), published=published, **facts)  # type: ignore[arg-type]


BRIDGE = "Le pont fut construit en 1901. Il mesure trente mètres."
PONT = told("pont", "Le pont de Lyon", BRIDGE, date(2025, 8, 29), author="Élise Marchand")
MILL = "Le moulin broie du grain. Sa roue tourne près du pont."
MOULIN = told("moulin", "Un moulin", MILL, date(2025, 9, 9))
RETURN = "Le club se réjouit. Il accueille Rossi au printemps prochain."
PORT = "The harbour was dredged in 1932. Forty ships call."
HARBOUR = told("harbour", "The harbour", PORT, None, author="Sam Doe", language="en")
HOOKE = "Robert Hooke, un savant anglais, rebâtit la ville après l’incendie."
ROWERS = [
    told("0", "Une régate", "Le vent était fort. Anna Rossi a gagné la régate.", date(2025, 8, 1)),
    told("1", "Un départ", "Anna Rossi quitte le club. Le club la regrette.", date(2025, 9, 1)),
    told("2", "Un retour", RETURN, None, url="https://exemple.fr/2"),
    told("3", "Une pluie", "La pluie tombe sur la rossignolière.", date(2025, 9, 2)),
]


@contextmanager
def chain_over(articles: list[Article]) -> Iterator[RetrievalQA]:
    with searcher_over(*articles) as searcher:
        archive = Archive(lambda: searcher, Thresholds.at(0.5))
        answerer = ExtractiveAnswerer(Thresholds.at(0.0))
        yield RetrievalQA(searcher, answerer, archive, lambda: TODAY)


@pytest.fixture(scope="module")
def chain() -> Iterator[RetrievalQA]:
    with chain_over([PONT, MOULIN, HARBOUR]) as chain:
        yield chain


@pytest.fixture(scope="module")
def rowers() -> Iterator[RetrievalQA]:
    with chain_over(ROWERS) as chain:
        yield chain


def titles(answer: Answer) -> list[str]:
    return [citation.article.title for citation in answer.citations]


def test_the_author_of_the_only_article() -> None:
    with chain_over([PONT]) as chain:
        answer = chain.invoke("Qui a écrit cet article ?")
    assert answer.text == (
        "L’article «\u00a0Le pont de Lyon\u00a0» (29 août 2025) est signé Élise Marchand. [1]"
    )
    assert answer.citations[0].quote == "Le pont fut construit en 1901."
    assert answer.confidence > 0.9


def test_the_author_and_date_of_the_article_on_a_subject(chain: RetrievalQA) -> None:
    assert "Élise Marchand" in chain.invoke("Qui est l'auteur de l'article sur le pont ?").text
    assert "29 août 2025" in chain.invoke("Quand a été publié l'article sur le pont ?").text
    english = chain.invoke("Who wrote the article about the harbour?")
    assert english.text == "The article “The harbour” is by Sam Doe. [1]"


@pytest.mark.parametrize(
    ("question", "why", "title"),
    [
        ("Qui a écrit l'article sur le moulin ?", "unsigned", "Un moulin"),
        ("When was the article on the harbour published?", "undated", "The harbour"),
    ],
)
def test_an_absence_is_no_answer(chain: RetrievalQA, question: str, why: str, title: str) -> None:
    answer = chain.invoke(question)
    assert (answer.outcome, answer.refusal, answer.citations) == ("no", why, ())
    assert [article.title for article in answer.nearest] == [title]


OPENINGS = (
    "Lire l’annonce sur le site de la ville de Sare.",
    "Retrouvez tous nos conseils sur https://exemple.fr/conseils.",
    "Où en est le chantier de la place ?",
    "L’équipe du pont 🦜",
    "Bonne lecture à toutes.",
)


def test_a_call_link_question_or_caption_is_not_quoted_as_an_opening() -> None:
    url = "https://exemple.fr/1"
    news = "Le chantier de la place a commencé lundi."
    for opening in OPENINGS:
        for text, quotes in ((f"{opening}\n\n{news}", [news]), (opening, [])):
            with searcher_over(told("1", "Un chantier", text, None, url=url)) as searcher:
                reply = Archive(lambda: searcher, Thresholds.at(0.5)).open_by_title(
                    "Un chantier", searcher.search("chantier", 5).hits
                )
            assert reply is not None
            assert [citation.quote for citation in reply.citations] == quotes
            assert reply.outcome == ("sure" if quotes else "no")


def test_a_statement_that_gives_an_address_is_one() -> None:
    text = "Le site https://www.bipm.org publie les définitions en vigueur."
    source = told("1", "Mètre", text, None)
    assert is_statement(Sentence(0, len(text), text), source)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("HTML, le format dans lequel il est écrit.", False),
        ("Une station de ski qui s’appuie l’été sur le vélo.", False),
        ("Rassemblement à Toulouse, au lendemain de la fusillade.", False),
        ("Les gens qui sont sur ces territoires ont fait des efforts.", True),
        ("Aude Rossigneux dirige la rédaction du nouveau site.", True),
        ("Le vent ne les empêche pas de garder leur avance.", True),
    ],
)
def test_what_has_no_verb_but_that_of_a_relative_clause_is_no_statement(
    text: str, is_one: bool
) -> None:
    assert is_statement(Sentence(0, len(text), text), told("1", "Mètre", text, None)) == is_one


@pytest.mark.parametrize(
    ("question", "why", "nearest"),
    [
        ("Qui a écrit cet article ?", "unclear", 3),
        ("Quels articles parlent de quetsches ?", "unsaid", 0),
        ("Qu'a-t-on construit la semaine dernière ?", "period", 0),
        ("les articles de mai 2020", "period", 0),
    ],
)
def test_a_refusal_says_why(chain: RetrievalQA, question: str, why: str, nearest: int) -> None:
    answer = chain.invoke(question)
    assert (answer.is_sure, answer.refusal, len(answer.nearest)) == (False, why, nearest)
    assert (answer.period is not None) is (why == "period")


def test_the_articles_of_a_time_are_listed_and_counted(chain: RetrievalQA) -> None:
    answer = chain.invoke("Quels articles ont été publiés en août 2025 ?")
    assert titles(answer) == ["Le pont de Lyon"]
    assert answer.period is not None
    assert (answer.period.first, answer.period.last) == (date(2025, 8, 1), date(2025, 8, 31))
    assert chain.invoke("Combien d'articles ont été publiés hier ?").text.startswith("Un seul")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Combien d’articles en tout ?", "3 articles\u202f; le plus récent est"),
        ("Combien d’articles d’Élise Marchand ?", "Un seul article\u00a0:"),
        ("Quels sont les articles écrits par elise marchand ?", "«\u00a0Le pont de Lyon\u00a0»"),
        ("Quels articles ont été signés par Élise Marchand ?", "(29 août 2025)"),
        ("Elise Marchand", "(29 août 2025)"),
    ],
)
def test_an_authors_articles_are_counted_and_listed(
    chain: RetrievalQA, question: str, text: str
) -> None:
    answer = chain.invoke(question)
    assert text in answer.text
    assert titles(answer) == ["Un moulin" if "tout" in question else "Le pont de Lyon"]


def test_news_of_a_subject_is_how_its_newest_articles_begin(chain: RetrievalQA) -> None:
    answer = chain.invoke("Quoi de neuf sur le pont ?")
    assert answer.text == "Article du 29 août 2025\nLe pont fut construit en 1901. [1]"
    assert titles(answer) == ["Le pont de Lyon"]
    everything = chain.invoke("Quoi de neuf ?")
    assert titles(everything) == ["Un moulin", "Le pont de Lyon", "The harbour"]
    assert [statement.citations for statement in everything.statements] == [(1,), (2,), (3,)]
    assert everything.statements[0].text == "Sa roue tourne près du pont."
    assert not chain.invoke("Dernières nouvelles des quetsches ?").is_sure
    assert not chain.invoke("Dernières nouvelles de la roue ?").is_sure


def test_what_is_compared_is_told_of_by_how_an_article_on_each_begins(chain: RetrievalQA) -> None:
    answer = chain.invoke("Compare le moulin et le pont")
    assert titles(answer) == ["Un moulin", "Le pont de Lyon"]
    assert [statement.citations for statement in answer.statements] == [(1,), (2,)]
    facets = chain.invoke("Compare la roue du moulin et celle du pont")
    assert not facets.is_sure


@pytest.mark.parametrize(
    "message", ["Anna Rossi", "anna rossi ?", "Que disent les articles sur « Anna Rossi » ?"]
)
def test_a_name_shows_what_is_said_of_it_newest_first(rowers: RetrievalQA, message: str) -> None:
    answer = rowers.invoke(message)
    assert answer.is_sure
    assert [citation.quote for citation in answer.citations] == [
        "Anna Rossi quitte le club.",
        "Anna Rossi a gagné la régate.",
    ]


def test_a_surname_is_enough_and_no_part_of_another_word(rowers: RetrievalQA) -> None:
    assert titles(rowers.invoke("Rossi")) == ["Un départ", "Une régate", "Un retour"]
    assert titles(rowers.invoke("Qui est Anna Rossi ?")) != ["Un départ", "Une régate"]


def test_who_or_what_something_is_tell_the_articles_titled_with_it() -> None:
    hook = told("hook", "Robert Hooke", f"Londres brûle en 1666. {HOOKE}", None)
    mill = told(
        "mill", "Moulins à vent", "Un moulin à vent broie du grain depuis des siècles.", None
    )
    with searcher_over(hook, mill, PONT) as searcher:
        archive = Archive(lambda: searcher, Thresholds.at(0.5))
        for question, quote in (
            ("Qui était Robert Hooke ?", HOOKE),
            ("c est qui robert hooke", HOOKE),
            ("C’est quoi un moulin à vent ?", mill.text),
            ("Qu’est-ce que le pont de Lyon ?", "Le pont fut construit en 1901."),
        ):
            answer = archive.define(question, Timing(question))
            assert answer is not None, question
            assert [citation.quote for citation in answer.citations] == [quote]
        for question in ("Qui est le maire de Lyon ?", "Qui a écrit Robert Hooke ?", "Lyon ?"):
            assert archive.define(question, Timing(question)) is None
        assert archive.is_subject("moulins à vent")
        assert not archive.is_subject("grain")


def test_names_are_known_from_articles_and_bylines() -> None:
    with searcher_over(PONT, *ROWERS) as searcher:
        archive = Archive(lambda: searcher, Thresholds.at(0.5))
        for text in ("Anna Rossi", "Anna Rossi ?", "Élise Marchand"):
            assert archive.is_known_name(text)
        for text in ("anna rossi", "Rossi", "Un Retour", "Bonjour Anna Rossi", "Bonjour Selon"):
            assert not archive.is_known_name(text)


@pytest.mark.parametrize("message", ["un retour", "« Un retour »", "https://exemple.fr/2"])
def test_a_title_or_address_shows_how_an_article_begins(rowers: RetrievalQA, message: str) -> None:
    answer = rowers.invoke(message)
    assert titles(answer) == ["Un retour"]
    assert answer.text.startswith("Il accueille Rossi au printemps prochain.")


ABOUT_ARTICLES: list[tuple[str, MetadataKind, str]] = [
    ("Qui a écrit cet article ?", "author", ""),
    ("qui a ecri cet artcile", "author", ""),
    ("Qui est l'auteur de l'article sur Lascaux ?", "author", "Lascaux"),
    ("Quel est le nom de l'auteur de cet article ?", "author", ""),
    ("Par qui cet article a-t-il été écrit ?", "author", ""),
    ("De qui est l'article sur le Minitel ?", "author", "le Minitel"),
    ("L'article sur le TGV a été écrit par qui ?", "author", "le TGV"),
    ("Qui a rédigé l’article intitulé « Minitel » ?", "author", "Minitel"),
    ("QUI A SIGNÉ CE PAPIER", "author", ""),
    ("  Qui a  écrit cet\u00a0article\u202f?!", "author", ""),
    ("Qui a écrit le article sur Lascaux ?", "author", "Lascaux"),
    ("Who wrote this article?", "author", ""),
    ("Who is the author of the article about Hubble?", "author", "Hubble"),
    ("Who was the article on penicillin written by?", "author", "penicillin"),
    ("Sais-tu qui a écrit ce texte ?", "author", ""),
    ("Quand est parue cette publication ?", "date", ""),
    ("auteur de l'article ?", "author", ""),
    ("L'article sur le Web, qui l'a écrit ?", "author", "le Web"),
    ("Quand a été publié l'article sur Marie Curie ?", "date", "Marie Curie"),
    ("De quand date cet article ?", "date", ""),
    ("Quand l'article sur Lascaux a-t-il été publié ?", "date", "Lascaux"),
    ("Quelle est la date de publication de cet article ?", "date", ""),
    ("À quelle date est paru l'article sur Notre-Dame ?", "date", "Notre-Dame"),
    ("L'article date de quand ?", "date", ""),
    ("When was this article published?", "date", ""),
    ("What is the publication date of this article?", "date", ""),
    ("When did the article on the Great Fire come out?", "date", "the Great Fire"),
    ("Quel est le titre de cet article ?", "title", ""),
    ("Comment s'intitule l'article sur le boson de Higgs ?", "title", "le boson de Higgs"),
    ("What is the title of the article about Ada Lovelace?", "title", "Ada Lovelace"),
    ("Quels articles parlent de la Lune ?", "which", "la Lune"),
    ("quels artciles parlent de crispr", "which", "crispr"),
    ("Y a-t-il des articles sur Victor Hugo ?", "which", "Victor Hugo"),
    ("articles sur les vaccins", "which", "les vaccins"),
    ("Which articles are about the Moon?", "which", "the Moon"),
    ("Are there any articles about penicillin?", "which", "penicillin"),
    ("Quel est le article sur Lascaux ?", "which", "Lascaux"),
    ("Quels articles ont été publiés ?", "which", ""),
    ("les articles", "which", ""),
    ("What is the article on Hubble?", "which", "Hubble"),
    ("Combien d'articles y a-t-il ?", "count", ""),
    ("Combien d’articles parlent de Microsoft ?", "count", "Microsoft"),
    ("How many articles are there in the index?", "count", ""),
    ("Combien d'articles ont été publiés ?", "count", ""),
    ("Quelles sont les dernières nouvelles de la sonde Rosetta ?", "news", "la sonde Rosetta"),
    ("Quoi de neuf à propos de Carlos Ghosn ?", "news", "Carlos Ghosn"),
    ("Quoi de neuf ?", "news", ""),
    ("What's new with the harbour?", "news", "the harbour"),
]
ABOUT_THE_WORLD = [
    "Qui a écrit Les Misérables ?",
    "Qui a écrit le texte de la Marseillaise ?",
    "Qui a écrit l'article fondateur sur CRISPR ?",
    "Quand a été publié l'Encyclopédie ?",
    "Que dit l'article 49-3 ?",
    "Qui a écrit l'article 1er de la Constitution ?",
    "Combien d'articles compte la Convention de Genève ?",
    "Combien d'articles Marie Curie a-t-elle publiés ?",
    "Quel est le titre du premier roman de Victor Hugo ?",
    "De quoi parle cet article ?",
    "Combien d’articles de loi ont été votés ?",
    "De quand date la grotte de Lascaux ?",
    "Quelle est la date de publication de la première édition du dictionnaire ?",
    "Quels vaccins parlent de l'ARN ?",
    "Who wrote Note G?",
    "Who is the author of Frankenstein?",
    "When was the first paper on CRISPR published?",
    "How many articles does the treaty have?",
    "What does this article say about Mars?",
    "Which articles of the treaty were amended?",
    "What is an article of association?",
    "Quels articles de la loi ont été modifiés ?",
    "Que dit l'article sur Lascaux ?",
    "Résume cet article",
    "Quel article du code civil traite du mariage ?",
    "Quelle est la dernière nouvelle de Maupassant ?",
    "Qu'y a-t-il de nouveau dans la loi ?",
    "Quand a été publié l'article de Mojica sur les répétitions ?",
]


@pytest.mark.parametrize(("question", "kind", "subject"), ABOUT_ARTICLES)
def test_a_question_about_articles_is_told(question: str, kind: MetadataKind, subject: str) -> None:
    assert parse_metadata_question(question) == MetadataQuestion(kind, subject)


@pytest.mark.parametrize("question", ABOUT_THE_WORLD)
def test_a_question_that_the_articles_answer_is_left_to_them(question: str) -> None:
    assert parse_metadata_question(question) is None
