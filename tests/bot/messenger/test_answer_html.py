"""What a person reads on Telegram."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from bot.answer import Citation
from bot.answering.refusal import reply_with
from bot.conversation.passage_refs import PassageRef
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import answer_html, passage_html
from tests.bot.answers import highlighted
from tests.bot.messenger.samples import (
    BIRTH,
    FRESNEL,
    INSTALLED,
    LENS,
    LIGHT,
    answered,
    article,
    cite,
    refused,
)
from tests.botapi.html import parse_html

FR = Phrases.of("fr")


def shown(*html: str) -> str:
    return "\n----\n".join(parse_html(page).text for page in html)


def links(html: str) -> list[str]:
    return [entity.argument for entity in parse_html(html).entities if entity.type == "text_link"]


def quoted(*citations: Citation) -> str:
    """The only message of an answer that quotes these."""
    [html] = answer_html(answered("Quoi ?", *citations), FR)
    return html


def test_the_title_opens_the_article_at_the_quote() -> None:
    number, link = links(quoted(cite(1, BIRTH)))
    assert number == link
    assert link == (
        "https://exemple.fr/phares?page=1&vue=a#lentilles:~:text="
        "Augustin%20Fresnel%20na%C3%AEt%20%C3%A0%20Broglie%20en%201788."
    )


def test_the_sentence_that_a_quote_leans_on_is_shown_with_it() -> None:
    assert f"«\u00a0{BIRTH} {LENS}\u00a0»\u00a0[1]" in shown(quoted(cite(1, LENS, lead=BIRTH)))
    far = "Elle éclaire encore."
    source = article(f"{BIRTH} Entre les deux, du temps passe. {far}")
    assert f"«\u00a0{BIRTH} […] {far}\u00a0»" in shown(quoted(cite(1, far, source, lead=BIRTH)))


def test_the_words_that_answer_are_bold_and_the_rest_is_as_written() -> None:
    plain = answered("Combien ?", cite(1, LIGHT))
    [html] = answer_html(highlighted(plain, "20 milles"), FR)
    assert "La lumière &lt; <b>20 milles</b> &amp; l’optique" in html
    light = LIGHT.replace("« ", "“").replace(" »", "”")
    assert shown(html) == shown(*answer_html(plain, FR))
    assert shown(html).startswith(f"«\u00a0{light}")


@pytest.mark.parametrize(
    "url", [None, "", "corpus/a.md", "javascript:alert(1)", "http://intranet/a", "https://[::1"]
)
def test_a_title_without_a_usable_address_is_plain(url: str | None) -> None:
    html = quoted(cite(1, BIRTH, article(BIRTH, url=url, author=None, published=None)))
    assert links(html) == []
    assert shown(html).endswith("— Fresnel & les phares, sans date")


def test_each_quote_stands_once_above_its_sources() -> None:
    twin = replace(FRESNEL, id="b", title="Reprise", url=None, author=None)
    other = replace(FRESNEL, id="ffffffffffff", title="Un autre article")
    assert shown(quoted(cite(1, BIRTH), cite(2, BIRTH, twin), cite(3, INSTALLED, other))) == (
        f"«\u00a0{BIRTH}\u00a0»\u00a0[1][2]\n"
        "— Fresnel & les phares, par Anne Le Gall, 1er mars 2024\n"
        "— Reprise, 1er mars 2024\n\n"
        f"«\u00a0{INSTALLED}\u00a0»\u00a0[3]\n"
        "— Un autre article, par Anne Le Gall, 1er mars 2024"
    )


def test_a_refusal_offers_the_nearest_articles() -> None:
    other = replace(FRESNEL, id="b", title="Cordouan", url=None, author=None)
    [html] = answer_html(refused("Qui ?", FRESNEL, other), FR)
    assert shown(html) == (
        "Je ne sais pas\u00a0: les articles ne le disent pas.\n\n"
        "Sur le même sujet\u00a0:\n"
        "1. Fresnel & les phares, par Anne Le Gall, 1er mars 2024\n"
        "2. Cordouan, 1er mars 2024"
    )
    assert links(html) == ["https://exemple.fr/phares?page=1&vue=a#lentilles"]


def test_a_reply_is_shown_as_it_is() -> None:
    answer = reply_with("Qui es-tu ?", "Je suis Selon <b>.", "fr", "identity")
    assert shown(*answer_html(answer, FR)) == "Je suis Selon <b>."


def test_a_passage_is_shown_whole_with_the_quote_in_bold() -> None:
    excerpt = PassageRef.of(cite(1, LENS)).excerpt(FRESNEL)
    assert excerpt is not None
    [html] = passage_html(excerpt, FR)
    assert shown(html) == (
        "Fresnel & les phares, par Anne Le Gall, 1er mars 2024\nLes lentilles\n\n"
        f"{BIRTH} {LENS} {INSTALLED}"
    )
    assert re.findall("<b>(.*?)</b>", unescape(html)) == ["Fresnel & les phares", LENS]


def test_a_very_long_answer_is_several_messages_with_nothing_lost() -> None:
    sentences = [f"Phrase numéro {n} : " + "lumière " * 30 + "fin." for n in range(40)]
    source = article(" ".join(sentences))
    citations = [cite(n, text, source) for n, text in enumerate(sentences, 1)]
    html = answer_html(answered("Tout ?", *citations), FR)
    assert len(html) > 1
    told = shown(*html)
    for n, text in enumerate(sentences, 1):
        assert f"«\u00a0{text}\u00a0»\u00a0[{n}]" in told


def test_what_would_turn_around_the_rest_of_the_message_is_taken_out() -> None:
    quote = "Un \u202emot."
    assert "\u202e" not in quoted(cite(1, quote, article(quote)))
