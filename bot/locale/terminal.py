"""Texts of the command `selon` and of the REPL."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.locale.catalogue import Language, Texts


class TerminalPhrases(Texts, domain="terminal", part="terminal"):
    """Help, progress, summaries and errors of the command line; the REPL."""

    def recording_progress(self, count: int, of: int) -> str: ...

    searching: str

    def recorded(self, path: str, length: str) -> str: ...
    def rest(self, count: int, command: str) -> str: ...
    def written(self, path: str) -> str: ...
    def not_written(self, path: str) -> str: ...

    # Help
    about: str
    version: str

    # Errors
    no_question: str
    interrupted: str
    index_interrupted: str

    def error(self, message: str) -> str: ...
    def unexpected(self, kind: str, message: str) -> str: ...
    def see_help(self, command: str) -> str: ...

    # Progress
    model: str
    steps: Mapping[str, str]

    def files_read(self, done: int, total: int) -> str: ...
    def articles_cut(self, done: int, total: int) -> str: ...
    def texts_done(self, done: int, total: int) -> str: ...
    def files_pace(self, per_second: float, left: float) -> str: ...
    def articles_pace(self, per_second: float, left: float) -> str: ...
    def texts_pace(self, per_second: float, left: float) -> str: ...

    # Summaries
    unchanged: str
    whole: str
    damaged: str

    def moment(self, day: str, clock: str) -> str: ...
    def indexed(self, articles: int, passages: int, sentences: int) -> str: ...
    def changes(self, added: int, changed: int, removed: int, unchanged: int) -> str: ...
    def embedded(self, count: int, seconds: float) -> str: ...
    def skipped(self, count: int) -> str: ...

    # Telegram
    def listening(self, name: str) -> str: ...

    # Conversation
    command_lines: str
    cancelled: str
    repl_loading: str
    repl_help: str
    repl_afresh: str
    repl_readings: str
    repl_bye: str
    repl_no_answer_yet: str
    repl_languages: str

    def meant(self, name: str) -> str: ...
    def repl_welcome(self, articles: int, passages: int) -> str: ...
    def repl_no_such_passage(self, last: int) -> str: ...
    def repl_no_such_command(self, name: str) -> str: ...
    def repl_language_is(self, code: str) -> str: ...

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """The commands of the REPL, with their descriptions."""
        pairs = (line.partition(" ") for line in self.command_lines.splitlines())
        return tuple((command, meaning) for command, _, meaning in pairs)

    def progress(self, step: str, done: int, total: int) -> str:
        """The progress of a step of a build."""
        say = {"read": self.files_read, "cut": self.articles_cut}.get(step, self.texts_done)
        return say(done, total)

    def pace(self, step: str, per_second: float, left: float) -> str:
        """The pace of a step; `left` is in seconds."""
        say = {"read": self.files_pace, "cut": self.articles_pace}.get(step, self.texts_pace)
        return say(per_second, left)

    def translated(self, text: str) -> str:
        """Translate messages of the command-line library."""
        for pattern, words in _LIBRARY_WORDS[self.code]:
            text = re.sub(pattern, words, text, flags=re.MULTILINE)
        return text


_TYPES = (r" <[\w\[\]]+>", "")

_LIBRARY_WORDS: Mapping[Language, Sequence[tuple[str, str]]] = {
    "en": (_TYPES, (r"Value error, ", "")),
    "fr": (
        (r"^Usage: ", "Usage\u00a0: "),
        (r"^Options:$", "Options\u00a0:"),
        (r"^Commands:$", "Commandes\u00a0:"),
        (r"^Arguments:$", "Arguments\u00a0:"),
        (r"COMMAND \[ARGS\]\.\.\.", "COMMANDE [ARGUMENTS]..."),
        (r"Show this message and exit\.", "Afficher cette aide."),
        (r"^No such command '(.*?)'\.", "Commande inconnue\u00a0: \\1."),
        (r"^No such command '(.*?)'", "Commande inconnue\u00a0: \\1"),
        (r"Did you mean (.*?)\?", "Vouliez-vous dire \\1\u202f?"),
        (r"^No such option: (\S+)", "Option inconnue\u00a0: \\1"),
        (r"\(Possible options: (.*)\)", "(options proches\u00a0: \\1)"),
        (r"^Option '(.*?)' requires an argument\.", "L’option \\1 attend une valeur."),
        (r"^Option '(.*?)' does not take a value\.", "L’option \\1 n’attend pas de valeur."),
        (r"^Got unexpected extra argument\S* \((.*)\)", "Argument en trop\u00a0: \\1"),
        (r"^Missing argument '(.*?)'\.", "Il manque\u00a0: \\1."),
        (r"^Invalid value for '(.*?)': ", "Valeur refusée pour \\1\u00a0: "),
        (r"Input should be greater than or equal to ", "au moins "),
        (r"Input should be less than or equal to ", "au plus "),
        (r"Input should be a valid integer.*", "un nombre entier est attendu"),
        (r"Input should be a valid number.*", "un nombre est attendu"),
        (r"Value error, '(.*)' is not one of '(\w+)', '(\w+)'\.", "\\2 ou \\3 est attendu."),
        (r"Value error, '.*' is not one of ", "valeurs possibles\u00a0: "),
        (r"^Missing command\.", "Il manque une commande."),
        _TYPES,
    ),
}
"""Patterns of the library's English messages, and their replacements."""


class EvaluationTexts(Texts, domain="terminal", part="evaluation"):
    """Reports of `selon eval`; keys of `meanings` are measures without `@k` and quantile."""

    meanings: Mapping[str, str]
    faults: Mapping[str, str]
    labels: Mapping[str, str]
    no_right_passage: str
    passage_missing: str

    def heading(self, model: str, perhaps: str, sure: str) -> str: ...
    def faulty(self, count: int, total: int, counts: str) -> str: ...
    def no_faults(self, total: int) -> str: ...
    def fault_count(self, count: int, fault: str) -> str: ...
    def assurance(self, confidence: str, rank: str) -> str: ...
    def passage_rank(self, rank: int) -> str: ...

    def suggested(
        self,
        perhaps: float,
        sure_from: float,
        kept: float,
        sure: float,
        refused: float,
        wrongly_sure: float,
    ) -> str:
        """Suggest thresholds for these questions; all values are shares (0..1)."""
        ...
