"""A PostgreSQL server of the tests' own: private, on 127.0.0.1, gone with them."""
