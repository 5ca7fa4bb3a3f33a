"""What `index.formats.html` is made of: a page, its metadata and its body."""
