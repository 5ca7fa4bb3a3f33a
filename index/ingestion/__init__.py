"""From a corpus to a new generation of its index."""
