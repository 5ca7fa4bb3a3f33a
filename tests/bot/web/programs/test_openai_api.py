"""The API of OpenAI, called by its own client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import openai
import pytest

SURE = "Qui a inventé le Minitel ?"
ASKED = [{"role": "user", "content": SURE}]
REFUSED = "Comment renouveler son passeport ?"
LINK = re.compile(r"\[(\d+)\]\(([^)]+)\)")


@pytest.fixture(scope="module")
def client(live: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{live}/v1", api_key="none", max_retries=0) as client:
        yield client


def chat(client: openai.OpenAI, *messages: str, model: str = "selon", **more: Any) -> Any:
    roles = ("user", "assistant")
    spoken = [{"role": roles[at % 2], "content": text} for at, text in enumerate(messages)]
    return client.chat.completions.create(model=model, messages=spoken, **more)  # type: ignore[call-overload]


def check_links(text: str, links: list[Any]) -> None:
    """Each citation is a link of the text, at the place that it names."""
    cited = [text[link.start_index : link.end_index] for link in links]
    assert cited == [match[0] for match in LINK.finditer(text)]
    for link, words in zip(links, cited, strict=True):
        assert words.endswith(f"]({link.url})")
        assert link.title


def test_there_is_one_model(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["selon"]
    assert client.models.retrieve("selon").owned_by == "selon"
    with pytest.raises(openai.NotFoundError, match="gpt"):
        client.models.retrieve("gpt")


def test_a_chat_answer_cites_the_articles_streamed_or_not(client: openai.OpenAI) -> None:
    whole = chat(client, SURE).choices[0].message
    assert whole.role == "assistant"
    assert {annotation.type for annotation in whole.annotations} == {"url_citation"}
    check_links(whole.content, [annotation.url_citation for annotation in whole.annotations])
    chunks = list(chat(client, SURE, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert LINK.sub("", text) == LINK.sub("", whole.content)
    assert chunks[0].choices[0].delta.role == "assistant"

    last = chunks[-1].choices[0]
    assert last.finish_reason == "stop"
    links = [SimpleNamespace(**annotation["url_citation"]) for annotation in last.delta.annotations]
    check_links(text, links)
    assert len(links) == len(whole.annotations)


def test_usage_counts_the_words_of_question_and_answer(client: openai.OpenAI) -> None:
    asked = len(SURE.split())
    whole = chat(client, SURE)
    answer = len(whole.choices[0].message.content.split())
    counts = whole.usage.prompt_tokens, whole.usage.completion_tokens, whole.usage.total_tokens
    assert counts == (asked, answer, asked + answer)
    *others, last = chat(client, SURE, stream=True, stream_options={"include_usage": True})
    assert (last.choices, last.usage.prompt_tokens) == ([], asked)
    assert [other.usage for other in others] == [None] * len(others)
    usage = client.responses.create(model="selon", input=SURE).usage
    assert usage is not None
    assert (usage.input_tokens, usage.total_tokens) == (asked, asked + usage.output_tokens)


def test_a_streamed_response_adds_its_citations_and_completes(client: openai.OpenAI) -> None:
    events = list(client.responses.create(model="selon", input=SURE, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    added: list[Any] = [
        event.annotation
        for event in events
        if event.type == "response.output_text.annotation.added"
    ]
    assert added
    check_links(text, added)
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == text
    kept = last.response.output[0].content[0].annotations  # type: ignore[union-attr]
    assert [annotation.model_dump() for annotation in kept] == [
        annotation.model_dump() for annotation in added
    ]


def test_a_refusal_is_an_ordinary_message(client: openai.OpenAI) -> None:
    whole = chat(client, REFUSED).choices[0]
    pieces = [chunk.choices[0].delta.content or "" for chunk in chat(client, REFUSED, stream=True)]
    assert (whole.message.annotations, whole.finish_reason) == ([], "stop")
    for text in (whole.message.content, "".join(pieces)):
        assert text.startswith("Je ne sais pas\u00a0: les articles ne le disent pas.")


def test_earlier_messages_are_the_conversation(client: openai.OpenAI) -> None:
    first = chat(client, "Qui a découvert la grotte de Lascaux ?").choices[0].message.content
    alone = chat(client, "Quel jour ?").choices[0].message.content
    after = chat(client, "Qui a découvert la grotte de Lascaux ?", first, "Quel jour ?")
    assert after.choices[0].message.content != alone
    assert "Lascaux" in after.choices[0].message.content


def test_content_may_be_parts_and_instructions_are_ignored(client: openai.OpenAI) -> None:
    messages: list[Any] = [
        {"role": "system", "content": "Answer in verse."},
        {"role": "user", "content": [{"type": "text", "text": SURE}]},
    ]
    spoken = client.chat.completions.create(
        model="selon", messages=messages, temperature=0.3, extra_body={"unknown": [1]}
    )
    assert spoken.choices[0].message.annotations
    asked: list[Any] = [{"role": "user", "content": [{"type": "input_text", "text": SURE}]}]
    response = client.responses.create(model="selon", instructions="Sing.", input=asked)
    said = spoken.choices[0].message.content or ""
    assert LINK.sub("", response.output_text) == LINK.sub("", said)


def test_an_answer_says_its_outcome(client: openai.OpenAI) -> None:
    for question, outcome in ((SURE, "perhaps"), (REFUSED, "no")):
        assert chat(client, question).outcome == outcome
        chunks = list(chat(client, question, stream=True))
        assert [getattr(chunk, "outcome", None) for chunk in chunks][-2:] == [None, outcome]
        response: Any = client.responses.create(model="selon", input=question)
        assert response.outcome == outcome
        *_, last = client.responses.create(model="selon", input=question, stream=True)
        assert last.response.outcome == outcome  # type: ignore[union-attr]


def test_a_long_conversation_goes_on(client: openai.OpenAI) -> None:
    poem = "Il pleut sur la ville. " * 20_000
    answer = chat(client, "Écris un poème.", poem, SURE)
    assert answer.choices[0].message.annotations
    parts = [{"type": "output_audio"}, {"type": "output_text", "text": "Un poème."}]
    turns: list[Any] = [*ASKED, {"role": "assistant", "content": parts}, *ASKED]
    assert client.responses.create(model="selon", input=turns).output_text
    with pytest.raises(openai.APIStatusError) as caught:
        chat(client, SURE, 3 * poem, SURE)
    assert caught.value.status_code == 413


def test_what_would_be_ignored_to_the_cost_of_a_program_is_refused(client: openai.OpenAI) -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    cases: list[tuple[str, Any]] = [
        ("response_format", {"type": "json_object"}),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}),
        ("response_format", "json"),
        ("tool_choice", "required"),
        ("tool_choice", tool),
        ("function_call", {"name": "f"}),
        ("modalities", ["text", "audio"]),
        ("logprobs", True),
    ]
    for name, value in cases:
        with pytest.raises(openai.BadRequestError) as caught:
            chat(client, SURE, extra_body={name: value})
        assert (caught.value.param or "").startswith(name)
        assert not re.search("Input|Value", caught.value.message)
    for fields in ({"tool_choice": "required"}, {"text": {"format": {"type": "json_object"}}}):
        with pytest.raises(openai.BadRequestError):
            client.responses.create(model="selon", input=SURE, extra_body=fields)
    accepted = {"response_format": {"type": "text"}, "tool_choice": "auto", "tools": [tool]}
    assert chat(client, SURE, extra_body=accepted).choices[0].message.content


def test_what_cannot_be_done_is_a_clear_error(client: openai.OpenAI) -> None:
    picture = [{"role": "user", "content": [{"type": "image_url"}]}]
    shapeless = [[{"type": {}}], [{"type": "text", "text": {}}], [None], {}, 7]
    cases: list[tuple[Any, dict[str, Any], str, str]] = [
        *(
            ([{"role": "user", "content": content}], {}, "messages[0].content", "chat_field")
            for content in shapeless
        ),
        (ASKED, {"n": 2}, "n", "chat_field"),
        (ASKED, {"stream": "yes"}, "stream", "chat_field"),
        ([{"role": "robot", "content": SURE}], {}, "messages[0].role", "chat_field"),
        (picture, {}, "messages[0].content", "chat_field"),
        ("?", {}, "messages", "chat_field"),
        ([], {}, "messages", "chat_no_question"),
        ([{"role": "assistant", "content": "?"}], {}, "messages", "chat_no_question"),
    ]
    for messages, fields, param, code in cases:
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(model="selon", messages=messages, **fields)
        assert (caught.value.param, caught.value.code) == (param, code)
        assert caught.value.type == "invalid_request_error"
        assert not re.search("Input|Value|reads", caught.value.message)
    with pytest.raises(openai.NotFoundError) as missing:
        chat(client, SURE, model="gpt")
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        client.responses.create(model="selon", input=SURE, previous_response_id="resp_1")
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            chat(client, "a" * 1_001, stream=stream)
        assert caught.value.code == "web_question_long"
