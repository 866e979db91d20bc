"""ComfyUI's REST and WebSocket API, for workflows that draw a picture from words."""
