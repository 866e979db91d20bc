"""Forms with pictures: how many are received at once, of all users and of each."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.adapters.http_api import intake
from bot.adapters.http_api.intake import AT_ONCE, OF_ONE_USER
from tests.integration.api_life import Api, api_in
from tests.integration.test_comfyui_api import wrong
from tests.integration.test_openai_edits import EDITS
from tests.integration.waiting import eventually
from tests.photos import photo

FORM = {"content-type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
END = b"\r\n--b--\r\n"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with api_in(tmp_path, always_token=True) as made:
        yield made


class Sending:
    """Forms that do not end before they are let."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.over = asyncio.Event()
        #: Of whose forms something was read.
        self.begun: list[str] = []
        self.answers: list[asyncio.Task[httpx.Response]] = []

    async def begin(self, user: str, forms: int) -> None:
        token = await self._api.tokens.make(user)
        for _ in range(forms):
            program = await self._api.program(token)
            post = program.post("/upload/image", content=self._form(user), headers=FORM)
            self.answers.append(asyncio.create_task(post))

    async def _form(self, user: str) -> AsyncIterator[bytes]:
        self.begun.append(user)
        yield PART
        await self.over.wait()
        yield photo(kind="PNG") + END


async def test_of_one_user_no_more_than_two_are_received_and_of_all_no_more_than_four(
    api: Api,
) -> None:
    sending = Sending(api)
    for user in ("anna", "boris", "clara"):
        await sending.begin(user, 3)
    await eventually(lambda: len(sending.begun) == AT_ONCE)
    await asyncio.sleep(0.05)
    assert sorted(sending.begun) == [user for user in ("anna", "boris") for _ in range(OF_ONE_USER)]
    sending.over.set()
    answers = await asyncio.gather(*sending.answers)
    assert [answer.status_code for answer in answers] == [200] * 9


async def test_what_is_sent_too_slowly_makes_room_for_others(api: Api, monkeypatch) -> None:
    monkeypatch.setattr(intake, "SEND_SECONDS", 0.05)
    sending = Sending(api)
    await sending.begin("anna", 3)
    for answer in await asyncio.gather(*sending.answers):
        wrong(answer, "sent_too_slowly", 408)
    assert sending.begun == ["anna"] * 3


async def test_pictures_of_edits_are_held_no_longer_than_until_they_are_kept(api: Api) -> None:
    """A request may wait for hours for its turn."""
    api.drawing.clear()
    token = await api.tokens.make("anna")
    program = await api.program(token)
    files, data = {"image": ("a.png", photo())}, {"prompt": "换成夜景"}
    edits = [
        asyncio.create_task(program.post(EDITS, files=files, data=data)) for _ in range(AT_ONCE + 1)
    ]
    await eventually(lambda: waiting(api, AT_ONCE + 1))
    api.drawing.set()
    assert [(await edit).status_code for edit in edits] == [200] * (AT_ONCE + 1)


async def waiting(api: Api, count: int) -> bool:
    return await api.store.records.waiting_in_all() == count
