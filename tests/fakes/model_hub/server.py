"""Hugging Face's and ModelScope's hubs at the wire, in a thread of their own.

What huggingface_hub 2.4 and modelscope-hub 0.5 ask for: the state of a branch, its tree, HEAD and
GET of a file with ranges, large files by a redirect to another host. It can cut a connection, spoil
a file, and refuse.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

#: Files from this size on are large ones, kept apart and named by their sha256.
LARGE = 4096
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """One published model. `address` is set while it serves."""

    source: str
    files: dict[str, bytes]
    address: str = ""
    #: The state that its files are in.
    commit: str = COMMIT
    #: Method and path of every request, with the range it asked for.
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    #: Path -> bytes after which its connection is cut, once for each number.
    cuts: dict[str, list[int]] = field(default_factory=dict)
    #: Path -> what comes in the place of its content.
    spoiled: dict[str, bytes] = field(default_factory=dict)
    #: Answers everything with this status.
    refuses: int | None = None
    #: Of requests that carried one: (path, token).
    tokens: list[tuple[str, str]] = field(default_factory=list)

    @property
    def elsewhere(self) -> str:
        """Another host: where large files are."""
        return self.address.replace("127.0.0.1", "localhost")

    @classmethod
    def of_folder(cls, source: str, folder: Path) -> "FakeHub":
        """Publishes what lies in `folder`."""
        found = (file for file in folder.rglob("*") if file.is_file())
        return cls(source, {str(file.relative_to(folder)): file.read_bytes() for file in found})

    def ranges(self, path: str) -> list[str | None]:
        """The ranges that a file was asked for by GET where it lies, in order."""
        return [span for way, where, span in self.asked if way == "GET" and where == f"/cdn/{path}"]


@contextmanager
def served(hub: FakeHub) -> Iterator[FakeHub]:
    """Serves `hub` on a port of its own."""

    class Handler(_Handler):
        published = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    published: FakeHub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def _answer(self) -> None:
        hub, url = self.published, urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        hub.asked.append((self.command, path, self.headers.get("Range")))
        if "Authorization" in self.headers:
            hub.tokens.append((path, self.headers["Authorization"]))
        api, scope = f"/api/models/{hub.source}", f"/api/v1/models/{hub.source}"
        resolve = f"/{hub.source}/resolve/{hub.commit}/"
        if hub.refuses is not None and not path.startswith("/cdn/"):
            self._status(hub.refuses)
        elif path in (api, f"{api}/revision/main"):
            self._json({"id": hub.source, "modelId": hub.source, "sha": hub.commit, "siblings": []})
        elif path == f"{api}/tree/{hub.commit}":
            self._json([_tree_entry(name, content) for name, content in hub.files.items()])
        elif path.startswith(resolve):
            self._file(path.removeprefix(resolve), redirects=True)
        elif path == f"{scope}/repo/files":
            listed = [_scope_entry(name, content) for name, content in hub.files.items()]
            self._json({"Code": 200, "Data": {"Files": listed}, "Success": True})
        elif path == f"{scope}/repo":
            self._file(query["FilePath"][0], redirects=True)
        elif path.startswith("/cdn/"):
            self._content(path.removeprefix("/cdn/"))
        else:
            self._status(404, {"X-Error-Code": "RepoNotFound"})

    def _file(self, name: str, *, redirects: bool) -> None:
        content = self.published.files.get(name)
        if content is None:
            self._status(404, {"X-Error-Code": "EntryNotFound"})
        elif redirects and len(content) >= LARGE:
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            self._status(
                302,
                {
                    "Location": f"{self.published.elsewhere}/cdn/{name}",
                    "X-Repo-Commit": self.published.commit,
                    "X-Linked-Etag": etag,
                    "X-Linked-Size": str(len(content)),
                },
            )
        else:
            self._content(
                name, {"X-Repo-Commit": self.published.commit, "ETag": f'"{_blob(content)}"'}
            )

    def _content(self, name: str, headers: dict[str, str] | None = None) -> None:
        hub = self.published
        content = hub.spoiled.get(name, hub.files[name])
        span, start, status = self.headers.get("Range"), 0, 200
        if span:
            start, status = int(span.removeprefix("bytes=").partition("-")[0]), 206
            if start >= len(content):
                self._status(416, {"Content-Range": f"bytes */{len(content)}"})
                return
        self.send_response(status)
        for key, value in (headers or {"ETag": '"cdn"'}).items():
            self.send_header(key, value)
        if span:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        cuts = hub.cuts.get(name, [])
        if cuts:
            self.wfile.write(content[start : start + cuts.pop(0)])
            self.close_connection = True
            return
        self.wfile.write(content[start:])

    def _json(self, told: Any) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _status(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _tree_entry(name: str, content: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": name, "size": len(content)}
    if len(content) < LARGE:
        return entry | {"oid": _blob(content)}
    sha256 = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\n".encode()
    return entry | {
        "oid": _blob(pointer),
        "lfs": {"oid": sha256, "size": len(content), "pointerSize": len(pointer)},
    }


def _scope_entry(name: str, content: bytes) -> dict[str, Any]:
    return {
        "Type": "blob",
        "Path": name,
        "Name": name.rpartition("/")[2],
        "Size": len(content),
        "Sha256": hashlib.sha256(content).hexdigest(),
        "Revision": "master",
    }


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
