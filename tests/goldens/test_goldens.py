"""Answers, refusals and what is told of the index, over the sample corpus, as golden texts.

`python -m pytest tests/goldens --update-goldens` writes them again.
"""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.goldens.conftest import Golden
from tests.goldens.questions import ENGLISH, FRENCH, TALKS
from tests.goldens.selon import ROOT, Ran, Selon, transcript

COMMANDS = (
    "index",
    "ask",
    "chat",
    "daily",
    "podcast",
    "chat-model",
    "bot",
    "status",
    "list",
    "show",
    "remove",
    "rollback",
    "export",
    "import",
    "add",
    "watch",
    "eval",
    "state",
    "state export",
    "state import",
    "arena",
    "arena report",
    "arena replay",
    "arena export",
)
LONG = "Qui a découvert la grotte de Lascaux et " + "pourquoi " * 2000 + "?"
QUESTIONS = ROOT / "tests" / "data" / "corpus_questions.jsonl"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_help(selon: Selon, golden: Golden, language: str) -> None:
    spoken = selon.under(SELON_LANGUAGE=language)
    runs = [partial(spoken.run, *args) for args in ((), ("--help",), ("-h",))]
    runs += [partial(spoken.run, *command.split(), "--help") for command in COMMANDS]
    golden(f"help.{language}.txt", transcript(spoken.each(runs)))


@pytest.mark.parametrize(
    ("name", "language", "questions"),
    [
        ("ask.fr", "fr", FRENCH),
        ("ask.en", "en", ENGLISH),
        ("ask.en-in-french", "fr", ENGLISH[:4]),
        ("ask.fr-in-english", "en", FRENCH[:4] + FRENCH[18:24] + FRENCH[30:34]),
    ],
)
def test_answers(
    selon: Selon, golden: Golden, name: str, language: str, questions: tuple[str, ...]
) -> None:
    """Each in a conversation of its own, which costs less; one in eight asked by `selon ask`."""
    spoken = selon.under(SELON_LANGUAGE=language)
    lines = (" ".join(question.split()) for question in questions)
    given = "".join(f"{line}\n/nouveau\n" for line in lines)
    asked = [partial(spoken.run, "ask", "--", question) for question in questions[::8]]
    runs = [partial(spoken.run, "chat", given=given), *asked]
    golden(f"{name}.txt", transcript(selon.each(runs)))


@pytest.mark.parametrize(
    ("name", "questions"), [("ask.fr", FRENCH), ("ask.en", ENGLISH)], ids=["fr", "en"]
)
def test_answers_as_json(
    selon: Selon, golden: Golden, name: str, questions: tuple[str, ...]
) -> None:
    asked = [question for number, question in enumerate(questions) if number % 3 != 2]
    runs = [partial(selon.run, "ask", "--json", "--", question) for question in asked]
    golden(f"{name}.json.txt", "\n".join(map(_object, selon.each(runs))))


def test_how_a_question_is_given(selon: Selon, golden: Golden) -> None:
    question = "Quand Notre-Dame a-t-elle rouvert ?"
    english = {"SELON_LANGUAGE": "en"}
    runs = [
        partial(selon.run, "ask", "--explain", question),
        partial(selon.run, "ask", "--explain", question, **english),
        partial(selon.run, "ask", "--explain", "Quelle est la capitale de l’Australie ?"),
        partial(selon.run, "ask", *question.split()),
        partial(selon.run, "ask", "-", given=question),
        partial(selon.run, "ask", given=f"\n{question}\n\n"),
        partial(selon.run, "ask", question, SELON_MIN_CONFIDENCE="1"),
        partial(selon.run, "ask", "Quelle est la capitale ?", SELON_MIN_CONFIDENCE="0"),
        partial(selon.run, "ask", ""),
        partial(selon.run, "ask", "   ", **english),
        partial(selon.run, "ask"),
        partial(selon.run, "ask", "-", **english),
        partial(selon.run, "ask", "--", LONG, shown="ask … (18,000 characters)"),
        partial(selon.run, "ask", "-", given="Lascaux \udcff\udcfe ?"),
        partial(selon.run, "ask", question, SELON_THREADS="1"),
        partial(selon.run, "ask", question, SELON_CHAT_MODEL="extractive"),
    ]
    golden("ask.ways.txt", transcript(selon.each(runs)))


@pytest.mark.parametrize("talk", TALKS)
def test_conversations(selon: Selon, golden: Golden, talk: str) -> None:
    golden(f"chat.{talk}.txt", transcript([selon.run("chat", given=TALKS[talk])]))


def test_conversations_without_a_word(selon: Selon, golden: Golden) -> None:
    runs = [
        partial(selon.run, "chat"),
        partial(selon.run, "chat", given="\n\n"),
        partial(selon.run, "chat", given="/aide\n", SELON_LANGUAGE="en"),
        partial(selon.run, "chat", given="Minitel", SELON_LANGUAGE="en"),
    ]
    golden("chat.empty.txt", transcript(selon.each(runs)))


def test_the_questions_of_the_corpus(selon: Selon, golden: Golden) -> None:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    given = "".join(f"{json.loads(line)['question']}\n/nouveau\n" for line in lines)
    ran = selon.run("chat", given=given)
    golden("chat.corpus-questions.txt", transcript([ran]))


