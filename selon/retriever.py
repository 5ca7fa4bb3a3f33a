"""The search as a LangChain retriever."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.findings import Hit
from index.search.live import LiveIndex


class ArticleRetriever(BaseRetriever):
    """Passages as Documents, best first.

    Metadata: `article_id, title, author, published (ISO), url, path, language, heading, start, end`
    (offsets of the passage in its article), `score`, and `confidence` (that the corpus answers).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: LiveIndex
    k: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        findings = self.index.search(query, self.k)
        return [_document(hit, findings.confidence) for hit in findings.hits]


def _document(hit: Hit, confidence: float) -> Document:
    article, passage = hit.article, hit.passage
    return Document(
        page_content=passage.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "author": article.author,
            "published": article.published.isoformat() if article.published else None,
            "url": article.url,
            "path": article.path,
            "language": article.language,
            "heading": passage.heading,
            "start": passage.start,
            "end": passage.end,
            "score": hit.scores.total,
            "confidence": confidence,
        },
    )
