"""Web pages: tree, metadata and article."""
