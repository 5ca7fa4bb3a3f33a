from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from index.errors import Problem
from tests.index.formats.articles import OTHER, PROSE, read_data, refusal

PARIS = timezone(timedelta(hours=2))
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>La Gazette</title><link>https://exemple.fr/</link><language>fr-FR</language>
<item><title>Le budget &amp;amp; la ville</title><link>https://exemple.fr/budget</link>
<guid isPermaLink="false">gazette-1</guid><pubDate>Fri, 29 Aug 2025 10:30:00 +0200</pubDate>
<dc:creator>Jeanne Petit</dc:creator><category>Ville</category><category>Finances</category>
<description>Un résumé court.</description>
<content:encoded><![CDATA[<h2>Le vote</h2><p>{PROSE}</p><p>{OTHER}</p>]]></content:encoded></item>
<item><title>La gare</title><link>https://exemple.fr/gare</link>
<description>{OTHER}</description></item>
<item><title>Sans texte</title><link>https://exemple.fr/rien</link></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Beacon</title>
<entry><id>tag:example.org,2025:1</id><title type="html">The &lt;b&gt;budget&lt;/b&gt;</title>
<link href="https://example.org/budget"/><published>2025-08-29T10:30:00-04:00</published>
<updated>2025-08-30T08:00:00Z</updated><author><name>Ann Lee</name></author>
<content type="html">&lt;p&gt;{PROSE}&lt;/p&gt;</content></entry></feed>"""
NITF = f"""<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
<nitf xml:lang="fr"><head><title>Budget</title><docdata><date.issue norm="20250829T103000+0200"/>
</docdata><pubdata name="Agence du Littoral" position.section="Ville"/></head>
<body><body.head><hedline><hl1>Le budget est voté</hl1></hedline>
<byline>Par <person>Jeanne Petit</person></byline><dateline>Granville (France)</dateline>
</body.head><body.content><p>{PROSE}</p><hl2>La suite</hl2><block><p>{OTHER}</p></block>
<media media-type="image"><media-caption>Une photo</media-caption></media></body.content></body>
</nitf>"""
NEWSML = f"""<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:1" xml:lang="fr"><itemMeta><versionCreated>2025-08-30T10:00:00+02:00
</versionCreated><firstCreated>2025-08-29T10:00:00+02:00</firstCreated><provider><name>Agence du
 Littoral</name></provider></itemMeta><contentMeta><headline>Le budget est voté</headline>
