"""The pipelines that Selon's retrieval is held against, over the same chunks and weights.

Each takes chunks and gives a search: the chunks' places for a question, the best first. A library
is imported when its pipeline is built; ImportError says that it is not installed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings

QUESTION, PASSAGE = "query: ", "passage: "

Search = Callable[[str], Sequence[int]]


def tutorial(chunks: Sequence[str], model: Path, depth: int) -> Search:
    """LangChain's usual tutorial: vectors in FAISS, nothing put before a text that is embedded."""
    from langchain_community.vectorstores import FAISS

    store = FAISS.from_documents(documents_of(chunks), embeddings(model, prefixes=False))
    return lambda question: [
        document.metadata["place"] for document in store.similarity_search(question, k=depth)
    ]


def bm25s(chunks: Sequence[str], model: Path, depth: int) -> Search:
    """BM25 (Lucene's) over French stems, without vectors."""
    import bm25s
    import Stemmer

    def tokens(texts: Sequence[str]) -> Any:
        return bm25s.tokenize(
            list(texts), stopwords="fr", stemmer=Stemmer.Stemmer("french"), show_progress=False
        )

    index = bm25s.BM25()
    index.index(tokens(chunks), show_progress=False)

    def search(question: str) -> Sequence[int]:
        found, _ = index.retrieve(tokens([question]), k=depth, show_progress=False)
        return [int(place) for place in found[0]]

    return search


def ensemble(chunks: Sequence[str], model: Path, depth: int) -> Search:
    """LangChain's EnsembleRetriever, half BM25, half vectors: reciprocal ranks added up."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS

    documents = documents_of(chunks)
    words = BM25Retriever.from_documents(documents, k=depth)
    store = FAISS.from_documents(documents, embeddings(model, prefixes=True))
    vectors = store.as_retriever(search_kwargs={"k": depth})
    both = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5])
    return lambda question: [document.metadata["place"] for document in both.invoke(question)][
        :depth
    ]


def haystack(chunks: Sequence[str], model: Path, depth: int) -> Search:
    """Haystack's in-memory BM25 and vectors, joined by reciprocal ranks."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    encoder = embeddings(model, prefixes=True)
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(
        [
            Document(id=str(place), content=text, embedding=vector)
            for place, (text, vector) in enumerate(
                zip(chunks, encoder.embed_documents(list(chunks)), strict=True)
            )
        ]
    )
    words = InMemoryBM25Retriever(document_store=store, top_k=depth)
    vectors = InMemoryEmbeddingRetriever(document_store=store, top_k=depth)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=depth)

    def search(question: str) -> Sequence[int]:
        lists = [
            words.run(query=question)["documents"],
            vectors.run(query_embedding=encoder.embed_query(question))["documents"],
        ]
        return [int(document.id) for document in joiner.run(documents=lists)["documents"]]

    return search


def txtai(chunks: Sequence[str], model: Path, depth: int) -> Search:
    """txtai's hybrid index: BM25 and vectors, half each."""
    from txtai import Embeddings

    index = Embeddings(
        path=str(model), hybrid=True, instructions={"query": QUESTION, "data": PASSAGE}
    )
    index.index(enumerate(chunks))
    return lambda question: [int(place) for place, _ in index.search(question, depth)]


def embeddings(model: Path, *, prefixes: bool) -> HuggingFaceEmbeddings:
    """LangChain's embeddings with the weights of the folder, with or without the prefixes that
    they were trained with."""
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(
        model_name=str(model),
        encode_kwargs={"prompt_name": "passage"} if prefixes else {},
        query_encode_kwargs={"prompt_name": "query"} if prefixes else {},
    )


def documents_of(chunks: Sequence[str]) -> list[Document]:
    """The chunks as LangChain keeps them, each with its place."""
    from langchain_core.documents import Document

    return [Document(text, metadata={"place": place}) for place, text in enumerate(chunks)]


PEERS: dict[str, Callable[[Sequence[str], Path, int], Search]] = {
    "tutorial": tutorial,
    "bm25s": bm25s,
    "ensemble": ensemble,
    "Haystack": haystack,
    "txtai": txtai,
}
