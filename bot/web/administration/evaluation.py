"""The page of the evaluation: one's own questions asked in the background, and the figures."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.assembly import evaluation_means
from bot.embedder import open_embedder
from bot.evaluation.report import figure_rows, worst_text
from bot.evaluation.run import EvaluationPlan, run_evaluation
from bot.locale.catalogue import Language
from bot.locale.terminal import EvaluationTexts
from bot.settings import index_store
from bot.web.administration.page import AdminSite, address
from bot.web.administration.texts import OperatorPhrases
from bot.web.administration.work import BackgroundJob
from index.errors import BuildStopped
from index.store.disk import replace_file, translate_disk_errors

EVALUATION = address("evaluation")
_FOLDER = "evaluation"  # in the data directory
_QUESTIONS, _RESULT = "questions.jsonl", "result.json"
_FILE_BYTES = 4 * 2**20
_MAX_QUESTIONS = 1_000
_WORST = 20


class EvaluationPages:
    def __init__(self, site: AdminSite) -> None:
        self._site = site
        self._folder = site.service.settings.data_dir / _FOLDER

    def routes(self) -> list[BaseRoute]:
        route = self._site.route
        return [
            route("/evaluation", self.show),
            route("/evaluation", self.run, "POST", max_body_size=_FILE_BYTES),
        ]

    async def show(self, request: Request) -> Response:
        return self._page(request)

    async def run(self, request: Request) -> Response:
        """Keep the questions sent, or take those kept, and ask them in the background."""
        language = request.state.visitor.language
        phrases = OperatorPhrases.of(language)
        async with request.form(max_files=1, max_fields=1) as form:
            file = form.get("file")
            content = await file.read() if isinstance(file, UploadFile) and file.filename else b""
        path = self._folder / _QUESTIONS
        if content:
            await asyncio.to_thread(self._keep, _QUESTIONS, content)
        if not path.is_file():
            return self._page(request, 422, phrases.no_questions)
        ask = partial(self._ask, path, language)
        self._site.job.start("evaluation", phrases.evaluating, language, ask)
        return RedirectResponse(EVALUATION, 303)

    def _ask(self, path: Path, language: Language) -> str:
        service, texts = self._site.service, EvaluationTexts.of(language)
        settings, index = service.settings, service.index
        embedder = index.embedder if index else open_embedder(settings)
        plan = EvaluationPlan(path, index_store(settings), limit=_MAX_QUESTIONS)
        means = evaluation_means(settings, embedder)
        evaluation = run_evaluation(plan, means, _StoppableProgress(self._site.job))
        result = {
            "at": service.now().isoformat(),
            "rows": list(figure_rows(evaluation)),
            "worst": worst_text(evaluation.outcomes, _WORST, texts).plain,
        }
        self._keep(_RESULT, json.dumps(result, ensure_ascii=False).encode())
        return OperatorPhrases.of(language).evaluated(len(evaluation.outcomes))

    def _keep(self, name: str, content: bytes) -> None:
        path = self._folder / name
        with translate_disk_errors(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)

    def _page(self, request: Request, status: int = 200, problem: str = "") -> Response:
        result: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            result = json.loads((self._folder / _RESULT).read_text(encoding="utf-8"))
        return self._site.page(
            request,
            "evaluation",
            status,
            problem=problem,
            result=result,
            kept=(self._folder / _QUESTIONS).is_file(),
            meanings=EvaluationTexts.of(request.state.visitor.language).meanings,
        )


class _StoppableProgress:
    """Forwards the progress to the page until an operator stops the work."""

    def __init__(self, job: BackgroundJob) -> None:
        self._job = job
        self.step = job.step

    def progress(self, done: int, total: int) -> None:
        if self._job.stop.is_set():
            raise BuildStopped("build-stopped")
        self._job.progress(done, total)
