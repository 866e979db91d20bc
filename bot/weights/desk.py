"""Fetching as `zdraw model pull` does it: settings, a bar, and one line for whatever goes wrong."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from bot.core.errors import StartupError
from bot.settings import BotSettings
from bot.weights.fetching import Busy, Fetching, Mixed, NoSpace, is_full
from bot.weights.hubs import HubError, hub_named
from engine.manifest import Manifest
from engine.profiles import Profile

_HUBS = ("huggingface", "modelscope")
#: Seconds without a byte after which a connection counts as broken.
_TIMEOUT = httpx.Timeout(60.0, connect=20.0)


def fetch(
    settings: BotSettings, model: Profile, folder: Path, hub_name: str, endpoint: str | None
) -> int:
    """Bytes that are there afterwards. Raises StartupError."""
    if hub_name not in _HUBS:
        raise StartupError(f"--from {hub_name} is refused; allowed: {', '.join(_HUBS)}", 65)
    hub = hub_named(hub_name, endpoint or settings.hub_endpoint)
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    with _told(folder), httpx.Client(proxy=proxy, timeout=_TIMEOUT, follow_redirects=True) as http:
        fetching = Fetching(http, hub, model, folder)
        found = fetching.prepare()
        with _bar(found) as on_bytes:
            done = fetching.fetch(found, on_bytes)
    return sum(file.size for file in done.files)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Whatever goes wrong becomes one line and an exit code."""
    try:
        yield
    except HubError as error:
        raise StartupError(str(error), os.EX_UNAVAILABLE) from None
    except NoSpace as error:
        raise _full(f"{error.needs / 1e9:.1f} GB", f"{error.free / 1e9:.1f} GB", folder) from None
    except Busy:
        raise StartupError(
            f"另一个 zdraw model pull 正在下载到 / another one is fetching into {folder}",
            os.EX_TEMPFAIL,
        ) from None
    except Mixed as error:
        raise StartupError(
            f"{folder} 里的 {error} 不属于这个模型：先移走 / {error} in {folder} is no file of "
            "this model: take it away first",
            os.EX_DATAERR,
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StartupError(
            f"连不上（{reason}）；再运行一次会接着下 / cannot reach it ({reason}); run it again to "
            "go on",
            os.EX_TEMPFAIL,
        ) from None
    except OSError as error:
        if is_full(error):
            raise _full("?", "0 GB", folder) from None
        raise StartupError(f"cannot write {folder}: {error}", os.EX_CANTCREAT) from None


def _full(needs: str, free: str, folder: Path) -> StartupError:
    return StartupError(
        f"磁盘空间不足：还要 {needs}，{folder} 只有 {free} / the disk is too full: {needs} more "
        f"are needed, {folder} has {free}",
        os.EX_IOERR,
    )


@contextmanager
def _bar(found: Manifest) -> Iterator[Callable[[str, int], None]]:
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    there: dict[str, int] = {}
    with bar:
        task = bar.add_task(found.source, total=sum(file.size for file in found.files))

        def on_bytes(path: str, size: int) -> None:
            if path not in there and not console.is_terminal:
                console.print(path, highlight=False)
            there[path] = size
            bar.update(task, completed=sum(there.values()), description=path[-40:])

        yield on_bytes
