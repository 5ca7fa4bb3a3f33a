"""Publication status: why drafts, private posts, attachments and embargoed articles are left
out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from index.errors import Problem
from index.formats.base import Skipped
from index.text.folding import fold

_STATUS = ("status", "statut", "creativeworkstatus", "bloggerstatus", "moderationstate")
# Any value but `publish` means unpublished: plug-ins add their own.
_WORDPRESS_STATUS = ("wpstatus", "poststatus")
_TYPE = ("wpposttype", "posttype", "bloggertype")
_PASSWORD = ("wppostpassword", "postpassword")
_DRAFT = ("draft", "isdraft", "appdraft", "brouillon", "unpublished")
_PUBLISHED = ("published", "ispublished", "publish", "publie")
_YES = frozenset({"true", "yes", "oui", "1"})
_NO = frozenset({"false", "no", "non"})

_DRAFTED = Problem("left-out-draft", count=1)
_UNPUBLISHED = Problem("left-out-unpublished", count=1)
NO_ARTICLE = Problem("left-out-no-article", count=1)
_PENDING = Problem("left-out-pending", count=1)
_PRIVATE = Problem("left-out-private", count=1)
_TRASHED = Problem("left-out-trash", count=1)
_SCHEDULED = Problem("left-out-scheduled", count=1)

# Reasons by folded status, of WordPress, SPIP, Drupal, Ghost, Blogger, schema.org.
_REASONS: Mapping[str, Problem] = {
    **dict.fromkeys(("draft", "autodraft", "brouillon", "prepa"), _DRAFTED),
    **dict.fromkeys(("pending", "pendingreview", "needsreview", "enattente", "prop"), _PENDING),
    **dict.fromkeys(("private", "prive"), _PRIVATE),
    **dict.fromkeys(("trash", "trashed", "softtrashed", "corbeille", "poubelle"), _TRASHED),
    **dict.fromkeys(("deleted", "supprime", "refuse"), _TRASHED),
    **dict.fromkeys(("future", "scheduled", "programme", "planifie"), _SCHEDULED),
    **dict.fromkeys(("unpublished", "notpublished", "nonpublie", "false"), _UNPUBLISHED),
    "inherit": NO_ARTICLE,
}
# Types of WordPress and Blogger that are not articles.
_NO_ARTICLES = frozenset(
    {"attachment", "revision", "navmenuitem", "customcss", "customizechangeset", "oembedcache"}
    | {"userrequest", "wpblock", "wptemplate", "wptemplatepart", "wpglobalstyles", "wpnavigation"}
    | {"wpfontfamily", "wpfontface", "acffield", "acffieldgroup", "wpcf7contactform"}
    | {"elementorlibrary", "comment"}
)
_WITHHELD = frozenset({"canceled", "cancelled", "withheld", "embargoed", "killed"})
_MARKS = re.compile(r"[\W_]+")


def why_unpublished(values: Mapping[str, object]) -> Problem | None:
    """Return why an article is unpublished according to its fields, with a count of 1, or None."""
    # A long text is not a flag, and slow to fold.
    flags = {
        _plain(name): _plain(value)
        for name, value in values.items()
        if isinstance(value, bool | int) or (isinstance(value, str) and len(value) < 100)
    }
    if any(flags.get(name) in _NO_ARTICLES for name in _TYPE):
        return NO_ARTICLE
    for name in (*_WORDPRESS_STATUS, *_STATUS):
        status = flags.get(name, "")
        if status in _REASONS:
            return _REASONS[status]
        if name in _WORDPRESS_STATUS and status not in ("", "publish"):
            return _UNPUBLISHED
    if any(flags.get(name) for name in _PASSWORD):
        return Problem("left-out-password", count=1)
    is_draft = any(flags.get(name) in _YES for name in _DRAFT)
    withdrawn = any(flags.get(name) in _NO for name in _PUBLISHED)
    return _DRAFTED if is_draft or withdrawn else None


def why_withheld(status: str | None) -> Problem | None:
    """Return why an agency's status (`stat:canceled`) withholds a dispatch."""
    withheld = _plain((status or "").rpartition(":")[2]) in _WITHHELD
    return Problem("left-out-withheld", count=1) if withheld else None


def why_embargoed(published: date | datetime | None) -> Problem | None:
    """Return until when an article is under embargo: its date is in the future. A day begins at
    midnight on this machine's clock."""
    if published is None:
        return None
    if isinstance(published, datetime):
        end = published.astimezone()
    else:
        end = datetime.combine(published, time()).astimezone()
    if end <= datetime.now(UTC):
        return None
    until = (end + timedelta(seconds=bool(end.microsecond))).replace(microsecond=0, tzinfo=None)
    return Problem("article-embargoed", until=until.isoformat(" "))


def next_release(skipped: Iterable[Skipped]) -> datetime | None:
    """Return when the first of these embargoes ends, if there is one."""
    ends = (_release(part.problem) for part in skipped)
    return min(filter(None, ends), default=None)


def has_ended(problem: Problem) -> bool:
    """True if this is an embargo that is over."""
    end = _release(problem)
    return end is not None and end <= datetime.now(UTC)


def _release(problem: Problem) -> datetime | None:
    if problem.code != "article-embargoed":
        return None
    return datetime.fromisoformat(str(problem.parameters["until"])).astimezone()


def is_left_out(problem: Problem) -> bool:
    """True if a problem is one of these reasons, which are counted, not listed."""
    return problem.code.startswith("left-out-")


def _plain(value: object) -> str:
    return _MARKS.sub("", fold(str(value).lower()))
