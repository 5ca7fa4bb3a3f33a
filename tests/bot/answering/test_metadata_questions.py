from __future__ import annotations

import pytest

from bot.answering.about import (
    MetadataKind,
    MetadataQuestion,
    parse_metadata_question,
)

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
    ("Qui a écrit le article sur Lascaux ?", "author", "Lascaux"),
    ("Who wrote this article?", "author", ""),
    ("Who is the author of the article about Hubble?", "author", "Hubble"),
    ("Who was the article on penicillin written by?", "author", "penicillin"),
    ("who's the auhtor of this article", "author", ""),
    ("Sais-tu qui a écrit ce texte ?", "author", ""),
    ("auteur de l'article ?", "author", ""),
    ("L'article sur le Web, qui l'a écrit ?", "author", "le Web"),
    ("Quand a été publié l'article sur Marie Curie ?", "date", "Marie Curie"),
    ("De quand date cet article ?", "date", ""),
    ("Quand l'article sur Lascaux a-t-il été publié ?", "date", "Lascaux"),
    ("Quelle est la date de publication de cet article ?", "date", ""),
    ("À quelle date est paru l'article sur Notre-Dame ?", "date", "Notre-Dame"),
    ("L'article date de quand ?", "date", ""),
    ("When was this article published?", "date", ""),
    ("When was the article about Apollo 11 written?", "date", "Apollo 11"),
    ("What is the publication date of this article?", "date", ""),
    ("When did the article on the Great Fire come out?", "date", "the Great Fire"),
    ("Quel est le titre de cet article ?", "title", ""),
    ("Comment s'intitule l'article sur le boson de Higgs ?", "title", "le boson de Higgs"),
    ("What is the title of the article about Ada Lovelace?", "title", "Ada Lovelace"),
    ("What is this article called?", "title", ""),
    ("Quels articles parlent de la Lune ?", "which", "la Lune"),
    ("quels artciles parlent de crispr", "which", "crispr"),
    ("Y a-t-il des articles sur Victor Hugo ?", "which", "Victor Hugo"),
    ("Quels sont les articles consacrés à Notre-Dame ?", "which", "Notre-Dame"),
    ("articles sur les vaccins", "which", "les vaccins"),
    ("Which articles are about the Moon?", "which", "the Moon"),
    ("Are there any articles about penicillin?", "which", "penicillin"),
    ("Show me articles about comets", "which", "comets"),
    ("Quel est le article sur Lascaux ?", "which", "Lascaux"),
    ("Quels articles ont été publiés ?", "which", ""),
    ("les articles", "which", ""),
    ("Which articles were published ?", "which", ""),
    ("What is the article on Hubble?", "which", "Hubble"),
    ("Combien d'articles y a-t-il ?", "count", ""),
    ("Combien d’articles parlent de Microsoft ?", "count", "Microsoft"),
    ("How many articles are there in the index?", "count", ""),
    ("How many articles mention Hubble?", "count", "Hubble"),
    ("Combien d'articles sont indexés ?", "count", ""),
    ("Combien d'articles ont été publiés ?", "count", ""),
    ("How many articles do you have about the Moon?", "count", "the Moon"),
    ("Quelles sont les dernières nouvelles de la sonde Rosetta ?", "news", "la sonde Rosetta"),
    ("dernieres infos sur l'Obamacare", "news", "l'Obamacare"),
    ("Quoi de neuf à propos de Carlos Ghosn ?", "news", "Carlos Ghosn"),
    ("Quoi de nouveau en Catalogne ?", "news", "Catalogne"),
    ("Quoi de neuf ?", "news", ""),
    ("What's new with the harbour?", "news", "the harbour"),
    ("latest news", "news", ""),
]
ABOUT_THE_WORLD = [
    "Qui a écrit Les Misérables ?",
    "Qui a écrit le premier programme ?",
    "Qui a écrit le texte de la Marseillaise ?",
    "Qui est l'auteur de Notre-Dame de Paris ?",
    "Qui a écrit l'article fondateur sur CRISPR ?",
    "Quand a été publié l'Encyclopédie ?",
    "Quand a paru le roman Les Misérables ?",
    "Que dit l'article 49-3 ?",
    "Qui a écrit l'article 1er de la Constitution ?",
    "Combien d'articles compte la Convention de Genève ?",
    "Combien d'articles contient le RGPD ?",
    "Combien d'articles Marie Curie a-t-elle publiés ?",
    "Quel est le titre du premier roman de Victor Hugo ?",
    "De quoi parle cet article ?",
    "De quand date la grotte de Lascaux ?",
    "Quelle est la date de publication de la première édition du dictionnaire ?",
    "Comment s'appelle la fille de Victor Hugo ?",
    "Quels vaccins parlent de l'ARN ?",
    "Quelle est la hauteur de la flèche ?",
    "Qui a découvert cette particule ?",
    "Who wrote Note G?",
    "Who wrote the first computer program?",
    "Who is the author of Frankenstein?",
    "When was Hubble launched?",
    "When was the first paper on CRISPR published?",
    "What is the title of Pepys's diary?",
    "How many papers did Curie write?",
    "How many articles does the treaty have?",
    "What does this article say about Mars?",
    "Which articles of the treaty were amended?",
    "What is an article of association?",
    "Quels articles de la loi ont été modifiés ?",
    "Que dit l'article sur Lascaux ?",
    "Résume cet article",
    "Quel article du code civil traite du mariage ?",
    "Qui a signé le traité de Versailles ?",
    "Who is this report for?",
    "Quelle est la dernière nouvelle de Maupassant ?",
    "Qu'y a-t-il de nouveau dans la loi ?",
    "What is the latest version of the standard?",
    "Quand a été publié l'article de Mojica sur les répétitions ?",
]


@pytest.mark.parametrize(("question", "kind", "subject"), ABOUT_ARTICLES)
def test_a_question_about_articles_is_told_with_its_subject(
    question: str, kind: MetadataKind, subject: str
) -> None:
    assert parse_metadata_question(question) == MetadataQuestion(kind, subject)


@pytest.mark.parametrize("question", ABOUT_THE_WORLD)
def test_a_question_that_the_articles_answer_is_left_to_them(question: str) -> None:
    assert parse_metadata_question(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "QUI A ÉCRIT CET ARTICLE",
        "qui a ecrit cet article ?",
        "Qui a écrit cet\u00a0article\u202f?",
        "qui a écrit cet artcile",
        "  Qui a  écrit cet article?!",
    ],
)
def test_case_accents_spaces_and_slips_do_not_matter(question: str) -> None:
    assert parse_metadata_question(question) == MetadataQuestion("author", "")


@pytest.mark.parametrize("question", ["", " ", "?", "😀 ?", "article " * 500])
def test_what_is_no_question_asks_nothing_of_articles(question: str) -> None:
    assert parse_metadata_question(question) is None
