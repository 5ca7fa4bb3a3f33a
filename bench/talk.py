"""Share of conversations with a right last reply, by group: `bench/talk.py FILE… [--show]`.

    python bench/talk.py bench/talk/*.jsonl --articles corpus --half judge

Each line is a conversation: `turns`, what the last reply `must` say (every entry has one of its
regular expressions in it), what it `must_not`, and its `group`. The replies are the texts that
Telegram shows, with the words of their buttons; the articles are indexed first. Of each file, every
second line is to tune on (`--half tune`), the others judge.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.assembly import open_chain
from bot.followups.conversation import FollowUpChain
from bot.followups.turn import History, Turn, TurnText, append_turn
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import answer_html
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation and what its last reply must and must not say."""

    turns: tuple[str, ...]
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    group: str

    def faults(self, reply: str) -> list[str]:
        """What is wrong with a reply."""
        text = _plain(reply)
        faults = [
            f"lacks {' | '.join(patterns)}"
            for patterns in self.must
            if not any(re.search(_plain(pattern), text, re.IGNORECASE) for pattern in patterns)
        ]
        return faults + [
            f"says {pattern}"
            for pattern in self.must_not
            if re.search(_plain(pattern), text, re.IGNORECASE)
        ]


def main() -> int:
    from kills import SELON, environment

    options = _options()
    talks = [talk for path in options.files for talk in read_talks(path, options.half)]
    with TemporaryDirectory(prefix="selon-talk-") as name:
        folder = Path(name)
        command = [*SELON, "index", *map(str, options.articles)]
        variables = environment(folder)
        subprocess.run(command, env=variables, cwd=folder, check=True, capture_output=True)
        settings = load_settings(data_dir=Path(variables["SELON_DATA_DIR"]), chat_model="")
        with open_chain(settings) as chain:
            replies = [hold(chain, talk) for talk in talks]
    right: Counter[str] = Counter()
    for talk, reply in zip(talks, replies, strict=True):
        faults = talk.faults(reply)
        right[talk.group] += not faults
        if faults and options.show:
            print(f"\n== {talk.group}: {'; '.join(faults)}", *talk.turns, sep="\n> ")
            print(reply)
    totals = Counter(talk.group for talk in talks)
    for group, count in sorted(totals.items()):
        print(f"{group:12} {right[group]:4} of {count:4}  {right[group] / count:.2f}")
    print(f"{'all':12} {right.total():4} of {totals.total():4}  {right.total() / len(talks):.2f}")
    return 0


def hold(chain: FollowUpChain, talk: Talk) -> str:
    """Hold a conversation and return the last reply."""
    history: History = ()
    text = ""
    for turn in talk.turns:
        answer = chain.invoke(TurnText(turn, history))
        text = "\n".join((*answer_html(answer, Phrases.of("fr")), *answer.buttons))
        if answer.is_remembered:
            history = append_turn(history, Turn.of(answer, datetime.now(UTC)))
    return html.unescape(_TAG.sub("", text))


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def read_talks(path: Path, half: str) -> Iterator[Talk]:
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        if half == "all" or (half == "tune") is (number % 2 == 1):
            row = json.loads(line)
            yield Talk(
                tuple(row["turns"]),
                tuple(
                    tuple(wording) if isinstance(wording, list) else (wording,)
                    for wording in row["must"]
                ),
                tuple(row.get("must_not", ())),
                row["group"],
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--articles", type=Path, nargs="+", default=[ROOT / "corpus"])
    parser.add_argument("--half", choices=("tune", "judge", "all"), default="judge")
    parser.add_argument("--show", action="store_true", help="print what is wrong")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
