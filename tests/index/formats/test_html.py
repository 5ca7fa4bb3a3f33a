from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats.base import FACTS, Content, ParsedArticle
from index.formats.conversion import article_of
from index.formats.html import tree
from index.formats.html.parser import read, read_fragment, read_html
from tests.index.formats.articles import OTHER, PROSE


def _parsed(page: str | bytes, url: str | None = None) -> ParsedArticle:
    data = page if isinstance(page, bytes) else page.encode()
    (parsed,) = read(Content.of_bytes(data, "page.html", url=url))
    return parsed


def _page(head: str = "", body: str = "", attributes: str = "") -> str:
    return (
        f"<!DOCTYPE html><html {attributes}><head>{head}</head><body><article>{body}"
        f"<p>{PROSE}</p><p>Le maire n'a pas répondu aux questions des habitants.</p></article>"
        "</body></html>"
    )


def _fact(name: str, head: str = "", body: str = "", attributes: str = "") -> tuple[Any, Any]:
    metadata = _parsed(_page(head, body, attributes)).metadata
    return getattr(metadata, name), metadata.origins.get(name)


def _ld(record: str) -> str:
    return f'<script type="application/ld+json">{record}</script>'


def _record(**facts: object) -> str:
    return _ld(json.dumps({"@type": "Article", **facts}))


DAY = date(2025, 8, 29)


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><div id=root></div><noscript>You need JavaScript.</noscript></body></html>",
        "<html><head><title>Rien</title></head><body></body></html>",
        "<html><body><p>Partager sur Facebook</p></body></html>",
    ],
)  # fmt: skip
def test_a_page_without_words_is_no_article(page: str) -> None:
    with pytest.raises(
        ReadError, match=r"page\.html: (page-no-article|article-no-text|page-not-html)"
    ):
        article_of(_parsed(page), Content.of_bytes(b"", "page.html"), "page.html")


FOOTER = "<footer><p>© 2025 Le Courrier — jeudi 2 octobre 2025</p></footer>"
HEADER = "<body><header><p>Jeudi 2 octobre 2025</p></header>"


def test_a_day_that_is_not_told_stays_unknown() -> None:
    body = "<h1>Le stade</h1><p>Le 12 mars 2019, la ville a vendu le stade. Depuis 2021, rien.</p>"
    page = _page("<title>Le stade</title>", body).replace("<body>", HEADER) + FOOTER
    metadata = _parsed(page).metadata
    assert (metadata.published, metadata.updated) == (None, None)
    body = "<h1>T</h1><p>Mis à jour le <time datetime='2025-08-30'>30 août</time></p>"
    assert _fact("published", "", body) == (None, None)
    assert _fact("updated", "", body) == (date(2025, 8, 30), "html")


def test_a_day_is_guessed_where_nothing_tells_it_and_says_so() -> None:
    page = f"<html><body><h2>Le stade</h2><span class='entry-date'>14.03.2019</span><p>{PROSE}</p>"

    def article(name: str, head: str = "") -> Article:
        parsed = _parsed(f"<head>{head}</head>{page}")
        return article_of(parsed, Content.of_bytes(b"", name), name)

    guessed = article("page.html")
    assert guessed.published == date(2019, 3, 14)
    assert dict(guessed.origins)["published"] == "htmldate"
    assert article("page.html", "<title>2024-01-01T10:00:00+25:00</title>").text == PROSE
    named = article("2025-08-29-stade.html")
    assert (named.published, dict(named.origins)["published"]) == (DAY, "file name")
    told = article("page.html", '<meta name="dc.date" content="2024-01-02">')
    assert (told.published, dict(told.origins)["published"]) == (date(2024, 1, 2), "html")


MOMENT = datetime(2025, 8, 29, 10, tzinfo=UTC)
TIME = '<meta property="article:published_time" content="{}">'


@pytest.mark.parametrize(
    ("head", "body", "published", "origin"),
    [
        (_record(datePublished="2025-08-29T10:00:00Z"), "", MOMENT, "json-ld"),
        ('<meta name="dc.date" content="2025-08-29">', "", DAY, "html"),
        ("", '<h1>T</h1><time itemprop="datePublished" datetime="2025-08-29">vendredi</time>',
         DAY, "html"),
        ("", "<h1>T</h1><time>29 août 2025</time>", DAY, "html"),
        ("", "<h1>T</h1><div><span>Publié le</span> <b>29 août 2025 à 10h</b></div>",
         datetime(2025, 8, 29, 10), "text"),
        (_record(datePublished="2025-08-29") + TIME.format("2025-08-29T10:00:00Z"), "", MOMENT,
         "opengraph"),
        (_record(datePublished="2025-08-29") + TIME.format("2025-09-01T10:00:00Z"), "", DAY,
         "json-ld"),
    ],
)  # fmt: skip
def test_where_the_day_is_told(head: str, body: str, published: date, origin: str) -> None:
    assert _fact("published", head, body) == (published, origin)


