"""Binary messages at the WebSocket: numbers are unsigned, of 32 bits, the highest byte first."""

import json
import struct

#: An event, then what it says the rest is.
_PICTURE, _DESCRIBED = 1, 4
_JPEG, _PNG = 1, 2


def picture(png: bytes) -> bytes:
    """A picture that is done."""
    return struct.pack(">II", _PICTURE, _PNG) + png


def preview(jpeg: bytes) -> bytes:
    """A picture on its way, for clients that know no other form."""
    return struct.pack(">II", _PICTURE, _JPEG) + jpeg


def described_preview(jpeg: bytes, node: str, prompt_id: str) -> bytes:
    """The same for clients that want to know what it is of."""
    about = {
        "node_id": node,
        "display_node_id": node,
        "parent_node_id": None,
        "real_node_id": node,
        "prompt_id": prompt_id,
        "image_type": "image/jpeg",
    }
    told = json.dumps(about).encode()
    return struct.pack(">II", _DESCRIBED, len(told)) + told + jpeg
