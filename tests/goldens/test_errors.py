"""What is said when something is wrong, as golden texts; `tests/bot/locale` holds the languages
against each other."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.goldens.conftest import Golden
from tests.goldens.selon import ROOT, TOKEN, Ran, Selon, transcript
from tests.web.site import Answer, Site, article, rss

PROSE = "La gare de Lézan rouvrira au printemps, a annoncé la région. Trois trains la relieront."

UNREADABLE = {
    "bon.md": f"# La gare\n\n{PROSE}\n".encode(),
    "vide.txt": b"",
    "yaml.md": f'---\ntitle: "a" b: [\n---\n\n{PROSE}'.encode(),
    "word.txt": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "png.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "coupe.json": b'[{"titre": "A", "texte": "B"}, {"titre": ',
    "lignes.jsonl": b'{"titre": "T", "texte": "Un texte."}\n{pas du json}\n[1, 2]\n' + b"{}\n" * 22,
    "sans-texte.csv": b"prix;stock\n3;4\n5;6\n",
    "abime.pdf": b"%PDF-1.4 rien",
    "abime.zip": b"PK\3\4 rien",
    "accueil.html": b"<html><body><ul>"
    + b'<li><a href="/a">a</a></li>' * 60
    + b"</ul></body></html>",
    "entites.xml": b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>',
    "inconnu.xyz": b"rien",
    # Names that read like what is said of files: they must be printed as they are.
    "Budget 2025, encrypted, twice.txt": b"",
    "twice: line 3, record 4 (unknown format).json": b"[",
    "<b>gras & « guillemets ».txt": b"",
    "saut\nde ligne.txt": b"",
    "\x1b[31mrouge.txt": b"",
}


def test_files_that_cannot_be_read(bare: Selon, golden: Golden) -> None:
    """All of a folder in one build, then some alone, so that the reason is the command's."""
    folder = bare.home / "articles"
    folder.mkdir()
    for name, data in UNREADABLE.items():
        (folder / name).write_bytes(data)
    (folder / "lien-mort.md").symlink_to("nulle-part.md")
    os.mkfifo(folder / "tube.txt")
    alone = ("vide.txt", "absent, encrypted.txt")
    runs = [bare.run("index", "articles", "--verbose")]
    runs += bare.each(
        [partial(bare.apart(n).run, "index", f"articles/{name}") for n, name in enumerate(alone)]
    )
    golden("errors.files.txt", transcript(runs))


SETTINGS = """
LANGUAGE=de; THREADS=beaucoup; MIN_CONFIDENCE=2; MIN_CONFIDENCE=haute;
TELEGRAM_API_URL=nulle part; WEBHOOK_URL=ftp://exemple.fr; WEBHOOK_PORT=0; WEBHOOK_SECRET=court;
ACCESS=personne; ADMINS=12,abc; ALLOWED_GROUPS=tous; CONVERSATION_HOURS=0;
FETCH_ALLOW=a b; FETCH_ALLOW=exemple.fr:99999; FETCH_CONTACT=moi (chez moi);
CHAT_MODEL=mistral; CHAT_MODEL=extractive,ollama:a; CHAT_MODEL=ollama:a,ollama:a;
CHAT_PRICES=cher; CHAT_PRICES=1/2,3/4; CHAT_PRICES=mistral:a=1/2,mistral:a=3/4;
LOG_LEVEL=fort; LOG_TEXT=peut-être
"""


def test_settings_that_are_refused(selon: Selon, golden: Golden) -> None:
    named = (setting.strip().partition("=") for setting in SETTINGS.split(";"))
    bad = [{f"SELON_{name}": value} for name, _, value in named]
    bad.append({"SELON_THREADS": "x", "SELON_KEEP_DAYS": "y", "SELON_LOG_LEVEL": "z"})
    runs = [partial(selon.run, "status", **environment) for environment in bad]
    golden("errors.settings.txt", transcript(selon.each(runs)))


def test_chat_models_that_cannot_be_had(selon: Selon, golden: Golden) -> None:
    bad = (
        {"SELON_CHAT_MODEL": "personne:rien"},
        {"SELON_CHAT_MODEL": "mistral:a,anthropic:b", "SELON_CHAT_BASE_URL": "http://127.0.0.1:9"},
        {"SELON_CHAT_MODEL": "ollama:a", "SELON_CHAT_BUDGET_MONEY": "1"},
    )
    runs = selon.each(
        [
            partial(selon.apart(n).run, "chat-model", **environment)
            for n, environment in enumerate(bad)
        ]
    )
    runs.append(selon.run("ask", "Qui es-tu ?", SELON_CHAT_MODEL="mistral:small"))
    golden("errors.models.txt", transcript(runs))