VOTE = "<h1>Le budget est voté</h1>"
LINKED = '<h1>T</h1><a rel="author">Jeanne Petit</a>'


@pytest.mark.parametrize(
    ("head", "body", "title", "outlet"),
    [
        ("<title>Le budget est voté - Le Monde</title>", VOTE, "Le budget est voté", "Le Monde"),
        ("<title>Le budget est voté | Politique | Le Courrier</title>", VOTE,
         "Le budget est voté", "Le Courrier"),
        ("<title>Le budget de la ville est voté – Le Courrier</title>", "",
         "Le budget de la ville est voté", "Le Courrier"),
        ("<title>Budget : le vote - les résultats</title>", "",
         "Budget : le vote - les résultats", None),
        ('<meta property="og:title" content="Le budget est voté - Courrier">'
         '<meta property="og:site_name" content="Courrier">', "", "Le budget est voté", "Courrier"),
        (_record(headline="Le budget est…"), VOTE, "Le budget est voté", None),
        ("<title>Le budget</title>", "<h1><img alt=x></h1>", "Le budget", None),
    ],
)  # fmt: skip
def test_a_title_without_the_site(head: str, body: str, title: str, outlet: str | None) -> None:
    metadata = _parsed(_page(head, body)).metadata
    assert (metadata.title, metadata.outlet) == (title, outlet)


@pytest.mark.parametrize(
    ("head", "body", "author"),
    [
        (_record(author={"@type": "Person", "name": "Jeanne Petit"}), "", "Jeanne Petit"),
        (_record(author=["Jeanne Petit", {"name": "Luc Roy"}]), "", "Jeanne Petit, Luc Roy"),
        (_ld('{"@graph":[{"@type":"BlogPosting","author":{"@id":"#jp"}},'
             '{"@type":"Person","@id":"#jp","name":"Jeanne Petit"}]}'), "", "Jeanne Petit"),
        (_record(author={"name": "Le Courrier"}, publisher={"name": "Le Courrier"}), "", None),
        ('<meta name="author" content="Par Jeanne Petit">', "", "Jeanne Petit"),
        ("", '<h1>T</h1><span class="author-name">Jeanne Petit</span>', "Jeanne Petit"),
        ('<meta name="author" content="jeanne-petit">', LINKED, "Jeanne Petit"),
        ('<meta name="author" content="zoe-noel">', "<h1>T</h1><p>Par Zoé Noël</p>", "Zoé Noël"),
        ('<meta name="author" content="luc-roy">', LINKED, "luc-roy"),
        ("", "<h1>T</h1><p>Par Jeanne Petit et Luc Roy</p>", "Jeanne Petit et Luc Roy"),
    ],
)  # fmt: skip
def test_who_wrote_a_page(head: str, body: str, author: str | None) -> None:
    assert _fact("author", head, body)[0] == author


@pytest.mark.parametrize(
    "record",
    [
        "{not json",
        "",
        "[" * 10_000,
        '{"@type":"NewsArticle","headline":null,"author":[null,{}],"publisher":[1]}',
        '[{"@type":"NewsArticle","headline":"Un"},{"@type":"NewsArticle","headline":"Deux"},'
        '{"@type":"NewsArticle","headline":"Trois"}]',
        '{"@type":"NewsArticle","datePublished":20250829,"headline":{"a":1}}',
    ],
)
def test_broken_or_foreign_records_tell_nothing(record: str) -> None:
    metadata = _parsed(_page(_ld(record))).metadata
    assert {name for name in FACTS if getattr(metadata, name)} == set()


def test_the_canonical_address_is_made_whole_by_where_the_page_was_found() -> None:
    page = _page('<link rel="canonical" href="/budget">')
    parsed = _parsed(page, url="https://exemple.fr/budget?utm=1")
    assert parsed.metadata.url == "https://exemple.fr/budget"
    assert _parsed(page).metadata.url is None


@pytest.mark.parametrize("href", ["https://exemple.fr/", "javascript:void(0)", "https://[x", " "])
def test_an_address_that_is_not_the_article_s_is_left_out(href: str) -> None:
    assert _fact("url", f'<link rel="canonical" href="{href}">') == (None, None)


