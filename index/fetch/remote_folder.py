"""Sources in a folder: of this machine, or elsewhere by WebDAV, S3 or SFTP, to which fsspec gives
one interface (the extra `sources`). A file is fetched again when its size, date or tag differs."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from index.errors import FetchError, Problem, Words
from index.fetch.address import Address
from index.fetch.gatherer import GatherEvent
from index.fetch.mirror import Mirror
from index.fetch.source import MissingItem, SourceContext, SourceItem, SourceSettings
from index.formats.base import WHOLE_FILE_BYTES
from index.formats.table import suffix_of

OpenFolder: TypeAlias = "LocalFolder | RemoteFolder"

_SECONDS = 60.0
_HIDDEN = (".", "~$")
_SETTLED = timedelta(seconds=3)
_FACTS = ("size", "mtime", "modified", "etag", "ETag", "LastModified", "content_length")
_SCHEMES = {"webdav": "http", "webdavs": "https"}


def follow(source: SourceSettings, context: SourceContext) -> Iterator[GatherEvent]:
    """See `index.fetch.table.SourceReader`."""
    with Mirror(context) as mirror, open_folder(source, context.secret) as folder:
        yield from mirror.store(_changes(source, folder, mirror))


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a folder: its path below it, and a version that differs whenever it changes."""

    path: str
    version: str
    size: int


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self) -> list[ListedFile]:
        """The files below, hidden ones left out, in order of their paths. Raises OSError."""
        if not self._root.is_dir():
            raise FileNotFoundError(self._root)
        files = []
        for folder, folders, names in os.walk(self._root):
            folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
            for path in (Path(folder, name) for name in names if not name.startswith(_HIDDEN)):
                if path.is_file():
                    facts, below = path.stat(), path.relative_to(self._root).as_posix()
                    version = _version({"size": facts.st_size, "mtime": facts.st_mtime_ns})
                    files.append(ListedFile(below, version, facts.st_size))
        return sorted(files, key=lambda file: file.path)

    def read(self, path: str) -> bytes:
        return (self._root / path).read_bytes()


class RemoteFolder:
    """A folder of any file system. Errors are of whatever library reads it: see `open_folder`."""

    def __init__(self, system: Any, root: str) -> None:
        self._system, self._root = system, root.rstrip("/")

    def files(self) -> list[ListedFile]:
        """The files below, hidden ones left out, in order of their paths."""
        self._system.invalidate_cache()
        if not self._system.isdir(self._root or "/"):
            raise FileNotFoundError(self._root)
        found = self._system.find(self._root or "/", detail=True)
        prefix = str(self._system._strip_protocol(self._root)).strip("/")
        files = []
        for name, facts in found.items():
            path = name.strip("/").removeprefix(prefix).strip("/")
            if not any(part.startswith(_HIDDEN) for part in path.split("/")):
                size = int(facts.get("size") or facts.get("content_length") or 0)
                files.append(ListedFile(path, _version(facts), size))
        return sorted(files, key=lambda file: file.path)

    def read(self, path: str) -> bytes:
        data: bytes = self._system.cat_file(f"{self._root}/{path}")
        return data


@contextmanager
def open_folder(source: SourceSettings, secret: str) -> Iterator[OpenFolder]:
    """Open the folder of a source; errors of its library become a FetchError of the source."""
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    try:
        yield _open(source, secret)
    except FetchError:
        raise
    except ImportError as error:
        raise FetchError("source-no-library", subject=source.name) from error
    except FileNotFoundError as error:
        folder = Problem("source-no-folder", name=unquote(urlsplit(source.address).path) or "/")
        raise FetchError(folder, subject=source.name) from error
    except Exception as error:  # each library has exceptions of its own
        if isinstance(error, PermissionError) or _is_denial(error):
            raise FetchError("source-denied", subject=source.name) from error
        # Their messages may hold addresses with passwords.
        reason = Words((isinstance(error, OSError) and error.strerror) or type(error).__name__)
        raise FetchError(
            "address-unreachable", subject=source.address, reason=reason, is_transient=True
        ) from error


