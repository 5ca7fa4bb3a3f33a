"""Reading question files of one object a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import QuestionFileError
from bot.evaluation.questions import is_lines, read_lines
from index.article import ArticleEntry


def entry(identity: str, title: str, path: str) -> ArticleEntry:
    return ArticleEntry(identity, title, None, None, None, "fr", path)


ARTICLES = [
    entry("a1", "Le phare d'Ouessant", "corpus/phare.md"),
    entry("b2", "Le canal", "corpus/canal.md"),
    entry("c3", "Le canal", "corpus/autre/canal-2.md"),
]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "asked.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    "name", ["a1", "phare.md", "phare", "corpus/phare.md", "LE PHARE d'Ouessant"]
)
def test_an_article_is_known_by_id_file_or_title(tmp_path: Path, name: str) -> None:
    line = f'{{"question": "Quand ?", "article": "{name}", "answer": "1882"}}'
    (question,) = read_lines(written(tmp_path, line), ARTICLES).questions
    assert question.articles == {"a1"}
    assert question.has_articles


def test_only_the_question_is_needed(tmp_path: Path) -> None:
    path = written(
        tmp_path, '{"question": "Quand ?"}', "", '{"question": "Qui ?", "answerable": false}'
    )
    first, second = read_lines(path, ARTICLES).questions
    assert (first.answerable, first.has_articles) == (True, False)
    assert (second.answerable, second.place) == (False, "asked.jsonl:3")


def test_questions_about_no_article_of_the_index_are_not_looked_up(tmp_path: Path) -> None:
    path = written(tmp_path, '{"question": "Quand ?", "article": "elsewhere.md"}')
    assert read_lines(path, None).questions[0].articles == frozenset()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"answer": "1882"}', "asked.jsonl:2: field-missing (name=question)"),
        ('{"question": ""}', "asked.jsonl:2: question: field-empty"),
        (
            '{"question": "Qui ?", "answer": 12}',
            ":2: answer: field-expected (expected=json-text",
        ),
        (
            '{"question": "Qui ?", "answerable": 1}',
            ":2: answerable: field-expected (expected=json-flag",
        ),
        (
            '{"question": "Qui ?", "article": "x.md"}',
            ":2: article: gold-no-article (name=x.md)",
        ),
        ('{"question": "Qui ?"', "asked.jsonl:2: questions-not-json (column=21"),
        ("[]", "asked.jsonl:2: field-expected (expected=json-object, found=json-list)"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    path = written(tmp_path, '{"question": "Quand ?"}', line)
    with pytest.raises(QuestionFileError) as caught:
        read_lines(path, ARTICLES)
    assert complaint in str(caught.value)


def test_a_file_without_questions_says_so(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match=r"asked\.jsonl: questions-none"):
        read_lines(written(tmp_path, ""), ARTICLES)


def test_the_name_tells_the_format() -> None:
    assert is_lines(Path("questions.JSONL"))
    assert not is_lines(Path("questions.json"))
