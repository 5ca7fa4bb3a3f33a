import index  # noqa: F401 - sets the environment before any other library is loaded
