"""Chat models of the operator's choice; their output is not trusted."""
