"""Whatever a manifest says, it is refused, or names only what lies in its folder."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import DamagedIndex
from index.store.files.manifest import MANIFEST_NAME, FileManifest, _render
from tests.fuzz import fuzzed
from tests.index.samples import folder_in_service, index, three

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(("../x", "/etc/passwd", "a/../../b", "..", "", "CON", "x\0", "a\\..\\b")),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.sampled_from(("../x", "articles.sqlite", "/a")), st.integers(), max_size=2),
)


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    data = tmp_path_factory.mktemp("data")
    index(three(), data)
    made: dict[str, Any] = json.loads((folder_in_service(data) / MANIFEST_NAME).read_bytes())
    return made


@given(data=st.data())
@fuzzed(100)
def test_a_field_that_is_changed(fields: dict[str, Any], tmp_path: Path, data: Any) -> None:
    known = dict(fields)
    for name in data.draw(st.lists(st.sampled_from(sorted(known)), max_size=2)):
        known[name] = data.draw(ODD)
    if data.draw(st.booleans()):
        known["files"] = {**fields["files"], data.draw(st.text(max_size=12)): data.draw(ODD)}
    content = json.dumps(known).encode()
    if data.draw(st.booleans()):
        known.pop("checksum", None)
        content = _render(known)  # with the checksum that the fields call for
    _opened(tmp_path, content)


@given(raw=st.binary(max_size=200))
@fuzzed(100)
def test_any_bytes(tmp_path: Path, raw: bytes) -> None:
    _opened(tmp_path, raw)


def _opened(folder: Path, content: bytes) -> None:
    (folder / MANIFEST_NAME).write_bytes(content)
    try:
        manifest = FileManifest.open(folder)
    except DamagedIndex:
        return
    for name in (manifest.id, *manifest.files):
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert "\0" not in name
