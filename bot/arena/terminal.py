"""`selon arena`: battles that the operator votes on, and the standings."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.arena.battle_records import BattleChoice, BattleSide, BattleVoteRecord
from bot.arena.texts import ArenaHelp, ArenaPhrases
from bot.command import DONE, MISUSED, CommandLine, Job
from bot.errors import SettingsError, StateError
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.state import open_state_of
from index.errors import reason_of

if TYPE_CHECKING:
    from bot.arena.arena import Arena
    from bot.arena.battle import Battle
    from bot.arena.battle_records import BattleChoice
    from bot.arena.standings import Standings
    from bot.state.database import State

STANDARD = "-"

_KEYS: dict[str, BattleChoice | Literal["pass", "quit"]] = {
    "a": "first",
    "b": "second",
    "d": "good",
    "g": "good",
    "n": "bad",
    "p": "pass",
    "q": "quit",
}


Json = Annotated[bool, typer.Option("--json", help="json")]


def declare(line: CommandLine) -> None:
    texts = line.texts("arena")
    group = line.group("arena", texts)

    def arena(context: typer.Context, questions: Path | None = None, **typed: Any) -> Job | None:
        if context.invoked_subcommand is not None:
            return None
        if questions is None:
            return partial(_show_help, context.get_help())
        return battles(questions=questions, **typed)

    battles = line.declare(run_battles, texts)
    signature = inspect.signature(battles)
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    arena.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[context, *signature.parameters.values()]
    )
    group.app.callback(invoke_without_command=True)(arena)
    group.command("report", report, texts)
    group.command("export", export_votes, texts)


def report(settings: Settings, as_json: Json = False) -> int:
    """Show the standings. Raises StateError."""
    from bot.arena import battle_records as battles
    from bot.arena.board import board_text
    from bot.arena.standings import compute_standings

    with open_state_of(settings) as state:
        table = compute_standings(state.do(battles.load_votes))
    out = console_for(sys.stdout)
    if as_json:
        show(out, json.dumps(standings_json(table), ensure_ascii=False, indent=2))
    else:
        show(out, board_text(table, settings.language))
    return DONE


def run_battles(
    settings: Settings,
    questions: Annotated[
        Path | None, typer.Option("--questions", metavar="FILE", help="questions")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="limit")] = None,
) -> int:
    """Run battles on the questions of a file. Raises SettingsError, IndexingError, StateError,
    QuestionFileError."""
    from bot.arena.factory import open_arena
    from bot.assembly import open_index
    from bot.evaluation.questions import read_plain_questions

    assert questions is not None, "help is shown instead"
    texts = read_plain_questions(questions)[:limit]
    if not settings.arena:
        raise SettingsError("arena-closed")
    with ExitStack() as stack:
        arena = open_arena(settings, open_index(settings))
        assert arena is not None
        stack.callback(arena.close)
        state = stack.enter_context(open_state_of(settings))
        battles = _TerminalBattles(arena, state, settings.language)
        return asyncio.run(battles.run(texts))


class _TerminalBattles:
    """Shows and stores battles with the votes of the operator."""

    def __init__(self, arena: Arena, state: State, language: str) -> None:
        self._arena = arena
        self._state = state
        self._texts = ArenaHelp.of(language)
        self._phrases = ArenaPhrases.of(language)
        self._out = console_for(sys.stdout)
        self._chance = SystemRandom()

    async def run(self, questions: Sequence[str]) -> int:
        fights = votes = 0
        for number, question in enumerate(questions, 1):
            show(self._out, harmless(self._texts.battle(number, len(questions), question)))
            battle = await self._fight(question)
            if battle is None:
                continue
            fights += 1
            choice = await self._choice()
            if choice == "quit":
                break
            if choice != "pass":
                self._save(battle, choice)
                votes += 1
            for name, side in zip(("first", "second"), battle.sides, strict=True):
                text = self._phrases.reveal(name, side.writer, side.seconds, side.micros)
                show(self._out, f"  {harmless(text)}")
            show(self._out, "")
        show(self._out, self._texts.done(fights, votes))
        return DONE

    async def _fight(self, question: str) -> Battle | None:
        from bot.arena import battle_records as battles
        from bot.arena.battle import NoBattle
        from bot.arena.pairing import draw_pair
        from bot.arena.standings import pair_records

        find = partial(battles.pairs_of_terminal, question=question)
        past_pairs, tallies = self._state.do(find), self._state.do(battles.pair_tallies)
        pair = draw_pair(self._arena.writers, pair_records(tallies), past_pairs, self._chance)
        if pair is None:
            show(self._out, f"{self._texts.no_battle(self._phrases.all_met)}\n")
            return None
        battle = await self._arena.fight(question, *pair)
        if isinstance(battle, NoBattle):
            show(self._out, f"{self._texts.no_battle(self._phrases.no_battle[battle.why])}\n")
            return None
        for name, side in zip(("first", "second"), battle.sides, strict=True):
            show(self._out, f"\n{self._phrases.answers[name]}")
            show(self._out, f"  {harmless(side.text(self._phrases.unknown))}")
        return battle

    async def _choice(self) -> BattleChoice | Literal["pass", "quit"]:
        while True:
            self._out.file.write(f"\n{self._texts.prompt} ({self._texts.keys}) > ")
            self._out.file.flush()
            typed = await asyncio.to_thread(sys.stdin.readline)
            if not typed:
                return "quit"
            if (key := _KEYS.get(typed.strip().lower())) is not None:
                return key

    def _save(self, battle: Battle, choice: BattleChoice) -> None:
        from bot.arena import battle_records as battles
        from bot.arena.battle import new_battle

        new, now = new_battle(battle, "terminal", self._phrases.unknown), datetime.now(UTC)

        def save(session: Any) -> None:
            battle_id = battles.save_battle(session, new, now)
            battles.save_operator_vote(session, battle_id, choice, now)

        self._state.do(save)


def export_votes(
    settings: Settings, file: Annotated[str, typer.Argument(metavar="FILE", help="export_file")]
) -> int:
    """Write all votes to a file, anonymously. Raises StateError."""
    from bot.arena import battle_records as battles
    from bot.arena.terminal import export_lines

    with open_state_of(settings) as state:
        votes = state.do(partial(battles.load_votes, texts=True))
    lines = (f"{line}\n" for line in export_lines(votes))
    if file == STANDARD:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    else:
        with _translate_disk_errors(file), Path(file).open("w", encoding="utf-8") as output:
            output.writelines(lines)
    stream = sys.stderr if file == STANDARD else sys.stdout
    show(console_for(stream), ArenaHelp.of(settings.language).exported(len(votes), file))
    return DONE


def standings_json(table: Standings) -> dict[str, Any]:
    """Convert standings for JSON; ratings are in points."""
    writers = []
    for row in table.writers:
        rating = row.rating
        writers.append(
            {
                "writer": row.writer,
                "rating": rating and rating.value,
                "interval": rating and [rating.interval.low, rating.interval.high],
                "battles": row.battles,
                "wins": row.wins,
                "ties": row.ties,
                "seconds": row.seconds,
                "micros": row.micros,
            }
        )
    return {
        "votes": table.votes,
        "people": table.people,
        "writers": writers,
        "parts": {name: standings_json(part) for name, part in table.parts.items()},
    }


@contextmanager
def _translate_disk_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateError("state-file-not-written", subject=path, reason=reason_of(error)) from error


def _show_help(text: str) -> int:
    show(console_for(sys.stdout), text)
    return MISUSED


_WINNERS: Mapping[BattleChoice, str] = {
    "first": "model_a",
    "second": "model_b",
    "good": "tie",
    "bad": "both_bad",
}


def export_lines(votes: Iterable[BattleVoteRecord]) -> Iterator[str]:
    """Yield one line per vote; conversations whose texts are erased are empty.

    Additional fields: the `kind` of question, and the duration and cost of each answer in
    `conv_metadata`.
    """
    for number, vote in enumerate(votes, 1):
        battle = vote.battle
        a, b = battle.first, battle.second
        row = {
            "id": f"{battle.id}-{number}",
            "model_a": a.writer,
            "model_b": b.writer,
            "winner": _WINNERS[vote.choice],
            "evaluation_session_id": str(battle.id),
            "evaluation_order": 1,
            "conversation_a": _conversation(battle.question, a),
            "conversation_b": _conversation(battle.question, b),
            "conv_metadata": {
                "seconds_a": a.seconds,
                "micros_a": a.micros,
                "seconds_b": b.seconds,
                "micros_b": b.micros,
            },
            "category_tag": {"kind": battle.kind},
            "language": battle.language,
            "is_code": False,
            "timestamp": vote.created_at.isoformat(),
            "judge": "human",
        }
        yield json.dumps(row, ensure_ascii=False)


def _conversation(question: str | None, side: BattleSide) -> list[dict[str, Any]]:
    if question is None:
        return []
    turns = (("user", question), ("assistant", side.text or ""))
    return [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in turns]
