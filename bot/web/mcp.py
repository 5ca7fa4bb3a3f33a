"""The MCP server: tools for assistants to search, read and ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any

from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.requests import Request

from bot.answer import Outcome, link_to, web_address
from bot.assembly import chain_over, chat_models_in, open_index
from bot.errors import MissingPage, WebError
from bot.json_records import AnswerSectionRecord, sections_record
from bot.library.articles import Library
from bot.locale.answers import title_of
from bot.rights import read_collections
from bot.settings import Settings
from bot.understanding.intents import COMMAND_INTENTS
from bot.understanding.texts import CommandPhrases
from bot.web.addresses import article_address, base_address, citation_address
from bot.web.conversations import answer_in
from bot.web.program_calls import ProgramCall
from bot.web.program_errors import ProgramError, field_error
from bot.web.service import (
    READ_COST,
    SEARCH_COST,
    StoredAnswer,
    Visitor,
    WebService,
    function_question,
    plain_question,
    without_nul,
)
from index.article import Article

_FUNCTION_NAMES = ", ".join(f"`{intent.commands[1]}`" for intent in COMMAND_INTENTS)
INSTRUCTIONS = (
    "Selon answers questions about a corpus of articles with the articles' own sentences. Use "
    f"`ask` for a question, {_FUNCTION_NAMES} for more than a fact about a subject, `search` and "
    "`fetch` to read the articles. Quote its citations as they are, with a link to their url, if "
    "any. If the outcome is `perhaps`, say that the answer is uncertain; if it is `no`, the "
    "articles do not say."
)
RESULTS = 10  # articles


class Query(BaseModel):
    query: Annotated[str, Field(description="What to search the articles for.")]


class ArticleKey(BaseModel):
    id: Annotated[str, Field(description="The id of an article, as `search` and `ask` give it.")]


class Question(BaseModel):
    question: Annotated[
        str, Field(description="One question that stands alone, in the language of the articles.")
    ]
    conversation: Annotated[
        str | None,
        Field(description="Goes on in the conversation of this id; `new` begins one, with an id."),
    ] = None


class FunctionCall(BaseModel):
    subject: Annotated[
        str, Field(description="A subject, a person, a title, or two subjects: “A and B”.")
    ]
    since: Annotated[
        str | None,
        Field(alias="from", description="First day, month or year: 2025-08-29, 2025-08, 2025."),
    ] = None
    until: Annotated[str | None, Field(alias="to", description="Last day, month or year.")] = None


class ArticleLink(BaseModel):
    """An article and where a person can read it: online, else in Selon's reader, if it runs."""

    id: str
    title: str
    url: str | None


class SearchResults(BaseModel):
    """Articles, best first."""

    results: list[ArticleLink]


class Document(ArticleLink):
    """A whole article; `metadata` holds what is known of its author, outlet, section and dates."""

    text: str
    metadata: dict[str, str]


class Quote(ArticleLink):
    """A verbatim quote, `text[start:end]` of its article, whose `id` and `title` are given; the
    `url` leads to the quote."""

    number: int
    quote: str
    start: int
    end: int
    metadata: dict[str, str]


class CitedAnswer(BaseModel):
    """An answer with markers such as `[1]`, the number of a citation.

    The articles say so (`sure`), may say so (`perhaps`) or do not (`no`, with the nearest ones);
    `help` are numbers to call for somebody in distress. `sections` are its sentences below their
    headings, with the days of what they tell; `kind` is the function that answered.
    """

    question: str
    kind: str
    outcome: Outcome
    answer: str
    sections: list[AnswerSectionRecord]
    citations: list[Quote]
    nearest: list[ArticleLink]
    conversation: str | None


@dataclass(frozen=True, slots=True)
class ToolCaller:
    """The caller of a tool, and how to serve them; `base` is the URL of the pages ("": none).

    `ask` takes a question and the id of a conversation, and returns the answer with the id; it
    raises WebError. `count` takes a cost in questions and raises TooManyQuestions. Without a
    `visitor`, nothing is theirs.
    """

    language: str
    base: str
    ask: Callable[[str, str | None], Awaitable[tuple[StoredAnswer, str | None]]]
    count: Callable[[float], Awaitable[None]]
    visitor: Visitor | None = None


