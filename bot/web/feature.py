"""The web half of a feature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.answer import Answer, Citation
from bot.locale.catalogue import Language
from bot.web.openapi import ApiOperation
from bot.web.program_calls import ProgramCall


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A link in the menu of every page; `name` returns its text in a language."""

    path: str
    name: Callable[[Language], str]


@dataclass(frozen=True, slots=True)
class WebFeature:
    """The routes, menu links and hooks of a feature; its templates are in `templates/`.

    `refusal` returns HTML to show known people below an answer, given its key;
    `notice` HTML for the top of the home page; `quote` HTML beside the actions of a quote; `reader`
    HTML below the article of an ID; `status` lines for the operators' page. `jobs` run every few
    seconds. `operations` and `calls` are for programs. Whoever comes to the paths in `public` need
    not be known.
    """

    routes: Sequence[BaseRoute]
    links: Sequence[MenuLink] = ()
    refusal: Callable[[Answer, str, Language], str] | None = None
    notice: Callable[[Request], Awaitable[str]] | None = None
    quote: Callable[[Citation, Language], str] | None = None
    reader: Callable[[str, Language], str] | None = None
    status: Callable[[Language], Awaitable[Sequence[str]]] | None = None
    public: Sequence[str] = ()
    jobs: Sequence[Callable[[], Awaitable[None]]] = ()
    operations: Sequence[ApiOperation] = ()
    calls: Sequence[ProgramCall] = ()