<by>Par Jeanne Petit</by></contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>{PROSE}</p></body>
</html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:2"><contentMeta><headline>La photo</headline></contentMeta><contentSet>
<remoteContent href="a.jpg"/></contentSet></newsItem>
<newsItem guid="urn:3"><contentMeta><headline>La gare</headline></contentMeta><contentSet>
<inlineXML>{NITF.partition('dtd">')[2]}</inlineXML></contentSet></newsItem></itemSet></newsMessage>"""


@pytest.mark.parametrize("name", ["a.xml", "a.rss"])
def test_entries_of_rss_are_articles(name: str) -> None:
    (budget, station), (skipped,) = read_data(name, RSS)
    assert budget.title == "Le budget & la ville"
    assert budget.text == f"Le vote\n\n{PROSE}\n\n{OTHER}"
    assert [section.heading for section in budget.sections] == ["Le vote"]
    assert budget.published_at == datetime(2025, 8, 29, 10, 30, tzinfo=PARIS)
    assert budget.published_at.utcoffset() == timedelta(hours=2)
    assert (budget.author, budget.category) == ("Jeanne Petit", "Ville")
    assert (budget.outlet, budget.language) == ("La Gazette", "fr")
    assert (budget.url, budget.path) == ("https://exemple.fr/budget", f"{name}#gazette-1")
    assert set(dict(budget.origins).values()) == {"feed"}
    assert (station.text, station.path) == (OTHER, f"{name}#https://exemple.fr/gare")
    assert (station.published, station.author, station.category) == (None, None, None)
    assert (skipped.label, skipped.at) == (name, Problem("at-entry", number=3))


def test_entries_of_atom_are_articles() -> None:
    (article,), _ = read_data("a.atom", ATOM)
    assert (article.title, article.text) == ("The budget", PROSE)
    assert (article.author, article.outlet) == ("Ann Lee", "The Beacon")
    assert article.published_at == datetime(2025, 8, 29, 14, 30, tzinfo=UTC)
    assert article.published_at.utcoffset() == timedelta(hours=-4)
    assert article.updated_at == datetime(2025, 8, 30, 8, tzinfo=UTC)
    assert article.path.endswith("#tag:example.org,2025:1")


def test_a_broken_feed_gives_what_is_whole_and_an_odd_date_is_read() -> None:
    written = RSS.replace("Fri, 29 Aug 2025 10:30:00 +0200", "Fri, 29 Aug 25 10:30 AM EST")
    articles, _ = read_data("a.xml", written[: written.index("<item><title>Sans")])
    assert [article.title for article in articles] == ["Le budget & la ville", "La gare"]
    assert articles[0].published == date(2025, 8, 29)


def test_nitf_is_an_article_and_newsml_several() -> None:
    (article,), _ = read_data("a.xml", NITF)
    assert (article.title, article.author) == ("Le budget est voté", "Jeanne Petit")
    assert article.text == f"{PROSE}\n\nLa suite\n\n{OTHER}"
    assert [section.heading for section in article.sections] == ["La suite"]
    assert article.published_at == datetime(2025, 8, 29, 10, 30, tzinfo=PARIS)
    assert (article.outlet, article.category) == ("Agence du Littoral", "Ville")
    assert (article.path, dict(article.origins)["author"]) == ("a.xml", "nitf")
    (first, third), (skipped,) = read_data("a.xml", NEWSML)
    assert (first.title, first.author, first.text) == ("Le budget est voté", "Jeanne Petit", PROSE)
    assert (first.published, first.updated) == (date(2025, 8, 29), date(2025, 8, 30))
    assert (first.outlet, first.language) == ("Agence du Littoral", "fr")
    assert (third.title, third.path) == ("La gare", "a.xml#urn:3")
    assert third.text.endswith(OTHER)
    assert skipped.problem.code == "news-text-elsewhere"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<urlset><url><loc>https://exemple.fr/</loc></url></urlset>", "xml-sitemap"),
        ("<catalogue><livre/></catalogue>", "xml-unknown (root=catalogue)"),
        ("<rss><channel><title>Vide</title></channel></rss>", "feed-empty"),
        ("<nitf><body/></nitf>", "news-no-text"),
        ("<nitf><body><body.content><p>a", "xml-malformed"),
        ("<newsItem/>", "news-text-elsewhere"),
        ("<newsMessage/>", "news-none"),
        ("pas du XML", "xml-not"),
    ],
)
def test_xml_that_holds_no_article_says_why(data: str, reason: str) -> None:
    assert reason in refusal("a.xml", data)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("form", [RSS, ATOM, NITF])
@pytest.mark.parametrize("what", ["laughs", "file", "dtd"])
def test_entities_are_never_resolved(tmp_path: Path, form: str, what: str, encoding: str) -> None:
    canary = tmp_path / "secret.txt"
    canary.write_text("CANARI")
    subset = {
        "laughs": LAUGHS,
        "file": f'<!ENTITY l9 SYSTEM "{canary.as_uri()}">',
        "dtd": f'<!ENTITY % p SYSTEM "{canary.as_uri()}"> %p;<!ENTITY l9 "x">',
    }[what]
    root = form[form.rindex("?>") + 2 :] if "?>" in form else form
    root = root.partition('dtd">')[2] or root
    document = f"<!DOCTYPE x [{subset}]>" + root.replace(PROSE, f"{PROSE} &l9;")
    assert "xml-entities" in refusal("a.xml", document.encode(encoding))


def test_a_large_feed_is_read_only_if_it_is_whole() -> None:
    item = f"<item><title>T</title><description>{PROSE}</description></item>"
    feed = "<rss><channel>" + item * 15_000
    assert "feed-malformed" in refusal("a.xml", feed)