class ArticleTools:
    """The implementations of the tools."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def search(self, asker: ToolCaller, arguments: Query) -> SearchResults:
        query = plain_question(arguments.query)
        await asker.count(SEARCH_COST)
        articles = await asyncio.to_thread(self._library.rank, query)
        return SearchResults(results=[_link(article, asker) for article in articles[:RESULTS]])

    async def fetch(self, asker: ToolCaller, arguments: ArticleKey) -> Document:
        await asker.count(READ_COST)
        article = await asyncio.to_thread(self._library.article, without_nul(arguments.id))
        if article is None:
            raise MissingPage("web-article-none")
        link = _link(article, asker)
        return Document(**link.model_dump(), text=article.text, metadata=_metadata(article))

    async def ask(self, asker: ToolCaller, arguments: Question) -> CitedAnswer:
        return await self._answer(asker, arguments.question, arguments.conversation)

    async def call(self, intent: str, asker: ToolCaller, arguments: FunctionCall) -> CitedAnswer:
        """Call a function of the archive by its intent."""
        days = arguments.since, arguments.until
        question = function_question(intent, arguments.subject, *days, asker.language)
        return await self._answer(asker, question)

    async def make(self, call: ProgramCall, asker: ToolCaller, arguments: BaseModel) -> Any:
        """Make a call that concerns what is the visitor's own."""
        assert asker.visitor is not None
        await asker.count(READ_COST)
        return await call.make(asker.visitor, asker.base, arguments)

    async def _answer(
        self, asker: ToolCaller, question: str, conversation: str | None = None
    ) -> CitedAnswer:
        stored_answer, conversation = await asker.ask(question, conversation)
        answer = stored_answer.answer.whole
        quotes = [
            Quote(
                id=citation.article.id,
                title=title_of(citation.article, answer.language),
                url=citation_address(citation, asker.base)
                if asker.base
                else link_to(citation.article.url, citation.quote),
                number=citation.number,
                quote=citation.quote,
                start=citation.start,
                end=citation.end,
                metadata=_metadata(citation.article),
            )
            for citation in answer.citations
        ]
        return CitedAnswer(
            question=answer.question,
            kind=answer.intent,
            outcome=answer.outcome,
            answer=answer.text,
            sections=sections_record(answer),
            citations=quotes,
            nearest=[_link(article, asker) for article in answer.nearest],
            conversation=conversation,
        )


def _link(article: Article, asker: ToolCaller) -> ArticleLink:
    address = article_address(article, asker.base) if asker.base else web_address(article.url)
    return ArticleLink(id=article.id, title=title_of(article, asker.language), url=address)


def _metadata(article: Article) -> dict[str, str]:
    facts = {
        "author": article.author,
        "outlet": article.outlet,
        "section": article.category,
        "published": article.published and article.published.isoformat(),
        "updated": article.updated and article.updated.isoformat(),
        "language": article.language,
    }
    return {name: value for name, value in facts.items() if value}


@dataclass(frozen=True, slots=True)
class ArticleTool:
    """A tool and its declaration; `method` is the one that it would have in HTTP."""

    title: str
    description: str
    arguments: type[BaseModel]
    result: Any
    call: Callable[[ToolCaller, Any], Awaitable[Any]]
    method: str = "GET"

    def describe(self, name: str) -> types.Tool:
        return types.Tool(
            name=name,
            title=self.title,
            description=self.description,
            input_schema=self.arguments.model_json_schema(),
            output_schema=TypeAdapter(self.result).json_schema(),
            annotations=types.ToolAnnotations(
                read_only_hint=self.method == "GET",
                destructive_hint=self.method == "DELETE",
                open_world_hint=False,
            ),
        )


