"""Who may draw where, and which words: what is looked at before a request is read."""
