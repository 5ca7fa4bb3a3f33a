"""The articles behind the answers: where they come from, and what people send."""