def mcp_server(
    library: Library,
    asker_of: Callable[[Request | None], ToolCaller],
    calls: Sequence[ProgramCall] = (),
) -> Server[Any]:
    """Create the server; `asker_of` identifies callers by their HTTP request, if any, and `calls`
    concern what is a visitor's own."""
    implementations, phrases = ArticleTools(library), CommandPhrases.of("en")
    tools: Mapping[str, ArticleTool] = {
        "search": ArticleTool(
            "Search the articles",
            "Find articles about a subject or a question. Returns their ids, titles and addresses, "
            "best first.",
            Query,
            SearchResults,
            implementations.search,
        ),
        "fetch": ArticleTool(
            "Read an article",
            "Return the whole text of an article, its address and its metadata.",
            ArticleKey,
            Document,
            implementations.fetch,
        ),
        "ask": ArticleTool(
            "Ask the articles",
            "Answer a question with the articles' own sentences, each cited with its address; or "
            "say that the articles do not answer it.",
            Question,
            CitedAnswer,
            implementations.ask,
        ),
        **{
            intent.commands[1]: ArticleTool(
                phrases.about[intent.name],
                f"{phrases.about[intent.name]}: the articles' own sentences, below headings, each "
                "cited with its address.",
                FunctionCall,
                CitedAnswer,
                partial(implementations.call, intent.name),
            )
            for intent in COMMAND_INTENTS
        },
        **{
            call.name: ArticleTool(
                call.summaries("en")[call.name],
                f"{call.summaries('en')[call.name]}. {call.result.__doc__}",
                call.fields,
                call.result,
                partial(implementations.make, call),
                call.method,
            )
            for call in calls
        },
    }

    async def list_tools(
        context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[tools[name].describe(name) for name in tools])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        asker, tool = asker_of(context.request), tools.get(params.name)
        if asker.visitor is not None:  # requests are served by another task
            read_collections(asker.visitor.readable)
        if tool is None:
            unknown = WebError("tool-not-found", name=params.name[:100], tools=tuple(tools))
            return _refusal(ProgramError.of(unknown, asker.language).message)
        try:
            arguments = tool.arguments.model_validate(params.arguments or {})
            result = await tool.call(asker, arguments)
        except ValidationError as error:
            return _refusal(ProgramError.of(field_error(error), asker.language).message)
        except Exception as error:
            return _refusal(ProgramError.of(error, asker.language).message)
        adapter = TypeAdapter(tool.result)
        text = types.TextContent(text=adapter.dump_json(result).decode())
        return types.CallToolResult(content=[text], structured_content=adapter.dump_python(result))

    return Server(
        "selon",
        version=version("selon"),
        title="Selon",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _refusal(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=sentence)], is_error=True)


def http_server(service: WebService, calls: Sequence[ProgramCall]) -> StreamableHTTPSessionManager:
    """Create the server of `/mcp`: streamable HTTP without sessions, so that requests can be
    load-balanced."""

    def asker_of(request: Request | None) -> ToolCaller:
        assert request is not None
        visitor: Visitor = request.state.visitor
        base = base_address(service.settings, request)

        async def ask(question: str, conversation: str | None) -> Any:
            return await answer_in(service, question, visitor, conversation)

        return ToolCaller(visitor.language, base, ask, partial(service.count, visitor), visitor)

    server = mcp_server(service.library, asker_of, calls)
    return StreamableHTTPSessionManager(server, stateless=True)


def serve_stdio(settings: Settings) -> None:
    """Serve on standard input and output until they are closed; nothing is limited or stored.

    Raises SettingsError, IndexingError.
    """

    async def ask(question: str, conversation: str | None) -> tuple[StoredAnswer, None]:
        return StoredAnswer(await chain.ainvoke(plain_question(question))), None

    async def count(cost: float) -> None:
        pass

    with chat_models_in(settings) as models:
        index = open_index(settings)
        chain = chain_over(index, settings, models)
        asker = ToolCaller(settings.language, base_address(settings), ask, count)
        server = mcp_server(Library(index), lambda _: asker)

        async def run() -> None:
            async with stdio_server() as (incoming, outgoing):
                await server.run(incoming, outgoing, server.create_initialization_options())

        asyncio.run(run())
