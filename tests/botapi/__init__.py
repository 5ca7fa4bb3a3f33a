"""A small, strict Bot API server for end-to-end tests of the real client over HTTP."""
