"""JSON of a schema, asked of each provider in its own way, of the models that can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.model_choice import Structured

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

_NAME = "answer"


def able(model: BaseChatModel, wanted: Structured) -> bool:
    """Whether a model may be asked for JSON; what LangChain knows of it counts for `auto`."""
    if wanted != "auto":
        return wanted == "on"
    profile: Mapping[str, Any] = getattr(model, "profile", None) or {}
    # A server that hosts any model tells by refusing; most hold every model to the schema.
    return bool(profile.get("structured_output", True))


def held_to_schema(
    model: BaseChatModel, schema: Mapping[str, Any]
) -> BaseChatModel | Runnable[Any, AIMessage]:
    """The same model, whose answers are JSON of this schema."""
    form = {
        "type": "json_schema",
        "json_schema": {"name": _NAME, "schema": dict(schema), "strict": True},
    }
    fields = type(model).model_fields
    if "extra_body" in fields:
        # Under its own name langchain-openai would gather the whole answer to parse it.
        body = {**(getattr(model, "extra_body", None) or {}), "response_format": form}
        return model.model_copy(update={"extra_body": body})
    if "response_mime_type" in fields:  # Google's
        return model.bind(response_mime_type="application/json", response_schema=dict(schema))
    return model.bind(response_format=form)
