"""Answers, refusals and what is told of the index, over the sample corpus, as golden texts.

`python -m pytest tests/goldens --update-goldens` writes them again.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.goldens.conftest import Golden
from tests.goldens.selon import ROOT, Ran, Selon, transcript

COMMANDS = """
index; ask; chat; daily; podcast; chat-model; bot; status; list; show; remove; rollback; export;
import; add; watch; eval; state; state export; state import; arena; arena report;
"""
TOLD = """
--version; status; status --json; status --duplicates; list; list --since 2026;
list --since 2024-02-20 --until 2024-03; list --language en; list --removed; list --json --limit 2;
show Le Minitel; show --text tgv.md; show --json penicillin.md; show Rosetta Rosette; show Lascot;
show zzzz; chat-model; chat-model --check
"""
KEPT = """
index; index articles; status; status --duplicates; status --duplicates --json; list;
show copie.md; remove penicillin.md; remove penicillin.md; list --removed; list --removed --json;
status; remove tgv.md copie.md; remove --restore penicillin.md; remove --restore penicillin.md;
rollback; rollback; export copy; export copy; export articles; import copy --data-dir other;
import copy --data-dir other; list --data-dir other; import articles; import nowhere
"""
FRENCH = (
    "Quand Notre-Dame a-t-elle rouvert ?",
    "Pourquoi a-t-on fermé la grotte de Lascaux au public ?",
    "Combien d’articles as-tu ?",
    "Liste les articles de 2025",
    "Qui a écrit l’article sur le Minitel ?",
    "Que s’est-il passé en avril 2024 ?",
    "Quelle est la capitale de l’Australie ?",
    "Qui es-tu ?",
    "Merci beaucoup !",
)
ENGLISH = (
    "Who discovered penicillin?",
    "How many articles do you have?",
    "What is the capital of Australia?",
)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_help(selon: Selon, golden: Golden, language: str) -> None:
    spoken = selon.under(SELON_LANGUAGE=language)
    commands = COMMANDS.replace(";", " --help;")
    runs = spoken.typed(f"; --help; -h; {commands} --help", at_once=2)
    golden(f"help.{language}.txt", transcript(runs))


@pytest.mark.parametrize(("language", "questions"), [("fr", FRENCH), ("en", ENGLISH)])
def test_answers(selon: Selon, golden: Golden, language: str, questions: tuple[str, ...]) -> None:
    """Each in a conversation of its own; the first also by `selon ask` and as JSON."""
    spoken = selon.under(SELON_LANGUAGE=language)
    talk = spoken.run("chat", given="".join(f"{question}\n/nouveau\n" for question in questions))
    explained = spoken.run("ask", "--explain", questions[0])
    objects = [spoken.run("ask", "--json", "--", each) for each in (questions[0], questions[-2])]
    told = transcript([talk, explained]) + "\n" + "\n".join(map(_object, objects))
    golden(f"answers.{language}.txt", told)


def test_a_conversation(selon: Selon, golden: Golden) -> None:
    given = "Qui a découvert la grotte de Lascaux ?\n/sources\n/passage 1\nEt quand ?\n/aide\n/q\n"
    golden("conversation.txt", transcript([selon.run("chat", given=given)]))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_told_of_the_index(selon: Selon, golden: Golden, language: str) -> None:
    spoken = selon.under(SELON_LANGUAGE=language)
    runs = spoken.typed("index; index --if-missing; index --verbose corpus")
    told = TOLD if language == "fr" else ";".join(TOLD.split(";")[::3])
    golden(f"index.{language}.txt", transcript([*runs, *spoken.typed(told, at_once=2)]))


def test_what_is_done_to_an_index(bare: Selon, golden: Golden) -> None:
    """Articles come, change, are removed and restored; the index is copied and goes back."""
    articles = bare.home / "articles"
    articles.mkdir()
    for name in ("marie-curie.md", "tgv.md", "penicillin.md"):
        (articles / name).write_bytes((ROOT / "corpus" / name).read_bytes())
    runs = [bare.run("index", "articles", "--if-missing")]
    copy = (articles / "tgv.md").read_text(encoding="utf-8").replace("tgv\n", "tgv-bis\n", 1)
    (articles / "copie.md").write_text(copy, encoding="utf-8")
    (articles / "marie-curie.md").unlink()
    changed = (articles / "penicillin.md").read_text(encoding="utf-8") + "\nIt was mended.\n"
    (articles / "penicillin.md").write_text(changed, encoding="utf-8")
    (articles / "vide.txt").write_bytes(b"")
    (articles / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    runs += bare.typed(KEPT)
    golden("keeping.txt", transcript(runs))


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
