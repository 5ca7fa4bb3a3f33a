"""What is kept about a visitor is theirs to see and to erase."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.bot.web.conftest import QUESTION


def test_visitors_see_and_erase_what_is_kept_about_them(client: TestClient) -> None:
    at = client.post("/", data={"q": QUESTION}, follow_redirects=False).headers["location"]
    client.post(f"{at}/vote", data={"vote": "good"})
    assert "1 question, 1 vote" in client.get("/mesdonnees").text
    kept = client.get("/mesdonnees.json")
    assert "attachment" in kept.headers["content-disposition"]
    assert [each["question"] for each in kept.json()["turns"]] == [QUESTION]
    assert "Tout effacer" in client.get("/oublier").text
    assert "je ne garde plus rien de vous" in client.post("/oublier").text
    assert client.get(at).status_code == 404
    assert client.get("/mesdonnees.json").json()["turns"] == []


def test_another_visitor_sees_nothing_of_it(client: TestClient) -> None:
    client.post("/", data={"q": QUESTION})
    client.cookies.clear()
    assert client.get("/mesdonnees.json").json()["turns"] == []
