"""Writes `messages.html`, what the bot says as Telegram shows it, and photographs it.

Run from the project's root: `python docs/screens/render.py [--photograph]`; the pictures need a
headless Chromium. The answers are the real ones, over the sample corpus.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from telegram import InlineKeyboardMarkup

from bot.answer import Answer
from bot.assembly import chain_over
from bot.conversation import History, Said, Turn
from bot.conversation.chain import Conversing
from bot.library import LiveLibrary
from bot.messenger.answers import keyboard
from bot.messenger.buttons import Excerpt, Step
from bot.messenger.handlers.passages import around
from bot.messenger.html import answer_html, article_html, articles_html, passage_html, text_html
from bot.phrases import Phrases, phrases_for
from bot.phrases.browsing import browsing_phrases_for
from bot.settings import load_settings
from index.build import build
from index.confidence import ConfidenceModel
from index.embedding import load_embedder
from index.live import LiveIndex
from index.passages import cut

HERE = Path(__file__).parent
CORPUS = Path("corpus")
WIDTH = 430
PRONOUN = "Et qui l’a commandée ?"
SCREENS = {
    "reponse": (
        "fr",
        (
            "Qui a allumé la vasque olympique ?",
            "Combien mesure la tapisserie de Bayeux ?",
            "Et qui l’a commandée ?",
        ),
    ),
    "refus": ("fr", ("Quel est le prix d’un billet de train pour Lyon ?",)),
    "answer": ("en", ("Where did the Great Fire of London begin?",)),
}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message: the person's, or the bot's with its buttons."""

    body: str
    mine: bool = False
    buttons: InlineKeyboardMarkup | None = None


def main(photograph: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        embedder = load_embedder("bundled", None)
        build([CORPUS], Path(folder), embedder)
        index = LiveIndex(Path(folder), embedder, ConfidenceModel.load())
        chain = chain_over(index, load_settings())
        screens = {
            name: conversation(chain, questions, phrases_for(code))
            for name, (code, questions) in SCREENS.items()
        }
        screens["passage"] = passage(chain, LiveLibrary(index))
        screens["recherche"] = lists(LiveLibrary(index))
    (HERE / "messages.html").write_text(page(screens), encoding="utf-8")
    if photograph:
        for name, bubbles in screens.items():
            for theme in ("light", "dark"):
                picture(page({name: bubbles}, theme), HERE / f"{name}-{theme}.png")


def conversation(chain: Conversing, questions: Sequence[str], phrases: Phrases) -> list[Bubble]:
    history: History = ()
    bubbles = []
    for number, question in enumerate(questions, 1):
        answer: Answer = chain.invoke(Said(question, history))
        history = (*history, Turn.of(answer, datetime.now(UTC)))
        said = answer_html(answer, phrases)
        bubbles.append(Bubble(html.escape(question), mine=True))
        bubbles += [Bubble(each) for each in said[:-1]]
        bubbles.append(Bubble(said[-1], buttons=keyboard(answer, number, phrases)))
    return bubbles


def passage(chain: Conversing, library: LiveLibrary) -> list[Bubble]:
    phrases = phrases_for("fr")
    answer = chain.invoke("Quelle est la hauteur de la flèche de Notre-Dame ?")
    cited = answer.citations[0]
    here = cited.passage
    excerpt = Excerpt(cited.article, here.start, here.end, cited.start, cited.end)
    step = Step(cited.article.id, here.start, cited.start, cited.end)
    (shown,) = passage_html(excerpt, phrases)
    summary = library.summary(cited.article)
    title = browsing_phrases_for("fr").summary_of(cited.article.title)
    return [
        Bubble(shown, buttons=around(cut(cited.article), step)),
        Bubble("/resume", mine=True),
        Bubble(text_html(title, "fr")[0]),
        Bubble(answer_html(summary, phrases)[0]),
    ]


def lists(library: LiveLibrary) -> list[Bubble]:
    phrases, words = phrases_for("fr"), "espace"
    title = browsing_phrases_for("fr").results(words)
    found = library.ranked(words)[:5]
    return [
        Bubble(f"/recherche {words}", mine=True),
        Bubble(articles_html(title, found, phrases)[0]),
        Bubble(article_html(found[0], phrases)[0]),
    ]


def page(screens: dict[str, list[Bubble]], theme: str = "auto") -> str:
    chats = "\n".join(
        f'<section id="{name}">{"".join(map(_bubble, bubbles))}</section>'
        for name, bubbles in screens.items()
    )
    style = (HERE / "messages.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="fr" class="{theme}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Selon sur Telegram</title>\n'
        f"<style>\n{style}</style>\n{chats}\n</html>\n"
    )


def _bubble(bubble: Bubble) -> str:
    body = f'<div class="{"mine" if bubble.mine else "bot"} bubble">{bubble.body}</div>'
    if bubble.buttons is None:
        return body
    rows = "".join(
        f"<div>{''.join(f'<button>{html.escape(each.text)}</button>' for each in row)}</div>"
        for row in bubble.buttons.inline_keyboard
    )
    return f'{body}<div class="keyboard">{rows}</div>'


def picture(source: str, target: Path) -> None:
    """A photograph of the page, cut to its content."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("A headless Chromium is needed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        path.write_text(source, encoding="utf-8")
        shot = Path(folder, "shot.png")
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--hide-scrollbars",
                "--force-device-scale-factor=2",
                f"--window-size={WIDTH},2400",
                f"--screenshot={shot}",
                path.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        _cut(shot, target)


def _cut(shot: Path, target: Path) -> None:
    """Leave out what is below the last message: rows of the background's colour alone."""
    from PIL import Image, ImageChops

    with Image.open(shot) as opened:
        image = opened.convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((2, image.height - 2)))
    box = ImageChops.difference(image, ground).getbbox()
    bottom = (box[3] if box else image.height) + 24
    cut = image.crop((0, 0, image.width, min(bottom, image.height)))
    cut.quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    main("--photograph" in sys.argv[1:])
