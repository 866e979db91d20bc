"""Programs: OpenAI's images API, health and metrics, over HTTP."""
