"""What a feature may add to the web pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.locale.catalogue import Language


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A link in the menu of every page; `name` is what it is called in a language."""

    path: str
    name: Callable[[Language], str]


@dataclass(frozen=True, slots=True)
class WebFeature:
    """The web half of a feature: its routes, and its links in the menu.

    `refusal` gives the HTML below an answer that is not sure, by the answer's key, for people who
    are known; `notice` that which the home page begins with. `chores` run every few seconds.
    Its templates lie in `templates/` in its folder.
    """

    routes: Sequence[BaseRoute]
    links: Sequence[MenuLink] = ()
    refusal: Callable[[str, Language], str] | None = None
    notice: Callable[[Request], Awaitable[str]] | None = None
    chores: Sequence[Callable[[], Awaitable[None]]] = ()
