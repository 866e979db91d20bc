"""Exit code 0 while the engine answers on its socket and takes jobs."""

import http.client
import json
import os
import socket
import sys
from pathlib import Path

from engine.socket_path import socket_path

_ANSWER_SECONDS = 5.0


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("engine")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_ANSWER_SECONDS)
        self.sock.connect(str(self._path))


def trouble(state_dir: Path) -> str | None:
    """Why the engine cannot draw now; None where it can."""
    try:
        connection = _Connection(socket_path(state_dir))
        connection.request("GET", "/v1/engine")
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"no answer: {error}"
    return None if answer.get("ready") else "loading the model"


if __name__ == "__main__":
    sys.exit(trouble(Path(os.environ.get("ZDRAW_STATE_DIR", "state"))))
