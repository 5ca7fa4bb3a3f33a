"""The retrieval-QA chain: from a question to a cited answer."""
