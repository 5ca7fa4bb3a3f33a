"""The operators' pages: state, questions, articles, figures, evaluation, people."""
