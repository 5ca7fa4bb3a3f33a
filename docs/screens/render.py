"""Writes `messages.html`, what the bot says as Telegram shows it, and photographs it.

Run from the project's root: `python docs/screens/render.py [--photograph] [SCENE…]`. The pictures
need a headless Chromium and, for Telegram's letters, `fonts-roboto-unhinted` and
`fonts-noto-color-emoji`.
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))  # the tests' Bot API server is no installed package

if TYPE_CHECKING:
    from scenes import Bubble

WIDTH, SCALE, COLOURS = 430, 1.5, 256


def main(arguments: Sequence[str]) -> None:
    from scenes import played

    wanted = [each for each in arguments if not each.startswith("-")]
    screens = asyncio.run(played(wanted))
    shown = HERE / "messages.html"
    before = shown.read_text(encoding="utf-8") if wanted else ""
    shown.write_text(page(screens, before=before), encoding="utf-8")
    if "--photograph" in arguments:
        for name in screens:
            for theme in ("light", "dark"):
                picture(page({name: screens[name]}, theme), HERE / f"{name}-{theme}.png")


def page(screens: Mapping[str, Sequence[Bubble]], theme: str = "auto", before: str = "") -> str:
    """The chats of these scenes, and of the others that stand in the page `before`."""
    sections = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', before, re.DOTALL))
    sections |= {name: "".join(map(_bubble, bubbles)) for name, bubbles in screens.items()}
    chats = "\n".join(f'<section id="{name}">{chat}</section>' for name, chat in sections.items())
    style = (HERE / "messages.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="fr" class="{theme}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Selon sur Telegram</title>\n'
        f"<style>\n{style}</style>\n{chats}\n</html>\n"
    )


def _bubble(bubble: Bubble) -> str:
    if bubble.maker == "pressed":
        return f'<div class="pressed"><span>{bubble.body}</span></div>'
    quoted = f'<div class="quoted">{bubble.quoted}</div>' if bubble.quoted else ""
    body = f'<div class="{bubble.maker} bubble">{quoted}{bubble.body}</div>'
    if not bubble.rows:
        return body
    rows = "".join(
        f"<div>{''.join(f'<button>{html.escape(each)}</button>' for each in row)}</div>"
        for row in bubble.rows
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
                f"--force-device-scale-factor={SCALE}",
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
    bottom = (box[3] if box else image.height) + 18
    cut = image.crop((0, 0, image.width, min(bottom, image.height)))
    cut.quantize(COLOURS).save(target, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
