"""What `index.formats.html` is made of: a page's source, its facts, its boxes and its body."""
