"""What the chat adapters share and the core has no use for."""
