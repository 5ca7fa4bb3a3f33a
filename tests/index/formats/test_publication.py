from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from index.errors import Problem
from index.formats.feed import drop_shortcodes
from index.formats.publication import why_unpublished
from tests.index.formats.articles import OTHER, PROSE, read_data, refusal

_WORDPRESS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"><channel><title>La Gazette</title>'
    "<language>fr-FR</language>%s</channel></rss>"
)


def _item(
    number: int,
    status: str = "publish",
    kind: str = "post",
    password: str = "",
    text: str = f"<p>{PROSE}</p>",
) -> str:
    return (
        f"<item><title>Article {number}</title><link>https://exemple.fr/{number}</link>"
        f"<guid>{number}</guid><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>{number}</wp:post_id>"
        f"<wp:status><![CDATA[{status}]]></wp:status><wp:post_type>{kind}</wp:post_type>"
        f"<wp:post_password><![CDATA[{password}]]></wp:post_password></item>"
    )


def _wordpress(*items: str) -> str:
    return _WORDPRESS % "".join(items)


def test_of_a_wordpress_export_only_what_is_published_is_read() -> None:
    statuses = ("auto-draft", "private", "pending", "trash", "future", "pitch")
    export = _wordpress(
        _item(1),
        *(_item(10 + n, "draft") for n in range(25)),
        _item(2, kind="page"),
        *(_item(40 + n, status) for n, status in enumerate(statuses)),
        _item(46, password="secret"),
        _item(47, "inherit", "attachment"),
        _item(48, "publish", "nav_menu_item"),
        _item(49, "inherit", "revision"),
        _item(3, kind="enquete"),
    )
    articles, skipped = read_data("a.xml", export)
    assert [article.title for article in articles] == ["Article 1", "Article 2", "Article 3"]
    assert {skip.problem.code: skip.problem.parameters["count"] for skip in skipped} == {
        "left-out-draft": 26,
        "left-out-private": 1,
        "left-out-pending": 1,
        "left-out-trash": 1,
        "left-out-scheduled": 1,
        "left-out-unpublished": 1,
        "left-out-password": 1,
        "left-out-no-article": 3,
    }
    assert {skip.label for skip in skipped} == {"a.xml"}
    assert {skip.at for skip in skipped} == {None}


_ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://www.w3.org/2007/app" '
    'xmlns:blogger="http://schemas.google.com/blogger/2018"><title>Blog</title>%s</feed>'
)
_KIND = (
    "<category scheme='http://schemas.google.com/g/2005#kind' "
    "term='http://schemas.google.com/blogger/2008/kind#%s'/>"
)


def _entry(number: int, more: str) -> str:
    return (
        f"<entry><id>tag:{number}</id><title>Article {number}</title>{more}"
        f"<content type='html'>&lt;p&gt;{PROSE}&lt;/p&gt;</content></entry>"
    )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("<app:control><app:draft>yes</app:draft></app:control>", "left-out-draft"),
        ("<blogger:status>DRAFT</blogger:status>", "left-out-draft"),
        ("<blogger:type>COMMENT</blogger:type>", "left-out-no-article"),
        (_KIND % "template", "left-out-no-article"),
    ],
)
def test_a_feed_tells_which_entries_are_drafts(more: str, code: str) -> None:
    published = "<app:control><app:draft>no</app:draft></app:control>" + _KIND % "post"
    published += "<blogger:status>LIVE</blogger:status><blogger:type>POST</blogger:type>"
    feed = _ATOM % (_entry(1, published) + _entry(2, more))
    (article,), (skipped,) = read_data("a.atom", feed)
    assert article.title == "Article 1"
    assert skipped.problem == Problem(code, count=1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "draft"}, "left-out-draft"),
        ({"status": "future", "type": "post"}, "left-out-scheduled"),
        ({"creativeWorkStatus": "Draft"}, "left-out-draft"),
        ({"draft": "true"}, "left-out-draft"),
        ({"status": "publish"}, None),
        ({"status": 200}, None),
        ({"draft": "a first version of the bill"}, None),
        ({"published": "2025-08-29"}, None),
    ],
)
def test_fields_tell_what_is_no_article_yet(fields: Mapping[str, object], code: str | None) -> None:
    problem = why_unpublished(fields)
    assert (problem and problem.code) == code


