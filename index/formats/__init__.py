"""File formats, one per module; `table` lists them."""
