"""The hubs of models, on loopback."""
