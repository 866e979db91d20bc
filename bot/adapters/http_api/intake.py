"""Forms with pictures: how much of all of them is received, on disk or in memory at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.adapters.http_api.problem import Problem

#: Forms from their first byte to the last use of their pictures, of everybody and of one user:
#: each is as large as body_limit.py lets it be. Others wait without being read.
AT_ONCE, OF_ONE_USER = 4, 2
#: Others wait for as long as one is sent.
SEND_SECONDS = 120.0
#: Of the fields that are no files.
MAX_FIELD_BYTES = 64 * 1024


class Intake:
    """Receives them."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)
        self._of_users: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def form(
        self, request: Request, *, bad: str, files: int, fields: int
    ) -> AsyncIterator[FormData]:
        """Of at most so many `files` and `fields`. Raises Problem(bad) for what is no such form,
        and another one for what is sent too slowly."""
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            await read_to_the_end(request)
            raise Problem(400, bad)
        name = request.state.caller.name
        turn = self._of_users.setdefault(name, asyncio.Semaphore(OF_ONE_USER))
        async with turn, self._room:
            form = await _received(request, bad, files, fields)
            try:
                yield form
            finally:
                await form.close()


async def read_to_the_end(request: Request) -> None:
    """Nothing of it is kept: a client that is still sending would not hear the answer."""
    async for _ in request.stream():
        pass


async def _received(request: Request, bad: str, files: int, fields: int) -> FormData:
    limits = {"max_files": files, "max_fields": fields, "max_part_size": MAX_FIELD_BYTES}
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await request.form(**limits)
    except TimeoutError:
        raise Problem(408, "sent_too_slowly", seconds=f"{SEND_SECONDS:g}") from None
    except HTTPException as error:
        raise error if error.status_code != 400 else Problem(400, bad) from None