WRONG = """
frobnicate; lst; statut; --nope; ask --jsno x; ask --json=1 x; status extra; status --data-dir;
list --limit; list --limit x; list --limit 0; list --since hier; list --since 2025-13;
list --until 2025-02-30; list --since 2026 --until 2025; show; remove; remove rien-de-tel;
remove le; remove --restore rien-de-tel; export; import; add;
add --limit 0 https://selon.example/; index --map foo; index --map foo=bar;
index --map text=; index --map =corps; index --map text=a,text=b; index --map ,;
index nulle-part; index corpus nulle-part;
watch --every 5; watch nulle-part; sources check rien; sources remove rien;
sources add a ftp://selon.example/; sources add sent http://selon.example/;
sources add a http://selon.example/ --kind gopher;
sources add a http://selon.example/ --set password=secret; chat --colour; bot extra; eval
"""


def test_options_that_are_wrong(selon: Selon, golden: Golden) -> None:
    golden("errors.options.txt", transcript(selon.typed(WRONG, at_once=2)))


ASKING = "index; index --if-missing; ask Bonjour; ask --json Bonjour"
TELLING = """
status; status --json; status --duplicates; list; list --removed; show a; remove a;
remove --restore a; rollback; export copie; import rien; watch; eval questions.jsonl; chat-model;
ask Bonjour --data-dir fichier; status --data-dir fichier; index fichier --data-dir fichier
"""


def test_no_index(bare: Selon, golden: Golden) -> None:
    (bare.home / "fichier").write_bytes(b"x")
    runs = [*bare.typed(ASKING), bare.run("chat", given="Bonjour\n"), *bare.typed(TELLING)]
    golden("errors.no-index.txt", transcript(runs))


def test_an_index_that_is_not_whole(selon: Selon, bare: Selon, golden: Golden) -> None:
    first = ((re.escape(str(selon.home)), "<home>"),)
    spoken = replace(bare, changes=first)
    runs: list[Ran] = []
    for name, harm in HARMS.items():
        shutil.rmtree(bare.home / ".selon", ignore_errors=True)
        shutil.copytree(selon.home / ".selon", bare.home / ".selon")
        (generation,) = (bare.home / ".selon" / "index" / "generations").iterdir()
        harm(generation)
        runs.append(Ran(f"# {name}", 0, "", ""))
        runs += [spoken.run("status"), spoken.run("export", "copie")]
        runs.append(spoken.run("rollback"))  # last: it mends what the others meet
    golden("errors.damage.txt", transcript(runs))


def _shortened(generation: Path, name: str) -> None:
    path = generation / name
    path.write_bytes(path.read_bytes()[:-10])


def _told(generation: Path, **fields: object) -> None:
    path = generation / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}), encoding="utf-8")


def _current(generation: Path, text: str) -> None:
    (generation.parent.parent / "CURRENT").write_text(text, encoding="utf-8")


HARMS: dict[str, Callable[[Path], object]] = {
    "a manifest of a newer format": lambda at: _told(at, format=99),
    "a manifest that is none": lambda at: (at / "manifest.json").write_text("{}"),
    "a manifest that is missing": lambda at: (at / "manifest.json").unlink(),
    "a file that is cut": lambda at: _shortened(at, "articles.sqlite"),
    "a file that is missing": lambda at: (at / "sentences.faiss").unlink(),
    "a name of what is not there": lambda at: _current(at, "20200101T000000.000000Z"),
    "a list of removed articles that is none": lambda at: (
        at.parent.parent.parent / "removed.json"
    ).write_text("[]"),
}


def test_a_model_that_cannot_be_prepared(bare: Selon, golden: Golden) -> None:
    (bare.home / "a.md").write_text(f"# La gare\n\n{PROSE}\n", encoding="utf-8")
    (bare.home / "cache").write_bytes(b"a file")
    run = bare.run("index", "a.md", SELON_CACHE_DIR="cache")
    golden("errors.embedding.txt", transcript([run]))