def _is_denial(error: Exception) -> bool:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status in (401, 403) or type(error).__name__ == "AuthenticationException"


def _open(source: SourceSettings, secret: str) -> OpenFolder:
    address = urlsplit(source.address)
    path = unquote(address.path)
    match address.scheme:
        case "sftp":
            return RemoteFolder(_open_sftp(source, secret), path)
        case "webdav" | "webdavs":
            from webdav4.fsspec import WebdavFileSystem

            url = f"{_SCHEMES[address.scheme]}://{address.netloc}"
            if Address.parse(url).scheme == "http" and not _is_local(address.hostname):
                raise FetchError("source-insecure", subject=source.name)
            login = (source.user, secret) if source.user else None
            options = {"timeout": _SECONDS, "trust_env": False}
            return RemoteFolder(WebdavFileSystem(url, auth=login, **options), path or "/")
        case "s3":
            import fsspec

            endpoint = str(source.options.get("endpoint", "")) or None
            system = fsspec.filesystem(
                "s3",
                key=source.user or None,
                secret=secret or None,
                anon=not source.user,
                endpoint_url=endpoint,
                skip_instance_cache=True,
            )
            return RemoteFolder(system, f"{address.netloc}{path}")
    return LocalFolder(Path(path))


def _open_sftp(source: SourceSettings, secret: str) -> Any:
    """Connect to a server that has the host key of the settings. Raises FetchError."""
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    def check(policy: object, client: object, host: str, key: Any) -> None:
        if key.fingerprint != source.options.get("host_key"):
            raise FetchError("source-unknown-key", subject=source.name, key=key.fingerprint)

    policy = type("_HostKey", (paramiko.MissingHostKeyPolicy,), {"missing_host_key": check})
    address = urlsplit(source.address)
    return SFTPFileSystem(
        address.hostname or "",
        port=address.port or 22,
        username=source.user,
        host_key_policy=policy(),
        timeout=_SECONDS,
        banner_timeout=_SECONDS,
        auth_timeout=_SECONDS,
        allow_agent=False,
        look_for_keys=not secret,  # without a password, the keys of this account
        skip_instance_cache=True,
        **({"password": secret} if secret else {}),
    )


def _is_local(host: str | None) -> bool:
    return host in ("127.0.0.1", "localhost", "::1")


def _changes(
    source: SourceSettings, folder: OpenFolder, mirror: Mirror
) -> Iterator[SourceItem | MissingItem]:
    """Yield changed and missing files. A folder that has become empty is taken for one that is not
    mounted: nothing is removed."""
    files = {file.path: file for file in folder.files() if suffix_of(file.path)}
    if not files and mirror.versions:
        raise FetchError("source-empty", subject=source.name)
    for path, file in files.items():
        if mirror.versions.get(path) != file.version:
            body = folder.read(path) if file.size <= WHOLE_FILE_BYTES else None
            yield SourceItem(path, file.version, body, _suffix(path), name=PurePosixPath(path).stem)
    for path in [path for path in mirror.versions if path not in files]:
        yield MissingItem(path)


def _suffix(path: str) -> str:
    suffix = suffix_of(path)
    assert suffix is not None, "only files of known formats are fetched"
    return suffix


def _version(facts: Mapping[str, Any]) -> str:
    """Digest what tells a file's version; another one while it may change within the same second,
    which is all that many servers tell."""
    values = [facts[name] for name in _FACTS if facts.get(name)]
    now = datetime.now(UTC)
    dates = (value for value in values if isinstance(value, datetime) and value.tzinfo)
    if any(abs(now - day) < _SETTLED for day in dates):
        values.append(now)
    return hashlib.sha256("|".join(map(str, values)).encode()).hexdigest()[:16]
