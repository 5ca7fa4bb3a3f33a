"""Reading question files: SQuAD, and one object a line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import QuestionFileError
from bot.evaluation.questions import GoldQuestion, read_lines, read_squad, sample
from index.article import ArticleEntry

CONTEXT = "Le phare fut allumé en 1882. Sa lanterne porte à 30 milles."


def asked(start: int = 23, text: str = "1882", **more: Any) -> dict[str, Any]:
    answers = [{"text": text, "answer_start": start}]
    return {"question": "Quand ?", "id": "1", "answers": answers, **more}


def document(*questions: Any, context: Any = CONTEXT, **entry: Any) -> dict[str, Any]:
    return {"data": [{"paragraphs": [{"context": context, "qas": list(questions)}], **entry}]}


def written(folder: Path, content: Any, encoding: str = "utf-8") -> Path:
    path = folder / "asked.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding=encoding)
    return path


def test_each_context_is_an_article_whose_text_is_untouched(tmp_path: Path) -> None:
    context = "\ufeff  Deux fois,\nun phare.  "
    path = written(tmp_path, document(asked(context.index("phare"), "phare"), context=context))
    found = read_squad(path)
    assert [article.text for article in found.articles] == [context]
    gold = found.questions[0].golds[0]
    assert gold.start is not None
    assert found.articles[0].text[gold.start :].startswith("phare")
    assert found.questions[0].articles == {found.articles[0].id}


def test_ids_do_not_depend_on_the_order_of_the_file(tmp_path: Path) -> None:
    first = document(asked(), title="Un")["data"]
    second = document(asked(0, "Le phare"), title="Deux")["data"]
    one = read_squad(written(tmp_path, {"data": [*first, *second]}))
    other = read_squad(written(tmp_path, {"data": [*second, *first]}))
    assert {a.id for a in one.articles} == {a.id for a in other.articles}
    assert len(one.articles) == 2


def test_a_question_without_answer_is_unanswerable(tmp_path: Path) -> None:
    impossible = {"question": "Qui ?", "is_impossible": True, "plausible_answers": []}
    unanswered = {"question": "Où ?", "answers": []}
    path = written(tmp_path, document(asked(is_impossible=False), impossible, unanswered))
    assert [question.answerable for question in read_squad(path).questions] == [True, False, False]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"version": "1.1"}, "asked.json: field-missing (name=data)"),
        ({"data": {}}, "data: field-expected (expected=json-list, found=json-object)"),
        ({"data": [{}]}, "asked.json, data[0]: field-missing (name=paragraphs)"),
        (
            document(asked(), title=3),
            "title: field-expected (expected=json-text, found=json-whole)",
        ),
        (document({"question": "Qui ?"}), "paragraphs[0].qas[0]: field-missing (name=answers)"),
        (document(asked(answers=[], is_impossible=False)), "qas[0]: gold-no-answer"),
        (document(asked(0, "1883")), "qas[0].answers[0]: gold-not-in-context (answer=1883)"),
        ("[" * 200_000, "asked.json: questions-too-deep"),
        ("\n", "asked.json: file-empty"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, content: Any, complaint: str) -> None:
    with pytest.raises(QuestionFileError) as caught:
        read_squad(written(tmp_path, content))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf_8_or_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match=r"asked\.json: questions-not-utf8"):
        read_squad(written(tmp_path, '{"data": "é"}', "latin-1"))
    with pytest.raises(QuestionFileError, match=r"none\.json: questions-unreadable"):
        read_squad(tmp_path / "none.json")


def entry(identity: str, title: str, path: str) -> ArticleEntry:
    return ArticleEntry(identity, title, None, None, None, "fr", path)


ARTICLES = [
    entry("a1", "Le phare d'Ouessant", "corpus/phare.md"),
    entry("b2", "Le canal", "corpus/canal.md"),
    entry("c3", "Le canal", "corpus/autre/canal-2.md"),
    replace(entry("d4", "Le vieux phare", "corpus/copie.md"), copy_of="a1"),
]


def lines_file(folder: Path, *lines: str) -> Path:
    path = folder / "asked.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    "name", ["a1", "phare.md", "phare", "corpus/phare.md", "LE PHARE d'Ouessant", "copie.md"]
)
def test_an_article_is_known_by_id_file_or_title(tmp_path: Path, name: str) -> None:
    line = f'{{"question": "Quand ?", "article": "{name}", "answer": "1882"}}'
    (question,) = read_lines(lines_file(tmp_path, line), ARTICLES).questions
    assert question.articles == {"a1"}
    assert question.has_articles


def test_only_the_question_is_needed_and_articles_are_looked_up_in_an_index(tmp_path: Path) -> None:
    path = lines_file(
        tmp_path, '{"question": "Quand\u2028?"}', "", '{"question": "Qui ?", "answerable": false}'
    )
    first, second = read_lines(path, ARTICLES).questions
    assert (first.answerable, first.has_articles) == (True, False)
    assert (second.answerable, second.place) == (False, "asked.jsonl:3")
    path = lines_file(tmp_path, '{"question": "Quand ?", "article": "elsewhere.md"}')
    assert read_lines(path, None).questions[0].articles == frozenset()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"answer": "1882"}', "asked.jsonl:2: field-missing (name=question)"),
        ('{"question": ""}', "asked.jsonl:2, question: field-empty"),
        ('{"question": "Qui ?", "answer": 12}', ":2, answer: field-expected (expected=json-text"),
        ('{"question": "Qui ?", "answerable": 1}', ":2, answerable: field-expected (expected=json"),
        ('{"question": "Qui ?", "article": "x.md"}', ":2, article: gold-no-article (name=x.md)"),
        ('{"question": "Qui ?"', "asked.jsonl:2: questions-not-json (column=21"),
        ("[]", "asked.jsonl:2: field-expected (expected=json-object, found=json-list)"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    path = lines_file(tmp_path, '{"question": "Quand ?"}', line)
    with pytest.raises(QuestionFileError) as caught:
        read_lines(path, ARTICLES)
    assert complaint in str(caught.value)


def test_a_file_without_questions_says_so(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match=r"asked\.jsonl: questions-none"):
        read_lines(lines_file(tmp_path, ""), ARTICLES)


MANY = tuple(GoldQuestion(f"{n} ?", f"x:{n}", answerable=True) for n in range(100))


def test_a_sample_is_drawn_from_the_whole_file_in_its_order() -> None:
    drawn = sample(MANY, 10, seed=1)
    assert len(drawn) == 10
    assert drawn != MANY[:10]
    assert list(drawn) == sorted(drawn, key=MANY.index)
    assert drawn == sample(MANY, 10, seed=1)
    assert drawn != sample(MANY, 10, seed=2)
