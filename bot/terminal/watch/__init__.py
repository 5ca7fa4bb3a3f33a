"""`selon add` and `selon watch`: articles brought in, and the index in step with them."""
