"""Handlers of what people send, one topic per module; `registration` lists them."""
