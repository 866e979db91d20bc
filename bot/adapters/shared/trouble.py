"""What may be logged of an error."""

import traceback
from typing import Any


def trouble(error: BaseException) -> dict[str, Any]:
    """Its kind and its place; its text may quote what people wrote, or a token."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    return {"error": type(error).__name__, "where": where}
