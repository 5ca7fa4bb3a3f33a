"""Sources in folders: of this machine, and over a real WebDAV server; agency drops."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from index.errors import FetchError
from index.fetch import agency
from index.fetch.fetcher import Fetcher
from index.fetch.gatherer import FailedAddress, GatheredAddress
from index.fetch.source import SourceContext, SourceSettings
from index.fetch.table import SOURCE_KINDS
from index.tasks import TaskRequester

NONE = TaskRequester.__new__(TaskRequester)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        agency, "_split", lambda documents, source: agency._split_in_process(NONE, documents)
    )


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder = tmp_path / "there" / "dépêches"
    folder.mkdir(parents=True)
    for number in range(5):
        write(folder, f"note {number}", f"La note {number} parle des pommes du marché.")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    return folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.md").write_text(f"---\ntitle: {name}\n---\n\n{text}\n", encoding="utf-8")


def read(kind: str, address: str, folder: Path, secret: str = "") -> list[str]:
    source = SourceSettings("x", kind, address, user="selon" if secret else "")
    with Fetcher("9.9") as fetcher:
        events = SOURCE_KINDS[kind].load().follow(source, SourceContext(folder, fetcher, secret))
        return sorted(
            event.state if isinstance(event, GatheredAddress) else event.error.code
            for event in events
            if isinstance(event, GatheredAddress | FailedAddress)
        )


@pytest.fixture
def webdav(there: Path) -> Iterator[str]:
    """The address of the folder on a WebDAV server, WsgiDAV."""
    from wsgidav.wsgidav_app import WsgiDAVApp

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None: ...

    users = {"*": {"selon": {"password": "clé-locale"}}}
    login = {"accept_basic": True, "accept_digest": False, "default_to_digest": False}
    settings = {
        "provider_mapping": {"/": str(there.parent)},
        "simple_dc": {"user_mapping": users},
        "http_authenticator": login,
        "logging": {"enable": False},
    }
    server = make_server("127.0.0.1", 0, WsgiDAVApp(settings), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"webdav://127.0.0.1:{server.server_port}/d%C3%A9p%C3%AAches"
    server.shutdown()
    thread.join(30)
    server.server_close()


@pytest.mark.parametrize("kind", ["file", "webdav"])
def test_a_folder_is_followed(
    kind: str, there: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue("webdav") if kind == "webdav" else there.as_uri()
    here, secret = tmp_path / "here", "clé-locale" if kind == "webdav" else ""
    assert read("folder", address, here, secret) == ["added"] * 5
    write(there, "note 0", "La note 0 parle désormais de toutes les poires du marché.")
    (there / "note 1.md").unlink()
    (there / "sous").mkdir()
    write(there / "sous", "note 9", "La note 9 est dans un sous-dossier du serveur.")
    changes = [state for state in read("folder", address, here, secret) if state != "unchanged"]
    assert changes == ["added", "removed", "updated"]


def test_a_folder_of_this_machine_needs_no_library(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fsspec", "fsspec.implementations.local", "paramiko", "webdav4"):
        monkeypatch.setitem(sys.modules, name, None)
    (there / ".caché").mkdir()
    write(there / ".caché", "brouillon", "Rien.")
    (there / "lien.md").symlink_to(there / "absent.md")
    assert read("folder", there.as_uri(), tmp_path / "x") == ["added"] * 5
    assert read("folder", there.as_uri(), tmp_path / "x") == []


def test_what_goes_wrong_is_told(webdav: str, there: Path, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="source-denied"):
        read("folder", webdav, tmp_path / "a", "autre")
    with pytest.raises(FetchError, match="source-no-folder"):
        read("folder", webdav + "x", tmp_path / "a", "clé-locale")
    read("folder", there.as_uri(), tmp_path / "here")
    for path in there.iterdir():
        path.unlink()
    with pytest.raises(FetchError, match="source-empty"):  # as if it were not mounted
        read("folder", there.as_uri(), tmp_path / "here")
    assert len(list((tmp_path / "here").glob("[!.]*"))) == 5


def dispatch(version: int, status: str, text: str = "Le port rouvre lundi matin.") -> str:
    return (
        "<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='urn:exemple:1' "
        f"version='{version}'><itemMeta><versionCreated>2026-06-0{version}T08:00:00Z"
        f"</versionCreated><pubStatus qcode='stat:{status}'/></itemMeta><contentMeta><headline>"
        f"Le port</headline></contentMeta><contentSet><inlineXML><html><body><p>{text}</p></body>"
        "</html></inlineXML></contentSet></newsItem>"
    )


def test_an_agency_corrects_and_kills(tmp_path: Path) -> None:
    drop, here = tmp_path / "drop", tmp_path / "here"
    drop.mkdir()

    def drop_file(name: str, text: str) -> list[str]:
        (drop / name).write_text(text, encoding="utf-8")
        return read("agency", drop.as_uri(), here)

    def texts() -> list[str]:
        return [path.read_text(encoding="utf-8") for path in here.glob("[!.]*")]

    assert drop_file("a.xml", dispatch(1, "usable")) == ["added"]
    assert drop_file("b.xml", dispatch(3, "usable", "Le port rouvre mardi.")) == ["updated"]
    assert drop_file("c.xml", dispatch(2, "usable", "Le port rouvre jeudi.")) == []  # late
    (only,) = texts()
    assert "mardi" in only
    (drop / "b.xml").unlink()
    assert drop_file("d.xml", "<newsItem") == ["xml-malformed"]
    assert len(texts()) == 1
    assert drop_file("e.xml", dispatch(4, "canceled")) == ["removed"]
    assert texts() == []
    assert drop_file("f.xml", dispatch(3, "usable")) == []
    assert drop_file("g.xml", dispatch(5, "usable")) == ["added"]


def test_a_message_of_several_dispatches_and_a_kill_in_nitf(tmp_path: Path) -> None:
    drop, here = tmp_path / "drop", tmp_path / "here"
    drop.mkdir()
    two = dispatch(1, "usable") + dispatch(1, "usable").replace("urn:exemple:1", "urn:exemple:2")
    (drop / "a.xml").write_text(f"<newsMessage><itemSet>{two}</itemSet></newsMessage>", "utf-8")
    nitf = (
        "<nitf><head><docdata management-status='{}'><doc-id id-string='n1'/></docdata></head>"
        "<body><body.head><hedline><hl1>Le pont</hl1></hedline></body.head><body.content>"
        "<p>Le pont ferme.</p></body.content></body></nitf>"
    )
    (drop / "n.xml").write_text(nitf.format("usable"), "utf-8")
    assert read("agency", drop.as_uri(), here) == ["added"] * 3
    (drop / "n2.xml").write_text(nitf.format("canceled"), "utf-8")
    assert read("agency", drop.as_uri(), here) == ["removed"]