def test_records_front_matter_and_pages_tell_that_they_are_drafts() -> None:
    records = [{"title": "A", "text": PROSE}, {"title": "B", "text": OTHER, "status": "draft"}]
    written = {"a.json": json.dumps(records), "a.jsonl": "\n".join(map(json.dumps, records))}
    for name, data in written.items():
        (article,), (skipped,) = read_data(name, data)
        assert article.title == "A"
        assert skipped.problem == Problem("left-out-draft", count=1)
    assert "left-out-draft" in refusal("b.json", json.dumps(records[1]))
    for line in ("draft: true", "published: false", "publish: no", "brouillon: oui"):
        for name in ("a.md", "a.txt"):
            assert "left-out-draft" in refusal(name, f"---\ntitle: A\n{line}\n---\n\n{PROSE}\n")
    record = {"@type": "NewsArticle", "headline": "A", "creativeWorkStatus": "Draft"}
    page = (
        f'<html><head><script type="application/ld+json">{json.dumps(record)}</script></head>'
        f"<body><article><h1>A</h1><p>{PROSE}</p><p>{OTHER}</p></article></body></html>"
    )
    assert "left-out-draft" in refusal("a.html", page)
    (_,), _ = read_data("b.html", page.replace("Draft", "Published"))


_G2 = '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>%s</itemSet></newsMessage>'
_G2_ITEM = (
    '<newsItem guid="urn:%s"><itemMeta><pubStatus qcode="stat:%s"/></itemMeta><contentMeta>'
    "<headline>A</headline></contentMeta><contentSet><inlineXML><html><body><p>"
    f"{PROSE}</p></body></html></inlineXML></contentSet></newsItem>"
)
_NITF = (
    '<nitf><head><docdata management-status="%s"/></head><body><body.head><hedline><hl1>A</hl1>'
    f"</hedline></body.head><body.content><p>{PROSE}</p></body.content></body></nitf>"
)


@pytest.mark.parametrize("status", ["canceled", "withheld", "embargoed"])
def test_an_agency_withdraws_a_dispatch(status: str) -> None:
    data = _G2 % (_G2_ITEM % (1, "usable") + _G2_ITEM % (2, status))
    (article,), (skipped,) = read_data("a.xml", data)
    assert article.path == "a.xml#urn:1"
    assert skipped.problem == Problem("left-out-withheld", count=1)
    assert "left-out-withheld" in refusal("b.xml", _NITF % status)
    (_,), _ = read_data("c.xml", _NITF % "usable")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('[gallery ids="1,2"]', ""),
        ("[embed]https://exemple.fr/v[/embed]", ""),
        ('[vc_row][vc_column width="1/2"]Le pont[/vc_column][/vc_row]', "Le pont"),
        ("[contact-form-7 id=12 title=a]", ""),
        ("Une note[1], [sic], [NDLR : la mairie], [...] et [Photo].", None),
        ("Le tableau a[i] = b[j] et [article 3]", None),
    ],
)
def test_shortcodes_go_and_brackets_of_prose_stay(written: str, read: str | None) -> None:
    plain = drop_shortcodes(written).replace('<img src="a.jpg" />', "")
    assert plain == (written if read is None else read)


def test_the_text_of_a_wordpress_export_has_no_shortcode_and_no_comment() -> None:
    classic = (
        f'{PROSE}\n\n[gallery ids="1,2"]\n\n<!--more-->\n\n[caption id="a"]<img src="a.jpg" /> Le '
        f"pont en 1901[/caption]\n\n{OTHER} [1]"
    )
    blocks = (
        f'<!-- wp:paragraph {{"align":"left"}} -->\n<p>{PROSE}</p>\n<!-- /wp:paragraph -->\n\n'
        '<!-- wp:shortcode -->\n[gallery ids="1,2"]\n<!-- /wp:shortcode -->\n\n'
        f"<!-- wp:quote --><blockquote><p>{OTHER} [sic]</p></blockquote><!-- /wp:quote -->"
    )
    plain = f"{PROSE}\n\n<!--more-->\n\n{OTHER}"
    export = _wordpress(*(_item(n, text=text) for n, text in enumerate((classic, blocks, plain))))
    articles, skipped = read_data("a.xml", export)
    assert [article.text for article in articles] == [
        f"{PROSE}\n\nLe pont en 1901\n\n{OTHER} [1]",
        f"{PROSE}\n\n{OTHER} [sic]",
        f"{PROSE}\n\n{OTHER}",
    ]
    assert skipped == []