def test_an_index_that_is_being_built(bare: Selon, golden: Golden) -> None:
    (bare.home / "a.md").write_text(f"# La gare\n\n{PROSE}\n", encoding="utf-8")
    shutil.copytree(ROOT / "corpus", bare.home / "corpus")
    process, folder = bare.start("index", "corpus")
    steps = ("Lecture des articles…", "Reading the articles…")
    _until(lambda: _said(folder / "stderr", steps))
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        runs = bare.typed("index a.md; rollback; import x; status")
    finally:
        os.kill(process.pid, signal.SIGCONT)
        os.kill(process.pid, signal.SIGINT)
        code = bare.forks.wait(process)
    stopped = bare.ran(("index", "corpus"), folder, code)
    golden("errors.locked.txt", transcript(runs))
    assert code == 1, stopped


def _said(path: Path, steps: tuple[str, ...]) -> bool:
    return path.exists() and any(step in path.read_text("utf-8") for step in steps)


def _until(so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_addresses(bare: Selon, golden: Golden) -> None:
    with Site() as site:
        site.pages |= _pages(site)
        paths = [path for path in site.pages if path != "/robots.txt"]
        allowed = {"SELON_FETCH_ALLOW": f"127.0.0.1:{site.port}"}
        runs = [
            partial(bare.apart(n).run, "add", "--no-index", f"{site.url}{path}", **allowed)
            for n, path in enumerate([*paths, "/absent"])
        ]
        runs += [
            partial(bare.apart(100 + n).run, "add", "--no-index", address)
            for n, address in enumerate((f"{site.url}/article", *ADDRESSES))
        ]
        told = transcript(bare.each(runs, at_once=12))
        told += "\n" + transcript([bare.run("add", f"{site.url}/article", **allowed)])
    golden("errors.addresses.txt", told)


ADDRESSES = ("ftp://exemple.fr/a", "file:///etc/passwd", "https://moi:secret@exemple.fr/a")


def _pages(site: Site) -> dict[str, Answer]:
    return {
        "/robots.txt": Answer("User-agent: *\nDisallow: /interdit\n", "text/plain"),
        "/article": article("Le phare de Sainte-Anne"),
        "/interdit": article("Interdit"),
        "/image": Answer(b"\x89PNG\r\n\x1a\n", "image/png"),
        "/ailleurs": Answer("", status=302, headers={"Location": "https://exemple.invalid/"}),
        "/boucle": Answer("", status=302, headers={"Location": "/boucle"}),
        "/encodage": Answer("x", headers={"Content-Encoding": "br"}),
        "/flux": rss(site.url, [("/article", None), ("/absent", None), ("/interdit", None)]),
        "/accueil": Answer(
            "<html><body><ul>" + '<li><a href="/a">a</a></li>' * 40 + "</ul></body></html>"
        ),
    }


def test_the_bot_that_cannot_start(selon: Selon, bare: Selon, golden: Golden) -> None:
    shutil.copytree(selon.home / ".selon", bare.home / ".selon")
    (bare.home / "base.sqlite").write_bytes(b"ce n'est pas une base de donnees" * 40)
    with sqlite3.connect(bare.home / "autre.sqlite") as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES ('9999')")
    other.close()
    token = {"SELON_TELEGRAM_TOKEN": TOKEN}
    away = {**token, "SELON_TELEGRAM_API_URL": "http://127.0.0.1:1"}
    runs = [
        partial(bare.run, "bot"),
        partial(bare.run, "bot", SELON_TELEGRAM_TOKEN="rien"),
        partial(bare.run, "bot", **away, SELON_DATABASE_URL="sqlite:///base.sqlite"),
        partial(bare.run, "bot", **away, SELON_DATABASE_URL="sqlite:///autre.sqlite"),
        partial(bare.run, "bot", **away, SELON_DATABASE_URL="rien"),
        partial(bare.run, "bot", "--check"),
        partial(bare.run, "bot", "--check", SELON_TELEGRAM_TOKEN="rien"),
        partial(bare.run, "bot", "--check", "--data-dir", "vide", **away),
        partial(bare.run, "bot", "--check", **away, SELON_WEBHOOK_URL="http://exemple.fr/a"),
        partial(bare.run, "bot", "--check", **away, SELON_DATABASE_URL="sqlite:///base.sqlite"),
        partial(bare.run, "bot", "--check", **away, SELON_CHAT_MODEL="mistral:a"),
    ]
    # One at a time: they share a database.
    golden("errors.bot.txt", transcript(bare.each(runs, at_once=1)))
