"""Where weights are published: Hugging Face and ModelScope, by their plain HTTP interfaces.

Why not their own libraries: docs/decisions/0015-an-own-downloader.md.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from engine.manifest import RemoteFile
from engine.profiles import Profile


class HubError(Exception):
    """The hub does not give it; the message says why and what to do."""


class NotThere(HubError):
    """It has no such model, or not that state of it."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One state of a published model."""

    #: What the same files can be asked for by later on.
    revision: str
    files: tuple[RemoteFile, ...]


class Hub(Protocol):
    """One of the two."""

    @property
    def name(self) -> str:
        """As ZDRAW_HUB says it."""
        ...

    @property
    def endpoint(self) -> str:
        """Its address, without a slash behind."""
        ...

    def source(self, model: Profile) -> str:
        """What it calls `model`."""
        ...

    def listing(self, http: httpx.Client, source: str, revision: str | None) -> Listing:
        """All files, of `revision` or as they are now. Raises NotThere, HubError,
        httpx.HTTPError."""
        ...

    def url(self, source: str, revision: str, path: str) -> str:
        """Where a file is."""
        ...

    def headers(self) -> Mapping[str, str]:
        """Sent to the hub, and not to where it leads."""
        ...


@dataclass(frozen=True, kw_only=True)
class HuggingFace:
    """Hugging Face, or a mirror that speaks like it."""

    endpoint: str = "https://huggingface.co"
    name: str = "huggingface"

    def source(self, model: Profile) -> str:
        """See Hub."""
        return model.source

    def listing(self, http: httpx.Client, source: str, revision: str | None) -> Listing:
        """See Hub."""
        if revision is None:
            about = _json(http, f"{self.endpoint}/api/models/{source}/revision/main", self, source)
            with _understood(self):
                revision = str(about["sha"])
        first = f"{self.endpoint}/api/models/{source}/tree/{revision}"
        with _understood(self):
            files = tuple(self._files(http, first, source))
        return Listing(revision=revision, files=files)

    def _files(self, http: httpx.Client, url: str, source: str) -> Iterator[RemoteFile]:
        params = {"recursive": "true"}
        page: str | None = url
        while page is not None:
            answer = _got(http, page, self, source, params)
            for entry in _parsed(answer, self):
                if entry["type"] == "file":
                    lfs = entry.get("lfs") or {}
                    yield RemoteFile(
                        path=entry["path"],
                        size=int(lfs.get("size", entry["size"])),
                        sha256=lfs.get("oid"),
                        blob=None if lfs else entry.get("oid"),
                    )
            page, params = answer.links.get("next", {}).get("url"), {}

    def url(self, source: str, revision: str, path: str) -> str:
        """See Hub."""
        return f"{self.endpoint}/{source}/resolve/{revision}/{quote(path)}"

    def headers(self) -> Mapping[str, str]:
        """See Hub."""
        token = os.environ.get("HF_TOKEN")
        return {"Authorization": f"Bearer {token}"} if token else {}


@dataclass(frozen=True, kw_only=True)
class ModelScope:
    """ModelScope (魔搭)."""

    endpoint: str = "https://modelscope.cn"
    name: str = "modelscope"

    def source(self, model: Profile) -> str:
        """See Hub."""
        return model.modelscope or model.source

    def listing(self, http: httpx.Client, source: str, revision: str | None) -> Listing:
        """See Hub. It names its states by branch: hashes say whether a file is still the same."""
        revision = revision or "master"
        answer = _json(
            http,
            f"{self.endpoint}/api/v1/models/{source}/repo/files",
            self,
            source,
            {"Revision": revision, "Recursive": "True"},
        )
        with _understood(self):
            files = tuple(
                RemoteFile(
                    path=entry["Path"], size=int(entry["Size"]), sha256=entry.get("Sha256") or None
                )
                for entry in answer["Data"]["Files"]
                if entry["Type"] == "blob"
            )
        return Listing(revision=revision, files=files)

    def url(self, source: str, revision: str, path: str) -> str:
        """See Hub."""
        where = f"{self.endpoint}/api/v1/models/{source}/repo"
        return f"{where}?Revision={quote(revision)}&FilePath={quote(path)}"

    def headers(self) -> Mapping[str, str]:
        """See Hub."""
        return {}


def hub_named(name: str, endpoint: str | None) -> Hub:
    """The hub `name`, at `endpoint` where one is given. HF_ENDPOINT counts as for others."""
    if name == ModelScope.name:
        return ModelScope(endpoint=(endpoint or ModelScope.endpoint).rstrip("/"))
    usual = os.environ.get("HF_ENDPOINT") or HuggingFace.endpoint
    return HuggingFace(endpoint=(endpoint or usual).rstrip("/"))


def complaint(hub: Hub, source: str, status: int) -> str:
    """Why a hub answered with an error, in both languages."""
    if status in (401, 403):
        return (
            f"{hub.name} 不让下载 {source}（{status}）：需要许可时设 HF_TOKEN / {hub.name} does "
            f"not give {source} ({status}): where it takes a permission set HF_TOKEN"
        )
    if status == 404:
        return f"{hub.name} 上没有 {source}（404） / there is no {source} at {hub.name} (404)"
    return f"{hub.name} 出错 / {hub.name} answers {status}"


def _got(
    http: httpx.Client, url: str, hub: Hub, source: str, params: Mapping[str, str]
) -> httpx.Response:
    # The next page of a listing may be said to be elsewhere.
    headers = dict(hub.headers()) if _is_of(url, hub.endpoint) else {}
    answer = http.get(url, params=params or None, headers=headers)
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise NotThere(complaint(hub, source, answer.status_code))
    if answer.status_code != httpx.codes.OK:
        raise HubError(complaint(hub, source, answer.status_code))
    return answer


def _json(
    http: httpx.Client, url: str, hub: Hub, source: str, params: Mapping[str, str] | None = None
) -> Any:
    return _parsed(_got(http, url, hub, source, params or {}), hub)


def _parsed(answer: httpx.Response, hub: Hub) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise _strange(hub) from None


@contextmanager
def _understood(hub: Hub) -> Iterator[None]:
    """Another website, or one that has changed, says something else in JSON."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _strange(hub) from None


def _strange(hub: Hub) -> HubError:
    host = httpx.URL(hub.endpoint).host
    return HubError(f"{host} 的回答不是 {hub.name} 的 / {host} does not answer like {hub.name}")


def _is_of(url: str, endpoint: str) -> bool:
    asked, own = httpx.URL(url), httpx.URL(endpoint)
    return (asked.scheme, asked.netloc) == (own.scheme, own.netloc)
