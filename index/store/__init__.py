"""Where an index lies."""
