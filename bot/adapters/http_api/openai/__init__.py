"""OpenAI's images API, as far as zdraw draws what it asks for."""
