"""How the page hears of what is no request for a picture."""

from typing import Any

#: For an event's handler: no bar of Gradio's, and no place in its API. What waits in Gradio's queue
#: is told over a stream. One that is just about to end has been seen to swallow the next event, so
#: nothing but pictures waits in it.
QUIETLY: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "queue": False,
}
