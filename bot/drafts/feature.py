"""The drafts feature: « Vérifier un texte »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import CommandLine
from bot.feature import Feature

if TYPE_CHECKING:
    from bot.web.feature import WebFeature
    from bot.web.service import WebService


class DraftsFeature(Feature):
    def declare(self, line: CommandLine) -> None:
        from bot.drafts.terminal import check

        line.command("check", check, line.texts("drafts"))

    def web(self, service: WebService) -> WebFeature | None:
        from bot.drafts.pages import open_pages

        return open_pages(service)
