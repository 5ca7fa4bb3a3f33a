"""`selon add` and `selon watch`: fetching articles and keeping the index up to date."""
