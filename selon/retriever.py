"""The search as a LangChain retriever."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.search.live import LiveIndex
from selon.library import check_question, readable_errors


class ArticleRetriever(BaseRetriever):
    """Passages as Documents, best first.

    Metadata: `article_id, title, author, published (ISO), url, path, language, heading, start, end`
    (offsets of the passage in its article), `score`, and `confidence` (that the corpus answers).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: LiveIndex
    k: int = 5
    language: str = "fr"

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        with readable_errors(self.language):
            findings = self.index.search(check_question(query), self.k)
        return [
            Document(
                page_content=hit.passage.text,
                metadata={
                    "article_id": hit.article.id,
                    "title": hit.article.title,
                    "author": hit.article.author,
                    "published": hit.article.published and hit.article.published.isoformat(),
                    "url": hit.article.url,
                    "path": hit.article.path,
                    "language": hit.article.language,
                    "heading": hit.passage.heading,
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "score": hit.scores.total,
                    "confidence": findings.confidence,
                },
            )
            for hit in findings.hits
        ]
