"""An index in files: FAISS, BM25 and SQLite, one folder a generation."""
