"""One file format a module; `table` says which reads which."""
