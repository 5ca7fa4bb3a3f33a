"""`selon ask --jsonl`: an object for each line of standard input, in their order."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from bot import assembly
from bot.answer import Answer
from bot.errors import StateError
from bot.main import run
from tests.bot.answers import answered, article, citation
from tests.bot.terminal.conftest import Capture

AskLines = Callable[[str], tuple[int, list[dict[str, Any]]]]


class Chain:
    def __init__(self) -> None:
        self.questions: list[str] = []

    def invoke(self, question: str) -> Answer:
        self.questions.append(question)
        if question == "Panne ?":
            raise StateError("postgres-gone", reason="x")
        return answered(citation("Une carte suffit.", article()))


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Chain:
    chain = Chain()
    monkeypatch.setattr(assembly, "open_chain", lambda settings: nullcontext(chain))
    return chain


@pytest.fixture
def ask_lines(chain: Chain, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> AskLines:
    def ask(text: str) -> tuple[int, list[dict[str, Any]]]:
        lines = io.BytesIO(text.encode("utf-8", "surrogateescape"))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(lines))
        code = run(["ask", "--jsonl"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return ask


def test_each_question_gets_its_answer_and_its_id(chain: Chain, ask_lines: AskLines) -> None:
    lines = [
        '\ufeff{"id": "a", "question": " Une  carte ? "}',
        '{"question": "Deux\\ud800 ?", "x": 1}',
    ]
    code, said = ask_lines("\n\n".join(lines))
    assert code == 0
    assert chain.questions == ["Une carte ?", "Deux? ?"]
    assert [(reply["line"], reply.get("id")) for reply in said] == [(1, "a"), (3, None)]
    assert all(reply["citations"][0]["quote"] == "Une carte suffit." for reply in said)


@pytest.mark.parametrize(
    ("line", "code", "id"),
    [
        ("nope", "questions-not-json", None),
        ('{"id": 3, "q": "?"}', "field-missing", 3),
        ('{"id": 4, "question": " "}', "field-empty", 4),
        ('["Quoi ?"]', "field-expected", None),
        (f'{{"question": {"9" * 5_000}}}', "questions-not-json", None),
        (f"{'[' * 100_000}", "questions-too-deep", None),
        ('{"id": 6, "question": "Le caf\udce9 ?"}', "line-not-utf8", None),
        ('{"id": 5, "question": "Panne ?"}', "postgres-gone", 5),
    ],
)
def test_a_bad_line_says_so(line: str, code: str, id: int | None, ask_lines: AskLines) -> None:
    exit_code, (wrong, right) = ask_lines(f'{line}\n{{"question": "Quoi ?"}}\n')
    assert exit_code == 1
    assert (wrong["line"], wrong.get("id"), wrong["error"]["code"]) == (1, id, code)
    assert wrong["error"]["message"]
    assert right["outcome"] == "sure"


@pytest.mark.parametrize("more", ["--json", "Quoi ?", "--audio=a.ogg"])
def test_lines_go_with_no_other_question(more: str, capsys: Capture) -> None:
    assert run(["ask", "--jsonl", more]) == 2
    assert "entrée standard" in capsys.readouterr().err
