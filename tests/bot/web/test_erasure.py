"""Visitors erase what is kept about them, in the files, too."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from bot.answer import Answer
from tests.bot.messenger.samples import LENS, answered, cite
from tests.bot.web.conftest import QUESTION
from tests.e2e.telegram import StubChain

SECRET = "Qui a conçu la fondrière aux hydrangéas ?"


def test_an_answer_that_is_still_computed_is_not_stored_after_erasure(
    client: TestClient, chain: StubChain
) -> None:
    client.get("/")
    (cookie,) = client.cookies.values()
    client.cookies.clear()
    visitor = {"cookie": f"selon={cookie}"}

    def forget() -> Answer:
        client.post("/oublier", headers=visitor)
        return answered(QUESTION, cite(1, LENS))

    def forget_and_return() -> Answer:
        answer = forget()
        client.post("/", data={"q": "Et quand ?"}, headers=visitor)
        return answer

    for meanwhile, remaining in ((forget, []), (forget_and_return, ["Et quand ?"])):
        chain.answers[QUESTION] = meanwhile
        page = client.post("/", data={"q": QUESTION}, headers=visitor)
        assert LENS in page.text
        assert page.url.path == "/"
        kept = client.get("/mesdonnees.json", headers=visitor).json()
        assert [turn["question"] for turn in kept["turns"]] == remaining


def test_what_is_erased_leaves_the_files(client: TestClient, tmp_path: Path) -> None:
    def stored() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("state.sqlite*"))

    client.post("/", data={"q": SECRET})
    assert "hydrangéas".encode() in stored() or b"hydrang\\u00e9as" in stored()
    client.post("/oublier")
    assert b"hydrang" not in stored()
