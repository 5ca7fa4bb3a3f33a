"""Answers written by a chat model, every sentence of them checked against the articles.

`bot.llm.writer` writes them; it is not imported here, for without a chat model nothing of it
is needed but `bot.answering.comparison`.
"""