def test_a_template_s_language_does_not_win_over_the_words() -> None:
    long = f"<p>{PROSE} {PROSE} {PROSE} Les élus ont voté.</p>"
    assert _fact("language", "", long, 'lang="en"') == (None, None)
    assert _fact("language", "", long, 'lang="fr-BE"') == ("fr", "html")
    assert _fact("language", "", long, 'lang="br"') == ("br", "html")


LATIN = _page('<meta charset="{}">', "<h1>Été à Orléans</h1><p>Le « cœur » coûte 3 €.</p>")


@pytest.mark.parametrize(
    ("declared", "real"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("iso-8859-15", "iso-8859-15"),
        ("iso-8859-1", "utf-8"),
        ("utf-8", "cp1252"),
        ("utf-8", "utf-16"),
        ("utf-16-le", "utf-16-le"),
    ],
)
def test_a_page_is_read_in_its_real_encoding(declared: str, real: str) -> None:
    page = LATIN.format(declared).encode(real)
    words = " ".join(block.text for block in _parsed(page).blocks)
    assert "Le « cœur » coûte 3 €." in words


def test_an_unfilled_page_is_read_from_its_record_and_announcements_go() -> None:
    record = _record(articleBody=f"{PROSE}\n\nIl pleut &amp; vente.")
    page = f"<html><head>{record}</head><body><div id=app><p>Un</p></div></body></html>"
    assert [block.text for block in _parsed(page).blocks] == [PROSE, "Il pleut & vente."]
    shown = _page(record.replace("hier", "demain"))
    assert "demain" not in str(_parsed(shown).blocks)
    teaser = "<h3><a href=x>Autre fait {0}</a></h3><p>Un fait numéro {0} dont il est question.</p>"
    links = "".join(f"<div>{teaser.format(number)}</div>" for number in range(12))
    page = f"<html><body><div><h1>Le budget</h1><p>{PROSE}</p>{links}</div></body></html>"
    assert [block.text for block in _parsed(page).blocks if not block.heading] == [PROSE]


@pytest.mark.parametrize(
    "code",
    [
        "<script src=x></script\n<!-- mal fermé --> ><p>Après.</p><script>y</script>",
        "<script type='text/template'><p>Après.</p></script>",
        "<script type='text/template'><p>{{nom}}</p></script><p>Après.</p>",
    ],
)
def test_code_ends_where_browsers_end_it(code: str) -> None:
    words = str(_parsed(_page("", code)).blocks)
    assert "Après." in words
    assert "nom" not in words


def test_code_is_no_text_and_spaces_of_french_typography_are_kept() -> None:
    code = "<script>var x='<p>Non';</script><style>p{}</style><!-- <p>Non</p> --><svg><text>Non"
    body = "<p>«&nbsp;Rien&nbsp;», dit-il&#8239;: 15&#8239;000&nbsp;euros pour la commune.</p>"
    blocks = _parsed(_page("", f"{body}{code}</text></svg>")).blocks
    assert blocks[0].text == (
        "«\u00a0Rien\u00a0», dit-il\u202f: 15\u202f000\u00a0euros pour la commune."
    )
    assert "Non" not in str(blocks)


def test_a_fragment_keeps_all_its_words() -> None:
    fragment = (
        "<h2>Le <em>vote</em></h2>Un début.<p>Le maire<br>a voté CO<sub>2</sub>.</p>"
        "<ul><li>Lyon</li><li>Lille<ol><li>un</li></ol></li></ul><script>x</script>"
        "<table><tr><th>Ville</th><td>69</td></tr></table><blockquote><p>Non.</p></blockquote>"
        "<p><img alt='x'></p><div>Fin <b>de</b> <i>tout</i>.<p>Oui.</p>Reste.</div>"
    )
    content = Content.of_bytes(b"", "corps")
    parsed = read_html(fragment, content)
    texts = [f"# {block.text}" if block.heading else block.text for block in parsed.blocks]
    assert texts == [
        "# Le vote", "Un début.", "Le maire\na voté CO2.", "Lyon\nLille\n1. un", "Ville | 69",
        "Non.", "Fin de tout.", "Oui.", "Reste.",
    ]  # fmt: skip
    assert read_fragment(fragment, content) == parsed
    assert read_html("Bonjour.", content).blocks[0].text == "Bonjour."
    assert read_html("", content).blocks == ()


