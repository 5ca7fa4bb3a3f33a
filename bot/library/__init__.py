"""The articles behind the answers: browsing, building the index, documents that people send."""
