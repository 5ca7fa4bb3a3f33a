"""Chat models of the operator's choice, whose text is not trusted."""
