"""Format a citation for pasting: quote with reference, footnote, BibTeX and RIS."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answer import LINE_END, Citation, link_to, web_address
from bot.export.document import reference
from bot.locale.answers import Phrases, title_of
from bot.web.answer_view import quotes_path

_TEX = re.compile(r"[\\{}$&#^_~%]")
_TEX_NAMES = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}


@dataclass(frozen=True, slots=True)
class CitationFormats:
    """One citation in four formats. `base` is the URL of the pages, whose reader has the articles
    that are not online."""

    citation: Citation
    phrases: Phrases
    base: str

    @property
    def quote(self) -> str:
        """The quote and its reference."""
        words = self.phrases.quote(LINE_END.sub(" ", self.citation.quote))
        source = reference(self.citation.article, self.phrases)
        return f"{words} ({source}, {self._link(at_quote=True)})"

    @property
    def footnote(self) -> str:
        return f"{reference(self.citation.article, self.phrases)}, {self._link()}."

    @property
    def bibtex(self) -> str:
        article = self.citation.article
        fields = {
            "title": f"{{{_tex(self._title)}}}",
            "author": f"{{{_tex(_line(article.author))}}}" if article.author else "",
            "journal": _tex(_line(article.outlet)) if article.outlet else "",
            "date": article.published.isoformat() if article.published else "",
            "year": str(article.published.year) if article.published else "",
            "url": self._link(),  # a verbatim field
            "langid": article.language,
        }
        lines = (f"  {name} = {{{value}}}," for name, value in fields.items() if value)
        return "\n".join((f"@article{{selon-{article.id},", *lines, "}"))

    @property
    def ris(self) -> str:
        article = self.citation.article
        fields = {
            "TY": "NEWS",
            "TI": self._title,
            "AU": _line(article.author),
            "T2": _line(article.outlet),
            "DA": f"{article.published:%Y/%m/%d}" if article.published else "",
            "UR": self._link(),
            "LA": article.language,
        }
        lines = (f"{name}  - {value}" for name, value in fields.items() if value)
        return "\n".join((*lines, "ER  - "))

    @property
    def _title(self) -> str:
        return _line(title_of(self.citation.article, self.phrases.code))

    def _link(self, *, at_quote: bool = False) -> str:
        url = self.citation.article.url
        link = link_to(url, self.citation.quote) if at_quote else web_address(url)
        return link or f"{self.base}{quotes_path([self.citation])}"


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _tex(text: str) -> str:
    return _TEX.sub(lambda match: _TEX_NAMES.get(match[0], f"\\{match[0]}"), text)