def test_pages_above_the_limits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "PAGE_TEXT_CHARACTERS", 1_000)
    with pytest.raises(ReadError, match=r"page\.html: page-too-much-text"):
        _parsed(_page("", f"<p>{PROSE * 10}</p>"))
    monkeypatch.setattr(tree, "PAGE_TEXT_CHARACTERS", 10**6)
    monkeypatch.setattr(tree, "PAGE_ELEMENTS", 50)
    with pytest.raises(ReadError, match=r"page\.html: page-too-many-elements"):
        _parsed(_page("", "<b>x</b>" * 60))
    huge = Content("page.html", "page.html", 2**27, lambda: pytest.fail("opened"))
    with pytest.raises(ReadError, match=r"page-too-large .*size=134217728"):
        list(read(huge))


def test_a_page_of_fifty_megabytes_of_scripts_and_pictures_is_read() -> None:
    weight = "<script>" + "var x = 1;\n" * 2_500_000 + "</script>"
    picture = f"<img src='data:image/png;base64,{'A' * 25_000_000}'>"
    page = _page(weight, picture)
    assert len(page) > 50_000_000
    assert PROSE in [block.text for block in _parsed(page).blocks]


LONG = (
    f"<p>{PROSE}</p><p>{OTHER}</p><p>La bibliothèque de la ville ouvrira désormais le dimanche "
    "matin, de dix heures à midi, et le conseil a promis d’en dire le prix avant le printemps.</p>"
    "<p>Les associations, qui le demandaient depuis dix ans, se félicitent de cette décision.</p>"
)


def part(title: str, inside: str = LONG, attributes: str = "", level: str = "h2") -> str:
    return f"<article {attributes}><{level}>{title}</{level}>{inside}</article>"


def parts_of(body: str, head: str = "", url: str | None = None) -> list[Article]:
    page = f"<html lang=fr><head>{head}</head><body>{body}</body></html>"
    content = Content.of_bytes(page.encode(), "revue.html", url=url)
    return [article_of(parsed, content, "revue.html") for parsed in read(content)]


def test_a_press_review_is_as_many_articles_as_it_has() -> None:
    dated = '<p class="byline">Par Jeanne Petit</p><time datetime="2025-08-29">29 août</time>'
    linked = '<a href="/gare#haut">La gare rouvre</a>'
    found = parts_of(
        "<h1>Revue de presse du 30 août 2025</h1><main>"
        + part("Le budget est voté", dated + LONG.replace("budget", "projet"), 'id="budget"')
        + part(linked, LONG.replace("gare", "halte"))
        + part("Le stade ferme", LONG, level="h3")
        + "</main>",
        '<meta property="og:site_name" content="Europresse">'
        '<link rel="canonical" href="https://exemple.fr/revue">',
    )
    assert [article.title for article in found] == [
        *("Le budget est voté", "La gare rouvre", "Le stade ferme")
    ]
    budget, station, stadium = found
    assert "projet" in budget.text
    assert not any(
        "projet" in article.text or "halte" in article.text for article in (budget, stadium)[1:]
    )
    assert "halte" in station.text
    assert (budget.author, budget.published) == ("Jeanne Petit", DAY)
    assert (station.author, station.published, station.outlet) == (None, None, None)
    assert budget.url == "https://exemple.fr/revue#budget"
    assert station.url == "https://exemple.fr/gare#haut"
    assert len({article.id for article in found}) == 3
    assert {article.language for article in found} == {"fr"}
    assert not any("Revue de presse" in article.text for article in found)


MAIN = part("Le budget est voté", level="h1")


@pytest.mark.parametrize(
    "body",
    [
        MAIN + part("Autre titre", "<p>Une annonce.</p>") * 3,
        MAIN + part('<a href="/b">Autre</a>', f'{LONG}<a href="/b">Lire la suite</a>') * 3,
        f"{MAIN}<aside>{part('Autre titre')}{part('Un autre')}</aside>",
        MAIN + part("Jean a écrit", LONG, 'class="comment"') * 3,
        f'{MAIN}<section id="comments">{part("Jean a écrit")}{part("Anne a écrit")}</section>',
        MAIN + f"<article>{LONG}</article>" * 2,
        part("Le budget est voté", LONG + part("Une partie") + part("Une autre"), level="h1"),
    ],
)
def test_a_page_of_one_article_and_others_in_it_or_beside_it_stays_one(body: str) -> None:
    assert len(parts_of(f"<main>{body}</main>")) == 1


def test_a_page_that_says_that_it_is_one_article_stays_one() -> None:
    entries = part("10:12") + part("10:30") + part("11:00")
    for kind in ("NewsArticle", "LiveBlogPosting"):
        head = _record(**{"@type": kind, "headline": "En direct : le vote"})
        assert len(parts_of(f"<h1>En direct : le vote</h1>{entries}", head)) == 1
