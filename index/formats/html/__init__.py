"""Web pages: the tree, what the page says of itself, and its article."""