def test_the_dialogues(selon: Selon, golden: Golden) -> None:
    lines = (ROOT / "tests" / "data" / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    talks = [[turn["question"] for turn in json.loads(line)["turns"]] for line in lines]
    given = "".join("".join(f"{said}\n" for said in talk) + "/nouveau\n" for talk in talks)
    golden("chat.dialogues.txt", transcript([selon.run("chat", given=given)]))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_told_of_the_index(selon: Selon, golden: Golden, language: str) -> None:
    spoken = selon.under(SELON_LANGUAGE=language)
    building = ("index", "index --if-missing", "index --verbose corpus")
    typed = (
        "--version",
        "status",
        "status --json",
        "status --duplicates",
        "status --duplicates --json",
        "list",
        "list --limit 3",
        "list --since 2026",
        "list --since 2025-08 --until 2025-08",
        "list --since 2024-02-20 --until 2024-03",
        "list --language en",
        "list --language de",
        "list --outlet Nulle-part",
        "list --removed",
        "list --json --limit 2",
        "show 6c98",
        "show Le Minitel",
        "show minitel.md",
        "show corpus/minitel.md",
        "show https://selon.example/articles/minitel",
        "show --text tgv.md",
        "show --json penicillin.md",
        "show le",
        "show Rosetta Rosette",
        "show Lascot",
        "show zzzz",
        "chat-model",
        "chat-model --check",
    )
    built = [spoken.run(*each.split()) for each in building]
    told = spoken.each([partial(spoken.run, *each.split()) for each in typed])
    golden(f"index.{language}.txt", transcript([*built, *told]))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_done_to_an_index(bare: Selon, golden: Golden, language: str) -> None:
    """Articles come, change, are removed and restored; the index is copied and goes back."""
    spoken = bare.under(SELON_LANGUAGE=language)
    articles = bare.home / "articles"
    articles.mkdir()
    for name in ("marie-curie.md", "tgv.md", "penicillin.md"):
        (articles / name).write_bytes((ROOT / "corpus" / name).read_bytes())
    runs = [spoken.run("index", "articles", "--if-missing")]
    copy = (articles / "tgv.md").read_text(encoding="utf-8").replace("tgv\n", "tgv-bis\n", 1)
    (articles / "copie.md").write_text(copy, encoding="utf-8")
    (articles / "marie-curie.md").unlink()
    changed = (articles / "penicillin.md").read_text(encoding="utf-8") + "\nIt was mended.\n"
    (articles / "penicillin.md").write_text(changed, encoding="utf-8")
    (articles / "vide.txt").write_bytes(b"")
    (articles / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    for typed in (
        "index",
        "index articles",
        "status",
        "status --duplicates",
        "status --duplicates --json",
        "list",
        "show copie.md",
        "remove penicillin.md",
        "remove penicillin.md",
        "list --removed",
        "list --removed --json",
        "status",
        "remove tgv.md copie.md",
        "remove --restore penicillin.md",
        "remove --restore penicillin.md",
        "rollback",
        "rollback",
        "export copy",
        "export copy",
        "export articles",
        "import copy --data-dir other",
        "import copy --data-dir other",
        "list --data-dir other",
        "import articles",
        "import nowhere",
    ):
        runs.append(spoken.run(*typed.split()))
    golden(f"keeping.{language}.txt", transcript(runs))


def _object(ran: Ran) -> str:
    """The one line of JSON, spread out; a passage by its size and digest, being the article's."""
    (line,) = ran.out.splitlines()
    fields: dict[str, Any] = json.loads(line.replace("<ms>", '"<ms>"'))
    for citation in fields["citations"]:
        citation["passage"] = _digest(citation["passage"])
    spread = json.dumps(fields, ensure_ascii=False, indent=1)
    return Ran(ran.typed, ran.code, spread, ran.err).told()


def _digest(text: str) -> str:
    return f"<{len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:12]}>"


def test_the_real_article(bare: Selon, golden: Golden, request: pytest.FixtureRequest) -> None:
    """Of an article that may not be copied here, the digests of what is printed."""
    real = ROOT.parent / "shared" / "real" / "microsoft-mai.txt"
    if not real.is_file():
        pytest.skip(f"{real} is not on this machine: a real article that is not the project's")
    (bare.home / "real").mkdir()
    (bare.home / "real" / real.name).write_bytes(real.read_bytes())
    runs = [bare.run("index", "real"), bare.run("show", "--text", "microsoft-mai.txt")]
    runs += bare.each([partial(bare.run, "ask", "--", asked) for asked in REAL])
    runs += bare.each([partial(bare.run, "ask", "--json", "--", asked) for asked in REAL])
    told = [(run.typed, run.told()) for run in runs]
    keep = _kept()
    if keep is not None:
        for number, (_, text) in enumerate(told):
            (keep / f"{number:02}.txt").write_text(text, encoding="utf-8")
    digests = [
        f"{hashlib.sha256(text.encode()).hexdigest()}  {number:02}.txt  {typed}\n"
        for number, (typed, text) in enumerate(told)
    ]
    golden("real.txt", "".join(digests))


def _kept() -> Path | None:
    """Where GOLDENS_KEEP wants the plain outputs of the real article, outside the repository."""
    import os

    if "GOLDENS_KEEP" not in os.environ:
        return None
    folder = Path(os.environ["GOLDENS_KEEP"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


REAL = (
    "Combien de puces Nvidia ont servi à entraîner MAI-1-preview ?",
    "Quel modèle alimente Copilot Daily ?",
    "Qui dirige la division IA de Microsoft ?",
    "How many GPUs does MAI-Voice-1 run on?",
    "Qui a écrit cet article ?",
    "Combien de puces a nécessité Grok ?",
    "Quel est le prix de l'abonnement à Copilot ?",
    "Quelle est la capitale de l'Australie ?",
)
