"""Archives and compressed files, read member by member within limits."""
