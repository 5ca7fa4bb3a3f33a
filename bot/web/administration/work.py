"""Work in the background of the operators' pages: one job at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from bot.errors import OperatorBusy
from bot.library.progress import StepProgress
from bot.locale.administration import AdministrationPhrases
from bot.locale.catalogue import Language
from bot.locale.errors import error_sentence
from bot.locale.terminal import TerminalPhrases
from index.errors import BuildStopped, CodedError

logger = logging.getLogger(__name__)


class BackgroundJob(StepProgress):
    """The current job with its progress, or the last one with its result."""

    def __init__(self) -> None:
        self.section = ""
        self.name = ""
        self.result = ""
        self.failed = False
        self.stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, section: str, name: str, language: Language, job: Callable[[], str]) -> None:
        """Run a job of a section, which returns its result. Raises OperatorBusy while another one
        runs."""
        if self.is_running:
            raise OperatorBusy("web-operator-busy")
        self.section, self.name = section, name
        self.result, self.failed = "", False
        self.step("")
        self.stop.clear()

        def run() -> None:
            try:
                self.result = job()
            except BuildStopped as stopped:
                self.result = AdministrationPhrases.of(language).stopped(stopped.vector_count)
            except (CodedError, OSError) as error:
                logger.error("A job of the operators failed: %s", error)
                self.result, self.failed = error_sentence(error, language), True
            except Exception as error:
                logger.error("A job of the operators failed", exc_info=error)
                self.result, self.failed = type(error).__name__, True

        # A daemon: the process ends without waiting, and a build goes on where it was.
        self._thread = threading.Thread(target=run, name="operator", daemon=True)
        self._thread.start()

    def describe_in(self, language: Language) -> str:
        return self.describe(TerminalPhrases.of(language))
