"""Articles written as documents of every format."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from html import escape

import docx

from index.article import Article
from tests.index.formats.articles import zipped
from tests.index.formats.packages import epub, odt, xhtml
from tests.index.formats.pdfs import Run, pdf


def _paragraphs(article: Article) -> Iterator[tuple[bool, str]]:
    """The paragraphs, each with whether it is a heading."""
    headings = {each.heading_start for each in article.sections}
    at = 0
    for text in article.text.split("\n\n"):
        yield at in headings, text
        at += len(text) + 2


def _html(article: Article) -> str:
    blocks = (
        f"<h2>{escape(text)}</h2>" if heading else f"<p>{escape(text)}</p>".replace("\n", "<br>")
        for heading, text in _paragraphs(article)
    )
    return f"<h1>{escape(article.title)}</h1>{''.join(blocks)}"


def _page(article: Article) -> str:
    head = f"<head><title>{escape(article.title)}</title></head>"
    return f"<html>{head}<body><main><article>{_html(article)}</article></main></body></html>"


def _word(article: Article) -> bytes:
    document = docx.Document()
    document.add_heading(article.title, 0)
    for heading, text in _paragraphs(article):
        if heading:
            document.add_heading(text, 1)
        else:
            document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _odt(article: Article) -> bytes:
    blocks = "".join(
        f'<text:h text:outline-level="2">{escape(text)}</text:h>'
        if heading
        else f"<text:p>{escape(text)}</text:p>"
        for heading, text in [(True, article.title), *_paragraphs(article)]
    )
    return odt(blocks)


def _epub(article: Article) -> bytes:
    return epub({"a.xhtml": xhtml(_html(article))})


def _letter(article: Article) -> bytes:
    message = EmailMessage()
    message["From"] = "Jeanne Petit <presse@exemple.fr>"
    message["Subject"] = article.title
    message.set_content(article.text)
    return bytes(message)


def _printed(article: Article) -> bytes:
    lines = [Run(article.title, 72, 60, 20, bold=True)]
    pages, top = [lines], 100.0
    for heading, text in _paragraphs(article):
        for line in textwrap.wrap(_printable(text), 80):
            if top > 780:
                pages.append([])
                top = 72.0
            pages[-1].append(Run(line, 72, top, 14 if heading else 11, bold=heading))
            top += 14
        top += 12
    return pdf(pages)


def _printable(text: str) -> str:
    return text.replace("\u202f", " ").encode("cp1252", "replace").decode("cp1252")


def _feed(article: Article) -> str:
    return (
        "<rss version='2.0'><channel><title>Le Phare</title><item>"
        f"<title>{escape(article.title)}</title><link>https://phare.exemple/{article.id}</link>"
        f"<description>{escape(_html(article))}</description></item></channel></rss>"
    )


def _table(article: Article) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([["title", "text"], [article.title, article.text]])
    return stream.getvalue()


def _markdown(article: Article) -> str:
    blocks = (f"## {text}" if heading else text for heading, text in _paragraphs(article))
    return "\n\n".join((f"# {article.title}", *blocks))


def _text(article: Article) -> str:
    return f"{article.title}\n\n{article.text}"


DOCUMENTS: Mapping[str, Callable[[Article], bytes | str]] = {
    "md": _markdown,
    "txt": _text,
    "html": _page,
    "pdf": _printed,
    "docx": _word,
    "odt": _odt,
    "epub": _epub,
    "eml": _letter,
    "json": lambda article: json.dumps([{"title": article.title, "text": article.text}]),
    "csv": _table,
    "rss": _feed,
    "zip": lambda article: zipped({"note.md": _markdown(article)}),
}
"""By suffix, an article as a file."""
