"""The title of a page's article, told from the name of the site that stands beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.formats.base_readers_draft import Metadata
from index.formats.webpage.jsonld import one_line
from index.formats.webpage.tree_webpage_element import Element
from index.stopwords import fold

_MARK = re.compile(r"\s+[-–—|·•»:]\s+|\s*\|\s*")
_SITE = re.compile(r"(?:(?:le|la|les|the) |l['’])?[\w'’.&+ -]{1,40}", re.IGNORECASE)
_NAMED = re.compile(r"(?:(?:Le|La|Les|The|El|Il|Der|Die) |L['’])[A-ZÀ-Þ].*|[\w-]+\.[a-z]{2,5}")
_HEAD = 15  # characters at least of a title before a site's name
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")


@dataclass(frozen=True, slots=True)
class Titles:
    """What a page shows: its first heading, and its title as the browser's tab has it."""

    heading: str | None
    tab: str | None


def titles(tree: Element) -> Titles:
    headings = [text for h1 in tree.iter("h1") if (text := _words(h1)) and len(text) > 1]
    tab = next((_words(title) for title in tree.iter("title")), None)
    near = [text for text in headings if tab and _alike(text) and _alike(text) in _alike(tab)]
    return Titles(next(iter([*near, *headings]), None), tab)


def with_title(told: Metadata, shown: Titles, url: str | None) -> Metadata:
    """The metadata with the article's title, without the site's name, and the outlet it names."""
    head, tail = _split(shown.tab, told, shown.heading, url)
    whole = told.title or ""
    if shown.heading and (not whole or _is_cut(whole, shown.heading)):
        title = Metadata.told("html", title=_bare(shown.heading, told.outlet or tail))
    elif whole:
        title = Metadata.told(told.origins["title"], title=_bare(whole, told.outlet or tail))
    else:
        title = Metadata.told("html", title=head)
    outlet = Metadata.told("html", outlet=tail if tail != told.author else None)
    return title.completed(told).completed(outlet)


def _is_cut(title: str, heading: str) -> bool:
    """Whether the title is the heading cut short."""
    return bool(_CUT.search(title)) and _alike(heading).startswith(_alike(title))


def _bare(title: str, outlet: str | None) -> str:
    """The title without the outlet's name behind or before it."""
    *_, last = [None, *_MARK.finditer(title)]
    if outlet and last and _same(title[last.end() :], outlet):
        return title[: last.start()].strip() or title
    first = _MARK.search(title)
    if outlet and first and _same(title[: first.start()], outlet):
        return title[first.end() :].strip() or title
    return title


def _split(
    tab: str | None, told: Metadata, heading: str | None, url: str | None
) -> tuple[str | None, str | None]:
    """The title in the tab and the site's name behind it, where something else confirms it."""
    *_, mark = [None, *_MARK.finditer(tab or "")]
    if tab is None or mark is None:
        return tab, None
    head, tail = tab[: mark.start()].strip(), tab[mark.end() :].strip()
    known = _same(tail, told.outlet or "") or _in_host(tail, url)
    first = _MARK.split(head)[0]
    beside = any(
        title and (_alike(title) == _alike(head) or _alike(title) == _alike(first))
        for title in (told.title, heading)
    )
    is_name = bool(_SITE.fullmatch(tail)) and ":" not in mark[0]
    named = len(head) >= _HEAD and ":" not in mark[0] and bool(_NAMED.fullmatch(tail))
    if head and (known or (is_name and (beside or named))):
        return head, tail
    return tab, None


def _in_host(name: str, url: str | None) -> bool:
    """Whether the name is that of the site, as in « Côte Info » of www.cote-info.fr."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return False
    plain = _alike(name).replace(" ", "")
    return len(plain) >= 4 and any(plain == re.sub(r"\W", "", part) for part in host.split("."))


def _same(name: str, outlet: str) -> bool:
    return bool(_alike(name)) and _alike(name) == _alike(outlet)


def _alike(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text.lower())))


def _words(element: Element) -> str | None:
    return one_line(" ".join(str(part) for part in element.itertext()))
